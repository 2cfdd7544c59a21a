"""Change one thing about an example and the advice changes as law and doctrine want it to."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from running import EXAMPLES, assessment, document

from dss import Assessment, assess
from dss.terms import bits
from dss.weigh import AVAILABLE, POINTLESS
from dss.whatif import change

every = pytest.mark.parametrize("profile", EXAMPLES, ids=lambda p: p.stem)
CONSENT_BASIS = "host-state-consent"


@cache
def _changed(profile: Path, answers: str) -> Assessment:
    a = assessment(profile)
    return assess(a.kb, change(a.kb, a.situation, json.loads(answers)))


def changed(profile: Path, **answers: Any) -> Assessment:
    """The assessment of an example with some answers replaced."""
    return _changed(profile, json.dumps(answers, sort_keys=True))


def permitted(a: Assessment, action: str) -> bool:
    return a.advice.weighing.standing[action].status in (AVAILABLE, POINTLESS)


def in_any_mix(a: Assessment, action: str) -> bool:
    return any(action in mix.actions for mix in a.advice.mixes)


def force(a: Assessment) -> list[str]:
    return [x.id for x in a.kb.actions.values() if x.cls == "force"]


def surely(a: Assessment, finding: str, value: str) -> bool:
    at = a.kb.at(finding)
    return a.trace.inference.possible[at] == a.kb.variables[at].bit(value)


def legal_bases(a: Assessment, without: str) -> list[str]:
    """The legal bases an example surely has, without one of them."""
    at = a.kb.at("legal_bases")
    held = -1
    for atom in bits(a.situation.masks[at]):
        held &= atom
    return [v for i, v in enumerate(a.kb.variables[at].values) if held >> i & 1 and v != without]


@every
def test_without_consent_consent_based_peacekeeping_goes(profile: Path) -> None:
    then = changed(profile, host_consent="refused",
                   legal_bases=legal_bases(assessment(profile), CONSENT_BASIS))
    assert not permitted(then, "peacekeeping-with-consent")
    assert not in_any_mix(then, "peacekeeping-with-consent")
    assert then.advice.posture != "consent-peacekeeping"


@every
def test_with_adequate_civilian_means_military_relief_falls(profile: Path) -> None:
    before, then = assessment(profile), changed(profile, civilian_capacity="adequate")
    scores = [a.advice.weighing.scores.get("military-relief-support", 0) for a in (before, then)]
    assert scores[1] <= scores[0]
    if in_any_mix(before, "military-relief-support"):
        assert scores[1] < scores[0]
    assert not in_any_mix(then, "military-relief-support")


def test_some_example_has_peacekeeping_and_some_has_military_relief_to_lose() -> None:
    for action in ("peacekeeping-with-consent", "military-relief-support"):
        assert any(action in assessment(p).advice.mixes[0].actions for p in EXAMPLES), action


@every
def test_certain_attribution_alone_never_opens_force(profile: Path) -> None:
    before, then = assessment(profile), changed(profile, attribution_confidence="almost-certain")
    assert surely(then, "force_lawful", "yes") == surely(before, "force_lawful", "yes") or (
        surely(then, "self_defence_lawful", "yes"))
    bare = changed(profile, attribution_confidence="almost-certain", armed_attack="none", legal_bases=[],
                   security_council_status="not-seized", mandate_purpose="n/a", host_consent="refused")
    assert surely(bare, "force_lawful", "no")
    for a in (then, bare):
        if not surely(a, "force_lawful", "yes"):
            assert [x for x in force(a) if permitted(a, x)] == []
            assert [x for x in force(a) if in_any_mix(a, x)] == []


@every
def test_without_an_attack_self_defence_goes(profile: Path) -> None:
    then = changed(profile, armed_attack="none")
    assert surely(then, "self_defence_lawful", "no")
    assert not permitted(then, "lawful-self-defence-limited")
    assert not in_any_mix(then, "lawful-self-defence-limited")


def test_some_example_calls_for_self_defence() -> None:
    assert any(surely(assessment(p), "self_defence_lawful", "yes") for p in EXAMPLES)


@every
def test_names_change_nothing_but_names(profile: Path) -> None:
    """Partners, title and decider renamed: the same document once they are named back."""
    a = assessment(profile)
    situation = a.situation
    partners = situation.partners and tuple(
        replace(p, name=f"Zembla{i}Zembla") for i, p in enumerate(situation.partners))
    renamed = replace(situation, title="ZemblaTitle", you="ZemblaYou", partners=partners)
    then = json.dumps(assess(a.kb, renamed).as_data(), ensure_ascii=False)
    for i, partner in enumerate(situation.partners or ()):
        then = then.replace(f"Zembla{i}Zembla", json.dumps(partner.name, ensure_ascii=False)[1:-1])
    then = then.replace("ZemblaTitle", json.dumps(situation.title, ensure_ascii=False)[1:-1])
    then = then.replace("ZemblaYou", json.dumps(situation.you, ensure_ascii=False)[1:-1])
    assert json.loads(then) == json.loads(json.dumps(document(profile)))


@every
def test_the_recommended_mix_calms_wherever_law_does_not_call_for_defence(profile: Path) -> None:
    a = assessment(profile)
    if not surely(a, "self_defence_lawful", "yes"):
        assert a.escalation(a.advice.mixes[0]) < 0


@every
def test_without_a_lawful_basis_no_mix_of_an_example_has_force(profile: Path) -> None:
    a = assessment(profile)
    if not surely(a, "force_lawful", "yes"):
        assert [x for x in force(a) if in_any_mix(a, x)] == []


@every
def test_more_risk_of_escalation_never_adds_an_escalating_act(profile: Path) -> None:
    a = assessment(profile)
    at = a.kb.at("escalation_risk")
    steps = [changed(profile, escalation_risk=v) for v in a.kb.variables[at].values]
    for lower, higher in pairwise(steps):
        more = set(higher.advice.mixes[0].actions) - set(lower.advice.mixes[0].actions)
        assert [x for x in more if a.kb.actions[x].escalation > 0] == []
