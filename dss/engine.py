"""The run of record: the situation's facts asserted into experta, rules fired by its agenda.

Each rule becomes two experta rules, one for *established* and one for *open* (an open
rule still bars force and widens findings); each finding one that closes it once every
rule that may conclude it has had its turn, which salience guarantees. experta's
extension points carry what it does badly: a matcher that indexes conditions by variable
instead of joining patterns, and a strategy whose agenda has one order only.

Only this module imports experta, and only when an engine is built.
"""

from __future__ import annotations

import collections
import collections.abc
import inspect
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .conditions import ESTABLISHED, OPEN, REFUTED, status
from .evaluate import (
    DEFEATED,
    FIRED,
    FindingStep,
    Inference,
    Program,
    RuleStep,
    fired,
    program,
    truth,
)
from .kb import KnowledgeBase
from .situation import Situation, start_masks
from .trace import Trace

_IMPORT_LOCK = threading.Lock()
_PER_THREAD = threading.local()


def import_experta() -> Any:
    """Import experta without leaving a trace in the host.

    Its dependency frozendict 1.2 looks for ``collections.Mapping``, gone since Python
    3.10: it is lent only during the import. experta also calls ``logging.basicConfig``;
    the root logger's handlers and level are put back.
    """
    with _IMPORT_LOCK:
        lent = not hasattr(collections, "Mapping")
        handlers, level = logging.root.handlers[:], logging.root.level
        if lent:
            collections.Mapping = collections.abc.Mapping  # type: ignore[attr-defined]
        try:
            import experta
            import experta.abstract
            import experta.activation
        finally:
            if lent:
                del collections.Mapping  # type: ignore[attr-defined]
            for handler in logging.root.handlers[:]:
                if handler not in handlers:
                    logging.root.removeHandler(handler)
            logging.root.setLevel(level)
        return experta


class Engine:
    """An experta engine for one knowledge base. Reusable, but not across threads."""

    def __init__(self, kb: KnowledgeBase, *, stock_matcher: bool = False) -> None:
        experta = import_experta()
        self.kb = kb
        self.version: str = experta.__version__
        self._plan = program(kb)
        self._names = list(kb.rules)
        self._engine = _engine_class(experta, self._plan, self._names, stock_matcher)()

    @classmethod
    def for_thread(cls, kb: KnowledgeBase) -> Engine:
        """This thread's engine for a knowledge base, built at first use."""
        engine: Engine | None = getattr(_PER_THREAD, "engine", None)
        if engine is None or engine.kb is not kb:
            engine = cls(kb)
            _PER_THREAD.engine = engine
        return engine

    def run(self, situation: Situation) -> Trace:
        """Assert the situation's facts, run to quiescence, and give what happened."""
        inference, order = self.infer(*start_masks(self.kb, situation.masks, situation.partners))
        return Trace(self.kb, situation, inference, order)

    def infer(self, possible: Sequence[int], value: Sequence[int]) -> tuple[Inference, tuple[str, ...]]:
        """The inference from start masks, and the ids of the rules in the order they fired."""
        engine = self._engine
        engine.reset()
        engine.begin(possible, value)
        engine.run()
        inference = Inference(tuple(engine.possible), tuple(engine.value), tuple(engine.states))
        return inference, tuple(self._names[i] for i in engine.fired_order)


def _engine_class(experta: Any, plan: Program, names: Sequence[str], stock_matcher: bool) -> Any:
    class Known(experta.Fact):  # type: ignore[misc]
        """A variable's possible values and its presumed ones."""

    class Standing(experta.Fact):  # type: ignore[misc]
        """A rule that fired, is open, or was defeated."""

    derived = {step.at for step in plan.steps if isinstance(step, FindingStep)}

    class OneOrder(experta.abstract.Strategy):  # type: ignore[misc]
        """Keeps the agenda sorted by salience, which is unique to each rule."""

        def _update_agenda(self, agenda: Any, added: Any, removed: Any) -> None:
            gone = {id(activation.rule) for activation in removed}
            waiting = [a for a in agenda.activations if id(a.rule) not in gone]
            for activation in added:
                activation.key = activation.rule.salience
            agenda.activations = sorted([*waiting, *added], key=lambda a: a.key)

    class ByVariable(experta.abstract.Matcher):  # type: ignore[misc]
        """Wakes a rule when the last variable it reads becomes known, and tests it once."""

        def __init__(self, engine: Any) -> None:
            super().__init__(engine)
            self.rules = engine.get_rules()
            self.watching: dict[int, list[Any]] = {}
            for rule in self.rules:
                for variable in rule.reads:
                    self.watching.setdefault(variable, []).append(rule)
            self.reset()

        def reset(self) -> None:
            self.missing = {id(rule): len(rule.reads) for rule in self.rules}
            self.known: dict[int, Any] = {}

        def changes(self, adding: Any = None, deleting: Any = None) -> tuple[list[Any], list[Any]]:  # noqa: ARG002
            added: list[Any] = []
            for fact in adding or ():
                if isinstance(fact, Known):
                    variable = fact["variable"]
                    self.known[variable] = fact
                    for rule in self.watching.get(variable, ()):
                        self.missing[id(rule)] -= 1
                        if not self.missing[id(rule)]:
                            self._wake(rule, added)
                elif isinstance(fact, experta.InitialFact):
                    for rule in self.rules:
                        if not rule.reads:
                            self._wake(rule, added)
            return added, []

        def _wake(self, rule: Any, added: list[Any]) -> None:
            facts = {f"f{v}": self.known[v] for v in rule.reads}
            if rule.test is None or rule.test(**facts):
                added.append(experta.activation.Activation(rule, facts.values()))

    class Assessor(experta.KnowledgeEngine):  # type: ignore[misc]
        """The knowledge base as an experta engine."""

        if not stock_matcher:
            __matcher__ = ByVariable
        __strategy__ = OneOrder

        def __init__(self) -> None:
            self._rules = _rules(experta, plan, names, Known, Standing)
            self._deffacts: list[Any] = super().get_deffacts()
            super().__init__()

        def get_rules(self) -> list[Any]:
            return self._rules

        def get_deffacts(self) -> list[Any]:
            return self._deffacts

        def begin(self, possible: Sequence[int], value: Sequence[int]) -> None:
            """Assert what is known of every variable that is not derived."""
            self.possible, self.value = list(possible), list(value)
            self.states = [0] * plan.rules
            self.fired_order: list[int] = []
            self.declare(*(Known(variable=at, possible=p, value=v)
                           for at, (p, v) in enumerate(zip(possible, value, strict=True))
                           if at not in derived))

    return Assessor


def _rules(
    experta: Any, plan: Program, names: Sequence[str], known: Any, standing: Any
) -> list[Any]:
    """Every rule and finding as experta rules, earlier steps with the higher salience."""
    out = []
    salience = 2 * len(plan.steps)
    for step in plan.steps:
        if isinstance(step, RuleStep):
            reads = tuple(sorted({v for dnf in (step.when, step.unless) for row in dnf for v, _ in row}))
            for action, test in ((_establish, _is_established), (_leave_open, _is_open)):
                out.append(_rule(experta, names[step.index], reads, _named(reads, test(step)),
                                 action(step, standing), salience, known))
                salience -= 1
        else:
            name = f"close-{step.at}"
            card = step.finding.scorecard
            reads = tuple(sorted(card.reads)) if card else ()
            out.append(_rule(experta, name, reads, None, _close(step, known), salience, known))
            salience -= 2
    return out


def _rule(
    experta: Any, name: str, reads: tuple[int, ...], test: Callable[..., bool] | None,
    action: Callable[[Any], None], salience: int, known: Any,
) -> Any:
    patterns = [f"f{v}" << known(variable=v) for v in reads] or [experta.InitialFact()]
    if test is not None:
        patterns.append(experta.TEST(test))
    action.__name__ = name
    rule = experta.Rule(*patterns, salience=salience)(action)
    rule.reads, rule.test = reads, test
    return rule


def _named(reads: Sequence[int], test: Callable[..., bool]) -> Callable[..., bool]:
    """Give a test the parameter names that experta binds facts to."""
    kind = inspect.Parameter.KEYWORD_ONLY
    test.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(f"f{v}", kind) for v in reads])
    return test


class _Bound:
    """Masks read from the facts that a pattern bound, by variable."""

    def __init__(self, facts: Mapping[str, Any], field: str) -> None:
        self.facts = facts
        self.field = field

    def __getitem__(self, variable: int) -> int:
        mask: int = self.facts[f"f{variable}"][self.field]
        return mask


def _holds(step: RuleStep, facts: Mapping[str, Any]) -> bool:
    value: Any = _Bound(facts, "value")
    return status(step.when, value) == ESTABLISHED and status(step.unless, value) != ESTABLISHED


def _is_established(step: RuleStep) -> Callable[..., bool]:
    return lambda **facts: _holds(step, facts)


def _is_open(step: RuleStep) -> Callable[..., bool]:
    def test(**facts: Any) -> bool:
        possible: Any = _Bound(facts, "possible")
        return (status(step.when, possible) != REFUTED and not _holds(step, facts)
                and status(step.unless, possible) != ESTABLISHED)

    return test


def _surely(step: RuleStep, engine: Any) -> int:
    """How sure a rule that is not refuted is: its own conditions, then what overrides it."""
    sure: int = min(status(step.when, engine.possible), ESTABLISHED - status(step.unless, engine.possible))
    return min([sure, *(ESTABLISHED - truth(engine.states[o]) for o in step.overridden_by)])


def _establish(step: RuleStep, standing: Any) -> Callable[[Any], None]:
    def action(engine: Any) -> None:
        over = [engine.states[o] for o in step.overridden_by]
        beaten = any(truth(s) == ESTABLISHED if step.forbids else fired(s) for s in over)
        engine.states[step.index] = _surely(step, engine) << 1 | (DEFEATED if beaten else FIRED)
        if not beaten:
            engine.fired_order.append(step.index)
        engine.declare(standing(rule=step.index, state=engine.states[step.index]))

    return action


def _leave_open(step: RuleStep, standing: Any) -> Callable[[Any], None]:
    def action(engine: Any) -> None:
        engine.states[step.index] = _surely(step, engine) << 1
        if engine.states[step.index] == OPEN << 1:
            engine.declare(standing(rule=step.index, state=engine.states[step.index]))

    return action


def _close(step: FindingStep, known: Any) -> Callable[[Any], None]:
    def action(engine: Any) -> None:
        possible, value = step.masks(engine.possible, engine.value, engine.states)
        engine.possible[step.at], engine.value[step.at] = possible, value
        engine.declare(known(variable=step.at, possible=possible, value=value))

    return action
