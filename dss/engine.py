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
import logging
import threading
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from .evaluate import FindingStep, Inference, Program, RuleStep, program
from .firing import close, establish, is_established, is_open, leave_open, named
from .kb import KnowledgeBase
from .matcher import Index, Watch, closing_reads, entries
from .situation import Situation, start_masks
from .trace import Trace

_IMPORT_LOCK = threading.Lock()
_PER_THREAD = threading.local()
_BY_KEY = attrgetter("key")
_MOST_KEPT = 20_000


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
            import experta.factlist
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

    derived = {step.at for step in plan.steps if isinstance(step, FindingStep)}

    class OneOrder(experta.abstract.Strategy):  # type: ignore[misc]
        """Keeps the agenda sorted by salience, which is unique to each rule."""

        def _update_agenda(self, agenda: Any, added: Any, removed: Any) -> None:
            gone = {id(activation.rule) for activation in removed}
            waiting = agenda.activations
            if gone:
                waiting = [a for a in waiting if id(a.rule) not in gone]
            for activation in added:
                activation.key = activation.rule.salience
            agenda.activations = sorted([*waiting, *added], key=_BY_KEY)

    class Assessor(experta.KnowledgeEngine):  # type: ignore[misc]
        """The knowledge base as an experta engine."""

        __strategy__ = OneOrder

        def __init__(self) -> None:
            self._rules = _rules(experta, plan, names, Known)
            self._deffacts: list[Any] = super().get_deffacts()
            super().__init__()

        def get_rules(self) -> list[Any]:
            return self._rules

        def get_deffacts(self) -> list[Any]:
            return self._deffacts

        def known(self, variable: int, possible: int, value: int) -> Any:
            """The fact that says what is known of a variable."""
            return Known(variable=variable, possible=possible, value=value)

        def begin(self, possible: Sequence[int], value: Sequence[int]) -> None:
            """Assert what is known of every variable that is not derived."""
            self.possible, self.value = list(possible), list(value)
            self.states = [0] * plan.rules
            self.fired_order: list[int] = []
            self.declare(*[self.known(at, p, v) for at, (p, v) in enumerate(zip(possible, value, strict=True))
                           if at not in derived])

    return Assessor if stock_matcher else _lean(experta, Assessor, plan)


def _lean(experta: Any, assessor: Any, plan: Program) -> Any:
    """The engine with a matcher of its own, and without what experta does twice.

    experta's fact list makes a set of every fact to find duplicates, and its loop asks
    matcher, agenda and loggers after every rule. Here no two facts are alike, only a
    new fact can wake a rule, and rules that read nothing need no initial fact to wake them.
    """

    class Facts(experta.factlist.FactList):  # type: ignore[misc]
        """The facts in order; no two are alike."""

        def declare(self, *facts: Any) -> None:
            for at, fact in enumerate(facts, self.last_index):
                if fact.get("__factid__") != at:
                    fact.__factid__ = at
                self[at] = fact
            self.last_index += len(facts)
            self.added += facts

    class ByValue(experta.abstract.Matcher):  # type: ignore[misc]
        """Wakes a rule when all it reads is known, by an index from values to rules."""

        def __init__(self, engine: Any) -> None:
            super().__init__(engine)
            rules = iter(engine.get_rules())
            activation = experta.activation.Activation
            self.wakes = [(activation(next(rules), ()), activation(next(rules), ()))
                          if isinstance(step, RuleStep) else (activation(next(rules), ()), None)
                          for step in plan.steps]
            self.watch = Watch(Index(entries(plan), len(plan.readers)))

        def reset(self) -> None:
            self.watch.reset()

        def changes(self, adding: Any = None, deleting: Any = None) -> tuple[list[Any], list[Any]]:
            assert not deleting, "no fact is ever taken back"
            self.watch.learn([fact.mark for fact in adding or ()])
            return [self.wakes[entry][0 if holds else 1] for entry, holds in self.watch.ready()], []

    class Lean(assessor):  # type: ignore[misc]
        """Facts are kept between runs, and declared without being checked again."""

        __matcher__ = ByValue

        def __init__(self) -> None:
            super().__init__()
            self._kept: dict[tuple[int, int, int], Any] = {}

        def known(self, variable: int, possible: int, value: int) -> Any:
            key = variable, possible, value
            fact = self._kept.get(key)
            if fact is None:
                if len(self._kept) > _MOST_KEPT:
                    self._kept.clear()
                fact = self._kept[key] = super().known(variable, possible, value)
                fact.mark = self.matcher.watch.index.mark(variable, possible, value)
            return fact

        def reset(self, **_: Any) -> None:
            self.agenda.activations = []
            self.facts = Facts()
            self.matcher.reset()
            self.running = False
            self._wake()

        def declare(self, *facts: Any) -> None:
            self.facts.declare(*facts)
            if not self.running:
                self._wake()

        def run(self, steps: float = float("inf")) -> None:
            self.running = True
            try:
                while steps > 0 and self.running:
                    if self.facts.added:
                        self._wake()
                    activation = self.agenda.get_next()
                    if activation is None:
                        break
                    steps -= 1
                    activation.rule.__wrapped__(self)
            finally:
                self.running = False

        def _wake(self) -> None:
            added, removed = self.get_activations()
            if added:
                self.strategy.update_agenda(self.agenda, added, removed)

    return Lean


def _rules(experta: Any, plan: Program, names: Sequence[str], known: Any) -> list[Any]:
    """Every rule and finding as experta rules, earlier steps with the higher salience."""
    out = []
    salience = 2 * len(plan.steps)
    for step in plan.steps:
        if isinstance(step, RuleStep):
            reads = tuple(sorted({v for dnf in (step.when, step.unless) for row in dnf for v, _ in row}))
            for action, test in ((establish, is_established), (leave_open, is_open)):
                out.append(_rule(experta, names[step.index], reads, named(reads, test(step)),
                                 action(step), salience, known))
                salience -= 1
        else:
            out.append(_rule(experta, f"close-{step.at}", tuple(sorted(closing_reads(step))), None,
                             close(step), salience, known))
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
    return experta.Rule(*patterns, salience=salience)(action)
