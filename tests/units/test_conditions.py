"""Conditions: what each phrase allows on each type, how they combine, and their normal form."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import MINI
from hypothesis import given
from hypothesis import strategies as st

from dss import load_kb, load_situation
from dss.conditions import (
    ALWAYS,
    ESTABLISHED,
    MAX_CONJUNCTIONS,
    NEVER,
    OPEN,
    REFUTED,
    AllOf,
    AnyOf,
    ConditionReader,
    Dnf,
    NotOf,
    Phrase,
    PhraseReader,
    Tree,
    Vocabulary,
    compile_tree,
    describe,
    status,
)
from dss.evaluate import evaluate_situation, fired
from dss.issues import Place, Problems
from dss.situation import Partner, ask_partners
from dss.source import from_python
from dss.terms import Variable, bits

LEVELS = ("low", "medium", "high", "top")
SCALE = Variable("level", "scale", LEVELS, LEVELS, title="Level")
SCALE_NA = Variable("stage", "scale", LEVELS, LEVELS, na=True, title="Stage")
CHOICE = Variable("kind", "choice", ("fish", "land", "wreck"), title="Kind")
FLAG = Variable("hit", "flag", ("no", "yes"), title="Hit")
SET = Variable("bases", "set", ("x", "y", "z"), title="Bases")
NUMBER = Variable("boats", "number", (), na=True, low=0, high=100, bounds=(0, 10, 40, 41), title="Boats")
ALL = (SCALE, SCALE_NA, CHOICE, FLAG, SET, NUMBER)


def read_phrase(variable: Variable, phrase: Any) -> list[str] | str:
    """The names of the values a phrase allows, or the first problem's message."""
    problems = Problems()
    node = from_python("t", phrase, problems)
    assert node is not None
    mask = PhraseReader(variable, problems).read(node)
    if problems.found:
        return problems.found[0].message
    assert mask is not None
    return variable.names(mask)


@pytest.mark.parametrize(("variable", "phrase", "allowed"), [
    (SCALE, "high", "high"),
    (SCALE, ["low", "top"], "low top"),
    (SCALE, "[low, top]", "low top"),
    (SCALE, "at least high", "high top"),
    (SCALE, "at most medium", "low medium"),
    (SCALE, "between medium and high", "medium high"),
    (SCALE, "between high and high", "high"),
    (SCALE, "not low", "medium high top"),
    (SCALE, "not [low, top]", "medium high"),
    (SCALE, "not at least high", "low medium"),
    (SCALE, "not between medium and high", "low top"),
    (SCALE, "not not low", "low"),
    (SCALE, ["at most low", "top"], "low top"),
    (SCALE, "  at   least   high ", "high top"),
    (SCALE_NA, "at least low", "low medium high top"),
    (SCALE_NA, "not low", "medium high top"),
    (SCALE_NA, "n/a", "n/a"),
    (SCALE_NA, "not n/a", "low medium high top"),
    (SCALE_NA, ["low", "n/a"], "low n/a"),
    (CHOICE, "fish", "fish"),
    (CHOICE, ["fish", "wreck"], "fish wreck"),
    (CHOICE, "not fish", "land wreck"),
    (CHOICE, "not [fish, land]", "wreck"),
    (FLAG, "yes", "yes"),
    (FLAG, "not yes", "no"),
    (FLAG, True, "yes"),
    (FLAG, False, "no"),
    (FLAG, "at least no", "no yes"),
    (SET, "none", "none"),
    (SET, "not none", "x y x+y z x+z y+z x+y+z"),
    (SET, "has x", "x x+y x+z x+y+z"),
    (SET, "has any of [x, y]", "x y x+y x+z y+z x+y+z"),
    (SET, "has all of [x, y]", "x+y x+y+z"),
    (SET, "has [x, y]", "x+y x+y+z"),
    (SET, "lacks x", "none y z y+z"),
    (SET, "lacks all of [x, y]", "none z"),
    (SET, "lacks any of [x, y]", "none x y z x+z y+z"),
    (SET, "not has x", "none y z y+z"),
    (SET, "not lacks x", "x x+y x+z x+y+z"),
    (NUMBER, "at least 10", "10..39 40..40 41..100"),
    (NUMBER, "at most 9", "0..9"),
    (NUMBER, "at most 40", "0..9 10..39 40..40"),
    (NUMBER, "between 10 and 40", "10..39 40..40"),
    (NUMBER, "40", "40..40"),
    (NUMBER, 40, "40..40"),
    (NUMBER, "not 40", "0..9 10..39 41..100"),
    (NUMBER, "not at least 10", "0..9"),
    (NUMBER, [40, "at least 41"], "40..40 41..100"),
    (NUMBER, "n/a", "n/a"),
    (NUMBER, "not n/a", "0..9 10..39 40..40 41..100"),
    (NUMBER, "at least 0", "0..9 10..39 40..40 41..100"),
])
def test_a_phrase_allows_exactly_these_values(variable: Variable, phrase: Any, allowed: str) -> None:
    assert read_phrase(variable, phrase) == allowed.split()


@pytest.mark.parametrize(("variable", "phrase", "message"), [
    (SCALE, "n/a", "'level' has no value 'n/a'"),
    (SCALE, "hgih", "'level' has no value 'hgih'"),
    (SCALE, "between top and low", "'between top and low' allows no value"),
    (SCALE, "not at least low", "'not at least low' allows no value"),
    (SCALE, [], "an empty list allows no value"),
    (SCALE, {"at least": "low"}, "'level' takes a phrase, not a mapping"),
    (SCALE, "has low", "'level' has no value 'has low'"),
    (CHOICE, "at least land", "'kind' has no order, so 'at least land' says nothing"),
    (CHOICE, "between fish and land", "'kind' has no order, so 'between fish and land' says nothing"),
    (SET, "x", "'x' does not say what 'bases' has or lacks"),
    (SET, ["x", "y"], "'bases' takes a phrase, not a list"),
    (SET, "has w", "'bases' has no value 'w'"),
    (SET, "n/a", "'bases' has no value 'n/a'"),
    (NUMBER, "many", "'many' is not a whole number"),
    (NUMBER, "1.5", "'1.5' is not a whole number"),
    (NUMBER, "at least 101", "101 is out of range"),
    (NUMBER, "-1", "-1 is out of range"),
    (NUMBER, "between 40 and 10", "'between 40 and 10' allows no value"),
])
def test_a_phrase_that_means_nothing_is_named(variable: Variable, phrase: Any, message: str) -> None:
    assert read_phrase(variable, phrase) == message


@pytest.mark.parametrize("variable", ALL, ids=lambda v: v.kind)
def test_a_phrase_and_its_negation_share_no_value_and_leave_out_only_n_a(variable: Variable) -> None:
    phrases = {"set": ["none", "has x", "has any of [x, y]", "lacks all of [y, z]"],
               "number": ["at least 10", "40", "between 10 and 40"],
               "choice": ["fish", "[fish, land]"], "flag": ["yes"],
               "scale": ["low", "at least high", "between medium and high"]}[variable.kind]
    for phrase in phrases:
        yes, no = (read_phrase(variable, p) for p in (phrase, f"not {phrase}"))
        assert not set(yes) & set(no)
        assert {*yes, *no} == set(variable.names(variable.proper))


# Trees ----------------------------------------------------------------------------------------


def vocabulary() -> Vocabulary:
    words = Vocabulary()
    for variable in ALL:
        words.add(variable)
    return words


def partner_words() -> Vocabulary:
    words = Vocabulary()
    words.add(Variable("promise", "scale", ("none", "hint", "oath"), title="Promise"))
    words.add(Variable("lends", "set", ("boats", "gold"), title="Lends"))
    return words


def read(condition: Any, words: Vocabulary | None = None) -> tuple[Tree, Dnf, Vocabulary]:
    words = words or vocabulary()
    problems = Problems()
    node = from_python("t", condition, problems)
    assert node is not None
    tree = ConditionReader(words, problems, partner_words()).read(node)
    assert not problems.found, problems.found
    return tree, compile_tree(tree, words.variables), words


def names(dnf: Dnf, words: Vocabulary) -> list[dict[str, str]]:
    """A normal form with names for positions and masks."""
    return [{words.variables[v].id: " ".join(words.variables[v].names(m)) for v, m in row} for row in dnf]


@pytest.mark.parametrize(("condition", "normal"), [
    ({}, [{}]),
    ({"level": "high"}, [{"level": "high"}]),
    ({"level": "high", "hit": "yes"}, [{"level": "high", "hit": "yes"}]),
    ({"all": [{"level": "at least medium"}, {"level": "at most high"}]}, [{"level": "medium high"}]),
    ({"level": "at least low"}, [{}]),
    ({"stage": "at least low"}, [{"stage": "low medium high top"}]),
    ({"any": [{"level": "low"}, {"level": "top"}]}, [{"level": "low top"}]),
    ({"any": [{"level": "low"}, {"hit": "yes"}]}, [{"level": "low"}, {"hit": "yes"}]),
    ({"any": [{"level": "low", "hit": "yes"}, {"level": "low", "hit": "no"}]}, [{"level": "low"}]),
    ({"any": [{"level": "low"}, {"level": "low", "hit": "yes"}]}, [{"level": "low"}]),
    ({"not": {"level": "low"}}, [{"level": "medium high top"}]),
    ({"not": {"stage": "low"}}, [{"stage": "medium high top n/a"}]),
    ({"not": {"level": "low", "hit": "yes"}}, [{"level": "medium high top"}, {"hit": "no"}]),
    ({"not": {"any": [{"level": "low"}, {"hit": "yes"}]}}, [{"level": "medium high top", "hit": "no"}]),
    ({"not": {"not": {"level": "low"}}}, [{"level": "low"}]),
    ({"all": [{"level": "low"}, {"level": "top"}]}, []),
    ({"any": []}, []),
    ({"all": []}, [{}]),
    ({"not": {"all": []}}, []),
    ({"all": [{"any": [{"level": "low"}, {"kind": "fish"}]}, {"hit": "yes"}]},
     [{"level": "low", "hit": "yes"}, {"kind": "fish", "hit": "yes"}]),
    ({"all": [{"bases": "has x"}, {"bases": "lacks y"}]}, [{"bases": "x x+z"}]),
])
def test_a_condition_has_this_normal_form(condition: Any, normal: list[dict[str, str]]) -> None:
    _, dnf, words = read(condition)
    assert names(dnf, words) == normal


def masks(words: Vocabulary, **known: Any) -> list[int]:
    """Possible values by position: as given, else everything."""
    out = [v.full for v in words.variables]
    for name, phrase in known.items():
        variable = words.variables[words.position[name]]
        node = from_python("t", phrase, Problems())
        assert node is not None
        found = PhraseReader(variable, Problems()).read(node)
        assert found is not None
        out[words.position[name]] = found
    return out


@pytest.mark.parametrize(("condition", "known", "wanted"), [
    ({"level": "at least high"}, {}, OPEN),
    ({"level": "at least high"}, {"level": "top"}, ESTABLISHED),
    ({"level": "at least high"}, {"level": "at least high"}, ESTABLISHED),
    ({"level": "at least high"}, {"level": "at least medium"}, OPEN),
    ({"level": "at least high"}, {"level": "at most medium"}, REFUTED),
    ({"stage": "not low"}, {"stage": "n/a"}, REFUTED),
    ({"stage": "at least low"}, {"stage": "n/a"}, REFUTED),
    ({"stage": "at least low"}, {}, OPEN),
    ({"stage": "n/a"}, {"stage": "n/a"}, ESTABLISHED),
    ({"not": {"stage": "low"}}, {"stage": "n/a"}, ESTABLISHED),
    ({"level": "low", "hit": "yes"}, {"hit": "no"}, REFUTED),
    ({"level": "low", "hit": "yes"}, {"hit": "yes"}, OPEN),
    ({"any": [{"level": "low"}, {"hit": "yes"}]}, {"hit": "yes"}, ESTABLISHED),
    ({"any": [{"level": "low"}, {"hit": "yes"}]}, {"hit": "no"}, OPEN),
    ({"any": [{"level": "low"}, {"hit": "yes"}]}, {"hit": "no", "level": "top"}, REFUTED),
    ({"any": [{"level": "low"}, {"not": {"level": "low"}}]}, {}, ESTABLISHED),
    ({"bases": "has x"}, {"bases": "has all of [x, y]"}, ESTABLISHED),
    ({"bases": "has x"}, {"bases": "lacks x"}, REFUTED),
    ({"bases": "none"}, {"bases": "lacks x"}, OPEN),
    ({"boats": "at least 10"}, {"boats": "at least 40"}, ESTABLISHED),
    ({"boats": "at least 40"}, {"boats": "at least 10"}, OPEN),
    ({}, {}, ESTABLISHED),
    ({"any": []}, {}, REFUTED),
])
def test_a_condition_is_established_refuted_or_open(
    condition: Any, known: dict[str, Any], wanted: int
) -> None:
    _, dnf, words = read(condition)
    assert status(dnf, masks(words, **known)) == wanted


def test_always_and_never_hold_whatever_is_known() -> None:
    assert status(ALWAYS, []) == ESTABLISHED
    assert status(NEVER, []) == REFUTED


def test_unknown_asks_whether_anything_at_all_is_known() -> None:
    _, dnf, words = read({"level": "unknown"})
    assert names(dnf, words) == [{"level?unknown": "yes"}]
    assert words.about_unknown == {words.position["level?unknown"]: words.position["level"]}
    _, negated, _ = read({"not": {"level": "unknown"}}, words)
    assert names(negated, words) == [{"level?unknown": "no"}]


# Partners -------------------------------------------------------------------------------------


def friends(*promises: str) -> list[Partner]:
    variables = partner_words().variables
    return [Partner(f"P{i}", "", (variables[0].full if p == "?" else variables[0].bit(p), variables[1].full))
            for i, p in enumerate(promises)]


QUESTIONS: dict[str, Any] = {
    "some": {"some_partner": {"promise": "at least hint"}},
    "two": {"at_least": {"n": 2, "partner": {"promise": "at least hint"}}},
    "no": {"no_partner": {"promise": "at least hint"}},
}


@pytest.mark.parametrize(("question", "promises", "wanted"), [
    ("some", None, OPEN), ("two", None, OPEN), ("no", None, OPEN),
    ("some", [], REFUTED), ("two", [], REFUTED), ("no", [], ESTABLISHED),
    ("some", ["oath"], ESTABLISHED), ("two", ["oath"], REFUTED), ("no", ["oath"], REFUTED),
    ("some", ["none"], REFUTED), ("no", ["none"], ESTABLISHED),
    ("some", ["?"], OPEN), ("two", ["?"], REFUTED), ("no", ["?"], OPEN),
    ("some", ["?", "oath"], ESTABLISHED), ("two", ["?", "oath"], OPEN), ("no", ["?", "oath"], REFUTED),
    ("two", ["oath", "hint", "none"], ESTABLISHED), ("two", ["?", "?", "none"], OPEN),
])
def test_a_partner_question_is_answered_by_the_list(
    question: str, promises: list[str] | None, wanted: int
) -> None:
    _, dnf, words = read(QUESTIONS[question])
    partners = None if promises is None else friends(*promises)
    found = [v.full for v in words.variables]
    for at, asked in words.about_partners.items():
        found[at] = ask_partners(asked, partners)
    assert status(dnf, found) == wanted


def test_a_partner_question_equals_brute_force_over_what_partners_may_yet_say() -> None:
    values = ("none", "hint", "oath")
    for promises in itertools.product((*values, "?"), repeat=3):
        for name, condition in QUESTIONS.items():
            _, dnf, words = read(condition)
            (at, asked), = words.about_partners.items()
            possible = 0
            for full in itertools.product(*((values if p == "?" else (p,)) for p in promises)):
                count = sum(p != "none" for p in full)
                possible |= 0b10 if count >= asked.least else 0b01
            assert ask_partners(asked, friends(*promises)) == possible, (name, promises)
            assert [v for row in dnf for v, _ in row] == [at]


def test_two_ways_to_ask_the_same_of_partners_are_one_question() -> None:
    words = vocabulary()
    read({"some_partner": {"promise": "at least hint"}}, words)
    read({"no_partner": {"promise": "[hint, oath]"}}, words)
    read({"at_least": {"n": 1, "partner": {"promise": "not none"}}}, words)
    assert len(words.about_partners) == 1


def test_conditions_of_one_partner_must_hold_of_the_same_partner() -> None:
    _, dnf, words = read({"some_partner": {"promise": "oath", "lends": "has gold"}})
    promise, lends = partner_words().variables
    gold, boats = lends.subset(["gold"]), lends.subset(["boats"])
    split = [Partner("A", "", (promise.bit("oath"), boats)), Partner("B", "", (promise.bit("none"), gold))]
    one = [Partner("A", "", (promise.bit("oath"), gold))]
    (at, asked), = words.about_partners.items()
    assert ask_partners(asked, split) == 0b01
    assert ask_partners(asked, one) == 0b10
    assert dnf == (((at, 0b10),),)


# The normal form against the tree ---------------------------------------------------------------

SMALL = (
    Variable("a", "scale", ("p", "q", "r"), title="A"),
    Variable("b", "flag", ("no", "yes"), title="B"),
    Variable("c", "scale", ("s", "t"), na=True, title="C"),
)
HERE = Place("t")


def trees() -> st.SearchStrategy[Tree]:
    phrases = st.one_of([
        st.builds(Phrase, st.just(i), st.integers(1, v.full), st.just("…"), st.just(HERE))
        for i, v in enumerate(SMALL)
    ])
    return st.recursive(phrases, lambda inner: st.one_of(
        st.builds(AllOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(NotOf, inner),
    ), max_leaves=10)


def kleene(tree: Tree, known: tuple[int, ...]) -> int:
    """A tree read directly by Kleene's tables, phrase by phrase."""
    if isinstance(tree, Phrase):
        possible = known[tree.variable]
        if not possible & tree.allowed:
            return REFUTED
        return OPEN if possible & ~tree.allowed else ESTABLISHED
    if isinstance(tree, NotOf):
        return ESTABLISHED - kleene(tree.part, known)
    found = [kleene(part, known) for part in tree.parts]
    if isinstance(tree, AllOf):
        return min(found, default=ESTABLISHED)
    return max(found, default=REFUTED)


KNOWN = list(itertools.product(*(range(1, v.full + 1) for v in SMALL)))
EXACT = [tuple(1 << i for i in atoms) for atoms in itertools.product(*(bits(v.full) for v in SMALL))]


@given(trees())
def test_on_exact_facts_the_normal_form_is_the_tree(tree: Tree) -> None:
    dnf = compile_tree(tree, SMALL)
    for exact in EXACT:
        assert status(dnf, exact) == kleene(tree, exact)


@given(trees())
def test_the_normal_form_settles_all_that_kleene_settles_and_never_too_much(tree: Tree) -> None:
    dnf = compile_tree(tree, SMALL)
    for known in KNOWN:
        found, direct = status(dnf, known), kleene(tree, known)
        if direct != OPEN:
            assert found == direct
        elif found != OPEN:
            answers = {kleene(tree, exact) for exact in EXACT
                       if all(e & k for e, k in zip(exact, known, strict=True))}
            assert answers == {found}, "merging may settle a condition only where every completion agrees"


@given(trees())
def test_each_variable_stands_once_in_a_conjunction_with_values_it_really_has(tree: Tree) -> None:
    for row in compile_tree(tree, SMALL):
        assert [v for v, _ in row] == sorted({v for v, _ in row})
        assert all(0 < m <= SMALL[v].full for v, m in row)


NUMBERS = {
    "at least 12": lambda n: n >= 12, "at most 12": lambda n: n <= 12, "12": lambda n: n == 12,
    "not 12": lambda n: n != 12, "between 12 and 14": lambda n: 12 <= n <= 14,
    "not between 12 and 14": lambda n: not 12 <= n <= 14,
}
LISTS = {
    "[12, 450]": lambda n: n in (12, 450), "[12, at least 14]": lambda n: n == 12 or n >= 14,
    '"not [12, 14]"': lambda n: n not in (12, 14), "at  least 12": lambda n: n >= 12,
    "at least 1_2": lambda n: n >= 12,
}


def check_numbers(folder: Path, phrase: str, holds: Callable[[int], bool]) -> None:
    """A rule of the small knowledge base reads ``phrase``; ask it about each number around the edges."""
    shutil.copytree(MINI, folder)
    path = folder / "rules" / "calm.yaml"
    path.write_text(path.read_text().replace("boats_out: between 10 and 400", f"boats_out: {phrase}"))
    kb = load_kb(folder)
    index = list(kb.rules).index("many-boats-are-dangerous")
    for n in (0, 9, 10, 11, 12, 13, 14, 15, 16, 449, 450, 451, 500):
        inference = evaluate_situation(load_situation(kb, {"boats_out": n}), kb)
        assert fired(inference.states[index]) is holds(n), n


@pytest.mark.parametrize("phrase", NUMBERS)
def test_a_condition_on_a_number_is_exact(tmp_path: Path, phrase: str) -> None:
    check_numbers(tmp_path / "kb", phrase, NUMBERS[phrase])


@pytest.mark.parametrize("phrase", LISTS)
def test_a_condition_on_a_number_is_exact_in_every_spelling(tmp_path: Path, phrase: str) -> None:
    check_numbers(tmp_path / "kb", phrase, LISTS[phrase])


def test_a_condition_with_too_many_alternatives_is_refused_not_written_out() -> None:
    words = Vocabulary()
    for i in range(60):
        words.add(Variable(f"v{i}", "flag", ("no", "yes"), title=f"V{i}"))
    wide = {"all": [{"any": [{f"v{i}": "yes"}, {f"v{i + 1}": "yes"}]} for i in range(0, 60, 2)]}
    tree, problems = read_noted(wide, words)
    compile_tree(tree, words.variables, problems, HERE)
    assert [i.code for i in problems.found] == ["KB025"]
    assert str(MAX_CONJUNCTIONS) in problems.found[0].message


def read_noted(condition: Any, words: Vocabulary) -> tuple[Tree, Problems]:
    problems = Problems()
    node = from_python("t", condition, problems)
    assert node is not None
    return ConditionReader(words, problems).read(node), problems


@pytest.mark.parametrize(("condition", "text"), [
    ({"level": "at least high"}, "level: at least high"),
    ({"level": "low", "hit": "yes"}, "(level: low and hit: yes)"),
    ({"any": [{"level": "low"}, {"hit": "yes"}]}, "(level: low or hit: yes)"),
    ({"not": {"kind": ["fish", "land"]}}, "not (kind: fish, land)"),
    ({"level": "unknown"}, "whether level is unknown"),
    ({"not": {"level": "unknown"}}, "not (whether level is unknown)"),
    ({"some_partner": {"promise": "oath"}}, "some partner with promise: oath"),
    ({"no_partner": {"promise": "oath"}}, "not some partner with promise: oath"),
    ({"at_least": {"n": 2, "partner": {"promise": "oath"}}}, "two partners with promise: oath"),
    ({"at_least": {"n": 4, "partner": {"promise": "oath"}}}, "4 partners with promise: oath"),
    ({}, "always"),
])
def test_a_condition_can_be_said_in_words(condition: Any, text: str) -> None:
    tree, _, words = read(condition)
    assert describe(tree, words.variables) == text
