"""The trace: what fired, what is open, what was defeated and presumed, and the reasons in words."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import MINI

from dss import KnowledgeBase, Trace, load_kb, load_situation
from dss.conditions import ESTABLISHED
from dss.engine import Engine
from dss.evaluate import fired, truth
from dss.issues import Problems
from dss.situation import read_situation


def trace(mini: KnowledgeBase, profile: dict[str, Any]) -> Trace:
    return Engine.for_thread(mini).run(load_situation(mini, profile))


TENSE = {"tension": "high", "in_place": "none", "stage": "words", "boats_out": 30}


def test_each_case_beside_a_rule_of_the_small_knowledge_base_holds(mini: KnowledgeBase) -> None:
    count = 0
    for rule in mini.rules.values():
        for case in rule.cases:
            situation = read_situation(mini, case.given, case.place.file, b"", Problems())
            assert situation is not None
            found = Engine.for_thread(mini).run(situation)
            assert (rule.id in found.fired) is case.fires, rule.id
            count += 1
    assert count > 40


def test_fired_open_and_defeated_rules_are_told_apart(mini: KnowledgeBase) -> None:
    found = trace(mini, TENSE)
    assert "words-keep-it-calm" in found.fired
    assert found.defeats == (("tense-crews-sour-the-mood", ("words-keep-it-calm",)),)
    assert "tense-crews-sour-the-mood" not in found.fired
    assert "hit-back-when-attacked" not in found.open, "words refute it"
    assert "verdict-allows-force" in found.open
    assert not set(found.fired) & set(found.open)


def test_a_draft_takes_no_part_unless_asked_for(mini: KnowledgeBase) -> None:
    assert "a-draft-never-speaks" not in mini.rules
    drafts = load_kb(MINI, drafts=True)
    assert "a-draft-never-speaks" in trace(drafts, {}).fired


def test_presumed_findings_are_those_not_yet_settled(mini: KnowledgeBase) -> None:
    nothing = trace(mini, {})
    assert [mini.variables[at].id for at in nothing.presumed] == ["lawful", "mood", "danger"]
    settled = trace(mini, {**TENSE, "attacked": "no", "leave": "refused", "grounds": "none",
                           "friends_ready": "none"})
    assert settled.presumed == ()


def test_a_rule_that_fires_while_its_unless_is_open_rests_on_a_presumption(mini: KnowledgeBase) -> None:
    profile = {"attacked": "yes", "stage": "ramming"}
    rule = mini.rules["hit-back-when-attacked"]
    presumed = trace(mini, profile)
    assert fired(presumed.state(rule.id))
    assert presumed.rests_on_presumption(rule)
    settled = trace(mini, {**profile, "leave": "refused"})
    assert truth(settled.state(rule.id)) == ESTABLISHED
    assert not settled.rests_on_presumption(rule)


def test_a_rule_that_did_not_fire_rests_on_nothing(mini: KnowledgeBase) -> None:
    assert not trace(mini, {}).rests_on_presumption(mini.rules["hit-back-when-attacked"])


def test_an_overridden_bar_falls_only_to_a_rule_that_presumes_nothing(mini: KnowledgeBase) -> None:
    profile = {"leave": "refused", "quarrel": "border", "grounds": "verdict"}
    bar = "refused-leave-bars-coercion"
    assert bar in trace(mini, profile).fired, "the overriding rule presumes its 'unless'"
    assert dict(trace(mini, {**profile, "attacked": "yes"}).defeats) == {bar: ("verdict-beats-refusal",)}
    refuted = trace(mini, {**profile, "attacked": "no", "stage": "words"})
    assert bar in refuted.fired
    assert "verdict-beats-refusal" not in refuted.fired


def test_the_order_of_firing_lists_each_fired_rule_once(mini: KnowledgeBase) -> None:
    found = trace(mini, TENSE)
    assert sorted(found.order) == sorted(found.fired)


@pytest.mark.parametrize(("rule", "profile", "text"), [
    ("words-keep-it-calm", TENSE, "You report an exchange of words."),
    ("unlawful-force-is-out", {"grounds": "none", "attacked": "no"},
     "You report no ground in law, so force is not lawful."),
    ("verdict-allows-force", {"grounds": ["verdict", "custom"]}, "You report a verdict and old custom."),
    ("verdict-allows-force", {"grounds": {"has": ["verdict"], "may_have": ["custom"]}},
     "You report a verdict (and perhaps old custom)."),
    ("many-boats-are-dangerous", {"boats_out": 12}, "You report 12 boats."),
    ("look-where-nothing-is-known", {}, "You report that nothing known about attack."),
    ("no-boom-against-guests", {"leave": "at least partial"}, "You report leave in part or full leave."),
    ("known-stage-saves-watching", {"stage": "n/a", "tension": "low"}, "You report stage: not applicable."),
])
def test_a_reason_has_the_facts_put_in_as_words(
    mini: KnowledgeBase, rule: str, profile: dict[str, Any], text: str
) -> None:
    found = trace(mini, profile)
    assert rule in found.fired
    assert found.because(mini.rules[rule]) == text


def test_a_reason_names_the_partners_that_matched_and_only_those(mini: KnowledgeBase) -> None:
    partners = [{"name": "North", "crews": 5}, {"name": "East", "crews": 2, "lends": []},
                {"name": "South", "lends": ["nets", "boats"]}, {"name": "West"}]
    found = trace(mini, {"partners": partners})
    rule = mini.rules["two-friends-close-the-boom"]
    assert found.partners_of(rule) == ["North", "South"]
    assert found.because(rule) == "North and South can hold the boom."


def test_a_caution_has_its_own_facts_put_in(mini: KnowledgeBase) -> None:
    rule = mini.rules["verdict-beats-refusal"]
    found = trace(mini, {"grounds": "verdict"})
    assert found.because(rule, rule.cautions[0].text) == "The verdict is cited as a verdict."
