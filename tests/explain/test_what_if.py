"""What-if is a fresh assessment of the changed profile, and says what fell and what came."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from conftest import MINI
from profiles import Choices, fact, sample
from running import EXAMPLES, NATO, assessment, dss

from dss import Assessment, InvalidInput, KnowledgeBase, assess
from dss.situation import SCHEMA
from dss.whatif import change, what_if

CALM = {"quarrel": "fishing", "stage": "words", "tension": "low", "time_left": "weeks", "boats_out": 2,
        "attacked": "no", "leave": "refused", "grounds": [], "in_place": []}


def same(one: Assessment, other: Assessment) -> bool:
    """Whether two assessments say the same, whatever their profiles are called."""
    return (one.trace.inference, one.advice, one.situation.masks) == (
        other.trace.inference, other.advice, other.situation.masks)


@pytest.mark.parametrize("seed", range(60))
def test_what_if_equals_a_fresh_assessment_of_the_changed_profile(mini: KnowledgeBase, seed: int) -> None:
    check_fresh(mini, seed)


@pytest.mark.parametrize("seed", range(12))
def test_what_if_equals_a_fresh_assessment_on_the_real_knowledge_base(kb: KnowledgeBase, seed: int) -> None:
    check_fresh(kb, seed)


def check_fresh(kb: KnowledgeBase, seed: int) -> None:
    rng = random.Random(seed)
    profile = {k: v for k, v in sample(kb, seed).items() if k not in ("weights",)}
    changes = {kb.variables[at].id: fact(kb.variables[at], Choices(rng.choice), 7)
               for at in rng.sample(range(kb.attributes), 3)}
    found = what_if(assess(kb, profile), changes)
    assert same(found.after, assess(kb, {**profile, **changes}))
    assert same(found.before, assess(kb, profile))
    assert set(found.changed) <= {kb.at(name) for name in changes}


@pytest.mark.parametrize(("text", "value"), [
    ("stage=ramming", "ramming"), ("stage = ramming", "ramming"), ("stage=n/a", "n/a"),
    ("stage=unknown", "unknown"), ("stage=[words, threats]", ["words", "threats"]),
    ("stage=at least threats", "at least threats"), ("grounds=[verdict, custom]", ["verdict", "custom"]),
    ("grounds=none", "none"), ("grounds={has: [verdict], may_have: [custom]}",
                               {"has": ["verdict"], "may_have": ["custom"]}),
    ("attacked=yes", True), ("boats_out=40", 40), ("attacked={value: yes, grade: B2, note: seen}", "yes"),
])
def test_changes_are_written_as_in_a_profile(mini: KnowledgeBase, text: str, value: Any) -> None:
    name = text.partition("=")[0].strip()
    before = assess(mini, CALM)
    by_text, by_dict = what_if(before, [text]), what_if(before, {name: value})
    assert same(by_text.after, by_dict.after)
    assert same(by_text.after, assess(mini, {**CALM, name: value}))


def test_evidence_too_weak_for_its_fact_leaves_it_unknown(mini: KnowledgeBase) -> None:
    found = what_if(assess(mini, CALM), {"attacked": {"value": "yes", "grade": "F6"}})
    assert mini.at("attacked") in found.after.unknown()


def test_a_change_keeps_all_else_of_the_situation(mini: KnowledgeBase) -> None:
    partners = [{"name": "North", "promise": "sworn", "lends": ["boats"]}]
    before = assess(mini, {**CALM, "partners": partners, "weights": {"calm": 2}, "you": "the harbour"})
    after = what_if(before, {"stage": "threats"}).after
    assert after.situation.weights == before.situation.weights == {"calm": 200}
    assert after.situation.partners == before.situation.partners
    assert after.situation.you == "the harbour"
    assert after.situation.changed
    assert not before.situation.changed


def test_what_fell_and_what_came_is_the_difference_of_the_mixes(mini: KnowledgeBase) -> None:
    moved = 0
    for seed in range(60):
        rng = random.Random(seed)
        at = rng.randrange(mini.attributes)
        before = assess(mini, sample(mini, seed))
        found = what_if(before, {mini.variables[at].id: fact(mini.variables[at], Choices(rng.choice), 10)})
        then = set(before.advice.mixes[0].actions)
        assert then - set(found.left) | set(found.entered) == set(found.after.advice.mixes[0].actions)
        assert set(found.before.trace.fired) - set(found.ceased) | set(found.began) == set(
            found.after.trace.fired)
        assert not set(found.permitted) & set(found.barred)
        for target, x, y in found.scores:
            assert x != y
            assert y == found.after.advice.weighing.scores.get(target, 0)
        sizes = [abs(y - x) for _, x, y in found.scores]
        assert sizes == sorted(sizes, reverse=True)
        moved += bool(found.entered)
    assert moved


def test_a_change_to_what_is_so_already_changes_nothing(mini: KnowledgeBase) -> None:
    found = what_if(assess(mini, CALM), {"stage": "words"})
    assert (found.changed, found.findings, found.began, found.ceased, found.entered, found.left, found.scores,
            found.permitted, found.barred) == ((), [], [], [], [], [], [], [], [])


@pytest.mark.parametrize(("changes", "said"), [
    ({"stag": "words"}, "'stag' is not an attribute"), (["stag=words"], "did you mean 'stage'"),
    (["stage=wrods"], "did you mean 'words'"), (["lawful=yes"], "derived from other answers"),
    ({"lawful": "yes"}, "derived from other answers"), (["stage"], "'stage' is not a change"),
    (["=words"], "is not a change"), (["stage="], "has no value"), (["stage=[words"], "YAML"),
    ({"stage": None}, "cannot be nothing"), ({"partners": []}, "'partners' is not an attribute"),
    ({"stage": {"value": "words", "grade": "Z9"}}, "not an Admiralty grade"),
    ({"title": "x"}, "'title' is not an attribute"), ({"schema": SCHEMA}, "'schema' is not an attribute"),
])
def test_a_bad_change_is_refused_with_what_to_write_instead(
    mini: KnowledgeBase, changes: Any, said: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        change(mini, assess(mini, CALM).situation, changes)
    assert said in str(caught.value)


def test_all_bad_changes_are_told_at_once(mini: KnowledgeBase) -> None:
    with pytest.raises(InvalidInput) as caught:
        change(mini, assess(mini, CALM).situation, ["stag=words", "leave=soon", "boats_out=many"])
    assert len(caught.value.issues) == 3


def test_the_command_shows_before_and_after_and_the_rules_responsible() -> None:
    a = assessment(NATO)
    name = next(a.kb.variables[t.flip.at].id for t in a.tipping if t.kind == "posture")
    flip = next(t.flip for t in a.tipping if t.kind == "posture")
    value = a.kb.variables[flip.at].names(flip.after)[0]
    shown = dss("what-if", NATO, f"{name}={'[' + value.replace('+', ', ') + ']' if '+' in value else value}")
    assert shown.exit_code == 0
    assert "BEFORE AND AFTER" in shown.stdout
    assert "REASONS THAT" in shown.stdout
    assert a.kb.postures[flip.advice.posture].title.split()[0] in shown.stdout


def test_the_command_says_when_nothing_changes(tmp_path: Path) -> None:
    profile = tmp_path / "calm.yaml"
    profile.write_text("stage: words\n")
    shown = dss("what-if", profile, "stage=words", "--kb", MINI)
    assert shown.exit_code == 0
    assert "No answer is changed by this." in shown.stdout


def test_a_bad_change_is_a_problem_not_a_crash() -> None:
    shown = dss("what-if", EXAMPLES[0], "no_such=thing")
    assert shown.exit_code == 1
    assert "'no_such' is not an attribute" in shown.stderr
    assert not shown.stdout
