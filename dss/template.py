"""Blank profiles to fill in, and the JSON Schema of a profile: both generated from the KB."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from .attributes import meaning
from .catalogue import Principle
from .kb import KnowledgeBase
from .situation import KEYS, SCHEMA
from .terms import NOT_APPLICABLE, UNKNOWN, Variable

WIDTH = 88


def blank_profile(kb: KnowledgeBase, *, frame_only: bool = False) -> str:
    """A profile with every question as a comment above 'unknown' (with ``frame_only`` a dozen)."""
    lines = [
        f"schema: {SCHEMA}",
        "title: Name the crisis and the date of the decision",
        "you: Who is advised",
        "story: >",
        "  What happened up to now, in a few sentences.",
        "",
        *_comment("Every line may stay 'unknown': an unknown fact never fires a rule, and never unlocks "
                  "force. You may also write 'at least high', 'at most low' or a list of values that are "
                  "still possible, and evidence as {value: high, grade: B2, note: why, as_of: 2024-05-01}. "
                  "For several-of questions write a list, or {has: [...], may_have: [...]}."),
    ]
    for group in kb.groups:
        if group.of_partner:
            continue
        asked = [v for v in kb.variables[: kb.attributes]
                 if v.group == group.id and (v.frame or not frame_only)]
        if asked:
            lines += ["", f"# --- {group.title} " + "-" * max(0, WIDTH - 7 - len(group.title))]
        for variable in asked:
            lines += ["", *_question(variable), f"{variable.id}: {UNKNOWN}"]
    lines += ["", *_partners(kb)]
    return "\n".join(lines) + "\n"


def _question(variable: Variable) -> Iterator[str]:
    yield from _comment(variable.question)
    if variable.help:
        yield from _comment(variable.help, "#   ")
    for value, words in meaning(variable):
        yield from _comment(f"{value}: {words}", "#   - ", "#     ")
    if variable.na:
        yield f"#   - {NOT_APPLICABLE}: not applicable"


def _partners(kb: KnowledgeBase) -> Iterator[str]:
    yield from _comment("Partners: leave the list out if it is open; a list you give is taken as complete. "
                        "Some facts above follow from it when they stay unknown.")
    yield "# partners:"
    yield "#   - name: First partner"
    for variable in kb.partner.variables:
        yield f"#     {variable.id}: {UNKNOWN}   # {', '.join(variable.values)}"


def _comment(text: str, first: str = "# ", rest: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest or first)


def profile_schema(kb: KnowledgeBase) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a profile, for editors that complete and check."""
    properties: dict[str, Any] = {
        "schema": {"const": SCHEMA},
        "title": {"type": "string", "description": "The crisis and the date of the decision."},
        "you": {"type": "string", "description": "Who is advised."},
        "story": {"type": "string", "description": "What happened, for the reader."},
        "as_of": {"type": ["string", "number"], "description": "The date of the facts."},
        "sources": {"type": "array", "items": {"type": "string"}},
        "weights": _weights(kb.principles),
        "partners": {"anyOf": [{"const": UNKNOWN}, {"const": "none"},
                               {"type": "array", "items": _partner(kb)}]},
    }
    assert set(properties) == set(KEYS)
    for variable in kb.variables[: kb.attributes]:
        properties[variable.id] = _fact(variable)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "dss crisis profile",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
    }


def _weights(principles: Mapping[str, Principle]) -> dict[str, Any]:
    return {
        "type": "object", "additionalProperties": False,
        "properties": {p.id: {"type": "number", "minimum": 0, "maximum": 5, "description": p.title}
                       for p in principles.values()},
    }


def _partner(kb: KnowledgeBase) -> dict[str, Any]:
    return {
        "type": "object", "required": ["name"], "additionalProperties": False,
        "properties": {"name": {"type": "string"}, "note": {"type": "string"},
                       **{v.id: _fact(v) for v in kb.partner.variables}},
    }


def _fact(variable: Variable) -> dict[str, Any]:
    value = _value(variable)
    evidence = {
        "type": "object", "required": ["value"], "additionalProperties": False,
        "properties": {
            "value": value,
            "grade": {"type": "string", "pattern": "^[A-F][1-6]$", "description": "Admiralty grade."},
            "note": {"type": "string"},
            "as_of": {"type": ["string", "number"]},
        },
    }
    return {"description": variable.question or variable.title, "anyOf": [value, evidence]}


def _value(variable: Variable) -> dict[str, Any]:
    special = [UNKNOWN] + ([NOT_APPLICABLE] if variable.na else [])
    if variable.kind == "number":
        pattern = r"^(not )?((at least |at most )?\d+|between \d+ and \d+)$"
        return {"anyOf": [{"type": "integer", "minimum": variable.low, "maximum": variable.high},
                          {"enum": special}, {"type": "string", "pattern": pattern}]}
    names = list(variable.values)
    if variable.kind == "set":
        several = {"type": "array", "items": {"enum": names}, "uniqueItems": True}
        partly = {"type": "object", "additionalProperties": False, "minProperties": 1,
                  "properties": {"has": several, "may_have": several}}
        return {"anyOf": [{"enum": [*names, "none", *special]}, several, partly]}
    words: list[Any] = [True, False] if variable.kind == "flag" else []
    forms: list[dict[str, Any]] = [{"enum": [*names, *special, *words]},
                                   {"type": "array", "minItems": 1, "items": {"enum": [*names, *words]}}]
    one = "|".join(names)
    pattern = f"^not ({one}|{NOT_APPLICABLE})$"
    if variable.ordered:
        pattern = f"^(not )?(({one})|at (least|most) ({one})|between ({one}) and ({one}))$"
    forms.append({"type": "string", "pattern": pattern})
    return {"anyOf": forms}
