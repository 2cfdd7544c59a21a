"""Attributes: what is asked about a crisis, or about one of its partners."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .conditions import ALWAYS, ConditionReader, Dnf, PhraseReader, Vocabulary, compile_tree
from .fields import ID, Fields
from .issues import Place, Problems, nearest
from .source import Mapping_, Node, Scalar, Sequence_, kind_of
from .terms import KINDS, MAX_ELEMENTS, NOT_APPLICABLE, UNKNOWN, Variable, bits, join

GRADE = re.compile(r"[A-F][1-6]")
VALUE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_KEYS = ("type", "values", "scale", "na", "frame", "needs_grade", "title", "question", "help",
         "why", "source", "note", "from_partners", "unit", "min", "max", "empty")
RESERVED = ("schema", "title", "you", "story", "sources", "partners", "weights", "as_of", "name", "note")


@dataclass(frozen=True, slots=True)
class Aggregate:
    """How a fact follows from the partner list when it is not stated.

    ``method`` is count, lowest or highest; ``of`` the partner attribute's position;
    ``where`` chooses the partners; ``cuts`` pairs a value's bit with the number of
    partners it is reached from; ``if_none`` is the mask when no partner is chosen.
    """

    method: str
    of: int
    where: Dnf
    cuts: tuple[tuple[int, int], ...] = ()
    if_none: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """A group of attributes, as the questionnaire shows them."""

    id: str
    title: str
    order: int
    of_partner: bool


def read_groups(
    files: Sequence[Fields], words: Vocabulary, partner: Vocabulary, works: Sequence[str],
    scales: Mapping[str, Mapping_], cuts: Mapping[str, Sequence[int]], problems: Problems,
) -> tuple[tuple[Group, ...], dict[int, Aggregate]]:
    """Read all groups in order; fills the vocabularies and gives the aggregates."""
    groups = sorted(
        ((Group(f.text("group"), f.text("title"), f.integer("order", 0, 99),
                f.one_of("of", ("crisis", "partner"), "crisis") == "partner"), f) for f in files),
        key=lambda pair: (pair[0].order, pair[0].id),
    )
    pending: list[tuple[int, Fields]] = []
    places: dict[tuple[bool, str], Place] = {}
    for group, fields in groups:
        into = partner if group.of_partner else words
        for key, node in fields.entries("attributes"):
            f = Fields(node, f"attribute '{key.text}'", problems, _KEYS,
                       ("type", "title", "question", "why", "source"), at=key.place)
            if not ID.fullmatch(key.text) or "-" in key.text or key.text in RESERVED:
                problems.add("KB040", f"'{key.text}' cannot be the id of an attribute", key.place,
                             "lower-case words joined by underscores; not one of "
                             + ", ".join(RESERVED))
            elif key.text in into.position:
                problems.add("KB010", f"attribute '{key.text}' is defined twice", key.place,
                             also=[places[group.of_partner, key.text]])
            else:
                places[group.of_partner, key.text] = key.place
                at = into.add(_variable(key.text, group.id, f, works, scales, cuts))
                if f.get("from_partners") is not None:
                    pending.append((at, f))
    aggregates = {at: a for at, f in pending if (a := _aggregate(at, f, words, partner)) is not None}
    return tuple(g for g, _ in groups), aggregates


def _variable(
    name: str, group: str, f: Fields, works: Sequence[str],
    scales: Mapping[str, Mapping_], cuts: Mapping[str, Sequence[int]],
) -> Variable:
    kind = f.one_of("type", KINDS)
    low, high = f.integer("min", -10**9, 10**12), f.integer("max", -10**9, 10**12, 10**9)
    before = len(f.problems.found)
    entries = _values(f, kind, scales)
    sound = len(f.problems.found) == before
    if kind == "flag" and not entries:
        entries = [("no", "no"), ("yes", "yes")]
    if kind == "set" and len(entries) > MAX_ELEMENTS:
        f.problems.add("KB041", f"{f.what} has {len(entries)} elements; a set has at most "
                       f"{MAX_ELEMENTS}", f.place)
        entries = entries[:MAX_ELEMENTS]
    if kind == "number" and low >= high:
        f.problems.add("KB049", f"{f.what} needs a max above its min", f.place)
        high = low + 1
    if kind != "number" and len(entries) < 2 and sound:
        f.problems.add("KB042", f"{f.what} needs at least two values", f.place)
    grade = f.text("needs_grade")
    if grade and not GRADE.fullmatch(grade):
        at = f.get("needs_grade")
        f.problems.add("KB043", f"'{grade}' is not an Admiralty grade", at.place if at else f.place,
                       "A1 to F6")
    bounds = sorted({low, *(c for c in cuts.get(name, ()) if low < c <= high)})
    return Variable(
        id=name, kind=kind, values=tuple(v for v, _ in entries), words=tuple(w for _, w in entries),
        na=f.flag("na"), title=f.text("title"), group=group, question=f.text("question"),
        help=f.text("help"), why=f.text("why"), source=f.citations("source", works),
        frame=f.flag("frame"), needs_grade=grade, unit=f.text("unit"), empty=f.text("empty"),
        low=low, high=high,
        bounds=tuple(bounds) if kind == "number" else (),
    )


def _values(f: Fields, kind: str, scales: Mapping[str, Mapping_]) -> list[tuple[str, str]]:
    node = f.get("values")
    if node is None and f.get("scale") is not None:
        name = f.text("scale")
        if name not in scales:
            at = f.get("scale")
            f.problems.add("KB044", f"there is no scale '{name}'", at.place if at else f.place,
                           nearest(name, scales))
            return []
        node = scales[name]
    return value_words(node, f) if node is not None and kind != "number" else []


def value_words(node: Node, f: Fields) -> list[tuple[str, str]]:
    """Values with their words, from a mapping id: words or a plain list of ids."""
    if isinstance(node, Scalar):
        f.problems.add("KB004", f"'values' of {f.what} must be a list or a mapping, not {kind_of(node)}",
                       node.place)
        return []
    entries = [(n, n) for n in node.items] if isinstance(node, Sequence_) else list(node)
    pairs: dict[str, str] = {}
    for key, words in entries:
        if not isinstance(key, Scalar) or not isinstance(words, Scalar):
            f.problems.add("KB004", f"the words for a value of {f.what} are text, not {kind_of(words)}",
                           words.place)
        elif key.text in (UNKNOWN, NOT_APPLICABLE):
            f.problems.add("KB045", f"'{key.text}' is not a value: "
                           + ("every attribute may be unknown" if key.text == UNKNOWN else "write 'na: yes'"),
                           key.place)
        elif not VALUE.fullmatch(key.text) or (key.text == "none" and f.text("type") == "set"):
            f.problems.add("KB045", f"'{key.text}' cannot be a value of {f.what}", key.place,
                           "lower-case words joined by hyphens" if key.text != "none"
                           else "it already says that the set is empty")
        elif key.text in pairs:
            f.problems.add("KB010", f"value '{key.text}' of {f.what} is given twice", key.place)
        else:
            said = key.text.replace("-", " ") if isinstance(node, Sequence_) else words.text
            pairs[key.text] = " ".join(said.split())
    return list(pairs.items())


def _aggregate(at: int, f: Fields, words: Vocabulary, partner: Vocabulary) -> Aggregate | None:
    node = f.get("from_partners")
    assert node is not None
    a = Fields(node, f"'from_partners' of {f.what}", f.problems,
               ("count", "lowest", "highest", "where", "cuts", "if_none"))
    methods = [m for m in ("count", "lowest", "highest") if a.get(m) is not None]
    if len(methods) != 1:
        f.problems.add("KB046", f"{a.what} names one of count, lowest, highest", node.place)
        return None
    variable = words.variables[at]
    where_node = a.get("where")
    where = ALWAYS
    if where_node is not None:
        where = compile_tree(ConditionReader(partner, f.problems).read(where_node), partner.variables,
                             f.problems, where_node.place)
    if methods[0] == "count":
        found = [(key.text, a.integer_of(n, key.text, 0, 99)) for key, n in a.entries("cuts")]
        known = tuple(sorted((variable.bit(v), n) for v, n in found if v in variable.values))
        reached = [n for _, n in known]
        if len(known) != len(found) or not known or reached[0] != 0 or reached != sorted(set(reached)):
            f.problems.add("KB047", f"the cuts of {a.what} name values of '{variable.id}', "
                           "the first reached from 0 and each from more partners than the one below",
                           cuts.place if (cuts := a.get("cuts")) else node.place)
            return None
        return Aggregate("count", -1, where, known)
    name = a.text(methods[0])
    of = partner.variables[partner.position[name]] if name in partner.position else None
    if of is None or of.kind != "scale" or of.na or of.values != variable.values:
        f.problems.add("KB048", f"{a.what} needs a partner attribute that is a scale with the same values "
                       f"and no n/a, not '{name}'", (a.get(methods[0]) or node).place,
                       nearest(name, partner.position) if of is None else "")
        return None
    if_none_node = a.get("if_none")
    if_none = PhraseReader(variable, f.problems).read(if_none_node) if if_none_node else variable.full
    return Aggregate(methods[0], partner.position[name], where, (), if_none or variable.full)


def meaning(variable: Variable) -> list[tuple[str, str]]:
    """Each value of a variable with its words, for help texts."""
    if variable.kind == "number":
        return [(f"{variable.low} to {variable.high}", variable.unit)]
    return list(zip(variable.values, variable.words, strict=True))


def spoken_values(variable: Variable, mask: int) -> str:
    """The possible values by id, joined for a table."""
    return join([variable.names(1 << i)[0] for i in bits(mask)], "or")
