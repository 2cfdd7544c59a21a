"""Conditions: read from nodes, kept as written for prose, and compiled to one normal form.

The normal form is a disjunction of conjunctions (:data:`Dnf`) in which each variable
stands at most once in a conjunction, with the mask of values it allows there. Phrases
on one variable in a conjunction are thereby merged. What a condition *means* is
:func:`status` of that form; every evaluator computes exactly this.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Union

from .issues import Place, Problems, listing, nearest
from .source import Mapping_, Node, Scalar, Sequence_, kind_of
from .terms import NOT_APPLICABLE, UNKNOWN, Variable

Conjunction = tuple[tuple[int, int], ...]
Dnf = tuple[Conjunction, ...]

ALWAYS: Dnf = ((),)
NEVER: Dnf = ()
MAX_CONJUNCTIONS = 200

REFUTED, OPEN, ESTABLISHED = 0, 1, 2


def status(dnf: Dnf, masks: Sequence[int]) -> int:
    """REFUTED, OPEN or ESTABLISHED for the possible values in ``masks`` (Kleene's logic)."""
    best = REFUTED
    for conjunction in dnf:
        found = ESTABLISHED
        for variable, allowed in conjunction:
            possible = masks[variable]
            if not possible & allowed:
                found = REFUTED
                break
            if possible & ~allowed:
                found = OPEN
        if found == ESTABLISHED:
            return ESTABLISHED
        if found > best:
            best = found
    return best


@dataclass(frozen=True, slots=True)
class Phrase:
    """A variable and the values a condition allows it, with the words as written."""

    variable: int
    allowed: int
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part must hold."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part must hold."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class NotOf:
    """The part must not hold."""

    part: Tree


Tree = Union[Phrase, AllOf, AnyOf, NotOf]  # noqa: UP007  (read at run time on 3.10)


@dataclass(frozen=True, slots=True)
class PartnerQuestion:
    """'At least ``least`` partners meet ``condition``', over a partner's own attributes."""

    least: int
    condition: Dnf
    tree: Tree


class Vocabulary:
    """The variables conditions may speak of; grows by the questions that conditions ask.

    ``about_unknown`` maps the position of a yes/no variable to the attribute of which it
    says that nothing is known; ``about_partners`` likewise to a partner question.
    """

    def __init__(self) -> None:
        self.variables: list[Variable] = []
        self.position: dict[str, int] = {}
        self.about_unknown: dict[int, int] = {}
        self.about_partners: dict[int, PartnerQuestion] = {}

    def add(self, variable: Variable) -> int:
        """Register a variable (or return the one of that id) and give its position."""
        if variable.id not in self.position:
            self.position[variable.id] = len(self.variables)
            self.variables.append(variable)
        return self.position[variable.id]

    def unknown(self, attribute: int) -> int:
        """The yes/no variable 'nothing is known of this attribute'."""
        name = self.variables[attribute].id
        title = f"whether {self.variables[attribute].title.lower() or name} is unknown"
        at = self.add(_yes_no(f"{name}?unknown", title))
        self.about_unknown[at] = attribute
        return at

    def partners(self, question: PartnerQuestion, text: str) -> int:
        """The yes/no variable that a partner question is."""
        key = "+".join(
            "&".join(f"{v}:{m:x}" for v, m in conjunction) for conjunction in question.condition
        )
        at = self.add(_yes_no(f"partners>={question.least}?{key}", text))
        self.about_partners[at] = question
        return at


def _yes_no(name: str, title: str) -> Variable:
    return Variable(name, "flag", ("no", "yes"), ("no", "yes"), title=title)


class ConditionReader:
    """Reads conditions over a vocabulary; ``partner`` is the vocabulary of partner records."""

    def __init__(
        self, words: Vocabulary, problems: Problems, partner: Vocabulary | None = None
    ) -> None:
        self.words = words
        self.problems = problems
        self.partner = partner

    def read(self, node: Node) -> Tree:
        """The condition as a tree; problems are noted and the bad part left out."""
        if isinstance(node, Mapping_):
            parts = [p for key, value in node for p in self._entry(key, value)]
            return parts[0] if len(parts) == 1 else AllOf(tuple(parts))
        self.problems.add(
            "KB020", f"a condition is a mapping, not {kind_of(node)}", node.place,
            "write 'attribute: value', or all:, any:, not:",
        )
        return AllOf(())

    def _entry(self, key: Scalar, value: Node) -> list[Tree]:
        name = key.text
        if name in ("all", "any"):
            if not isinstance(value, Sequence_):
                self.problems.add("KB021", f"'{name}:' takes a list of conditions, not {kind_of(value)}",
                                  key.place, f"{name}: [{{…}}, {{…}}]")
                return []
            inner = tuple(self.read(item) for item in value.items)
            return [AllOf(inner) if name == "all" else AnyOf(inner)]
        if name == "not":
            return [NotOf(self.read(value))]
        if name in ("some_partner", "no_partner", "at_least") and self.partner is not None:
            return self._partners(key, value)
        at = self.words.position.get(name)
        if at is None:
            what = "there is no attribute or finding" if self.partner else "a partner has no attribute"
            known = [v.id for v in self.words.variables if "?" not in v.id]
            self.problems.add("KB022", f"{what} '{name}'", key.place, nearest(name, known))
            return []
        return self._phrase(at, key, value)

    def _partners(self, key: Scalar, value: Node) -> list[Tree]:
        assert self.partner is not None
        least, body = 1, value
        if key.text == "at_least":
            n = value.get("n") if isinstance(value, Mapping_) else None
            inner = value.get("partner") if isinstance(value, Mapping_) else None
            if not isinstance(n, Scalar) or not n.text.isdigit() or int(n.text) < 1 or inner is None:
                self.problems.add("KB023", "'at_least:' takes n (1 or more) and partner", key.place,
                                  "at_least: {n: 2, partner: {…}}")
                return []
            least, body = int(n.text), inner
        tree = ConditionReader(self.partner, self.problems).read(body)
        dnf = compile_tree(tree, self.partner.variables, self.problems, key.place)
        number = {1: "some partner", 2: "two partners", 3: "three partners"}.get(
            least, f"{least} partners"
        )
        text = f"{number} with {describe(tree, self.partner.variables)}"
        at = self.words.partners(PartnerQuestion(least, dnf, tree), text)
        allowed = 0b01 if key.text == "no_partner" else 0b10
        return [Phrase(at, allowed, text, key.place)]

    def _phrase(self, at: int, key: Scalar, value: Node) -> list[Tree]:
        variable = self.words.variables[at]
        if isinstance(value, Scalar) and value.text == UNKNOWN:
            if variable.group == "findings" or self.partner is None:
                self.problems.add("KB026", "only an attribute of the crisis can be asked to be "
                                  "unknown", value.place)
                return []
            return [Phrase(self.words.unknown(at), 0b10, UNKNOWN, key.place)]
        mask = PhraseReader(variable, self.problems).read(value)
        return [] if mask is None else [Phrase(at, mask, _as_written(value), key.place)]


def _as_written(node: Node) -> str:
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence_):
        return "[" + ", ".join(_as_written(item) for item in node.items) + "]"
    return "…"


class PhraseReader:
    """Reads one phrase on one variable as the mask of values it allows."""

    def __init__(self, variable: Variable, problems: Problems, code: str = "KB024") -> None:
        self.variable = variable
        self.problems = problems
        self.code = code
        self._negated = False

    def read(self, node: Node) -> int | None:
        """The mask, or None with the problem noted."""
        if isinstance(node, Sequence_) and self.variable.kind != "set":
            masks = [self._item(item) for item in node.items]
            known = [m for m in masks if m is not None]
            if not node.items:
                return self._wrong(node, "an empty list allows no value", self._values())
            return sum_masks(known) if len(known) == len(masks) else None
        if not isinstance(node, Scalar):
            hint = "write 'has any of [a, b]'" if self.variable.kind == "set" else ""
            return self._wrong(node, f"'{self.variable.id}' takes a phrase, not {kind_of(node)}", hint)
        return self._text(" ".join(node.text.split()), node)

    def _item(self, node: Node) -> int | None:
        if isinstance(node, Scalar):
            return self.read(node)
        return self._wrong(node, f"a list of values holds values, not {kind_of(node)}", self._values())

    def _text(self, text: str, node: Scalar) -> int | None:
        if text == NOT_APPLICABLE:
            if not self.variable.na:
                return self._wrong(node, f"'{self.variable.id}' has no value 'n/a'", self._values())
            return self.variable.na_bit
        if text.startswith("not "):
            self._negated = not self._negated
            inner = self._text(text[4:], node)
            self._negated = not self._negated
            if inner is None:
                return None
            rest = self.variable.proper & ~inner
            return rest or self._wrong(node, f"'{text}' allows no value", self._values())
        if self.variable.kind == "set":
            return self._set(text, node)
        if text.startswith("[") and text.endswith("]"):
            masks = [self._text(item.strip(), node) for item in text[1:-1].split(",")]
            known = [m for m in masks if m is not None]
            return sum_masks(known) if len(known) == len(masks) else None
        return self._ordered(text, node)

    def _ordered(self, text: str, node: Scalar) -> int | None:
        match = re.fullmatch(r"at (least|most) (\S+)|between (\S+) and (\S+)", text)
        if match is None:
            return self._one(text, node)
        if not self.variable.ordered:
            return self._wrong(node, f"'{self.variable.id}' has no order, so '{text}' says nothing",
                               "name the values in a list", self._values())
        side, bound, low, high = match.groups()
        ends = [self._number_or_index(word, node) for word in ((bound,) if side else (low, high))]
        if any(end is None for end in ends):
            return None
        first = None if side == "most" else ends[0]
        last = None if side == "least" else ends[-1]
        if self.variable.kind == "number":
            if first is None or last is None or first <= last:
                return self._stretches(first, last)
            mask = 0
        else:
            mask = sum(1 << i for i in range(first or 0, self.variable.size if last is None else last + 1))
        return mask or self._wrong(node, f"'{text}' allows no value", "the lower end comes first")

    def _stretches(self, first: int | None, last: int | None) -> int:
        """Under 'not' only what is wholly meant is left out, for a stretch may be more than was said."""
        return self.variable.number(first, last, whole=self._negated)

    def _number_or_index(self, word: str, node: Scalar) -> int | None:
        if self.variable.kind == "number":
            return self._integer(word, node)
        if word in self.variable.values:
            return self.variable.values.index(word)
        return self._unknown_value(word, node)

    def _integer(self, word: str, node: Scalar) -> int | None:
        plain = word.replace("_", "").replace(",", "")
        if not re.fullmatch(r"-?[0-9]+", plain):
            return self._wrong(node, f"'{word}' is not a whole number", self._values(), part=word)
        number = int(plain) if len(plain) < 20 else self.variable.high + 1
        if not self.variable.low <= number <= self.variable.high:
            return self._wrong(node, f"{word} is out of range", self._values(), part=word)
        return number

    def _one(self, text: str, node: Scalar) -> int | None:
        if self.variable.kind == "number":
            number = self._integer(text, node)
            return None if number is None else self._stretches(number, number)
        if text in self.variable.values:
            return self.variable.bit(text)
        return self._unknown_value(text, node)

    def _set(self, text: str, node: Scalar) -> int | None:
        if text == "none":
            return self.variable.subset(())
        match = re.fullmatch(r"(has|lacks)( any of| all of)? (.+)", text)
        if match is None:
            return self._wrong(node, f"'{text}' does not say what '{self.variable.id}' has or lacks",
                               "write 'has x', 'has any of [x, y]', 'lacks x' or 'none'", self._values())
        verb, how, rest = match.groups()
        names = [n.strip() for n in rest.strip("[]").split(",")]
        if any(n not in self.variable.values for n in names):
            bad = next(n for n in names if n not in self.variable.values)
            return self._unknown_value(bad, node)
        wanted = sum(1 << self.variable.values.index(n) for n in names)
        test = _SET_TESTS[(verb, (how or " all of").strip())]
        return sum(1 << atom for atom in range(self.variable.size) if test(atom, wanted))

    def _unknown_value(self, word: str, node: Scalar) -> int | None:
        meant = _SAME_AS.get(word.lower(), word) if self.variable.kind == "flag" else word
        return self._wrong(node, f"'{self.variable.id}' has no value '{word}'",
                           self._values(), nearest(meant, self.variable.values), part=word)

    def _values(self) -> str:
        return value_hint(self.variable)

    def _wrong(self, node: Node, message: str, *hints: str, part: str = "") -> int | None:
        place = node.place_of(part) if part and isinstance(node, Scalar) else node.place
        self.problems.add(self.code, message, place, *hints)
        return None


_SAME_AS = {"true": "yes", "on": "yes", "y": "yes", "false": "no", "off": "no", "n": "no"}

_SET_TESTS: Mapping[tuple[str, str], Callable[[int, int], bool]] = {
    ("has", "any of"): lambda atom, wanted: bool(atom & wanted),
    ("has", "all of"): lambda atom, wanted: atom & wanted == wanted,
    ("lacks", "any of"): lambda atom, wanted: atom & wanted != wanted,
    ("lacks", "all of"): lambda atom, wanted: not atom & wanted,
}


def value_hint(variable: Variable) -> str:
    """The allowed values as a hint."""
    if variable.kind == "number":
        return f"a whole number from {variable.low} to {variable.high} ({variable.unit})"
    lead = {"scale": "values, from low to high", "set": "any of"}.get(variable.kind, "values")
    names = list(variable.values) + ([NOT_APPLICABLE] if variable.na else [])
    return listing(lead, names)


def sum_masks(masks: Sequence[int]) -> int:
    """The union of masks."""
    out = 0
    for mask in masks:
        out |= mask
    return out


def compile_tree(
    tree: Tree, variables: Sequence[Variable], problems: Problems | None = None,
    place: Place | None = None,
) -> Dnf:
    """The normal form of a tree, deterministic in its order."""
    try:
        rows = _rows(tree, variables, False, MAX_CONJUNCTIONS if problems is not None else None)
    except _TooMany:
        assert problems is not None
        problems.add("KB025", f"the condition has more than {MAX_CONJUNCTIONS} alternatives when written "
                     "out", place or Place(""), "split the rule, or conclude a finding first")
        return NEVER
    return tuple(tuple(sorted(row.items())) for row in _simplify(rows, variables))


class _TooMany(Exception):
    """A condition grows beyond what can be written out."""


def _rows(
    tree: Tree, variables: Sequence[Variable], negated: bool, limit: int | None
) -> list[dict[int, int]]:
    if isinstance(tree, Phrase):
        full = variables[tree.variable].full
        allowed = full & ~tree.allowed if negated else tree.allowed & full
        if allowed == full:
            return [{}]
        return [{tree.variable: allowed}] if allowed else []
    if isinstance(tree, NotOf):
        return _rows(tree.part, variables, not negated, limit)
    if isinstance(tree, AllOf) != negated:
        rows: list[dict[int, int]] = [{}]
        for part in tree.parts:
            more = _rows(part, variables, negated, limit)
            _check(len(rows) * len(more), limit and limit * 10)
            merged = [m for a in rows for b in more if (m := _merge(a, b)) is not None]
            rows = _simplify(merged, variables)
            _check(len(rows), limit)
        return rows
    found = [row for part in tree.parts for row in _rows(part, variables, negated, limit)]
    rows = _simplify(found, variables)
    _check(len(rows), limit)
    return rows


def _check(count: int, limit: int | None) -> None:
    if limit is not None and count > limit:
        raise _TooMany


def _merge(a: dict[int, int], b: dict[int, int]) -> dict[int, int] | None:
    out = dict(a)
    for variable, allowed in b.items():
        both = out.get(variable, allowed) & allowed
        if not both:
            return None
        out[variable] = both
    return out


def _simplify(rows: list[dict[int, int]], variables: Sequence[Variable]) -> list[dict[int, int]]:
    """Drop rows another row contains, and unite rows that differ in one variable only."""
    kept = _absorb(rows)
    while (united := _unite_two(kept, variables)) is not None:
        kept = _absorb(united)
    return kept


def _absorb(rows: list[dict[int, int]]) -> list[dict[int, int]]:
    kept: list[dict[int, int]] = []
    for row in rows:
        if any(_contains(other, row) for other in kept):
            continue
        kept = [other for other in kept if not _contains(row, other)] + [row]
    return kept


def _unite_two(
    rows: list[dict[int, int]], variables: Sequence[Variable]
) -> list[dict[int, int]] | None:
    """The rows with the first two that differ in one variable made one; None if there are none."""
    for i, row in enumerate(rows):
        for j in range(i + 1, len(rows)):
            differing = [v for v in row if row.get(v) != rows[j].get(v)]
            if row.keys() == rows[j].keys() and len(differing) == 1:
                united = dict(row)
                united[differing[0]] |= rows[j][differing[0]]
                if united[differing[0]] == variables[differing[0]].full:
                    del united[differing[0]]
                return [*rows[:i], united, *rows[i + 1 : j], *rows[j + 1 :]]
    return None


def _contains(wide: dict[int, int], narrow: dict[int, int]) -> bool:
    return all(v in narrow and not narrow[v] & ~allowed for v, allowed in wide.items())


def conjuncts(tree: Tree) -> tuple[Tree, ...]:
    """The parts that must all hold."""
    return tree.parts if isinstance(tree, AllOf) else (tree,)


def describe(tree: Tree, variables: Sequence[Variable]) -> str:
    """The condition in words: titles and the values as written."""
    if isinstance(tree, Phrase):
        variable = variables[tree.variable]
        if "?" in variable.id:
            return variable.title if tree.allowed == 0b10 else f"not {variable.title}"
        return f"{variable.title.lower()}: {_spoken(tree)}"
    if isinstance(tree, NotOf):
        return f"not ({describe(tree.part, variables)})"
    word = " and " if isinstance(tree, AllOf) else " or "
    parts = [describe(part, variables) for part in tree.parts]
    return parts[0] if len(parts) == 1 else "(" + word.join(parts) + ")" if parts else "always"


def _spoken(phrase: Phrase) -> str:
    return phrase.text.replace("-", " ").replace("[", "").replace("]", "")
