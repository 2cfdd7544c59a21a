"""The partner list of a questionnaire: add, edit and remove partners."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from .outlook import PARTNERS, Outlook
from .stages import PARTNER, QUESTION, Interview, Place, Turn, aftermath, changed_to, onward, refused
from .terms import UNKNOWN


def partner_reply(state: Interview, said: str) -> Turn:
    """A reply at the partner list: add, edit or remove one, or say that there are none."""
    if said == "":
        return list_done(state) if state.answer is not None else refused(state, _PARTNER_HINT)
    whole = _WHOLE.get(said.lower())
    if whole is not None:
        if state.partners and said.lower() != CLEAR:
            return refused(state, _listed(state))
        return list_done(_listing(state, whole))
    shown = "".join(c for c in said if c.isprintable())
    verb, _, name = shown.partition(" ")
    does = _VERBS.get(verb.lower())
    known = _partner_named(state, name if does else shown)
    if does is not None and name:
        return does(state, name, known)
    return _edit(state, shown, known) if known is not None else refused(state, _PARTNER_HINT)


CLEAR = "none all"
_WHOLE = {"none": "none", CLEAR: "none", "?": UNKNOWN, UNKNOWN: UNKNOWN}


def _listed(state: Interview) -> str:
    n = len(state.partners)
    are = "partner is" if n == 1 else "partners are"
    return (f"{n} {are} listed. remove NAME takes one away, {CLEAR} clears the list, "
            "Enter leaves it as it is.")


def _add(state: Interview, name: str, known: str | None) -> Turn:
    if known is not None:
        return refused(state, f"{known} is listed already; edit {known} changes it.")
    if name.isdigit():
        return refused(state, f"There is no partner {name[:9]} yet. To add one, type add and a name.")
    added = _listing(state, [*state.partners, {"name": name}])
    return Turn(replace(added, place=Place(PARTNER, next(iter(state.kb.partner.position)), name)))


def _edit(state: Interview, name: str, known: str | None) -> Turn:
    if known is None:
        return refused(state, f"There is no partner '{name}'.")
    return Turn(replace(state, place=Place(PARTNER, next(iter(state.kb.partner.position)), known)))


def _remove(state: Interview, name: str, known: str | None) -> Turn:
    if known is None:
        return refused(state, f"There is no partner '{name}'.")
    rest = [p for p in state.partners if p["name"] != known]
    return Turn(_listing(state, rest or "none"), f"{known} is removed.")


_VERBS: Mapping[str, Callable[[Interview, str, str | None], Turn]] = {
    "add": _add, "edit": _edit, "remove": _remove, "delete": _remove,
}
_PARTNER_HINT = ("Type add and a name, edit or remove and a name or number, none if there are none, "
                 "? if it is not known, later, or Enter when the list is complete.")


def _partner_named(state: Interview, text: str) -> str | None:
    names = [str(p["name"]) for p in state.partners]
    if text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= len(names):
        return names[int(text[:4]) - 1]
    return next((n for n in names if n.lower() == text.lower()), None)


def _listing(state: Interview, partners: Any) -> Interview:
    trail = state.trail if PARTNERS in state.trail else (*state.trail, PARTNERS)
    return replace(changed_to(state, PARTNERS, partners), trail=trail,
                   later=tuple(n for n in state.later if n != PARTNERS))


def list_done(state: Interview) -> Turn:
    told = aftermath(Outlook(state.kb, {k: v for k, v in state.profile.items() if k != PARTNERS}),
                     state.outlook, PARTNERS)
    return Turn(onward(replace(state, place=Place(QUESTION, PARTNERS))).state, told)


def with_partner(state: Interview, partner: str, key: str, value: Any) -> Interview:
    changed = [{**p, key: value} if p["name"] == partner else p for p in state.partners]
    return replace(changed_to(state, PARTNERS, changed), last=Place(PARTNER, key, partner))
