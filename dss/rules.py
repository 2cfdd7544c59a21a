"""Rules: read, and resolved to positions, masks and ids so that evaluators need no names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .catalogue import Action, Posture, Safeguard, SelectorReader
from .conditions import ALWAYS, NEVER, AllOf, ConditionReader, Dnf, Tree, compile_tree
from .fields import ID, Fields
from .issues import Place, Problems, listing, nearest
from .source import Mapping_, Node, Scalar
from .terms import Citation

QUOTED = re.compile(r"\{([a-z_0-9]+)\}")
_BRACED = re.compile(r"\{([^{}]*)\}")
PARTNERS_QUOTED = "partners"


@dataclass(frozen=True, slots=True)
class Requirement:
    """What an action (or, with ``every_mix``, any mix) must have beside it."""

    having: tuple[str, ...]
    every_mix: bool = False
    all_of: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    safeguard: str = ""


@dataclass(frozen=True, slots=True)
class Caution:
    """A warning; with ``having``, given only when such an action is in the mix."""

    text: str
    having: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A partial profile and whether the rule fires on it."""

    given: Node
    fires: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    ``concludes`` pairs a finding's position with a value's bit; ``favours`` pairs an
    action or posture with signed quarter points; ``overrides`` names defeated rules.
    """

    id: str
    principle: str
    title: str
    when: Dnf
    when_tree: Tree
    unless: Dnf
    unless_tree: Tree
    overrides: tuple[str, ...]
    concludes: tuple[tuple[int, int], ...]
    favours: tuple[tuple[str, int], ...]
    forbids: tuple[str, ...]
    requires: tuple[Requirement, ...]
    cautions: tuple[Caution, ...]
    because: str
    source: tuple[Citation, ...]
    covers: tuple[str, ...]
    note: str
    draft: bool
    cases: tuple[Case, ...]
    place: Place

    @property
    def reads(self) -> frozenset[int]:
        """The positions of the variables its conditions depend on."""
        return frozenset(v for dnf in (self.when, self.unless) for row in dnf for v, _ in row)


_KEYS = ("id", "title", "when", "always", "unless", "overrides", "then", "because", "source",
         "covers", "note", "status", "cases")
_VERBS = ("conclude", "favour", "disfavour", "forbid", "require", "caution", "strength", "with")


class RuleReader:
    """Reads the rules of a file; names are resolved against what the other files define."""

    def __init__(
        self, conditions: ConditionReader, findings: Mapping[str, int], actions: Mapping[str, Action],
        postures: Mapping[str, Posture], safeguards: Mapping[str, Safeguard],
        works: Sequence[str], points: Sequence[str], lines: Sequence[str],
        strengths: Mapping[str, int], problems: Problems, *, cases: bool = True,
    ) -> None:
        self.cases = cases
        self.conditions = conditions
        self.findings = findings
        self.postures = postures
        self.safeguards = safeguards
        self.works = works
        self.points = points
        self.strengths = strengths
        self.problems = problems
        self.select = SelectorReader(actions, lines, problems)

    def read(self, node: Node, principle: str) -> Rule | None:
        """One rule, or None when it has no usable id."""
        name = node.get("id") if isinstance(node, Mapping_) else None
        said = name.text if isinstance(name, Scalar) else "?"
        f = Fields(node, f"rule '{said}'", self.problems, _KEYS,
                   ("id", "title", "then", "because", "source", *(["cases"] if self.cases else [])),
                   at=name.place if name else None)
        if not ID.fullmatch(said):
            self.problems.add("KB030", f"'{said}' is not a rule id", f.place,
                              "lower-case words joined by hyphens, stating the effect")
            return None
        when, when_tree = self._condition(f, "when")
        unless, unless_tree = self._condition(f, "unless")
        if f.flag("always"):
            when = ALWAYS
        elif f.get("when") is None:
            self.problems.add("KB031", f"{f.what} has no condition", f.place, "when: {…}, or always: yes")
        then = _Consequences(self, f)
        because = f.text("because")
        self._check_quotes(because, f, f.get("because"))
        return Rule(
            id=said, principle=principle, title=f.text("title"), when=when, when_tree=when_tree,
            unless=unless, unless_tree=unless_tree, overrides=f.texts("overrides"),
            concludes=tuple(then.concludes), favours=tuple(then.favours.items()),
            forbids=tuple(dict.fromkeys(then.forbids)), requires=tuple(then.requires),
            cautions=tuple(then.cautions), because=because,
            source=f.citations("source", self.works), covers=self._covers(f), note=f.text("note"),
            draft=f.one_of("status", ("draft", "reviewed"), "reviewed") == "draft",
            cases=self._cases(f), place=f.place,
        )

    def _condition(self, f: Fields, name: str) -> tuple[Dnf, Tree]:
        node = f.get(name)
        if node is None:
            return NEVER, AllOf(())
        before = len(self.problems.found)
        tree = self.conditions.read(node)
        dnf = compile_tree(tree, self.conditions.words.variables, self.problems, node.place)
        if not dnf and len(self.problems.found) == before:
            self.problems.add("KB032", f"'{name}' of {f.what} can never hold", node.place)
        return dnf, tree

    def _check_quotes(self, text: str, f: Fields, node: Node | None) -> None:
        known = self.conditions.words.position
        for word in _BRACED.findall(text):
            if word != PARTNERS_QUOTED and (word not in known or not QUOTED.fullmatch(f"{{{word}}}")):
                place = node.place_of(f"{{{word}}}") if isinstance(node, Scalar) else f.place
                self.problems.add("KB033", f"the text of {f.what} quotes '{{{word}}}', which does not exist",
                                  place, nearest(word, [k for k in known if "?" not in k]))

    def _covers(self, f: Fields) -> tuple[str, ...]:
        for node in f.scalars("covers"):
            if node.text not in self.points:
                self.problems.add("KB034", f"'{node.text}' is not a core point of the article that "
                                  "principles.yaml lists", node.place)
        return f.texts("covers")

    def _cases(self, f: Fields) -> tuple[Case, ...]:
        out = []
        before = len(self.problems.found)
        for item in f.items("cases"):
            c = Fields(item, f"a case of {f.what}", self.problems, ("given", "fires", "note"),
                       ("given", "fires"))
            given = c.get("given")
            if given is not None:
                out.append(Case(given, c.flag("fires"), item.place))
        sound = len(self.problems.found) == before and f.get("cases") is not None
        if sound and {c.fires for c in out} != {True, False} and f.get("always") is None:
            self.problems.add("KB035", f"{f.what} needs a case that fires and one that does not", f.place)
        return tuple(out)


class _Consequences:
    def __init__(self, reader: RuleReader, rule: Fields) -> None:
        self.reader = reader
        self.rule = rule
        self.concludes: list[tuple[int, int]] = []
        self.favours: dict[str, int] = {}
        self.forbids: list[str] = []
        self.requires: list[Requirement] = []
        self.cautions: list[Caution] = []
        for node in rule.items("then"):
            self._read(node)

    def _read(self, node: Node) -> None:
        before = len(self.reader.problems.found)
        f = Fields(node, f"a consequence of {self.rule.what}", self.reader.problems, _VERBS)
        verbs = [v for v in _VERBS[:6] if f.get(v) is not None]
        if not verbs and len(self.reader.problems.found) > before:
            return
        if len(verbs) != 1:
            self.reader.problems.add("KB036", f"a consequence of {self.rule.what} has one verb, not "
                                     f"{len(verbs)}", node.place, listing("verbs", _VERBS[:6]))
            return
        verb = verbs[0]
        body = f.get(verb)
        assert body is not None
        if verb == "conclude":
            self._conclude(f)
        elif verb in ("favour", "disfavour"):
            self._favour(f, body, 1 if verb == "favour" else -1)
        elif verb == "forbid":
            self.forbids += self.reader.select.read(body)
        elif verb == "require":
            self._require(body)
        else:
            having = f.get("with")
            text = f.text("caution")
            self.reader._check_quotes(text, self.rule, body)
            self.cautions.append(Caution(text, self.reader.select.read(having) if having else ()))

    def _conclude(self, f: Fields) -> None:
        problems = self.reader.problems
        for key, value in f.entries("conclude"):
            at = self.reader.findings.get(key.text)
            if at is None:
                is_asked = key.text in self.reader.conditions.words.position
                problems.add("KB037", f"there is no finding '{key.text}'", key.place,
                             "it is an attribute: answered by the user, never concluded" if is_asked
                             else nearest(key.text, self.reader.findings))
                continue
            variable = self.reader.conditions.words.variables[at]
            if not isinstance(value, Scalar) or value.text not in variable.values:
                said = f"value '{value.text}'" if isinstance(value, Scalar) else "such value"
                problems.add("KB024", f"'{key.text}' has no {said}", value.place,
                             listing("values", variable.values),
                             nearest(value.text, variable.values) if isinstance(value, Scalar) else "")
                continue
            self.concludes.append((at, variable.bit(value.text)))

    def _favour(self, f: Fields, body: Node, sign: int) -> None:
        strength = f.one_of("strength", list(self.reader.strengths))
        if f.get("strength") is None:
            self.reader.problems.add("KB003", f"{f.what} lacks 'strength'", body.place,
                                     listing("strength", self.reader.strengths))
        points = sign * self.reader.strengths.get(strength, 0)
        for target in self.reader.select.read(body, self.reader.postures):
            if target in self.favours:
                self.reader.problems.add("KB038", f"{self.rule.what} weighs '{target}' twice", body.place)
            self.favours[target] = points

    def _require(self, body: Node) -> None:
        f = Fields(body, f"a requirement of {self.rule.what}", self.reader.problems,
                   ("with", "all_of", "one_of", "safeguard"), ("with",))
        having_node = f.get("with")
        if having_node is None:
            return
        every_mix = isinstance(having_node, Mapping_) and _is_every_mix(having_node)
        having = () if every_mix else self.reader.select.read(having_node)
        all_of, one_of = f.get("all_of"), f.get("one_of")
        safeguard = f.text("safeguard")
        if safeguard and safeguard not in self.reader.safeguards:
            self.reader.problems.add("KB011", f"there is no safeguard '{safeguard}'", body.place,
                                     nearest(safeguard, self.reader.safeguards))
        if (all_of is not None) + (one_of is not None) + bool(safeguard) != 1:
            self.reader.problems.add("KB039", f"{f.what} names one of all_of, one_of, safeguard", body.place)
        self.requires.append(Requirement(
            having, every_mix,
            self.reader.select.read(all_of) if all_of else (),
            self.reader.select.read(one_of) if one_of else (),
            safeguard,
        ))


def _is_every_mix(node: Mapping_) -> bool:
    every = node.get("every")
    return isinstance(every, Scalar) and every.text == "mix" and len(node.entries) == 1
