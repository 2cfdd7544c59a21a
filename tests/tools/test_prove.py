"""The proof means what the evaluator means, finds what is broken, and says what it only tested."""

from __future__ import annotations

import itertools
import shutil
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from profiles import profiles
from running import dss
from test_faults import BASE, faulty

from dss.conditions import ESTABLISHED, REFUTED
from dss.evaluate import evaluate, fired, truth
from dss.kb import KnowledgeBase, load_kb
from dss.lowering import POSSIBLE, VALUE, Known, Lowered, Truth, known_atoms
from dss.prove import OPEN, PROVED, TESTED, VIOLATED, Proof, SolverMissing, prove
from dss.situation import load_situation
from dss.weigh import AVAILABLE, POINTLESS, stand


def agrees(kb: KnowledgeBase, profile: dict[str, object]) -> None:
    """The formulas of a concrete profile have the values that the evaluator gives."""
    situation = load_situation(kb, profile)
    inference = evaluate(kb, situation.masks, situation.partners)
    lowered = Lowered(kb, Truth(), known_atoms(kb, dict(enumerate(inference.possible))))

    def so(formula: object) -> bool:
        return formula.so if isinstance(formula, Known) else bool(formula)

    for i, state in enumerate(inference.states):
        told = (so(lowered.fired[i]), so(lowered.sure[i]), so(lowered.refuted[i]))
        assert told == (fired(state), truth(state) == ESTABLISHED, truth(state) == REFUTED), list(kb.rules)[i]
    for at in kb.findings:
        for reading, masks in ((POSSIBLE, inference.possible), (VALUE, inference.value)):
            values = [so(v) for v in lowered.could[reading][at]]
            assert values == [bool(masks[at] >> i & 1) for i in range(len(values))], kb.variables[at].id
    for action in kb.actions.values():
        permitted = stand(kb, action, inference).status in (AVAILABLE, POINTLESS)
        assert so(lowered.permitted(action)) == permitted, action.id


@settings(max_examples=40)
@given(data=st.data())
def test_formulas_agree_with_the_evaluator_on_any_profile(any_kb: KnowledgeBase, data: st.DataObject) -> None:
    agrees(any_kb, data.draw(profiles(any_kb)))


@pytest.fixture(scope="module")
def proof(kb: KnowledgeBase) -> Proof:
    return prove(kb, samples=60)


def test_the_packaged_invariants_hold(proof: Proof) -> None:
    assert [v.id for v in proof.verdicts if v.outcome not in (PROVED, TESTED)] == []


def test_what_is_only_tested_says_on_how_many_profiles(proof: Proof) -> None:
    assert all(v.how.startswith("tested on ") for v in proof.verdicts if v.outcome == TESTED)


def test_every_posture_comes_first_somewhere(proof: Proof) -> None:
    assert [v.id for v in proof.postures if v.outcome != PROVED] == []


def test_the_proof_takes_less_than_a_minute(proof: Proof) -> None:
    assert proof.seconds < 60


def broken_kb(tmp_path: Path, file: str, old: str, new: str) -> Path:
    folder = faulty_copy(tmp_path)
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    return folder


def faulty_copy(tmp_path: Path) -> Path:
    return shutil.copytree(BASE, tmp_path / "kb")


def test_a_bar_that_is_missing_is_found_with_the_smallest_profile(tmp_path: Path) -> None:
    folder = broken_kb(tmp_path, "rules/law.yaml", "  - forbid: {every: force}\n",
                       "  - forbid: {every: force, except: [board-the-raider]}\n")
    found = prove(load_kb(broken_action(folder)), samples=0)
    verdict = next(v for v in found.verdicts if v.id == "no-unlawful-blow")
    assert (verdict.outcome, verdict.said) == (VIOLATED, "board-the-raider is permitted")
    assert verdict.confirmed
    assert verdict.profile is not None
    kb = load_kb(folder)
    for name in verdict.profile:
        fewer = {k: v for k, v in verdict.profile.items() if k != name}
        situation = load_situation(kb, fewer)
        inference = evaluate(kb, situation.masks, situation.partners)
        lawful = inference.possible[kb.at("lawful")]
        permitted = stand(kb, kb.actions["board-the-raider"], inference).status == AVAILABLE
        assert lawful != 0b01 or not permitted, "no fact of the profile may be left out"


def broken_action(folder: Path) -> Path:
    """Take the need of a legal ground away from the action whose bar is gone."""
    path = folder / "actions" / "military.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("    needs: {lawful: yes}\n", ""), encoding="utf-8"
    )
    return folder


def test_the_profile_of_a_violation_runs_through_assess(tmp_path: Path) -> None:
    folder = broken_action(broken_kb(tmp_path, "rules/law.yaml", "  - forbid: {every: force}\n",
                                     "  - forbid: {every: force, except: [board-the-raider]}\n"))
    result = dss("kb", "prove", "--kb", folder, "--samples", "0")
    assert result.exit_code == 1
    assert "violated" in result.stdout
    lines = result.stdout.split("save this as a profile and assess it:\n")[1].splitlines()
    text = "\n".join(itertools.takewhile(lambda line: line.startswith(" " * 15), lines))
    profile = tmp_path / "profile.yaml"
    profile.write_text(textwrap.dedent(text) + "\n", encoding="utf-8")
    told = dss("assess", profile, "--kb", folder)
    assert told.exit_code in (0, 3), told.stderr


def test_search_and_solver_agree_where_both_can_settle() -> None:
    kb = load_kb(BASE)
    solver, search = prove(kb, samples=0), prove(kb, samples=0, solver=False)
    outcomes = {v.id: v.outcome for v in solver.verdicts}
    settled = [v for v in search.verdicts if v.outcome in (PROVED, VIOLATED)]
    assert settled
    assert all(outcomes[v.id] == v.outcome for v in settled)
    assert OPEN not in outcomes.values()


def test_without_the_solver_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    with pytest.raises(SolverMissing):
        prove(load_kb(BASE), samples=0)
    result = dss("kb", "prove", "--kb", BASE, "--samples", "0")
    assert "crisis-dss[proof]" in result.stderr
    assert "by exact search" in result.stdout
    assert dss("kb", "prove", "--kb", BASE, "--method", "solver").exit_code == 1


@pytest.mark.parametrize("name", ["forbidden-companion"])
def test_a_fault_elsewhere_does_not_stop_the_proof(name: str, tmp_path: Path) -> None:
    assert prove(load_kb(faulty(name, tmp_path)), samples=20).verdicts
