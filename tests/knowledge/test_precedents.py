"""Precedents: enough of them, nearness by Gower's measure, and no effect on any score."""

from __future__ import annotations

import json
import shutil
from fractions import Fraction
from pathlib import Path

import pytest
from running import EXAMPLES, NATO, assessment, document, dss

import kb_rules
from dss import InvalidInput, KnowledgeBase, assess, load_kb
from dss.precedents import (
    FEWEST_SHARED,
    RESULTS,
    Precedent,
    _alike,
    likeness,
    load_precedents,
    nearest_precedents,
)
from dss.terms import Variable, bits, single

LEAST = 12
SCALE = Variable("s", "scale", ("none", "some", "much", "most", "all"), na=True)
CHOICE = Variable("c", "choice", ("a", "b", "c"))
FLAG = Variable("f", "flag", ("no", "yes"))
SET = Variable("t", "set", ("x", "y", "z"), na=True)
NUMBER = Variable("n", "number", (), low=0, high=500, bounds=(0, 10, 40, 400))


@pytest.mark.parametrize(("variable", "one", "other", "alike"), [
    (SCALE, "none", "none", Fraction(1)), (SCALE, "none", "all", Fraction(0)),
    (SCALE, "none", "some", Fraction(3, 4)), (SCALE, "some", "most", Fraction(1, 2)),
    (SCALE, "n/a", "n/a", None), (SCALE, "n/a", "some", Fraction(0)),
    (CHOICE, "a", "a", Fraction(1)), (CHOICE, "a", "c", Fraction(0)),
    (FLAG, "no", "yes", Fraction(0)), (FLAG, "yes", "yes", Fraction(1)), (FLAG, "no", "no", Fraction(1)),
    (SET, ["x"], ["x"], Fraction(1)), (SET, ["x", "y"], ["y", "z"], Fraction(1, 3)),
    (SET, ["x"], ["y"], Fraction(0)), (SET, [], ["y"], Fraction(0)), (SET, [], [], None),
    (SET, "n/a", ["x"], Fraction(0)), (SET, "n/a", "n/a", None),
    (NUMBER, 0, 0, Fraction(1)), (NUMBER, 0, 3, Fraction(0)), (NUMBER, 1, 2, Fraction(2, 3)),
])
def test_how_alike_two_values_are(variable: Variable, one: object, other: object,
                                  alike: Fraction | None) -> None:
    def mask(value: object) -> int:
        if isinstance(value, list):
            return variable.subset(value)
        return 1 << value if isinstance(value, int) else variable.bit(str(value))

    assert _alike(variable, mask(one), mask(other)) == alike
    assert _alike(variable, mask(other), mask(one)) == alike


def test_likeness_of_values_is_symmetric_and_lies_between_0_and_1(kb: KnowledgeBase) -> None:
    for term in kb.variables[: kb.attributes]:
        masks = [1 << i for i in bits(term.full)][:40]
        for x in masks:
            for y in masks:
                found = _alike(term, x, y)
                assert found == _alike(term, y, x)
                assert found is None or 0 <= found <= 1
                assert found is None or (found == 1) == (x == y)


def test_there_are_enough_precedents_successes_and_failures(kb: KnowledgeBase) -> None:
    found = load_precedents(kb)
    assert len(found) >= LEAST
    assert {p.result for p in found} <= set(RESULTS)
    assert {"failure", "avoided-war"} <= {p.result for p in found}


def test_every_precedent_says_what_was_done_what_came_of_it_and_who_claims_it(kb: KnowledgeBase) -> None:
    for p in load_precedents(kb):
        assert p.title
        assert p.story
        assert p.done
        assert p.outcome
        assert p.claims
        assert p.sources
        assert p.lesson
        assert p.posture in kb.postures
        assert sum(single(m) for m in p.masks) >= FEWEST_SHARED
    assert any(c.by == "article" for p in load_precedents(kb) for c in p.claims)


def test_likeness_of_cases_is_symmetric_and_a_case_is_like_itself(kb: KnowledgeBase) -> None:
    found = load_precedents(kb)
    for one in found:
        assert likeness(kb, one, one.masks).similarity == 1
        assert likeness(kb, one, one.masks).differs == ()
        for other in found:
            there, back = likeness(kb, one, other.masks), likeness(kb, other, one.masks)
            assert (there.similarity, there.shared, there.differs) == (back.similarity, back.shared,
                                                                       back.differs)
            assert 0 <= there.similarity <= 1


def test_likeness_is_the_mean_over_the_facts_known_on_both_sides(mini: KnowledgeBase) -> None:
    def masks(**facts: object) -> tuple[int, ...]:
        return assess(mini, facts).situation.masks

    here = masks(quarrel="border", stage="words", tension="high", grounds=["verdict", "custom"], boats_out=2)
    there = masks(quarrel="border", stage="ramming", tension="medium", grounds=["custom"], attacked="yes")
    case = Precedent("x", "X", "", "", "", "", there, (), "", "", "", (), (), "")
    found = likeness(mini, case, here)
    assert found.shared == 4
    assert found.similarity == (1 + Fraction(0) + Fraction(1, 2) + Fraction(1, 2)) / 4
    assert [mini.variables[at].id for at in found.differs] == ["stage", "tension", "grounds"]


def test_what_is_open_on_either_side_takes_no_part(kb: KnowledgeBase) -> None:
    for p in load_precedents(kb):
        nothing = [v.full for v in kb.variables[: kb.attributes]]
        assert likeness(kb, p, nothing).shared == 0
        assert likeness(kb, p, nothing).similarity == 0
    assert nearest_precedents(kb, nothing) == []


@pytest.mark.parametrize("profile", EXAMPLES, ids=lambda p: p.stem)
def test_the_nearest_come_first_and_share_enough(profile: Path) -> None:
    a = assessment(profile)
    found = nearest_precedents(a.kb, a.situation.masks, most=100)
    assert [x.similarity for x in found] == sorted((x.similarity for x in found), reverse=True)
    assert all(x.shared >= FEWEST_SHARED for x in found)
    assert found[:3] == nearest_precedents(a.kb, a.situation.masks)


@pytest.fixture(scope="module")
def without(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """The packaged knowledge base without its precedents."""
    folder = tmp_path_factory.mktemp("without") / "kb"
    shutil.copytree(Path(kb_rules.__path__[0]), folder,
                    ignore=shutil.ignore_patterns("__pycache__", "*.py", "precedents"))
    return load_kb(folder)


@pytest.mark.parametrize("profile", EXAMPLES, ids=lambda p: p.stem)
def test_precedents_change_nothing_but_the_list_of_precedents(without: KnowledgeBase, profile: Path) -> None:
    alone = assess(without, profile).as_data()
    assert alone["precedents"] == []
    told = {**document(profile), "precedents": [], "kb": alone["kb"]}
    assert json.dumps(alone, sort_keys=True) == json.dumps(told, sort_keys=True)


def test_the_command_tells_the_cases_in_words(kb: KnowledgeBase) -> None:
    shown = dss("precedents", NATO, "-n", "2")
    assert shown.exit_code == 0
    text = " ".join(shown.stdout.split())
    a = assessment(NATO)
    found = nearest_precedents(kb, a.situation.masks, 2)
    for near in found:
        for said in (near.precedent.title, near.precedent.outcome, near.precedent.lesson):
            assert " ".join(said.split()) in text
    assert text.count("Where it differs most:") == sum(bool(x.differs) for x in found)
    assert "Precedents inform; they change no score." in text
    assert "_" not in text


def test_the_command_gives_the_cases_as_data(kb: KnowledgeBase) -> None:
    told = json.loads(dss("precedents", NATO, "-n", "100", "--format", "json").stdout)
    near = nearest_precedents(kb, assessment(NATO).situation.masks, 100)
    assert [p["id"] for p in told] == [x.precedent.id for x in near]
    for p in told:
        assert all(set(x) == {"attribute", "here", "there", "title", "here_says", "there_says"}
                   for x in p["differs"])


def test_a_profile_that_shares_too_little_is_told_so(tmp_path: Path) -> None:
    profile = tmp_path / "empty.yaml"
    profile.write_text("title: Nothing known\n")
    shown = dss("precedents", profile)
    assert shown.exit_code == 0
    assert "No precedent shares enough known facts" in shown.stdout


def test_a_precedent_with_mistakes_is_refused_with_each_of_them(tmp_path: Path) -> None:
    folder = tmp_path / "kb"
    shutil.copytree(Path(kb_rules.__path__[0]), folder, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    file = sorted((folder / "precedents").glob("*.yaml"))[0]
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("\nresult: ", "\nresult: un").replace("id: ", "id: no-", 1),
                    encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        load_precedents(load_kb(folder))
    assert len(caught.value.issues) == 2
    assert all(i.place.file.endswith(file.name) for i in caught.value.issues)
