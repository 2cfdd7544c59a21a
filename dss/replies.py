"""Replies: what an analyst types at a question, read as the value a profile would hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .issues import Problems, nearest
from .situation import read_value
from .source import from_python
from .terms import NOT_APPLICABLE, UNKNOWN, Variable

Value = Any
"""A value as plain profile data: text, a list of texts, or {has: [...], may_have: [...]}."""

_SPLIT = re.compile(r"\s*[,;]\s*|\s+(?:or|and)\s+")
_PERHAPS = re.compile(r"(?:^|[\s,;]+)(?:and\s+)?(?:perhaps|maybe|may have|may_have):?(?:\s+|$)")
_BOUND = re.compile(r"at (least|most) (.+)|between (.+) and (.+)|not (.+)")


@dataclass(frozen=True, slots=True)
class Misread:
    """A reply that could not be read, and what to type instead."""

    message: str


def read_reply(variable: Variable, text: str) -> Value | Misread:
    """The value a reply states for a variable.

    A number stands for the value with that number in the list shown, any unambiguous
    beginning for the value that begins so; for a number it is the number itself.
    """
    said = " ".join(text.replace("[", " ").replace("]", " ").split()).lower()
    if said in ("?", UNKNOWN):
        return UNKNOWN
    if said == NOT_APPLICABLE and not variable.na:
        return Misread("This question always applies. Type ? if the answer is not known.")
    if said == NOT_APPLICABLE:
        return NOT_APPLICABLE
    reader = {"set": _several, "number": _number}.get(variable.kind, _value)
    found = reader(variable, said)
    return found if isinstance(found, Misread) else _checked(variable, found)


def same_answer(variable: Variable, one: Value, other: Value) -> bool:
    """Whether two values say the same, however they are written; of numbers, whether they are written alike
    (two numbers may count alike and yet differ)."""
    if one == other or variable.kind == "number":
        return bool(one == other)
    return _mask(variable, one) == _mask(variable, other)


def _mask(variable: Variable, value: Value) -> int | None:
    node = from_python("answer", value, Problems())
    return None if node is None else read_value(variable, node, Problems())


def _checked(variable: Variable, value: Value) -> Value | Misread:
    """The value, if a profile may hold it."""
    problems = Problems()
    node = from_python("reply", value, problems)
    if node is not None:
        read_value(variable, node, problems)
    if not problems.found:
        return value
    issue = problems.found[0]
    said = [f"{text[:1].upper()}{text[1:]}" for text in (issue.message, *issue.hints)]
    return Misread(". ".join(said))


def _number(variable: Variable, said: str) -> Value | Misread:
    plain = re.sub(r"(?<=\d)[,_ ](?=\d)", "", said)
    if re.fullmatch(r"-?\d+|at (least|most) -?\d+|between -?\d+ and -?\d+|not -?\d+", plain):
        return plain
    return Misread(f"Type a whole number from {variable.low} to {variable.high}, or for a partial answer "
                   "'at least 900', 'at most 900' or 'between 100 and 900'.")


def _value(variable: Variable, said: str) -> Value | Misread:
    bound = _BOUND.fullmatch(said)
    whole = _one(variable, said.replace(" ", "-"))
    if bound is not None and isinstance(whole, Misread):
        return _bounded(variable, bound)
    if not isinstance(whole, Misread):
        return whole
    parts = [p for p in _SPLIT.split(said) if p]
    if len(parts) == 1:
        parts = said.split()
    if len(parts) < 2:
        return whole
    return _all(variable, parts)


def _bounded(variable: Variable, bound: re.Match[str]) -> Value | Misread:
    side, end, low, high, other = bound.groups()
    if other is not None:
        value = _one(variable, other.replace(" ", "-"))
        return value if isinstance(value, Misread) else f"not {value}"
    if not variable.ordered:
        return Misread("These values have no order. Type the possible ones with commas between: 1, 3.")
    ends = [_one(variable, e.replace(" ", "-")) for e in ((end,) if side else (low, high))]
    wrong = next((e for e in ends if isinstance(e, Misread)), None)
    if wrong is not None:
        return wrong
    return f"at {side} {ends[0]}" if side else f"between {ends[0]} and {ends[1]}"


def _all(variable: Variable, parts: Sequence[str]) -> list[str] | Misread:
    found = []
    for part in parts:
        if part == NOT_APPLICABLE and variable.na:
            found.append(part)
            continue
        value = _one(variable, part.replace(" ", "-"))
        if isinstance(value, Misread):
            return value
        found.append(value)
    return list(dict.fromkeys(found))


def _one(variable: Variable, word: str) -> str | Misread:
    """The value of a number or of an unambiguous beginning."""
    if word in variable.values:
        return word
    if word.isascii() and word.isdigit():
        if 1 <= int(word[:4]) <= len(variable.values):
            return variable.values[int(word[:4]) - 1]
        return Misread(f"There is no answer {word[:4]}; they run from 1 to {len(variable.values)}.")
    begun = [v for v in variable.values if v.startswith(word)] if word else []
    if len(begun) == 1:
        return begun[0]
    if begun:
        return Misread(f"'{word}' could be {' or '.join(begun)}. Type one letter more, or the number.")
    hint = nearest(word, variable.values)
    said = f"'{word[:40]}' is none of the answers" + (f"; {hint}" if hint else ".")
    return Misread(f"{said} Type its number or how it begins, or help.")


def _several(variable: Variable, said: str) -> Value | Misread:
    """A set: what is surely in it and, after 'perhaps', what may be."""
    sure, *rest = _PERHAPS.split(said, maxsplit=1)
    has = _elements(variable, sure.removeprefix("has "))
    may = _elements(variable, rest[0]) if rest else []
    if isinstance(has, Misread) or isinstance(may, Misread):
        return has if isinstance(has, Misread) else may
    if rest:
        return {"has": has, "may_have": [m for m in may if m not in has]}
    return has or "none"


def _elements(variable: Variable, said: str) -> list[str] | Misread:
    if said in ("none", ""):
        return []
    parts = [p for p in _SPLIT.split(said) if p]
    if len(parts) == 1 and isinstance(_one(variable, said.replace(" ", "-")), Misread):
        parts = said.split()
    return _all(variable, parts)
