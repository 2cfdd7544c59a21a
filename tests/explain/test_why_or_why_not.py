"""For every action exactly one of why and why-not answers, and the engine bears out what it claims."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

import pytest
from running import EXAMPLES, assessment, dss

from dss import Assessment, assess
from dss.changes import Change, single_changes
from dss.explain import why
from dss.views import answer
from dss.weigh import AVAILABLE, POINTLESS
from dss.whatif import change
from dss.whynot import IN_MIX, WhyNot, why_not

FULLY = EXAMPLES[::7]
"""The examples whose every proposed change is tried in the quick set; of the rest a sample."""
SAMPLE = 12
names = pytest.mark.parametrize("profile", [
    pytest.param(p, id=p.stem, marks=[] if p in EXAMPLES[::3] else pytest.mark.slow) for p in EXAMPLES])
"""Every third example in the quick set, all in the slow one."""


@cache
def reasons(profile: Path) -> dict[str, WhyNot]:
    """What why-not says of every action of an example, without pairs."""
    a = assessment(profile)
    singles = single_changes(a)
    return {x: why_not(a, x, seconds=0, singles=singles) for x in a.kb.actions}


@cache
def changed(profile: Path, answers: tuple[tuple[int, int], ...]) -> Assessment:
    """The engine's own assessment of an example after a change."""
    a = assessment(profile)
    told = {a.kb.variables[at].id: answer(a.kb.variables[at], mask) for at, mask in answers}
    return assess(a.kb, change(a.kb, a.situation, told))


@names
def test_exactly_one_of_why_and_why_not_answers(profile: Path) -> None:
    a = assessment(profile)
    for action, found in reasons(profile).items():
        chosen = action in a.advice.mixes[0].actions
        assert (found.reason == IN_MIX) is chosen
        assert ("is in the recommended mix" in why(a, action).text) is chosen
        assert chosen is (not (found.enter or found.permit or found.search.single or found.search.hopeless))


@names
def test_why_not_gives_a_reason_that_the_standing_bears_out(profile: Path) -> None:
    a = assessment(profile)
    for action, found in reasons(profile).items():
        standing = a.advice.weighing.standing[action]
        assert found.reason in (IN_MIX, "left-out", "too-few-points") or found.reason == standing.status
        assert [b.rule.id for b in found.bars] == list(standing.rules)
        if found.reason == "needs-unmet":
            assert found.unmet
        if found.reason == "barred-until":
            assert found.open_facts, action
        if found.reason == "left-out":
            assert found.step


def claims(profile: Path) -> list[tuple[str, Change]]:
    """Every change that why-not proposes on an example, with the action it proposes it for."""
    return [(x, c) for x, found in reasons(profile).items() for c in (*found.enter, *found.permit)]


def check_claim(profile: Path, action: str, claim: Change) -> None:
    then = changed(profile, claim.answers)
    if claim.enters:
        assert action in then.advice.mixes[0].actions, (action, claim)
    else:
        assert then.advice.weighing.standing[action].status in (AVAILABLE, POINTLESS), (action, claim)
    assert then.advice.posture == claim.posture


@pytest.mark.parametrize("profile", FULLY, ids=lambda p: p.stem)
def test_every_proposed_change_does_what_it_says(profile: Path) -> None:
    for action, claim in claims(profile):
        check_claim(profile, action, claim)


@names
def test_proposed_changes_do_what_they_say(profile: Path) -> None:
    found = claims(profile)
    for action, claim in random.Random(profile.stem).sample(found, min(SAMPLE, len(found))):
        check_claim(profile, action, claim)


@pytest.mark.slow
@names
def test_every_proposed_change_of_every_example_does_what_it_says(profile: Path) -> None:
    for action, claim in claims(profile):
        check_claim(profile, action, claim)


@pytest.mark.slow
@names
def test_proposed_pairs_do_what_they_say_and_single_changes_do_not(profile: Path) -> None:
    a = assessment(profile)
    for action, found in list(reasons(profile).items())[::5]:
        if found.reason == IN_MIX or found.enter:
            continue
        again = why_not(a, action, seconds=1)
        for claim in again.enter[:20]:
            check_claim(profile, action, claim)
            for part in claim.answers:
                assert action not in changed(profile, (part,)).advice.mixes[0].actions


def one_of_each_reason(profile: Path) -> list[str]:
    """Actions of an example, one for each reason for which why-not keeps actions out."""
    return list({found.reason: x for x, found in reasons(profile).items()}.values())


def check_commands(profile: Path, action: str) -> None:
    chosen = action in assessment(profile).advice.mixes[0].actions
    said, unsaid = dss("why", profile, action), dss("why-not", profile, action, "--seconds", "0")
    assert (said.exit_code, unsaid.exit_code) == ((0, 1) if chosen else (1, 0))
    assert said.stdout
    assert unsaid.stdout


@pytest.mark.parametrize("profile", FULLY[1:2], ids=lambda p: p.stem)
def test_exactly_one_of_the_two_verbs_succeeds(profile: Path) -> None:
    for action in one_of_each_reason(profile):
        check_commands(profile, action)


@pytest.mark.slow
@names
def test_exactly_one_of_the_two_verbs_succeeds_for_many_actions(profile: Path) -> None:
    for action in list(assessment(profile).kb.actions)[EXAMPLES.index(profile) % 10 :: 10]:
        check_commands(profile, action)


def test_the_verb_that_does_not_answer_names_the_other() -> None:
    profile = FULLY[0]
    inside = next(iter(assessment(profile).advice.mixes[0].actions))
    outside = next(x for x in assessment(profile).kb.actions if reasons(profile)[x].reason != IN_MIX)
    assert "dss why-not" in dss("why", profile, outside).stderr
    assert "dss why" in dss("why-not", profile, inside).stdout
