"""Findings: what is derived from the facts, by rules or by a scorecard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .attributes import value_words
from .conditions import OPEN, REFUTED, ConditionReader, Dnf, Tree, compile_tree, status
from .fields import ID, Fields
from .issues import Place, listing, nearest
from .terms import Variable, bits


@dataclass(frozen=True, slots=True)
class Part:
    """A line of a scorecard: ``points`` by value of variable ``of``, or for a condition."""

    of: int
    points: tuple[int, ...]
    when: Dnf
    tree: Tree | None

    def span(self, masks: Sequence[int]) -> tuple[int, int]:
        """The least and most points it may give for the possible values in ``masks``."""
        if self.tree is None:
            possible = [self.points[i] for i in bits(masks[self.of])]
            return min(possible), max(possible)
        found = status(self.when, masks)
        worth = self.points[0]
        if found == OPEN:
            return min(0, worth), max(0, worth)
        return (0, 0) if found == REFUTED else (worth, worth)


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Points added up and cut into the finding's scale, lowest value first."""

    parts: tuple[Part, ...]
    cuts: tuple[int, ...]

    def possible(self, masks: Sequence[int]) -> int:
        """The mask of the values the sum may reach."""
        spans = [part.span(masks) for part in self.parts]
        return self.reached(sum(a for a, _ in spans), sum(b for _, b in spans))

    def reached(self, low: int, high: int) -> int:
        """The mask of the values that sums from ``low`` to ``high`` reach."""
        return (1 << self._index(high) + 1) - (1 << self._index(low))

    def _index(self, total: int) -> int:
        return max((i for i, cut in enumerate(self.cuts) if total >= cut), default=0)

    @property
    def reads(self) -> frozenset[int]:
        """The positions of the variables it depends on."""
        found = {part.of for part in self.parts if part.tree is None}
        found |= {v for part in self.parts for row in part.when for v, _ in row}
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class Finding:
    """How a finding's value follows: ``otherwise`` is a bit; ``resolve`` picks among several."""

    at: int
    otherwise: int
    resolve: str
    scorecard: Scorecard | None
    place: Place

    def choose(self, masks: Sequence[int]) -> int:
        """The one bit that conclusions ``masks`` resolve to (``otherwise`` when there are none)."""
        if not masks:
            return self.otherwise
        return max(masks) if self.resolve == "highest" else min(masks)

    def reachable(self, sure: Sequence[int], maybe: Sequence[int]) -> int:
        """The mask of what ``sure`` conclusions and any choice of ``maybe`` ones resolve to."""
        least = self.choose(sure)
        out = least
        for bit in maybe:
            if not sure or self.choose((least, bit)) == bit:
                out |= bit
        return out


_KEYS = ("title", "values", "otherwise", "resolve", "why", "source", "note", "scorecard")


def declare_findings(
    fields: Fields, conditions: ConditionReader, works: Sequence[str]
) -> dict[int, Fields]:
    """Register every finding as a variable, before any condition is read."""
    out = {}
    for key, node in fields.entries("findings"):
        f = Fields(node, f"finding '{key.text}'", fields.problems, _KEYS,
                   ("title", "values", "why", "source"), at=key.place)
        values = f.get("values")
        pairs = value_words(values, f) if values is not None else []
        if not ID.fullmatch(key.text) or "-" in key.text or key.text in conditions.words.position:
            fields.problems.add("KB040", f"'{key.text}' cannot be the id of a finding (taken, or not "
                                "lower-case words joined by underscores)", key.place)
            continue
        kind = "flag" if [v for v, _ in pairs] == ["no", "yes"] else "scale"
        at = conditions.words.add(Variable(
            key.text, kind, tuple(v for v, _ in pairs), tuple(w for _, w in pairs),
            title=f.text("title"), group="findings", why=f.text("why"), source=f.citations("source", works),
        ))
        out[at] = f
    return out


def finish_findings(
    declared: Mapping[int, Fields], conditions: ConditionReader
) -> dict[int, Finding]:
    """Read what findings rest on, now that all names are known."""
    out = {}
    for at, f in declared.items():
        variable = conditions.words.variables[at]
        card = _scorecard(f, variable, conditions) if f.get("scorecard") is not None else None
        resolve = f.one_of("resolve", ("highest", "lowest"), "highest")
        otherwise = f.text("otherwise")
        bit = 0
        if otherwise:
            if otherwise in variable.values:
                bit = variable.bit(otherwise)
            else:
                said = f.get("otherwise")
                f.problems.add("KB024", f"'{variable.id}' has no value '{otherwise}'",
                               said.place if said else f.place,
                               listing("values", variable.values), nearest(otherwise, variable.values))
        if (card is None) != bool(otherwise):
            f.problems.add("KB050", f"{f.what} needs either 'otherwise' or a scorecard, not "
                           + ("both" if card else "neither"), f.place)
        out[at] = Finding(at, bit or 1, resolve, card, f.place)
    return out


def _scorecard(f: Fields, variable: Variable, conditions: ConditionReader) -> Scorecard:
    node = f.get("scorecard")
    assert node is not None
    card = Fields(node, f"the scorecard of {f.what}", f.problems, ("parts", "cuts", "source", "note"),
                  ("parts", "cuts"))
    parts = []
    for item in card.items("parts"):
        p = Fields(item, f"a part of {card.what}", f.problems, ("of", "when", "points", "note"), ("points",))
        when, of_node = p.get("when"), p.get("of")
        if (when is None) == (of_node is None):
            f.problems.add("KB052", f"{p.what} has either 'of' or 'when'", item.place)
            continue
        if when is not None:
            tree = conditions.read(when)
            dnf = compile_tree(tree, conditions.words.variables, f.problems, when.place)
            parts.append(Part(-1, (p.integer("points", -1000, 1000),), dnf, tree))
            continue
        name = p.text("of")
        at = conditions.words.position.get(name)
        if at is None:
            f.problems.add("KB022", f"there is no attribute or finding '{name}'",
                           of_node.place if of_node else item.place,
                           nearest(name, conditions.words.position))
            continue
        of = conditions.words.variables[at]
        if of.kind in ("set", "number"):
            f.problems.add("KB053", f"'{name}' has no points by value, for it is a {of.kind}",
                           of_node.place if of_node else item.place,
                           "write parts with 'when: {" + name + ": …}' instead")
            continue
        points = [0] * (of.size + of.na)
        for key, worth in p.entries("points"):
            try:
                points[of.bit(key.text).bit_length() - 1] = p.integer_of(worth, key.text, -1000, 1000)
            except KeyError:
                f.problems.add("KB024", f"'{name}' has no value '{key.text}'", key.place,
                               nearest(key.text, of.values))
        parts.append(Part(at, tuple(points), (), None))
    found = {key.text: card.integer_of(n, key.text, -10000, 10000) for key, n in card.entries("cuts")}
    cuts = tuple(found.get(v, 0) for v in variable.values)
    if tuple(found) != variable.values or list(cuts) != sorted(set(cuts)):
        at_node = card.get("cuts")
        f.problems.add("KB051", f"the cuts of {f.what} name its values in order, rising",
                       at_node.place if at_node else card.place, listing("values, from low to high",
                                                                         variable.values))
    return Scorecard(tuple(parts), cuts)
