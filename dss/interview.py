"""The guided questionnaire as a pure state machine over a dict of answers.

A state is frozen; :func:`reply` gives the next one. Nothing here reads or writes: a front
shows :attr:`Interview.place`, hands in what was typed, and saves the profile it finds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from .attributes import GRADE
from .issues import nearest
from .kb import KnowledgeBase
from .outlook import PARTNERS, Outlook
from .partner_list import list_done, partner_reply, with_partner
from .replies import Misread, read_reply, same_answer
from .situation import meets
from .stages import (
    DONE,
    LEFT,
    PARTNER,
    QUESTION,
    REVIEW,
    SETTLED,
    Interview,
    Place,
    Scope,
    Turn,
    aftermath,
    bare,
    changed_to,
    evidenced,
    following,
    onward,
    refused,
    title_of,
    visit,
)

EVIDENCE = ("value", "grade", "note", "as_of")


def begin(kb: KnowledgeBase, profile: Mapping[str, Any], scope: Scope | None = None) -> Interview:
    """Start from a profile (perhaps empty), at the first question that it leaves open."""
    outlook = Outlook(kb, dict(profile))
    known = tuple(v.id for v in kb.variables[: kb.attributes] if v.id in profile)
    state = Interview(outlook, scope or Scope(), Place(REVIEW), known)
    return replace(state, place=following(state))


def reply(state: Interview, text: str) -> Turn:
    """What follows from what was typed."""
    said = " ".join(text.split())
    word, _, rest = said.partition(" ")
    exact = state.variable is not None and said.lower() in state.variable.values
    if not exact:
        command = _COMMANDS.get(said.lower())
        if command is not None:
            return command(state)
        taking = _TAKING.get(word.lower())
        if taking is not None:
            return taking(state, rest)
        if said.startswith("#"):
            return jump(state, said[1:].strip())
    if state.place.kind in (SETTLED, REVIEW):
        return _choose(state, said)
    if state.variable is None:
        return partner_reply(state, said)
    if not said:
        return _keep(state)
    return _answer(state, said)


def _answer(state: Interview, said: str) -> Turn:
    assert state.variable is not None
    value = read_reply(state.variable, said)
    if not isinstance(value, Misread):
        return answer(state, value)
    name = _named(state, said)
    return refused(state, value.message) if name is None else jump(state, name)


def answer(state: Interview, value: Any) -> Turn:
    """Answer the present question with a value as a profile holds it.

    Evidence given before stays with the same answer; with another it is dropped, and said to be.
    """
    before, place, held = state.outlook, state.place, state.answer
    dropped = _evidence_told(held)
    if state.variable is not None and evidenced(held) and same_answer(state.variable, bare(held), value):
        value, dropped = held, ""
    if place.kind == PARTNER:
        return replace(onward(with_partner(state, place.partner, place.name, value)), message=dropped)
    changed = changed_to(state, place.name, value)
    trail = changed.trail if place.name in changed.trail else (*changed.trail, place.name)
    changed = replace(changed, trail=trail, last=place,
                      later=tuple(n for n in changed.later if n != place.name))
    told = (dropped, aftermath(before, changed.outlook, place.name))
    return Turn(onward(changed).state, " ".join(filter(None, told)))


def _evidence_told(held: Any) -> str:
    """What is said of evidence that belonged to an answer now replaced; nothing if there was none."""
    said = {"note": "note '{}'", "grade": "grade {}", "as_of": "date {}"}
    found = [text.format(held[key]) for key, text in said.items() if evidenced(held) and held.get(key)]
    if not found:
        return ""
    names = " and ".join(filter(None, (", ".join(found[:-1]), found[-1])))
    are = "are" if len(found) > 1 else "is"
    return f"The {names} belonged to the answer before and {are} dropped."


def _keep(state: Interview) -> Turn:
    if state.answer is not None or state.place.kind == PARTNER:
        return onward(state)
    return refused(state, "Type a number or how the answer begins; ? if it is not known, later to be asked "
                          "again, help for more.")


def later(state: Interview) -> Turn:
    """Put the present question off; it is asked again at the end."""
    if state.place.kind not in (QUESTION, PARTNER):
        return refused(state, "There is no question here to put off.")
    if state.place.kind == PARTNER or state.place.name in state.profile:
        return onward(state)
    name = state.place.name
    again = state.again | {name} if name in state.later else state.again
    put_off = (*(n for n in state.later if n != name), name)
    return onward(replace(state, later=put_off, again=again))


def back(state: Interview) -> Turn:
    """To the answer before; later ones stay."""
    if state.place.kind == PARTNER:
        names = list(state.kb.partner.position)
        i = names.index(state.place.name)
        place = replace(state.place, name=names[i - 1]) if i else Place(QUESTION, PARTNERS)
        return Turn(replace(state, place=place))
    here = state.place.name
    before = state.trail[: state.trail.index(here)] if here in state.trail else state.trail
    if not before and here not in state.trail and state.back_to is not None:
        return Turn(replace(state, place=state.back_to, back_to=None))
    if not before:
        return refused(state, "This is the first answer; there is none before it.")
    return visit(state, before[-1])


def jump(state: Interview, name: str) -> Turn:
    """To a question by its number, id, title, or how one of these begins."""
    found = _named(state, name) or _numbered(state, name) or _begun(state, name)
    if found is None:
        known = [v.id for v in state.kb.variables[: state.kb.attributes]]
        hint = nearest(name, known)
        return refused(state, f"There is no question '{name}'" + (f"; {hint}" if hint else
                       f"; they run from #1 to #{state.kb.attributes}, and #partners."))
    return visit(state, found)


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("_", " ").replace("-", " ").split())


def _named(state: Interview, text: str) -> str | None:
    wanted_ = _plain(text)
    if wanted_ == PARTNERS:
        return PARTNERS
    return next((v.id for v in state.kb.variables[: state.kb.attributes]
                 if wanted_ in (_plain(v.id), _plain(v.title))), None)


def _numbered(state: Interview, text: str) -> str | None:
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:6]) <= state.kb.attributes + 1:
        return None
    at = int(text) - 1
    return state.kb.variables[at].id if at < state.kb.attributes else PARTNERS


def _begun(state: Interview, text: str) -> str | None:
    begun = [v.id for v in state.kb.variables[: state.kb.attributes]
             if _plain(v.id).startswith(_plain(text)) or _plain(v.title).startswith(_plain(text))]
    return begun[0] if len(begun) == 1 and text else None


def _choose(state: Interview, said: str) -> Turn:
    """Enter or a word at the news that it is settled, or at the review."""
    if state.place.kind == SETTLED:
        if said.lower() in ("", "stop", "1"):
            return Turn(replace(state, place=Place(REVIEW)))
        if said == "2":
            return _more(state)
        return refused(state, "Press Enter (or type stop) to stop here, or type more to refine the mix.")
    name = _named(state, said) or _numbered(state, said)
    if name is not None:
        return visit(state, name)
    if said.lower() in ("", "done", "assess"):
        return Turn(replace(state, place=Place(DONE)))
    return refused(state, "Press Enter for the assessment, or type #7 or a name to change an answer.")


def _stop(state: Interview) -> Turn:
    if state.place.kind == PARTNER:
        return Turn(replace(state, place=Place(QUESTION, PARTNERS)))
    if state.place == Place(QUESTION, PARTNERS) and state.partners:
        return list_done(state)
    if state.place.kind == REVIEW:
        return Turn(replace(state, place=Place(DONE)))
    return Turn(replace(state, place=Place(REVIEW), back_to=None))


def _more(state: Interview) -> Turn:
    if state.place.kind not in (SETTLED, REVIEW):
        return refused(state, "The next question comes when this one is answered.")
    if state.place.kind == SETTLED:
        return onward(replace(state, refining=True))
    going = replace(state, refining=True, later=(), again=frozenset())
    place = following(going)
    if place.kind == REVIEW:
        return Turn(replace(state, place=place), "No question is left that anything depends on.")
    return Turn(replace(going, place=place))


def grade(state: Interview, text: str) -> Turn:
    """Grade the evidence of the last answer, A1 to F6."""
    given = text.upper().replace(" ", "")
    if not GRADE.fullmatch(given):
        return refused(state, "A grade is a letter for the source, A (reliable) to F (cannot be judged), and "
                              "a digit for the information, 1 (confirmed) to 6 (cannot be judged): grade B2.")
    turn = _evidence(state, "grade", given)
    place = state.last
    if place is None or not turn.taken:
        return turn
    words = state.kb.partner if place.kind == PARTNER else state.kb.words
    needed = words.variables[words.position[place.name]].needs_grade
    if needed and not meets(given, needed):
        return Turn(turn.state, f"{turn.message} But {needed} or better is needed here, so this counts as "
                                "unknown until it is better known.")
    return turn


def note(state: Interview, text: str) -> Turn:
    """Add a note to the last answer."""
    clean = "".join(c if c.isprintable() else " " for c in text).strip()
    return _evidence(state, "note", clean) if clean else refused(
        state, "Type the note after the word: note the embassy reported it.")


def _evidence(state: Interview, key: str, text: str) -> Turn:
    place = state.last
    if place is None or place.name == PARTNERS:
        return refused(state, f"There is no answer yet that a {key} could belong to.")
    if place.kind == PARTNER:
        old = state.partner(place.partner).get(place.name)
        title = state.kb.partner.variables[state.kb.partner.position[place.name]].title
    else:
        old, title = state.profile.get(place.name), title_of(state.kb, place.name)
    if old is None:
        return refused(state, f"There is no answer yet that a {key} could belong to.")
    value = {**(old if evidenced(old) else {"value": old}), key: text}
    value = {k: value[k] for k in EVIDENCE if k in value}
    changed = (with_partner(state, place.partner, place.name, value) if place.kind == PARTNER
               else changed_to(state, place.name, value))
    if key == "grade" and state.place.kind in (QUESTION, SETTLED) and state.back_to is None:
        changed = replace(changed, place=following(changed))  # a grade may make a fact count as unknown
    return Turn(changed, f"{title}: {key} {text}.")


def _told(key: str, state: Interview, text: str) -> Turn:
    clean = "".join(c if c.isprintable() else " " for c in text).strip()
    return Turn(changed_to(state, key, clean), f"{key}: {clean}") if clean else refused(
        state, f"Type the text after the word: {key} …")


def _go(kind: str, state: Interview) -> Turn:
    return Turn(replace(state, place=Place(kind), back_to=None))


def _show(view: str, state: Interview) -> Turn:
    return Turn(state, show=view)


def _list_partners(state: Interview) -> Turn:
    return visit(state, PARTNERS)


_COMMANDS: Mapping[str, Callable[[Interview], Turn]] = {
    "<": back, "back": back, "later": later, "stop": _stop, "done": _stop, "more": _more,
    PARTNERS: _list_partners, "review": partial(_go, REVIEW),
    "q": partial(_go, LEFT), "quit": partial(_go, LEFT),
    **{view: partial(_show, view) for view in ("why", "help", "so far")},
}
_TAKING: Mapping[str, Callable[[Interview, str], Turn]] = {
    "grade": grade, "note": note, "title": partial(_told, "title"), "you": partial(_told, "you"),
}
