"""A situation: what an analyst reports, read into sets of possible values with their evidence."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from .attributes import GRADE, Aggregate
from .conditions import (
    ESTABLISHED,
    REFUTED,
    PartnerQuestion,
    PhraseReader,
    status,
    value_hint,
)
from .issues import Place, Problems, listing, nearest
from .kb import KnowledgeBase
from .source import MAX_BYTES, Mapping_, Node, Scalar, Sequence_, cleaned, from_python, kind_of, read_text
from .terms import UNKNOWN, Variable, bits

SCHEMA = "dss/profile/1"
KEYS = ("schema", "title", "you", "story", "as_of", "sources", "weights", "partners")
NO, YES = 0b01, 0b10


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: the mask of values it may still have, and the evidence.

    ``origin`` is ``stated`` or ``partners`` (worked out from the partner list);
    ``too_weak`` says that its grade was worse than the attribute demands, so that it
    counts as unknown.
    """

    at: int
    mask: int
    said: str
    grade: str = ""
    note: str = ""
    as_of: str = ""
    origin: str = "stated"
    too_weak: bool = False


@dataclass(frozen=True, slots=True)
class Partner:
    """One partner: ``masks`` by position of the partner attributes."""

    name: str
    note: str
    masks: tuple[int, ...]


@dataclass(frozen=True)
class Situation:
    """What is known. ``masks`` are the possible values of every attribute, by position.

    ``partners`` is None when no list was given (anything is possible) and complete when
    one was. ``weights`` are hundredths by principle; 100 is the normal weight. ``changed``
    says that answers were replaced after reading, so that ``data`` no longer tells them.
    """

    title: str
    you: str
    story: str
    as_of: str
    sources: tuple[str, ...]
    facts: tuple[Fact, ...]
    partners: tuple[Partner, ...] | None
    weights: Mapping[str, int]
    masks: tuple[int, ...]
    digest: str
    name: str
    data: bytes
    changed: bool = False

    def weighted(self, weights: Mapping[str, int]) -> Situation:
        """The same situation under other weights (hundredths by principle)."""
        return replace(self, weights={**self.weights, **weights})

    def _repr_html_(self) -> str:
        from .notebook import situation_html

        return situation_html(self.title, self.story, self.data)

    def fact(self, at: int) -> Fact | None:
        """The fact about an attribute, if there is one."""
        return next((f for f in self.facts if f.at == at), None)


def load_situation(kb: KnowledgeBase, source: str | Path | Mapping[str, object] | bytes,
                   *, name: str = "") -> Situation:
    """Read a profile from a file, from YAML bytes, or from a plain dict.

    Raises :class:`~dss.issues.InvalidInput` with every problem found.
    """
    problems = Problems()
    if isinstance(source, Mapping):
        label = name or "<dict>"
        node = from_python(label, source, problems)
        problems.raise_if_any()
        data = json.dumps(_as_plain(node), sort_keys=True, ensure_ascii=False).encode() if node else b""
    else:
        label = name or ("<bytes>" if isinstance(source, bytes) else str(source))
        data = source if isinstance(source, bytes) else read_file(Path(source), label, problems)
        problems.raise_if_any()
        node = read_text(label, data, problems)
    situation = read_situation(kb, node, label, data, problems) if node is not None else None
    problems.raise_if_any()
    assert situation is not None
    return situation


def read_file(path: Path, label: str, problems: Problems, limit: int = MAX_BYTES) -> bytes:
    """The bytes of a file (at most ``limit`` and one more), or a noted problem."""
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except FileNotFoundError:
        near = nearest(path.name, _siblings(path))
        problems.add("IN020", "there is no such file", Place(label), near)
    except IsADirectoryError:
        problems.add("IN021", "this is a folder, not a file", Place(label),
                     "name the profiles in it: " + (label.rstrip("/") or "") + "/*.yaml")
    except PermissionError:
        problems.add("IN022", "the file may not be read (no permission)", Place(label))
    except (OSError, ValueError) as error:
        what = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        problems.add("IN023", f"the file cannot be read: {what}", Place(label))
    return b""


def _siblings(path: Path) -> list[str]:
    try:
        return [p.name for p in path.parent.iterdir()]
    except OSError:
        return []


def read_situation(
    kb: KnowledgeBase, node: Node, label: str, data: bytes, problems: Problems
) -> Situation | None:
    """The situation a parsed profile describes; problems are noted."""
    if not isinstance(node, Mapping_):
        problems.add("PR001", f"a profile is a mapping of attributes, not {kind_of(node)}", node.place,
                     "write 'attribute: value', one a line; 'dss new' makes one to fill in")
        return None
    reader = _Reader(kb, problems)
    for key, value in node:
        reader.entry(key, value)
    partners = reader.partners
    facts = dict(reader.facts)
    for at, aggregate in kb.aggregates.items():
        variable = kb.variables[at]
        if partners is not None and (at not in facts or facts[at].mask == variable.full):
            mask = aggregated(aggregate, partners)
            said = " or ".join(variable.names(mask))
            facts[at] = Fact(at, mask, said, origin="partners")
    masks = [facts[at].mask if at in facts else kb.variables[at].full for at in range(kb.attributes)]
    for at, fact in facts.items():
        if fact.too_weak:
            masks[at] = kb.variables[at].full
    return Situation(
        title=reader.texts.get("title", "") or cleaned(Path(label).stem), you=reader.texts.get("you", ""),
        story=reader.texts.get("story", ""), as_of=reader.texts.get("as_of", ""), sources=reader.sources,
        facts=tuple(facts[at] for at in sorted(facts)), partners=partners, weights=reader.weights,
        masks=tuple(masks), digest=hashlib.sha256(data).hexdigest(), name=label, data=data,
    )


class _Reader:
    def __init__(self, kb: KnowledgeBase, problems: Problems) -> None:
        self.kb = kb
        self.problems = problems
        self.texts: dict[str, str] = {}
        self.sources: tuple[str, ...] = ()
        self.weights: dict[str, int] = {}
        self.facts: dict[int, Fact] = {}
        self.partners: tuple[Partner, ...] | None = None

    def entry(self, key: Scalar, value: Node) -> None:
        name = key.text
        if name in ("title", "you", "story", "as_of", "schema"):
            self._text(name, value)
        elif name == "sources":
            items = value.items if isinstance(value, Sequence_) else (value,)
            self.sources = tuple(_fold(i.text) for i in items if isinstance(i, Scalar))
            for item in items:
                if not isinstance(item, Scalar):
                    self.problems.add("PR003", f"a source is text, not {kind_of(item)}", item.place,
                                      "a text that contains ': ' needs quotes around it")
        elif name == "weights":
            self.weights = read_weights(self.kb, value, self.problems)
        elif name == "partners":
            self._partners(key, value)
        else:
            at = self.kb.words.position.get(name)
            if at is None or at >= self.kb.attributes:
                known = [v.id for v in self.kb.variables[: self.kb.attributes]]
                what, hint = "is not an attribute", "'dss new' lists every attribute with its values"
                near = nearest(name, [*known, *KEYS])
                if at is not None:
                    what, near = "is derived, not asked", ""
                    hint = "leave it out: it follows from the answers"
                elif name in self.kb.partner.position:
                    what, near = "is asked of each partner", ""
                    hint = "write it beside a name under 'partners:'"
                self.problems.add("PR011", f"'{name}' {what}", key.place, near, hint)
                return
            fact = self._fact(at, self.kb.variables[at], value)
            if fact is not None:
                self.facts[at] = fact

    def _text(self, name: str, value: Node) -> None:
        if not isinstance(value, Scalar):
            self.problems.add("PR003", f"'{name}' is text, not {kind_of(value)}", value.place)
        elif name == "schema" and value.text != SCHEMA:
            self.problems.add("PR004", f"this program reads '{SCHEMA}', not '{value.text}'", value.place)
        else:
            self.texts[name] = self._date(value) if name == "as_of" else _fold(value.text)

    def _fact(self, at: int, variable: Variable, node: Node) -> Fact | None:
        said, grade, note, as_of = node, "", "", ""
        if isinstance(node, Mapping_) and not (variable.kind == "set" and _is_partial_set(node)):
            value = node.get("value")
            for key, _ in node:
                if key.text not in ("value", "grade", "note", "as_of"):
                    self.problems.add("PR013", f"evidence for '{variable.id}' has no key '{key.text}'",
                                      key.place, nearest(key.text, ("value", "grade", "note", "as_of")),
                                      listing("keys", ("value", "grade", "note", "as_of")))
            if value is None:
                self.problems.add("PR014", f"'{variable.id}' lacks 'value'", node.place,
                                  f"{variable.id}: {{value: …, grade: B2, note: …}}")
                return None
            said, grade = value, self._grade(node.get("grade"))
            note, as_of = self._plain(node.get("note")), self._date(node.get("as_of"))
        mask = read_value(variable, said, self.problems)
        if mask is None:
            return None
        weak = bool(grade and variable.needs_grade) and not meets(grade, variable.needs_grade)
        return Fact(at, mask, written(said), grade, note, as_of, too_weak=weak and mask != variable.full)

    def _plain(self, node: Node | None, what: str = "a note") -> str:
        if node is None:
            return ""
        if not isinstance(node, Scalar):
            self.problems.add("PR003", f"{what} is text, not {kind_of(node)}", node.place)
            return ""
        return _fold(node.text)

    def _grade(self, node: Node | None) -> str:
        text = self._plain(node, "a grade")
        if node is not None and text and not GRADE.fullmatch(text):
            better = text.upper().replace(" ", "")
            self.problems.add("PR015", f"'{text}' is not an Admiralty grade", node.place,
                              "source A (reliable) to F (cannot be judged), then information "
                              "1 (confirmed) to 6 (cannot be judged), such as B2",
                              f"did you mean '{better}'?" if GRADE.fullmatch(better) else "")
            return ""
        return text

    def _date(self, node: Node | None) -> str:
        text = self._plain(node, "a date")
        if node is not None and text and not _is_date(text):
            self.problems.add("PR016", f"'{text}' is not a date", node.place,
                              "write it as 2014-03-20, 2014-03 or 2014")
        return text

    def _partners(self, key: Scalar, node: Node) -> None:
        if isinstance(node, Scalar) and node.text in ("none", UNKNOWN):
            self.partners = () if node.text == "none" else None
            return
        if not isinstance(node, Sequence_):
            empty = isinstance(node, Scalar) and not node.text
            self.problems.add("PR020", "'partners' has no value" if empty
                              else f"'partners' is a list, not {kind_of(node)}", key.place,
                              "start each partner with '- name: …'",
                              "write 'none' if there is no partner, 'unknown' if that is not known")
            return
        found: list[Partner] = []
        listed: dict[str, Place] = {}
        for item in node.items:
            partner = self._partner(item)
            if partner is not None:
                if partner.name and partner.name in listed:
                    self.problems.add("PR022", f"partner '{partner.name}' is listed twice", item.place,
                                      also=[listed[partner.name]])
                listed[partner.name] = item.place
                found.append(partner)
        self.partners = tuple(found)

    def _partner(self, node: Node) -> Partner | None:
        words = self.kb.partner
        if not isinstance(node, Mapping_):
            self.problems.add("PR021", f"a partner is a mapping, not {kind_of(node)}", node.place,
                              "- name: …", listing("keys", ["name", "note", *words.position]))
            return None
        masks = [v.full for v in words.variables]
        name = note = ""
        for key, value in node:
            if key.text in ("name", "note"):
                if key.text == "name":
                    name = self._plain(value)
                else:
                    note = self._plain(value)
            elif key.text not in words.position:
                at_top = key.text in self.kb.words.position
                self.problems.add("PR011", f"a partner has no '{key.text}'", key.place,
                                  "it is asked of the crisis, not of a partner" if at_top
                                  else nearest(key.text, words.position),
                                  listing("keys", ["name", "note", *words.position]))
            else:
                at = words.position[key.text]
                fact = self._fact(at, words.variables[at], value)
                if fact is not None:
                    masks[at] = words.variables[at].full if fact.too_weak else fact.mask
        if not name:
            self.problems.add("PR023", "a partner lacks 'name'", node.place)
        return Partner(name, note, tuple(masks))


def _is_date(text: str) -> bool:
    """Whether a text is a year, a month or a day of the calendar."""
    if not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", text):
        return False
    try:
        datetime.date.fromisoformat((text + "-01-01")[:10])
    except ValueError:
        return False
    return True


def _fold(text: str) -> str:
    return " ".join(text.split())


def _as_plain(node: Node) -> object:
    """A tree as dicts, lists and texts: what was understood, whatever types it came in."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence_):
        return [_as_plain(item) for item in node.items]
    return {key.text: _as_plain(value) for key, value in node}


def _is_partial_set(node: Mapping_) -> bool:
    return any(key.text in ("has", "may_have") for key, _ in node)


def written(node: Node) -> str:
    """A value as the user wrote it."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence_):
        return "[" + ", ".join(written(i) for i in node.items) + "]"
    return "{" + ", ".join(f"{k.text}: {written(v)}" for k, v in node) + "}"


def read_value(variable: Variable, node: Node, problems: Problems) -> int | None:
    """The mask of possible values that a user's answer leaves; None with problems noted."""
    if isinstance(node, Scalar) and node.text in (UNKNOWN, ""):
        if node.text == "":
            problems.add("PR017", f"'{variable.id}' has no value", node.place,
                         "write a value, 'unknown', or leave the line out", value_hint(variable))
            return None
        return variable.full
    if isinstance(node, Scalar) and node.text in ("~", "null") and node.text not in variable.values:
        problems.add("PR017", f"'{variable.id}' has no value", node.place,
                     "write a value, 'unknown', or leave the line out", value_hint(variable))
        return None
    if variable.kind == "set":
        return _read_set(variable, node, problems)
    if variable.kind == "flag" and isinstance(node, Scalar) and node.text in ("true", "false"):
        return variable.bit("yes" if node.text == "true" else "no")  # as JSON writes them
    return PhraseReader(variable, problems, "PR012").read(node)


def _read_set(variable: Variable, node: Node, problems: Problems) -> int | None:
    if isinstance(node, Mapping_):
        has = _elements(variable, node.get("has"), problems)
        may = _elements(variable, node.get("may_have"), problems)
        for key, _ in node:
            if key.text not in ("has", "may_have"):
                problems.add("PR013", f"a partly known set has no key '{key.text}'", key.place,
                             listing("keys", ("has", "may_have")))
        return None if has is None or may is None else variable.subset(has, may)
    if isinstance(node, Scalar) and node.text == "n/a" and variable.na:
        return variable.na_bit
    elements = _elements(variable, node, problems)
    return None if elements is None else variable.subset(elements)


def _elements(variable: Variable, node: Node | None, problems: Problems) -> list[str] | None:
    if node is None:
        return []
    if isinstance(node, Mapping_):
        problems.add("PR012", f"'{variable.id}' takes a list, not {kind_of(node)}", node.place)
        return None
    items = node.items if isinstance(node, Sequence_) else (node,)
    if len(items) == 1 and isinstance(items[0], Scalar) and items[0].text == "none":
        return []
    out: list[str] = []
    for item in items:
        if isinstance(item, Scalar) and item.text in variable.values:
            out.append(item.text)
            continue
        hint = listing("any of", variable.values)
        if not isinstance(item, Scalar):
            problems.add("PR012", f"'{variable.id}' takes names, not {kind_of(item)}", item.place, hint)
        elif item.text == "none":
            problems.add("PR012", "'none' cannot stand beside other values", item.place, hint)
        else:
            problems.add("PR012", f"'{variable.id}' has no value '{item.text}'", item.place,
                         listing("any of", [*variable.values, "none"]), nearest(item.text, variable.values))
    return out if len(out) == len(items) else None


def read_weights(kb: KnowledgeBase, node: Node, problems: Problems) -> dict[str, int]:
    """Weights by principle in hundredths; 0 to 5 with at most two decimals."""
    if not isinstance(node, Mapping_):
        problems.add("PR030", f"'weights' is a mapping of principles, not {kind_of(node)}", node.place,
                     listing("principles", kb.principles))
        return {}
    out = {}
    for key, value in node:
        text = value.text if isinstance(value, Scalar) else ""
        if key.text not in kb.principles:
            problems.add("PR031", f"there is no principle '{key.text}'", key.place,
                         nearest(key.text, kb.principles), listing("principles", kb.principles))
        elif not re.fullmatch(r"[0-4](\.\d{1,2})?|5(\.00?)?", text):
            problems.add("PR032", f"the weight of '{key.text}' is a number from 0 to 5 with at most "
                         "two decimals", value.place, "1 is the normal weight")
        else:
            whole, _, part = text.partition(".")
            out[key.text] = int(whole) * 100 + int((part + "00")[:2])
    return out


def meets(grade: str, needed: str) -> bool:
    """Whether an Admiralty grade is at least as good as the one needed (F and 6 never are)."""
    return grade[0] <= needed[0] and grade[1] <= needed[1] and grade[0] != "F" and grade[1] != "6"


def aggregated(aggregate: Aggregate, partners: Sequence[Partner]) -> int:
    """The mask a partner list leaves for an attribute worked out from it."""
    verdicts = [status(aggregate.where, p.masks) for p in partners]
    if aggregate.method == "count":
        sure = verdicts.count(ESTABLISHED)
        most = len(partners) - verdicts.count(REFUTED)
        mask = 0
        for n in range(sure, most + 1):
            mask |= max((cut, bit) for bit, cut in aggregate.cuts if n >= cut)[1]
        return mask
    chosen = [(p.masks[aggregate.of], v) for p, v in zip(partners, verdicts, strict=True) if v != REFUTED]
    mask = 0 if any(v == ESTABLISHED for _, v in chosen) else aggregate.if_none
    lowest = aggregate.method == "lowest"
    for value in {b for m, _ in chosen for b in bits(m)}:
        beyond = ~((1 << value) - 1) if lowest else (1 << value + 1) - 1
        if all(m & beyond for m, v in chosen if v == ESTABLISHED):
            mask |= 1 << value
    return mask


def ask_partners(question: PartnerQuestion, partners: Sequence[Partner] | None) -> int:
    """The mask over no/yes of a question about the partners (both when no list was given)."""
    if partners is None:
        return NO | YES
    verdicts = [status(question.condition, p.masks) for p in partners]
    if verdicts.count(ESTABLISHED) >= question.least:
        return YES
    return NO if len(verdicts) - verdicts.count(REFUTED) < question.least else NO | YES


def matching(question: PartnerQuestion, partners: Sequence[Partner] | None) -> list[str]:
    """The names of the partners that surely meet a question's condition."""
    return [p.name for p in partners or () if status(question.condition, p.masks) == ESTABLISHED]


def start_masks(kb: KnowledgeBase, masks: Sequence[int],
                partners: Sequence[Partner] | None) -> tuple[list[int], list[int]]:
    """What inference starts from: (possible values, values presumed), by position.

    They differ in the questions whether something is unknown: that is so now, but need
    not stay so, hence *possible* admits both. Findings stand at 0 until worked out.
    """
    possible = [*masks, *[0] * (len(kb.variables) - len(masks))]
    for at, question in kb.words.about_partners.items():
        possible[at] = ask_partners(question, partners)
    value = list(possible)
    for at, attribute in kb.words.about_unknown.items():
        unknown = attribute < len(masks) and masks[attribute] == kb.variables[attribute].full
        value[at] = YES if unknown else NO
        possible[at] = NO | YES if unknown else NO
    return possible, value
