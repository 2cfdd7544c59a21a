"""What rules speak about besides facts: actions, postures, safeguards, principles, sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from .conditions import ALWAYS, NEVER, AllOf, ConditionReader, Dnf, Tree, compile_tree, conjuncts
from .fields import Fields
from .issues import Place, Problems, listing, nearest
from .source import Mapping_, Node, Scalar, Sequence_
from .terms import Citation, Variable

COOPERATIVE = "cooperative"
CLASSES = (COOPERATIVE, "coercive", "force")
LEVELS = ("low", "medium", "high")
MAX_CORE = 8
TIMES = ("hours", "days", "weeks", "months")


@dataclass(frozen=True, slots=True)
class Code:
    """An event code with its published weight, towards whom where that matters."""

    code: str
    goldstein: str
    toward: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """Something that can be recommended.

    ``hard`` is percent of hard power, 0 to 100; ``escalation`` runs from -3 (calms) to +3;
    ``lead_time`` is one of hours, days, weeks, months. ``needs_known`` is what of its
    needs must be known to be there (all of them unless it is cooperative); the rest must only
    not be known to lack. ``excludes`` and ``apart`` are
    symmetric over the whole knowledge base.
    """

    id: str
    line: str
    title: str
    cls: str
    definition: str
    objective: str
    hard: int
    escalation: int
    reversibility: str
    lead_time: str
    needs: Dnf
    needs_tree: Tree
    needs_known: Dnf
    needs_known_tree: Tree
    pointless: Dnf
    pointless_tree: Tree
    excludes: tuple[str, ...]
    apart: tuple[str, ...]
    indicators: tuple[str, ...]
    stops_if: tuple[str, ...]
    codes: tuple[Code, ...]
    note: str
    source: tuple[Citation, ...]
    place: Place

    @property
    def guarded(self) -> bool:
        """Whether ignorance bars it (coercive and force)."""
        return self.cls != COOPERATIVE


@dataclass(frozen=True, slots=True)
class Posture:
    """An archetype of a mix: its band of hard power, its core, and what is at home in it."""

    id: str
    title: str
    purpose: str
    band: tuple[int, int]
    core: tuple[str, ...]
    fits: tuple[str, ...]
    counter_argument: str
    review_in: str
    fallback: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Safeguard:
    """Something a mix must observe: who sees to it, and by when."""

    id: str
    title: str
    text: str
    owner: str
    by: str
    kind: str
    source: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Principle:
    """A principle rules speak for, and the points of the article it gathers.

    ``exposure``, where given, names what its objections to a mix amount to in comparisons.
    """

    id: str
    title: str
    statement: str
    points: tuple[str, ...]
    exposure: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """An entry of the bibliography."""

    id: str
    title: str
    author: str
    year: str
    kind: str
    where: str
    short: str = ""


def read_works(fields: Fields) -> dict[str, Work]:
    """The bibliography."""
    out = {}
    for key, node in fields.entries("sources"):
        f = Fields(node, f"source '{key.text}'", fields.problems,
                   ("title", "short", "author", "year", "kind", "where", "note"), ("title", "kind"),
                   at=key.place)
        out[key.text] = Work(key.text, f.text("title"), f.text("author"), f.text("year"),
                             f.text("kind"), f.text("where"), f.text("short") or f.text("title"))
    return out


def read_principles(fields: Fields) -> dict[str, Principle]:
    """The principles, in order."""
    out = {}
    for key, node in fields.entries("principles"):
        f = Fields(node, f"principle '{key.text}'", fields.problems,
                   ("title", "statement", "points", "exposure", "note"),
                   ("title", "statement", "points"))
        out[key.text] = Principle(key.text, f.text("title"), f.text("statement"), f.texts("points"),
                                  f.text("exposure"))
    return out


def read_restatements(fields: Fields, points: Sequence[str]) -> dict[str, str]:
    """Points of the article that restate another, with the core point that carries them."""
    out = {}
    for key, node in fields.entries("restatements"):
        core = node.text if isinstance(node, Scalar) else ""
        if core not in points or key.text in points:
            fields.problems.add("KB017", f"'{key.text}' must restate a core point, not '{core}'", key.place,
                                nearest(core, points))
        out[key.text] = core
    return out


def read_safeguards(fields: Fields, works: Sequence[str]) -> dict[str, Safeguard]:
    """The safeguards, in order."""
    out = {}
    for key, node in fields.entries("safeguards"):
        f = Fields(node, f"safeguard '{key.text}'", fields.problems,
                   ("title", "text", "owner", "by", "kind", "source", "note"),
                   ("title", "text", "owner", "by"), at=key.place)
        out[key.text] = Safeguard(
            key.text, f.text("title"), f.text("text"), f.text("owner"), f.text("by"),
            f.one_of("kind", ("safeguard", "indicator", "review"), "safeguard"),
            f.citations("source", works),
        )
    return out


_ACTION_KEYS = (
    "title", "class", "definition", "objective", "hard", "escalation", "reversibility",
    "lead_time", "needs", "needs_known", "pointless_when", "excludes", "apart", "indicators", "stops_if",
    "cameo", "note", "source",
)
_ACTION_REQUIRED = _ACTION_KEYS[:8]


def read_actions(
    files: Sequence[Fields], conditions: ConditionReader, works: Sequence[str], lines: Sequence[str]
) -> dict[str, Action]:
    """The actions of every line, exclusions made symmetric."""
    found: dict[str, tuple[Scalar, Node, str]] = {}
    for fields in files:
        line = fields.one_of("line", lines)
        for key, node in fields.entries("actions"):
            if key.text in found:
                fields.problems.add("KB010", f"action '{key.text}' is defined twice", key.place,
                                    also=[found[key.text][0].place])
            found[key.text] = (key, node, line)
    problems = conditions.problems
    pairs = {name: Fields(node, f"action '{name}'", problems, _ACTION_KEYS, _ACTION_REQUIRED, at=key.place)
             for name, (key, node, _) in found.items()}
    excludes = _symmetric(pairs, "excludes", problems)
    apart = _symmetric(pairs, "apart", problems)
    return {
        name: _action(name, line, key.place, pairs[name], conditions, works,
                      excludes[name], apart[name])
        for name, (key, _, line) in found.items()
    }


def _symmetric(
    actions: Mapping[str, Fields], name: str, problems: Problems
) -> dict[str, tuple[str, ...]]:
    out: dict[str, set[str]] = {action: set() for action in actions}
    for action, fields in actions.items():
        for other in fields.scalars(name):
            if other.text not in actions:
                problems.add("KB011", f"there is no action '{other.text}'", other.place,
                             nearest(other.text, actions))
            elif other.text == action:
                problems.add("KB012", f"'{action}' cannot name itself", other.place)
            else:
                out[action].add(other.text)
                out[other.text].add(action)
    return {action: tuple(sorted(others)) for action, others in out.items()}


def _action(
    name: str, line: str, place: Place, f: Fields, conditions: ConditionReader,
    works: Sequence[str], excludes: tuple[str, ...], apart: tuple[str, ...],
) -> Action:
    needs_node, known_node, pointless_node = f.get("needs"), f.get("needs_known"), f.get("pointless_when")
    known_tree: Tree = conditions.read(known_node) if known_node else AllOf(())
    needs_tree: Tree = conditions.read(needs_node) if needs_node else AllOf(())
    if known_node:
        needs_tree = AllOf((*conjuncts(known_tree), *conjuncts(needs_tree)))
    pointless_tree: Tree = conditions.read(pointless_node) if pointless_node else AllOf(())
    variables = conditions.words.variables
    cls = f.one_of("class", CLASSES)
    needs = _compiled(needs_tree, variables, f.problems, needs_node or known_node)
    known = _compiled(known_tree, variables, f.problems, known_node)
    return Action(
        id=name, line=line, title=f.text("title"), cls=cls,
        definition=f.text("definition"), objective=f.text("objective"),
        hard=f.integer("hard", 0, 100), escalation=f.integer("escalation", -3, 3),
        reversibility=f.one_of("reversibility", LEVELS), lead_time=f.one_of("lead_time", TIMES),
        needs=needs, needs_tree=needs_tree, needs_known=known if cls == COOPERATIVE else needs,
        needs_known_tree=known_tree if cls == COOPERATIVE else needs_tree,
        pointless=(compile_tree(pointless_tree, variables, f.problems, pointless_node.place)
                   if pointless_node else NEVER),
        pointless_tree=pointless_tree,
        excludes=excludes, apart=apart, indicators=f.texts("indicators"),
        stops_if=f.texts("stops_if"), codes=_codes(f), note=f.text("note"),
        source=f.citations("source", works), place=place,
    )


def _compiled(tree: Tree, variables: Sequence[Variable], problems: Problems, node: Node | None) -> Dnf:
    return compile_tree(tree, variables, problems, node.place) if node else ALWAYS


def _codes(f: Fields) -> tuple[Code, ...]:
    node = f.get("cameo")
    if node is None:
        return ()
    out = []
    for item in node.items if isinstance(node, Sequence_) else (node,):
        c = Fields(item, f"the CAMEO code of {f.what}", f.problems,
                   ("code", "goldstein", "toward"), ("code", "goldstein"))
        out.append(Code(c.text("code"), c.text("goldstein"), c.text("toward")))
    return tuple(out)


def read_postures(fields: Fields, actions: Mapping[str, Action]) -> dict[str, Posture]:
    """The postures, in order; one of them must be the fallback."""
    out: dict[str, Posture] = {}
    for key, node in fields.entries("postures"):
        f = Fields(node, f"posture '{key.text}'", fields.problems,
                   ("title", "purpose", "band", "core", "fits", "counter_argument", "review_in",
                    "fallback", "note"),
                   ("title", "purpose", "band", "core", "fits", "counter_argument", "review_in"),
                   at=key.place)
        band = [f.integer_of(n, "band", 0, 100) for n in f.items("band")]
        if len(band) != 2 or band[0] > band[1]:
            said = f.get("band")
            f.problems.add("KB013", f"'band' of {f.what} is a pair [low, high] of percents",
                           said.place if said else f.place)
            band = [0, 100]
        if key.text in actions:
            f.problems.add("KB010", f"'{key.text}' is already an action", key.place,
                           also=[actions[key.text].place])
        named = f.scalars("core")
        if f.get("core") is not None and not 1 <= len(named) <= MAX_CORE:
            f.problems.add("KB017", f"the core of {f.what} has {len(named)} actions", key.place,
                           f"name 1 to {MAX_CORE}, the leading one first")
        core = known_ids(named, actions, "action", f.problems)
        fits = known_ids(f.scalars("fits"), actions, "action", f.problems)
        out[key.text] = Posture(
            key.text, f.text("title"), f.text("purpose"), (band[0], band[1]), core,
            tuple(a for a in fits if a not in core), f.text("counter_argument"),
            f.text("review_in"), f.flag("fallback"), key.place,
        )
    if sum(p.fallback for p in out.values()) != 1:
        fields.problems.add("KB014", "exactly one posture must say 'fallback: yes'", fields.place)
    return out


def known_ids(
    nodes: Sequence[Scalar], known: Mapping[str, object], what: str, problems: Problems
) -> tuple[str, ...]:
    """The ids that exist, in order; the others are noted."""
    for node in nodes:
        if node.text not in known:
            problems.add("KB011", f"there is no {what} '{node.text}'", node.place,
                         nearest(node.text, known))
    return tuple(dict.fromkeys(n.text for n in nodes if n.text in known))


_AT_LEAST = "at least "


class SelectorReader:
    """Resolves what a rule names (ids, or selectors over action properties) to action ids."""

    def __init__(self, actions: Mapping[str, Action], lines: Sequence[str], problems: Problems) -> None:
        self.actions = actions
        self.lines = lines
        self.problems = problems

    def read(self, node: Node, postures: Mapping[str, Posture] | None = None) -> tuple[str, ...]:
        """The ids a selector, an id or a list of both stands for; postures only if given."""
        if isinstance(node, Sequence_):
            found = [i for item in node.items for i in self.read(item, postures)]
            return tuple(dict.fromkeys(found))
        if isinstance(node, Scalar):
            names: dict[str, object] = dict(self.actions)
            names.update(postures or {})
            what = "action or posture" if postures else "action"
            return known_ids([node], names, what, self.problems)
        return self._select(node)

    def _select(self, node: Mapping_) -> tuple[str, ...]:
        before = len(self.problems.found)
        f = Fields(node, "a selector", self.problems, ("every", "line", "hard", "escalation", "except"))
        tests: list[Callable[[Action], bool]] = []
        every = f.one_of("every", ("action", *CLASSES), "action")
        if every == "coercive":
            tests.append(lambda a: a.guarded)
        elif every != "action":
            tests.append(lambda a: a.cls == every)
        if f.get("line") is not None:
            line = f.one_of("line", self.lines)
            tests.append(lambda a: a.line == line)
        for name in ("hard", "escalation"):
            if f.get(name) is not None:
                least = self._at_least(f, name)
                tests.append(lambda a, name=name, least=least: getattr(a, name) >= least)  # type: ignore[misc]
        spared = known_ids(f.scalars("except"), self.actions, "action", self.problems)
        out = tuple(a.id for a in self.actions.values()
                    if a.id not in spared and all(test(a) for test in tests))
        if not out and len(self.problems.found) == before:
            self.problems.add("KB015", "the selector matches no action", node.place)
        return out

    def _at_least(self, f: Fields, name: str) -> int:
        text = f.text(name)
        number = text.removeprefix(_AT_LEAST)
        if not text.startswith(_AT_LEAST) or not number.lstrip("-").isdigit():
            said = f.get(name)
            self.problems.add("KB016", f"'{name}' of a selector is written 'at least N'",
                              said.place if said else f.place,
                              listing("for example", [f"{name}: at least 1"]))
            return 101
        return int(number)
