"""The Trace: everything that happened in an assessment's inference, by name.

Whatever a user is told about *why* is computed from this and the rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from .conditions import ESTABLISHED, OPEN, AllOf, AnyOf, NotOf, Phrase, Tree
from .evaluate import Inference, defeated, fired, truth
from .kb import KnowledgeBase
from .rules import PARTNERS_QUOTED, QUOTED, Rule
from .situation import Situation, matching
from .terms import join


@dataclass(frozen=True)
class Trace:
    """An inference together with what it was drawn from; ``order`` is the order of firing."""

    kb: KnowledgeBase
    situation: Situation
    inference: Inference
    order: tuple[str, ...]

    def state(self, rule: str) -> int:
        """The state of a rule (see :class:`~dss.evaluate.Inference`)."""
        return self.inference.states[self.index[rule]]

    @cached_property
    def index(self) -> dict[str, int]:
        """The position of each rule."""
        return {name: i for i, name in enumerate(self.kb.rules)}

    def rules_in(self, *, fired_: bool = True) -> Iterator[Rule]:
        """The rules that fired, or with ``fired_=False`` those still open, in the order of the KB."""
        for rule, state in zip(self.kb.rules.values(), self.inference.states, strict=True):
            if fired(state) if fired_ else is_open(state):
                yield rule

    @property
    def fired(self) -> tuple[str, ...]:
        """The ids of the rules that fired."""
        return tuple(r.id for r in self.rules_in())

    @property
    def open(self) -> tuple[str, ...]:
        """The ids of the rules that may yet fire when more is known."""
        return tuple(r.id for r in self.rules_in(fired_=False))

    @property
    def defeats(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Each defeated rule with the rules that defeated it."""
        out = []
        for rule, state in zip(self.kb.rules.values(), self.inference.states, strict=True):
            if defeated(state):
                by = tuple(r.id for r in self.kb.rules.values()
                           if rule.id in r.overrides and self._defeats(r, rule))
                out.append((rule.id, by))
        return tuple(out)

    def _defeats(self, over: Rule, under: Rule) -> bool:
        """A rule that forbids gives way only to one that rests on no presumption."""
        state = self.state(over.id)
        return truth(state) == ESTABLISHED if under.forbids else fired(state)

    @property
    def presumed(self) -> tuple[int, ...]:
        """The positions of findings whose value is presumed, not established."""
        return tuple(at for at in self.kb.findings
                     if self.inference.value[at] != self.inference.possible[at])

    def say(self, at: int) -> str:
        """What is known of a variable, in words."""
        variable = self.kb.variables[at]
        fact = self.situation.fact(at) if variable.kind == "number" else None
        if fact is not None and fact.said.isdigit():
            return f"{fact.said} {variable.unit}".rstrip()
        return variable.say(self.inference.value[at])

    def because(self, rule: Rule, text: str = "") -> str:
        """A rule's reason (or another text of it) with the facts put in."""
        def put(match: str) -> str:
            if match == PARTNERS_QUOTED:
                return join(self.partners_of(rule), "and") or "partners"
            return self.say(self.kb.at(match))
        return QUOTED.sub(lambda m: put(m[1]), text or rule.because)

    def partners_of(self, rule: Rule) -> list[str]:
        """The partners that a rule's partner conditions matched."""
        found: list[str] = []
        for phrase in phrases(rule.when_tree):
            question = self.kb.words.about_partners.get(phrase.variable)
            if question is not None:
                found += matching(question, self.situation.partners)
        return list(dict.fromkeys(found))

    def _repr_html_(self) -> str:
        from .notebook import trace_html

        rules = self.kb.rules
        return trace_html(
            [(r.id, r.principle, self.because(r)) for r in self.rules_in()],
            [(r.id, r.principle, r.title) for r in self.rules_in(fired_=False)],
            [(r, rules[r].principle, "by " + ", ".join(by)) for r, by in self.defeats])

    def rests_on_presumption(self, rule: Rule) -> bool:
        """Whether a rule that fired might not, once what is presumed is known."""
        state = self.state(rule.id)
        return fired(state) and truth(state) != ESTABLISHED


def is_open(state: int) -> bool:
    """Whether a rule has neither fired nor been defeated, but may yet hold."""
    return not fired(state) and not defeated(state) and truth(state) == OPEN


def phrases(tree: Tree) -> Iterator[Phrase]:
    """Every phrase of a condition."""
    if isinstance(tree, Phrase):
        yield tree
    elif isinstance(tree, NotOf):
        yield from phrases(tree.part)
    elif isinstance(tree, (AllOf, AnyOf)):
        for part in tree.parts:
            yield from phrases(part)
