"""The partner list of a questionnaire: add, edit and remove partners."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .outlook import PARTNERS, Outlook
from .stages import PARTNER, QUESTION, Interview, Place, Turn, aftermath, changed_to, onward
from .terms import UNKNOWN


def partner_reply(state: Interview, said: str) -> Turn:
    """A reply at the partner list: add, edit or remove one, or say that there are none."""
    word, _, name = "".join(c for c in said if c.isprintable()).partition(" ")
    if said.lower() == "none":
        return list_done(_listing(state, "none"))
    if said.lower() in ("?", UNKNOWN):
        return list_done(_listing(state, UNKNOWN))
    if said == "":
        return list_done(state) if state.answer is not None else Turn(state, _PARTNER_HINT)
    known = _partner_named(state, name or said)
    if word in ("remove", "delete") and name:
        if known is None:
            return Turn(state, f"There is no partner '{name}'.")
        rest = [p for p in state.partners if p["name"] != known]
        return Turn(_listing(state, rest or "none"), f"{known} is removed.")
    if word == "add" and name and known is None:
        added = _listing(state, [*state.partners, {"name": name}])
        return Turn(replace(added, place=Place(PARTNER, next(iter(state.kb.partner.position)), name)))
    if word in ("add", "edit") or known is not None:
        if known is None:
            return Turn(state, f"There is no partner '{name}'." if name else _PARTNER_HINT)
        return Turn(replace(state, place=Place(PARTNER, next(iter(state.kb.partner.position)), known)))
    return Turn(state, _PARTNER_HINT)


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


