"""Proofs: every one ends on what somebody supplied, and shows what was presumed and what gave way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from profiles import sample
from running import EXAMPLES, assessment

from dss import Assessment, KnowledgeBase, assess
from dss.explain import UnknownItem, check_item, proof_data, why
from dss.proof import (
    DERIVED,
    LEAVES,
    OPEN,
    PARTNERS,
    PRESUMED,
    RULE,
    STATED,
    STEP,
    Proof,
    variable,
)

CALM = {"quarrel": "fishing", "stage": "words", "attacked": "no", "grounds": []}


def items(kb: KnowledgeBase) -> list[str]:
    return [*kb.actions, *kb.postures, *(kb.variables[at].id for at in kb.findings)]


def proofs(a: Assessment) -> Iterator[Proof]:
    for item in items(a.kb):
        yield why(a, item)


def check_proof(a: Assessment, proof: Proof) -> None:
    for part in proof.walk():
        assert part.text.strip() == part.text != ""
        assert part.because or part.kind in LEAVES, part
        assert "{" not in part.text
        if part.kind == RULE:
            assert part.id in a.kb.rules
            assert part.note == a.kb.rules[part.id].title
            assert part.source
            assert part.text.startswith(f"{part.role}: ")
        if part.kind == STATED:
            assert a.situation.fact(a.kb.at(part.id)) is not None


@pytest.mark.parametrize("profile", EXAMPLES, ids=lambda p: p.stem)
def test_every_proof_of_an_example_ends_on_what_somebody_supplied(profile: Path) -> None:
    a = assessment(profile)
    for proof in proofs(a):
        assert proof.because
        check_proof(a, proof)


@pytest.mark.parametrize("seed", range(150))
def test_every_proof_of_any_profile_ends_on_what_somebody_supplied(mini: KnowledgeBase, seed: int) -> None:
    a = assess(mini, sample(mini, seed))
    for proof in proofs(a):
        assert proof.because
        check_proof(a, proof)


@pytest.mark.parametrize("seed", range(12))
def test_every_proof_of_any_profile_of_the_real_knowledge_base_ends_so(kb: KnowledgeBase, seed: int) -> None:
    a = assess(kb, sample(kb, seed))
    for proof in proofs(a):
        check_proof(a, proof)


def kinds(proof: Proof) -> set[str]:
    return {part.kind for part in proof.walk()}


def texts(proof: Proof) -> str:
    return "\n".join(part.text for part in proof.walk())


def test_a_presumed_finding_says_so_and_names_what_would_settle_it(mini: KnowledgeBase) -> None:
    proof = why(assess(mini, {}), "lawful")
    assert proof.kind == PRESUMED
    assert PRESUMED in {p.kind for p in proof.walk() if not p.because}
    assert OPEN in kinds(proof)
    assert "attack: not known" in texts(proof)


def test_a_settled_finding_is_derived_and_presumes_nothing(mini: KnowledgeBase) -> None:
    proof = why(assess(mini, {**CALM, "leave": "refused"}), "lawful")
    assert proof.kind == DERIVED
    assert PRESUMED not in kinds(proof)
    assert "its condition is not met" in texts(proof)


def test_an_exception_that_is_open_is_shown_as_presumed_not_to_hold(mini: KnowledgeBase) -> None:
    a = assess(mini, {"attacked": "yes", "stage": "ramming"})
    proof = why(a, "lawful")
    told = [p.text for p in proof.walk() if p.kind == PRESUMED and not p.because]
    assert "the exception does not hold: full leave" in told


def test_an_exception_that_is_refuted_is_shown_with_the_fact_that_refutes_it(mini: KnowledgeBase) -> None:
    proof = why(assess(mini, {"attacked": "yes", "stage": "ramming", "leave": "refused"}), "lawful")
    found = next(p for p in proof.walk() if p.text.startswith("the exception does not hold"))
    assert [p.text for p in found.because] == ["leave refused"]


def test_an_exception_that_holds_is_named(mini: KnowledgeBase) -> None:
    a = assess(mini, {"attacked": "yes", "stage": "ramming", "leave": "full", "grounds": []})
    proof = why(a, "lawful")
    assert "its exception holds: full leave" in texts(proof)


def test_a_rule_that_gives_way_is_shown_with_what_stands_above_it(mini: KnowledgeBase) -> None:
    a = assess(mini, {"tension": "high", "stage": "words", "in_place": [], "boats_out": 50})
    assert a.trace.defeats
    proof = why(a, "mood")
    beaten = next(p for p in proof.walk() if p.id == "tense-crews-sour-the-mood")
    assert beaten.role == "would count"
    assert [p.id for p in beaten.because] == ["words-keep-it-calm"]
    assert "stands above it" in beaten.because[0].role


def test_of_several_conclusions_the_proof_says_which_counts(mini: KnowledgeBase) -> None:
    proof = why(assess(mini, {"stage": "words", "boats_out": 2}), "mood")
    assert proof.text == "a calm mood"
    assert any(p.kind == STEP and "the lowest counts" in p.text for p in proof.walk())


def test_a_scorecard_counts_its_points(mini: KnowledgeBase) -> None:
    proof = why(assess(mini, {**CALM, "stage": "ramming", "tension": "high", "boats_out": 2}), "pressure")
    counted = [p.text for p in proof.because]
    assert counted[:2] == ["counts 30 points", "counts 10 points for tension: high"]


def test_an_open_scorecard_is_open(mini: KnowledgeBase) -> None:
    proof = why(assess(mini, {}), "pressure")
    assert proof.kind == OPEN
    assert proof.text.startswith("open: ")


def test_a_rule_without_a_condition_ends_on_a_step(mini: KnowledgeBase) -> None:
    told = [p for seed in range(100) for q in proofs(assess(mini, sample(mini, seed))) for p in q.walk()
            if p.id == "force-needs-its-case-told"]
    assert told
    for part in told:
        assert [(p.kind, p.text) for p in part.because] == [(STEP, "this holds in every case")]


def test_partners_are_named_and_attributed_to_the_partner_list(mini: KnowledgeBase) -> None:
    partners = [{"name": "North", "promise": "sworn", "lends": ["boats"], "reach": "high"},
                {"name": "South", "promise": "none", "lends": [], "crews": 1}]
    a = assess(mini, {**CALM, "partners": partners})
    told = [p.text for p in why(a, "joint-patrol").walk() if p.kind == PARTNERS]
    assert any("a partner with" in text and text.endswith(": North") for text in told)
    assert "one friend" in told


def test_without_a_partner_list_what_it_would_tell_is_open(mini: KnowledgeBase) -> None:
    for at in mini.words.about_partners:
        told = variable(assess(mini, CALM), at)
        assert told.kind == OPEN
        assert told.text.endswith("no partner list was given")


def test_what_a_partner_list_does_not_settle_is_open(mini: KnowledgeBase) -> None:
    a = assess(mini, {**CALM, "partners": [{"name": "North"}]})
    told = [variable(a, at) for at in mini.words.about_partners]
    assert any(p.kind == OPEN and "the list does not say enough" in p.text for p in told)


def test_evidence_stands_beside_the_fact_it_supports(mini: KnowledgeBase) -> None:
    a = assess(mini, {**CALM, "tension": {"value": "high", "grade": "B2", "as_of": "1901-05-02",
                                          "note": "seen from the mole"}, "in_place": [], "stage": "threats"})
    fact = next(p for p in why(a, "mood").walk() if p.id == "tension")
    assert (fact.kind, fact.text) == (STATED, "tension: high")
    assert fact.note == "grade B2; as of 1901-05-02; seen from the mole"


def test_evidence_too_weak_is_open_and_says_why(mini: KnowledgeBase) -> None:
    a = assess(mini, {"attacked": {"value": "yes", "grade": "F6"}, "stage": "ramming"})
    fact = next(p for p in why(a, "lawful").walk() if p.id == "attacked")
    assert fact.kind == OPEN
    assert "too weak" in fact.text


def test_a_proof_says_how_the_action_came_into_the_mix_or_was_left_out(mini: KnowledgeBase) -> None:
    entered = left = 0
    for seed in range(40):
        a = assess(mini, sample(mini, seed))
        for action in mini.actions:
            steps = [p.text for p in why(a, action).because if p.kind == STEP]
            if action in a.advice.mixes[0].actions:
                assert any(t.startswith("it entered the mix: ") for t in steps)
                entered += 1
            left += any(t.startswith("it was left out: ") for t in steps)
    assert entered
    assert left


def test_a_companion_names_the_rule_that_asks_for_it(mini: KnowledgeBase) -> None:
    found = False
    for seed in range(40):
        a = assess(mini, sample(mini, seed))
        for member in a.advice.mixes[0].members:
            told = {p.id: p.role for p in why(a, member.action).because if p.kind == RULE}
            for rule in member.required_by:
                assert "asks for it" in told[rule]
                found = True
    assert found


def test_a_posture_says_where_it_comes_and_how_its_core_stands(mini: KnowledgeBase) -> None:
    for seed in range(40):
        a = assess(mini, sample(mini, seed))
        for posture in mini.postures:
            proof = why(a, posture)
            core = [p for p in proof.because if p.kind == STEP and p.id in mini.actions]
            assert [p.id for p in core] == list(mini.postures[posture].core)
            recommended = posture == a.advice.posture
            assert ("is recommended" in proof.text or "is advised" in proof.text) is recommended
            rating = next(r for r in a.advice.ratings if r.posture == posture)
            if not rating.feasible and not recommended:
                assert "cannot be taken" in proof.text


def test_a_name_that_is_nothing_is_refused_with_the_nearest(mini: KnowledgeBase) -> None:
    with pytest.raises(UnknownItem, match=r"'protes'.*did you mean 'protest'"):
        why(assess(mini, {}), "protes")
    assert [check_item(assess(mini, {}), x) for x in ("parley", "stand-together", "mood")] == [
        "action", "posture", "finding"]


def test_a_proof_as_data_has_the_same_shape(mini: KnowledgeBase) -> None:
    a = assess(mini, {"attacked": "yes", "stage": "ramming"})
    proof = why(a, "board-the-raider")

    def same(data: dict[str, object], part: Proof) -> None:
        assert (data["kind"], data["text"], data["id"]) == (part.kind, part.text, part.id)
        inner = data["because"]
        assert isinstance(inner, list)
        assert len(inner) == len(part.because)
        for one, other in zip(inner, part.because, strict=True):
            same(one, other)

    same(proof_data(a, proof), proof)
