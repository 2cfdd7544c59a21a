"""The questionnaire as a state machine: what is asked, and what every reply does."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from running import EXAMPLES
from typist import settled_example, type_in

from dss import KnowledgeBase, load_situation
from dss.asking import Readers
from dss.interview import begin, reply
from dss.outlook import PARTNERS, Outlook
from dss.render import Page
from dss.render.question_page import place_page, progress
from dss.replies import Misread, read_reply, same_answer
from dss.savefile import plain_profile
from dss.stages import DONE, LEFT, QUESTION, REVIEW, SETTLED, Interview, Place, Scope, Turn
from dss.terms import UNKNOWN, Variable

ARTICLE = [p for p in EXAMPLES if p.stem.startswith(
    ("northern-iraq", "vienna", "typhoon-haiyan", "nato-crimea", "unmee"))]
assert len(ARTICLE) == 5, "the five examples of the article"

SCALE = Variable("s", "scale", ("none", "low", "moderate", "high", "very-high"), na=True)
CHOICE = Variable("c", "choice", ("border", "boat", "salvage"))
SET = Variable("t", "set", ("lamp", "boom", "minority-or-identity"))
FLAG = Variable("f", "flag", ("no", "yes"))
NUMBER = Variable("n", "number", (), low=0, high=500, bounds=(0, 9, 40), unit="boats")


@pytest.mark.parametrize(("variable", "text", "value"), [
    (SCALE, "4", "high"), (SCALE, "hi", "high"), (SCALE, "HIGH", "high"), (SCALE, "v", "very-high"),
    (SCALE, "very high", "very-high"), (SCALE, "?", UNKNOWN), (SCALE, "unknown", UNKNOWN),
    (SCALE, "n/a", "n/a"), (SCALE, "at least high", "at least high"), (SCALE, "at most 2", "at most low"),
    (SCALE, "between low and h", "between low and high"), (SCALE, "not none", "not none"),
    (SCALE, "2, 3", ["low", "moderate"]), (SCALE, "low or high", ["low", "high"]),
    (SCALE, "[low, high, n/a]", ["low", "high", "n/a"]), (SCALE, "low high", ["low", "high"]),
    (CHOICE, "bor", "border"), (CHOICE, "1 or 3", ["border", "salvage"]), (CHOICE, "not boat", "not boat"),
    (SET, "1, 3", ["lamp", "minority-or-identity"]), (SET, "lamp", ["lamp"]), (SET, "none", "none"),
    (SET, "1 perhaps 2", {"has": ["lamp"], "may_have": ["boom"]}),
    (SET, "none, perhaps lamp and boom", {"has": [], "may_have": ["lamp", "boom"]}),
    (SET, "minority-or-identity", ["minority-or-identity"]), (SET, "1 2", ["lamp", "boom"]),
    (FLAG, "y", "yes"), (FLAG, "1", "no"), (FLAG, "n", "no"),
    (NUMBER, "7", "7"), (NUMBER, "at least 40", "at least 40"),
    (NUMBER, "between 1 and 9", "between 1 and 9"),
])
def test_a_reply_is_read_as_the_value_a_profile_holds(variable: Variable, text: str, value: Any) -> None:
    assert read_reply(variable, text) == value


@pytest.mark.parametrize(("variable", "text", "part"), [
    (CHOICE, "b", "could be border or boat"), (CHOICE, "9", "run from 1 to 3"), (CHOICE, "0", "run from 1"),
    (CHOICE, "at least boat", "have no order"), (CHOICE, "n/a", "always applies"),
    (CHOICE, "bordr", "did you mean 'border'?"), (SCALE, "low, hgh", "'hgh' is none"),
    (NUMBER, "many", "whole number from 0 to 500"), (NUMBER, "501", "out of range"),
    (NUMBER, "at least 9000", "out of range"), (SET, "lamp, boot", "'boot' is none"),
    (SCALE, "between high and low", "allows no"), (CHOICE, "²", "none of the answers"),
])
def test_what_cannot_be_read_says_what_to_type_instead(variable: Variable, text: str, part: str) -> None:
    found = read_reply(variable, text)
    assert isinstance(found, Misread)
    assert part in found.message


def after(state: Interview, *texts: str) -> Turn:
    turn = Turn(state)
    for text in texts:
        turn = reply(turn.state, text)
    return turn


@pytest.fixture
def fresh(kb: KnowledgeBase) -> Interview:
    return begin(kb, {})


def names(state: Interview) -> list[str]:
    return [v.id for v in state.kb.variables[: state.kb.attributes]]


def test_the_framing_questions_come_first_in_their_order(fresh: Interview) -> None:
    frame = [v.id for v in fresh.kb.variables[: fresh.kb.attributes] if v.frame]
    asked, state = [], fresh
    for _ in frame:
        asked.append(state.place.name)
        state = after(state, "?").state
    assert asked == frame


def test_then_comes_what_changes_the_mix_most(fresh: Interview) -> None:
    state = type_in(fresh.kb, plain_profile(EXAMPLES[0].read_bytes()), until=QUESTION)
    while state.outlook.framing:
        state = after(state, "1").state
    order = state.outlook.prospects
    assert state.place.name == state.outlook.order[0]
    assert state.outlook.promise(state.place.name) == max(p.change for p in order)


def test_what_nothing_reads_is_never_asked_but_with_all(kb: KnowledgeBase) -> None:
    for example in ARTICLE[:1]:
        profile = plain_profile(example.read_bytes())
        state = begin(kb, {})
        for _ in range(400):
            place = state.place
            if place.kind == DONE:
                break
            if place.kind == QUESTION and place.name != PARTNERS:
                at, inference = kb.at(place.name), state.outlook.inference
                assert kb.variables[at].frame or at in Readers(kb, inference).facts
            state = _type_one(state, profile)
        everything = type_in(kb, profile, Scope(everything=True), until=REVIEW)
        assert set(everything.outlook.unasked) <= {kb.at(n) for n in everything.later}


def _type_one(state: Interview, profile: dict[str, Any]) -> Interview:
    from typist import replies

    for text in replies(state, profile):
        state = reply(state, text).state
    return state


def test_one_group_alone_is_asked(kb: KnowledgeBase) -> None:
    group = next(g.id for g in kb.groups if not g.of_partner)
    state, seen = begin(kb, {}, Scope(group=group)), []
    while state.place.kind == QUESTION:
        seen.append(state.place.name)
        state = after(state, "?").state
    assert seen
    assert {kb.variables[kb.at(n)].group for n in seen} == {group}
    assert state.place.kind == REVIEW


def test_back_goes_one_answer_back_and_keeps_the_later_ones(fresh: Interview) -> None:
    first, second = fresh.place.name, after(fresh, "1").state.place.name
    state = after(fresh, "1", "1", "2").state
    here = state.place
    state = after(state, "<", "<").state
    assert state.place.name == second
    assert state.profile.keys() == {*list(state.profile)}
    state = after(state, "2").state
    assert state.place == here
    assert len(state.profile) == 3
    assert after(state, "<", "<", "<").state.place.name == first
    assert "no" in after(state, "<", "<", "<", "<").message or "first" in after(state, *["<"] * 4).message


def test_enter_keeps_the_answer_one_went_back_to(fresh: Interview) -> None:
    state = after(fresh, "1", "2").state
    again = after(state, "<", "").state
    assert again.place == state.place
    assert again.profile == state.profile


@pytest.mark.parametrize("text", ["#{n}", "#{id}", "{id}", "{title}", "#{begun}"])
def test_one_jumps_by_number_name_or_title_and_returns(fresh: Interview, text: str) -> None:
    variable = fresh.kb.variables[20]
    typed = text.format(n=21, id=variable.id, title=variable.title.upper(), begun=variable.id[:-1])
    there = after(fresh, typed).state
    assert there.place.name == variable.id
    back = after(there, "1").state
    assert back.place == fresh.place
    assert variable.id in back.profile


def test_a_jump_to_nowhere_names_the_nearest(fresh: Interview) -> None:
    name = names(fresh)[12]
    turn = after(fresh, f"#{name}x")
    assert turn.state.place == fresh.place
    assert f"did you mean '{name}'" in turn.message
    for text in ("#0", "#9999", "#", "#²"):
        assert "There is no question" in after(fresh, text).message


def test_unknown_is_an_answer_and_later_is_none(fresh: Interview) -> None:
    state = after(fresh, "?", "later").state
    first, second = [n for n in names(fresh) if fresh.kb.variables[fresh.kb.at(n)].frame][:2]
    assert dict(state.profile) == {first: UNKNOWN}
    assert state.later == (second,)
    resumed = begin(fresh.kb, state.profile)
    assert resumed.place.name == second


def test_what_is_put_off_is_asked_again_at_the_end_and_once_only(kb: KnowledgeBase) -> None:
    state = begin(kb, {})
    first = state.place.name
    state = after(state, "later").state
    seen = []
    for _ in range(300):
        if state.place.kind != QUESTION:
            state = after(state, "more").state if state.place.kind == SETTLED else state
            if state.place.kind != QUESTION:
                break
        seen.append(state.place.name)
        state = after(state, "later" if state.place.name == first else "?").state
    assert seen.count(first) == 1
    assert state.place.kind == REVIEW
    assert first not in state.profile


def test_evidence_belongs_to_the_last_answer(fresh: Interview) -> None:
    name = fresh.place.name
    assert "no answer yet" in after(fresh, "grade B2").message
    state = after(fresh, "2", "grade b2", "note Two: # sources\x1b[2J").state
    assert state.profile[name]["grade"] == "B2"
    assert state.profile[name]["note"].startswith("Two: # sources")
    assert "\x1b" not in state.profile[name]["note"]
    assert "letter for the source" in after(state, "grade Z9").message
    fact = load_situation(fresh.kb, state.profile).fact(fresh.kb.at(name))
    assert fact is not None
    assert fact.grade == "B2"


def test_a_grade_too_weak_for_its_question_is_told(fresh: Interview) -> None:
    gated = next(v for v in fresh.kb.variables[: fresh.kb.attributes] if v.needs_grade and v.kind == "scale")
    turn = after(fresh, f"#{gated.id}", "2", "grade F6")
    assert f"{gated.needs_grade} or better is needed" in turn.message


def test_partners_are_added_edited_and_removed(fresh: Interview) -> None:
    words = fresh.kb.partner.variables
    state = after(fresh, "partners", "add North Shore", *["1"] * len(words), "add South", "done").state
    assert [p["name"] for p in state.partners] == ["North Shore", "South"]
    assert set(state.partners[0]) == {"name", *(v.id for v in words)}
    state = after(state, "edit 1", "2", "grade C3", "done").state
    assert state.partners[0][words[0].id] == {"value": words[0].values[1], "grade": "C3"}
    state = after(state, "remove south", "").state
    assert [p["name"] for p in state.partners] == ["North Shore"]
    assert state.place == fresh.place
    assert load_situation(fresh.kb, state.profile).partners is not None
    assert after(state, "partners", "none all").state.profile[PARTNERS] == "none"
    assert after(state, "partners", "none all", "partners", "?").state.profile[PARTNERS] == UNKNOWN
    assert "no partner 'West'" in after(state, "partners", "remove West").message


def test_an_edit_names_the_answers_that_nothing_reads_any_more(kb: KnowledgeBase) -> None:
    told = []
    for example in ARTICLE:
        state = begin(kb, plain_profile(example.read_bytes()))
        for variable in kb.variables[: kb.attributes]:
            if variable.frame and variable.kind == "choice":
                for i in range(1, len(variable.values) + 1):
                    turn = after(state, f"#{variable.id}", str(i))
                    assert turn.state.profile.keys() == state.profile.keys()
                    if "Kept, though nothing depends on it now" in turn.message:
                        told.append(turn.message)
    assert told


def test_why_help_and_so_far_change_nothing(fresh: Interview) -> None:
    for view in ("why", "help", "so far"):
        turn = after(fresh, "1", view)
        assert turn.show == view
        assert turn.state.place == after(fresh, "1").state.place


def test_q_leaves_from_every_place(kb: KnowledgeBase, fresh: Interview) -> None:
    done = settled_example(kb, EXAMPLES[1])
    for state in (fresh, after(fresh, "partners").state, after(fresh, "partners", "add X").state,
                  after(fresh, "review").state, done):
        assert after(state, "q").state.place == Place(LEFT)


def test_settled_is_offered_once_and_again_when_an_edit_unsettles_it(kb: KnowledgeBase) -> None:
    state = settled_example(kb, EXAMPLES[1])
    assert state.place.kind == SETTLED
    assert state.outlook.settled
    assert after(state, "").state.place.kind == REVIEW
    going = after(state, "more").state
    if going.place.kind == QUESTION:
        assert after(going, "?").state.place.kind != SETTLED
    assert "Press Enter" in after(state, "nonsense").message


def test_the_review_edits_and_comes_back(fresh: Interview) -> None:
    state = after(fresh, "1", "review", "#1", "3").state
    assert state.place.kind == REVIEW
    assert state.profile[names(fresh)[0]] == fresh.kb.variables[0].values[2]
    assert after(state, "").state.place.kind == DONE


def test_the_partner_list_counts_as_one_answer(fresh: Interview) -> None:
    assert progress(fresh).startswith("0 answered;")
    assert progress(after(fresh, "1", "partners", "none").state).startswith("2 answered;")
    assert progress(after(fresh, "1", "partners", "?").state).startswith("2 answered (1 unknown);")


def test_the_settled_page_counts_in_plain_words(mini: KnowledgeBase) -> None:
    """No '1 questions', and nothing is claimed over no questions at all."""
    full = {**dict.fromkeys([v.id for v in mini.variables[: mini.attributes]], "unknown"), "partners": "none"}
    for left, told in (((), "as all questions are answered"), (("tension",), "the 1 question not answered "),
                       (("partners",), "in which the partner list could")):
        outlook = Outlook(mini, {k: v for k, v in full.items() if k not in left})
        state = replace(begin(mini, {}), outlook=outlook, place=Place(SETTLED))
        page = " ".join(place_page(state, Page()).split())
        assert told in page
        assert not re.search(r"\b[01] (questions|answers|postures)|the 0", page)


@pytest.mark.parametrize("text", ["?", "none", "unknown", "NONE"])
def test_a_list_of_partners_is_not_wiped_by_a_short_word(fresh: Interview, text: str) -> None:
    listed = after(fresh, "partners", "add North", "done", "add South", "done").state
    turn = after(listed, text)
    assert turn.state == listed
    assert not turn.taken
    for part in ("2 partners are listed", "remove NAME", "none all"):
        assert part in turn.message
    assert after(listed, "None all").state.profile[PARTNERS] == "none"
    assert "none all clears the list" in place_page(listed, Page())


def test_a_partner_is_not_listed_twice_and_verbs_may_begin_with_a_capital(fresh: Interview) -> None:
    listed = after(fresh, "partners", "add nato", "done", "ADD South Shore", "done").state
    assert [p["name"] for p in listed.partners] == ["nato", "South Shore"]
    for text in ("add NATO", "Add 1"):
        turn = after(listed, text)
        assert turn.state == listed
        assert turn.message == "nato is listed already; edit nato changes it."
    assert "There is no partner 7 yet" in after(listed, "add 7").message
    assert after(listed, "Edit NATO").state.place.partner == "nato"
    assert after(listed, "south shore").state.place.partner == "South Shore"
    assert [p["name"] for p in after(listed, "Remove nato").state.partners] == ["South Shore"]


def test_the_same_answer_keeps_its_evidence_and_another_drops_it_with_a_word(fresh: Interview) -> None:
    variable = next(v for v in fresh.kb.variables[: fresh.kb.attributes] if v.kind == "scale")
    value = {"value": variable.values[1], "grade": "B2", "note": "seen {twice}", "as_of": "1990-01-16"}
    held = begin(fresh.kb, {variable.id: value})
    for text in ("2", variable.values[1], f"{variable.values[1]}, 2"):
        turn = after(held, f"#{variable.id}", text)
        assert turn.state.profile[variable.id] == value
        assert "dropped" not in turn.message
    turn = after(held, f"#{variable.id}", "1")
    assert turn.state.profile[variable.id] == variable.values[0]
    assert ("The note 'seen {twice}', grade B2 and date 1990-01-16 belonged to the answer before and are "
            "dropped.") in turn.message


def test_a_partners_evidence_is_kept_and_dropped_alike(fresh: Interview) -> None:
    state = after(fresh, "partners", "add North", "1", "grade C3", "done", "edit North").state
    key = state.place.name
    assert after(state, "1").state.partners[0][key]["grade"] == "C3"
    turn = after(state, "2")
    assert turn.message == "The grade C3 belonged to the answer before and is dropped."
    assert turn.state.partners[0][key] == fresh.kb.partner.variables[0].values[1]


def test_two_numbers_that_count_alike_are_two_answers() -> None:
    assert not same_answer(NUMBER, "10", "12")
    assert same_answer(SET, "none", [])
    assert same_answer(SCALE, ["high", "very-high"], "at least high")


def test_back_from_a_jump_at_the_very_first_question_returns(fresh: Interview) -> None:
    there = after(fresh, "#7").state
    assert there.place != fresh.place
    assert after(there, "<").state == fresh


OTHERS = [pytest.param(p, marks=pytest.mark.slow, id=p.stem) for p in EXAMPLES if p not in ARTICLE]


@pytest.mark.parametrize("example", [*(pytest.param(p, id=p.stem) for p in ARTICLE), *OTHERS])
def test_an_example_typed_in_is_the_example(kb: KnowledgeBase, example: Path) -> None:
    """Same masks, partners, grades and notes; of the article's five always, of the others when slow."""
    profile = plain_profile(example.read_bytes())
    state = type_in(kb, profile, Scope(everything=True))
    wanted, found = load_situation(kb, example), load_situation(kb, state.profile)
    assert found.masks == wanted.masks
    assert ([replace(p, note="") for p in found.partners or ()]
            == [replace(p, note="") for p in wanted.partners or ()])
    assert ([(f.at, f.mask, f.grade, f.note) for f in found.facts]
            == [(f.at, f.mask, f.grade, f.note) for f in wanted.facts])


def test_typed_until_settled_the_posture_is_the_examples(kb: KnowledgeBase) -> None:
    reached = 0
    for example in ARTICLE:
        profile = plain_profile(example.read_bytes())
        state = settled_example(kb, example)
        if state.place.kind == SETTLED:
            reached += 1
            assert state.outlook.advice.posture == Outlook(kb, profile).advice.posture, example.stem
    assert reached == len(ARTICLE)


def test_any_text_at_any_place_is_taken_or_answered(mini: KnowledgeBase) -> None:
    fresh = begin(mini, {})
    settled_ = replace(fresh, place=Place(SETTLED))
    odd = ["", " ", "\x00", "\x1b[A", "#", "# 1", "note", "grade", "add", "remove", "edit", "1" * 500, "²",
           "n/a", "at least", "between", "perhaps", ",", "[]", "{}", "more", "stop", "later", "add \x07",
           "title", "you x", "#partners", "not", "not not 1", "é" * 200, "<", "-1", "1e3", "none"]
    for state in (fresh, after(fresh, "partners").state, after(fresh, "partners", "add X").state,
                  after(fresh, "review").state, settled_):
        for text in odd:
            turn = reply(state, text)
            load_situation(mini, turn.state.profile)
            assert turn.message or turn.show or turn.state != state or text.strip() in ("", "#partners")


@pytest.mark.slow
def test_the_next_question_comes_quickly(kb: KnowledgeBase) -> None:
    """Within 150 ms of processor time, in the median over the turns of an example."""
    times = []
    state = begin(kb, {})
    profile = plain_profile(EXAMPLES[0].read_bytes())
    while state.place.kind == QUESTION:
        start = time.process_time()
        state = _type_one(state, profile)
        times.append(time.process_time() - start)
    assert sorted(times)[len(times) // 2] < 0.15
