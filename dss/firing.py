"""What the engine's rules test and do, apart from the engine.

A rule becomes two in the engine: one tests whether it is established, one whether it is
open. Tests read what a pattern bound; actions keep the engine's own account.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .conditions import ESTABLISHED, OPEN, REFUTED, status
from .evaluate import DEFEATED, FIRED, FindingStep, RuleStep, fired, truth


def named(reads: Sequence[int], test: Callable[..., bool]) -> Callable[..., bool]:
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


def is_established(step: RuleStep) -> Callable[..., bool]:
    """The test of a rule's first half: it holds on what is presumed."""
    return lambda **facts: _holds(step, facts)


def is_open(step: RuleStep) -> Callable[..., bool]:
    """The test of a rule's second half: it does not hold, but may."""
    def test(**facts: Any) -> bool:
        possible: Any = _Bound(facts, "possible")
        return (status(step.when, possible) != REFUTED and not _holds(step, facts)
                and status(step.unless, possible) != ESTABLISHED)

    return test


def _surely(step: RuleStep, engine: Any) -> int:
    """How sure a rule that is not refuted is: its own conditions, then what overrides it."""
    sure: int = min(status(step.when, engine.possible), ESTABLISHED - status(step.unless, engine.possible))
    return min([sure, *(ESTABLISHED - truth(engine.states[o]) for o in step.overridden_by)])


def _plain(step: RuleStep) -> bool:
    """Whether a rule's state follows from its having been woken."""
    return step.settled and not step.unless and not step.overridden_by


def establish(step: RuleStep) -> Callable[[Any], None]:
    """What a rule does that holds: it fires, unless a rule that overrides it has fired."""
    def action(engine: Any) -> None:
        over = [engine.states[o] for o in step.overridden_by]
        beaten = any(truth(s) == ESTABLISHED if step.forbids else fired(s) for s in over)
        engine.states[step.index] = _surely(step, engine) << 1 | (DEFEATED if beaten else FIRED)
        if not beaten:
            engine.fired_order.append(step.index)

    def fire(engine: Any) -> None:
        engine.states[step.index] = ESTABLISHED << 1 | FIRED
        engine.fired_order.append(step.index)

    return fire if _plain(step) else action


def leave_open(step: RuleStep) -> Callable[[Any], None]:
    """What a rule does that is open: it is noted as such."""
    def action(engine: Any) -> None:
        engine.states[step.index] = _surely(step, engine) << 1

    def note(engine: Any) -> None:
        engine.states[step.index] = OPEN << 1

    return note if _plain(step) else action


def close(step: FindingStep) -> Callable[[Any], None]:
    """What closes a finding: its value follows from the rules that had their turn."""
    def action(engine: Any) -> None:
        possible, value = step.masks(engine.possible, engine.value, engine.states)
        engine.possible[step.at], engine.value[step.at] = possible, value
        engine.declare(engine.known(step.at, possible, value))

    return action
