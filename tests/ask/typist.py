"""Someone who types a profile into the questionnaire."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from dss.interview import begin, reply
from dss.kb import KnowledgeBase
from dss.outlook import PARTNERS
from dss.savefile import plain_profile
from dss.stages import DONE, PARTNER, REVIEW, SETTLED, Interview, Scope, bare, evidenced


def typed(value: Any) -> str:
    """What one types for a value of a profile."""
    value = bare(value)
    if isinstance(value, dict):
        has = ", ".join(value.get("has", [])) or "none"
        return f"{has} perhaps {', '.join(value.get('may_have', []))}"
    return ", ".join(value) if isinstance(value, list) else str(value)


def evidence(value: Any) -> Iterator[str]:
    """The commands that add a value's evidence."""
    if evidenced(value):
        yield from (f"{key} {value[key]}" for key in ("grade", "note") if value.get(key))


def replies(state: Interview, profile: dict[str, Any]) -> Iterator[str]:
    """What to type at the present place so that the profile comes about."""
    place = state.place
    if place.kind == SETTLED:
        yield "more"
    elif place.kind == REVIEW:
        yield ""
    elif place.kind == PARTNER:
        partner = next(p for p in profile[PARTNERS] if p["name"] == place.partner)
        value = partner.get(place.name)
        yield typed(value) if value is not None else ""
        yield from evidence(value)
    elif place.name == PARTNERS:
        listed = [p["name"] for p in state.partners]
        wanted = profile.get(PARTNERS, "?") or "none"
        waiting = [p["name"] for p in wanted if p["name"] not in listed] if isinstance(wanted, list) else []
        yield f"add {waiting[0]}" if waiting else typed(wanted) if not isinstance(wanted, list) else ""
    elif place.name in profile:
        yield typed(profile[place.name])
        yield from evidence(profile[place.name])
    else:
        yield "later"


def type_in(kb: KnowledgeBase, profile: dict[str, Any], scope: Scope | None = None, *,
            until: str = DONE) -> Interview:
    """The interview after a profile was typed in, or when a place of kind ``until`` is reached."""
    state = begin(kb, {"schema": "dss/profile/1"}, scope)
    for _ in range(1000):
        if state.place.kind in (until, DONE):
            return state
        for text in replies(state, profile):
            before = state
            turn = reply(state, text)
            state = turn.state
            if text not in ("", "later", "?") and not text.startswith(("note ", "grade ")):
                assert state != before, f"{before.place}: '{text}' was not taken: {turn.message}"
    raise AssertionError("the questions do not end")


@cache
def settled_example(kb: KnowledgeBase, example: Path) -> Interview:
    """The interview after an example was typed in until its posture is settled; made once for all tests."""
    return type_in(kb, plain_profile(example.read_bytes()), until=SETTLED)


def asked(state: Interview) -> int:
    """How many questions were answered or put off."""
    return len(state.trail) + len(state.later)
