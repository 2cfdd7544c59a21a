"""Reading a profile: values, evidence, grades, partners, and what follows from the partner list."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import MINI

from dss import InvalidInput, KnowledgeBase, Situation, load_situation
from dss.attributes import Aggregate
from dss.conditions import ESTABLISHED, status
from dss.situation import Partner, aggregated, matching, meets
from dss.terms import bits


def possible(kb: KnowledgeBase, situation: Situation, name: str) -> str:
    """The possible values of an attribute by name, in order."""
    at = kb.at(name)
    mask = situation.masks[at]
    return "?" if mask == kb.variables[at].full else " ".join(kb.variables[at].names(mask))


@pytest.mark.parametrize(("name", "value", "wanted"), [
    ("stage", "threats", "threats"),
    ("stage", "unknown", "?"),
    ("stage", "at least threats", "threats ramming"),
    ("stage", "at most threats", "words threats"),
    ("stage", "between words and threats", "words threats"),
    ("stage", ["words", "ramming"], "words ramming"),
    ("stage", "not words", "threats ramming"),
    ("stage", "n/a", "n/a"),
    ("stage", ["words", "n/a"], "words n/a"),
    ("stage", "not n/a", "words threats ramming"),
    ("stage", ["words", "threats", "ramming", "n/a"], "?"),
    ("quarrel", "fishing", "fishing"),
    ("quarrel", ["fishing", "border"], "fishing border"),
    ("quarrel", "not fishing", "border salvage"),
    ("attacked", "yes", "yes"),
    ("attacked", True, "yes"),
    ("attacked", False, "no"),
    ("grounds", "verdict", "verdict"),
    ("grounds", ["verdict", "custom"], "verdict+custom"),
    ("grounds", ["custom", "verdict", "custom"], "verdict+custom"),
    ("grounds", ("verdict",), "verdict"),
    ("grounds", {"verdict"}, "verdict"),
    ("grounds", "none", "none"),
    ("grounds", [], "none"),
    ("grounds", ["none"], "none"),
    ("grounds", {"has": ["verdict"]}, "verdict"),
    ("grounds", {"has": ["verdict"], "may_have": ["custom"]}, "verdict verdict+custom"),
    ("grounds", {"may_have": ["custom", "verdict"]}, "none verdict custom verdict+custom"),
    ("grounds", {"has": "none", "may_have": "custom"}, "none custom"),
    ("grounds", {"has": [], "may_have": ["verdict", "invitation", "custom"]}, "?"),
    ("in_place", "n/a", "n/a"),
    ("boats_out", 10, "10..39"),
    ("boats_out", "10", "10..39"),
    ("boats_out", "9", "0..9"),
    ("boats_out", "0", "0..9"),
    ("boats_out", "500", "401..500"),
    ("boats_out", "at least 40", "40..400 401..500"),
    ("boats_out", "at least 41", "40..400 401..500"),
    ("boats_out", "at most 9", "0..9"),
    ("boats_out", "between 9 and 10", "0..9 10..39"),
    ("boats_out", [5, 450], "0..9 401..500"),
    ("boats_out", "n/a", "n/a"),
    ("boats_out", "not 5", "0..9 10..39 40..400 401..500"),
    ("boats_out", "not at least 5", "0..9"),
    ("boats_out", "not at least 10", "0..9"),
    ("boats_out", "not between 3 and 39", "0..9 40..400 401..500"),
    ("boats_out", "1_0", "10..39"),
])
def test_a_value_leaves_exactly_these_possible(
    mini: KnowledgeBase, name: str, value: Any, wanted: str
) -> None:
    assert possible(mini, load_situation(mini, {name: value}), name) == wanted


def test_what_is_not_mentioned_is_unknown(mini: KnowledgeBase) -> None:
    situation = load_situation(mini, {})
    assert all(possible(mini, situation, v.id) == "?" for v in mini.variables[: mini.attributes])
    assert situation.facts == ()
    assert situation.partners is None


def test_yaml_and_a_dict_of_the_same_answers_give_the_same_situation(mini: KnowledgeBase) -> None:
    text = b"""
title: Two ways
stage: at least threats
attacked: no
grounds: {has: [verdict], may_have: [custom]}
boats_out: {value: 12, grade: B2, note: counted twice, as_of: 1901-05-02}
weights: {calm: 1.5}
partners:
- {name: North, promise: sworn, crews: 7}
"""
    data = {
        "title": "Two ways", "stage": "at least threats", "attacked": False,
        "grounds": {"has": ["verdict"], "may_have": ["custom"]},
        "boats_out": {"value": 12, "grade": "B2", "note": "counted twice", "as_of": "1901-05-02"},
        "weights": {"calm": 1.5},
        "partners": [{"name": "North", "promise": "sworn", "crews": 7}],
    }
    one, two = load_situation(mini, text), load_situation(mini, data)
    assert one.masks == two.masks
    assert one.partners == two.partners
    assert one.weights == two.weights == {"calm": 150}
    assert one.title == two.title == "Two ways"


def test_a_file_is_read_like_its_bytes_and_named_in_the_title_if_it_has_none(
    mini: KnowledgeBase, tmp_path: Path
) -> None:
    path = tmp_path / "harbour.yaml"
    path.write_bytes(b"\xef\xbb\xbfstage: words\r\n")
    from_file = load_situation(mini, path)
    assert from_file.masks == load_situation(mini, b"stage: words").masks
    assert from_file.title == "harbour"
    assert load_situation(mini, str(path)).masks == from_file.masks


def test_a_dict_in_any_order_and_of_any_types_has_one_digest(mini: KnowledgeBase) -> None:
    digests = {load_situation(mini, data).digest for data in (
        {"grounds": {"verdict", "custom"}, "attacked": True, "boats_out": 3},
        {"attacked": "yes", "boats_out": "3", "grounds": frozenset(("custom", "verdict"))},
        {"boats_out": 3, "grounds": ["custom", "verdict"], "attacked": True},
    )}
    assert len(digests) == 1


def test_what_is_kept_of_a_dict_reads_back_as_the_same_situation(mini: KnowledgeBase) -> None:
    first = load_situation(mini, {"attacked": True, "grounds": {"verdict"}, "weights": {"law": 0.5},
                                  "partners": [{"name": "Ærø", "lends": ["gold"]}]})
    again = load_situation(mini, first.data)
    assert (again.masks, again.partners, again.weights) == (first.masks, first.partners, first.weights)
    assert json.loads(first.data)["attacked"] == "yes"


# Evidence ---------------------------------------------------------------------------------------


def test_evidence_is_kept_with_the_fact(mini: KnowledgeBase) -> None:
    situation = load_situation(mini, {"boats_out": {
        "value": 12, "grade": "B2", "note": "  counted\n twice ", "as_of": "1901-05-02"}})
    fact = situation.fact(mini.at("boats_out"))
    assert fact is not None
    assert (fact.said, fact.grade, fact.note, fact.as_of) == ("12", "B2", "counted twice", "1901-05-02")
    assert (fact.origin, fact.too_weak) == ("stated", False)
    assert situation.fact(mini.at("stage")) is None


@pytest.mark.parametrize("grade", [letter + digit for letter in "ABCDEF" for digit in "123456"])
@pytest.mark.parametrize("needed", ["A1", "B2", "C3", "E5", "F6"])
def test_a_grade_suffices_if_source_and_information_are_both_as_good(grade: str, needed: str) -> None:
    as_good = "ABCDEF".index(grade[0]) <= "ABCDEF".index(needed[0]) and int(grade[1]) <= int(needed[1])
    assert meets(grade, needed) is (as_good and grade[0] != "F" and grade[1] != "6")


@pytest.mark.parametrize(("grade", "counts"), [
    (None, True), ("A1", True), ("C3", True), ("B3", True), ("D1", False), ("A4", False), ("C6", False),
    ("F1", False),
])
def test_a_fact_graded_worse_than_its_attribute_demands_counts_as_unknown(
    mini: KnowledgeBase, grade: str | None, counts: bool
) -> None:
    value: Any = "yes" if grade is None else {"value": "yes", "grade": grade}
    situation = load_situation(mini, {"attacked": value})
    fact = situation.fact(mini.at("attacked"))
    assert fact is not None
    assert fact.said == "yes"
    assert fact.too_weak is not counts
    assert possible(mini, situation, "attacked") == ("yes" if counts else "?")


def test_a_bad_grade_changes_nothing_where_no_grade_is_demanded(mini: KnowledgeBase) -> None:
    situation = load_situation(mini, {"stage": {"value": "words", "grade": "F6"}})
    assert possible(mini, situation, "stage") == "words"


# Partners ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("given", "known"), [
    ({}, None), ({"partners": "unknown"}, None), ({"partners": "none"}, []), ({"partners": []}, []),
    ({"partners": [{"name": "A"}, {"name": "B", "note": "new"}]}, ["A", "B"]),
])
def test_a_partner_list_is_absent_or_complete(
    mini: KnowledgeBase, given: dict[str, Any], known: list[str] | None
) -> None:
    partners = load_situation(mini, given).partners
    assert (None if partners is None else [p.name for p in partners]) == known


def test_what_is_not_said_of_a_partner_is_unknown(mini: KnowledgeBase) -> None:
    (north,) = load_situation(mini, {"partners": [{"name": "North", "promise": "sworn"}]}).partners or ()
    words = mini.partner
    assert north.masks[words.position["promise"]] == 0b1000
    assert all(m == v.full for m, v in zip(north.masks, words.variables, strict=True) if v.id != "promise")


@pytest.mark.parametrize(("stated", "wanted", "origin"), [
    (None, "one", "partners"), ("unknown", "one", "partners"), ("league", "league", "stated"),
    ("at least one", "one several league", "stated"),
])
def test_a_stated_value_stands_before_what_the_partner_list_gives(
    mini: KnowledgeBase, stated: str | None, wanted: str, origin: str
) -> None:
    profile: dict[str, Any] = {"partners": [{"name": "North", "promise": "given"}]}
    if stated:
        profile["friends_ready"] = stated
    situation = load_situation(mini, profile)
    assert possible(mini, situation, "friends_ready") == wanted
    fact = situation.fact(mini.at("friends_ready"))
    assert fact is not None
    assert fact.origin == origin


@pytest.mark.parametrize(("partners", "ready", "seamanship", "reach"), [
    ([], "none", "n/a", "?"),
    ([("given", "low", "high")], "one", "low", "high"),
    ([("given", "high", "low"), ("sworn", "medium", "medium")], "several", "medium", "medium"),
    ([("none", "low", "low")], "none", "n/a", "low"),
    ([(None, "low", "low")], "none one", "low n/a", "low"),
    ([("given", None, "low")], "one", "low medium high", "low"),
    ([("given", "medium", "low"), (None, "low", "low")], "one several", "low medium", "low"),
    ([("given", "low", "low"), (None, "high", "low")], "one several", "low", "low"),
    ([("hinted", "low", None)], "none", "n/a", "?"),
])
def test_attributes_of_the_partner_list_follow_from_it(
    mini: KnowledgeBase, partners: list[tuple[str | None, ...]], ready: str, seamanship: str, reach: str
) -> None:
    names = ("promise", "seamanship", "reach")
    listed = [{"name": f"P{i}", **{n: v for n, v in zip(names, values, strict=True) if v}}
              for i, values in enumerate(partners)]
    situation = load_situation(mini, {"partners": listed})
    found = [possible(mini, situation, n) for n in ("friends_ready", "seamanship", "best_reach")]
    assert found == [ready, seamanship, reach]


def exact(aggregate: Aggregate, partners: Sequence[Partner]) -> int:
    """The aggregate of fully known partners, straight from what the words mean."""
    chosen = [p for p in partners if status(aggregate.where, p.masks) == ESTABLISHED]
    if aggregate.method == "count":
        return [bit for bit, n in aggregate.cuts if len(chosen) >= n][-1]
    if not chosen:
        return aggregate.if_none
    values = [p.masks[aggregate.of] for p in chosen]
    return min(values) if aggregate.method == "lowest" else max(values)


@pytest.mark.parametrize("name", ["friends_ready", "seamanship", "best_reach"])
def test_an_aggregate_is_exactly_what_completions_of_the_list_give(mini: KnowledgeBase, name: str) -> None:
    at = mini.at(name)
    aggregate = mini.aggregates[at]
    of = max(aggregate.of, 0)
    promise = mini.partner.position["promise"]
    variables = mini.partner.variables
    promises = [variables[promise].full, 0b0110, 0b0001, 0b1000]
    values = [variables[of].full, 0b001, 0b010, 0b100, 0b011, 0b101, 0b110]
    one = [(p, v) for p in promises for v in values]
    checked = 0
    for count in range(3):
        for masks in itertools.product(one, repeat=count):
            partners = [Partner("P", "", known(mini, {promise: p, of: v} if of != promise else {of: p}))
                        for p, v in masks]
            brute = 0
            for full in itertools.product(*(whole(p, promise, of) for p in partners)):
                brute |= exact(aggregate, full)
            assert aggregated(aggregate, partners) == brute, (name, masks)
            checked += 1
    assert checked > 500


def known(mini: KnowledgeBase, masks: dict[int, int]) -> tuple[int, ...]:
    return tuple(masks.get(i, 1) for i in range(len(mini.partner.variables)))


def whole(partner: Partner, *open_: int) -> list[Partner]:
    """A partner's completions in the attributes at ``open_``."""
    out = [partner.masks]
    for at in set(open_):
        out = [(*m[:at], 1 << b, *m[at + 1 :]) for m in out for b in bits(m[at])]
    return [Partner(partner.name, "", m) for m in out]


def test_the_partners_that_surely_match_are_named(mini: KnowledgeBase) -> None:
    (asked,) = [q for q in mini.words.about_partners.values() if q.least == 2]
    partners = load_situation(mini, {"partners": [
        {"name": "A", "crews": 5}, {"name": "B"}, {"name": "C", "lends": ["boats", "nets"]},
        {"name": "D", "crews": 4, "lends": ["gold"]}]}).partners
    assert matching(asked, partners) == ["A", "C"]
    assert matching(asked, None) == []


# Weights and the rest -------------------------------------------------------------------------------


@pytest.mark.parametrize(("said", "hundredths"), [
    ("1", 100), ("0", 0), ("5", 500), ("5.00", 500), ("0.5", 50), ("2.25", 225), ("1.0", 100), (2, 200),
    (0.5, 50),
])
def test_a_weight_is_a_number_from_0_to_5(mini: KnowledgeBase, said: Any, hundredths: int) -> None:
    assert load_situation(mini, {"weights": {"law": said}}).weights == {"law": hundredths}


@pytest.mark.parametrize("said", ["-1", "5.01", "6", "1.234", "", "one", ".5", "1e1", [1], float("nan")])
def test_no_other_weight_is_taken(mini: KnowledgeBase, said: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        load_situation(mini, {"weights": {"law": said}})
    assert [i.code for i in caught.value.issues] == ["PR032"]


def test_free_texts_are_folded_and_kept(mini: KnowledgeBase) -> None:
    situation = load_situation(mini, {
        "schema": "dss/profile/1", "title": " A\n title ", "you": "us", "story": "Long  ago.",
        "as_of": "1901", "sources": ["a book", "another"]})
    assert (situation.title, situation.you, situation.story) == ("A title", "us", "Long ago.")
    assert (situation.as_of, situation.sources) == ("1901", ("a book", "another"))


@pytest.mark.parametrize("date", ["1901", "1901-05", "1901-05-02", "2024-02-29"])
def test_a_date_is_a_year_a_month_or_a_day(mini: KnowledgeBase, date: str) -> None:
    assert load_situation(mini, {"as_of": date}).as_of == date


@pytest.mark.parametrize("date", [
    "1901-13", "1901-02-30", "2023-02-29", "yesterday", "01.05.1901", "1901-5-2", "0000",
])
def test_what_is_not_in_the_calendar_is_not_a_date(mini: KnowledgeBase, date: str) -> None:
    for profile in ({"as_of": date}, {"stage": {"value": "words", "as_of": date}}):
        with pytest.raises(InvalidInput) as caught:
            load_situation(mini, profile)
        assert [i.code for i in caught.value.issues] == ["PR016"]


@pytest.mark.parametrize(("data", "code"), [
    ({"stage": None}, "IN011"), ({"stage": b"words"}, "IN011"), ({"stage": object()}, "IN011"),
    ({1: "words", "stage": "words"}, "IN009"), ({(1, 2): "x"}, "IN009"), ({True: "x", "a": "b"}, "IN009"),
    ({"boats_out": 1.5}, "PR012"), ({"boats_out": float("inf")}, "PR012"), ({"attacked": 1}, "PR012"),
    ({"attacked": ""}, "PR017"), ({"stage": {}}, "PR014"),
])
def test_a_dict_with_something_else_in_it_is_refused_with_the_path(
    mini: KnowledgeBase, data: dict[Any, Any], code: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        load_situation(mini, data)
    assert code in [i.code for i in caught.value.issues]
    assert str(caught.value).startswith("<dict>")


def test_data_that_holds_itself_is_refused_at_once(mini: KnowledgeBase) -> None:
    inner: dict[str, Any] = {}
    inner["stage"] = inner
    several: list[Any] = []
    several += [several, several, several]
    for data in (inner, {"stage": several}):
        with pytest.raises(InvalidInput) as caught:
            load_situation(mini, data)
        assert [i.code for i in caught.value.issues] == ["IN002"]


@pytest.mark.parametrize(("path", "code"), [
    (MINI / "no-such.yaml", "IN020"), (MINI, "IN021"), (MINI / "pack.yaml" / "x", "IN023"),
])
def test_a_file_that_cannot_be_read_is_named(mini: KnowledgeBase, path: Path, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        load_situation(mini, path)
    assert [i.code for i in caught.value.issues] == [code]
    assert str(caught.value).startswith(f"{path}: {code} ")


def test_a_missing_file_with_a_similar_neighbour_says_so(mini: KnowledgeBase) -> None:
    with pytest.raises(InvalidInput, match=r"did you mean 'pack\.yaml'\?"):
        load_situation(mini, MINI / "pakc.yaml")


def test_all_problems_are_reported_at_once_in_the_order_of_the_file(mini: KnowledgeBase) -> None:
    text = b"stage: wrods\nstrage: words\nboats_out: -1\nattacked: {grade: Z9}\nstage: words\n"
    with pytest.raises(InvalidInput) as caught:
        load_situation(mini, text)
    places = [(i.place.line, i.code) for i in caught.value.issues]
    assert places == [(1, "PR012"), (2, "PR011"), (3, "PR012"), (4, "PR014"), (5, "IN010")]
