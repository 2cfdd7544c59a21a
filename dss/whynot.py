"""Why not: what keeps an action out of the mix, and what would have to be so for it to enter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .advice import Flip, barring_facts
from .assessment import Assessment
from .changes import Change, Search, smallest_changes
from .compose import points
from .conditions import ALWAYS, ESTABLISHED, AllOf, Phrase, Tree, compile_tree, status
from .kb import KnowledgeBase
from .rules import Rule
from .weigh import AVAILABLE, BARRED, FORBIDDEN, NORMAL_WEIGHT, POINTLESS, UNMET
from .wording import in_words, values_in_words

IN_MIX, LEFT_OUT, TOO_FEW = "chosen", "left-out", "too-few-points"
DEFAULT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A rule that forbids the action, and in words what would lift it (empty: nothing does)."""

    rule: Rule
    lifted_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Need:
    """A need that is not met: in words what is needed, what is so now, and what would bring it about."""

    text: str
    now: str
    ways: tuple[str, ...]


@dataclass(frozen=True)
class WhyNot:
    """Why an action is not in the recommended mix.

    ``reason`` is a status (forbidden, barred-until, needs-unmet, pointless,
    too-few-points, left-out, or chosen when it is in the mix). ``score`` are its points
    and ``threshold`` those it needs to enter; ``bars`` forbid it; ``open_facts`` are to be
    found out first; ``unmet`` are the needs that fail (for pointless: what is in its way);
    ``speaking`` are the rules that speak for it or against it, with quarter points;
    ``step`` is what the composer recorded. ``enter`` are the smallest changes that put it
    in the mix, ``permit`` those that would at least lift the bar.
    """

    action: str
    reason: str
    score: str
    threshold: str
    bars: tuple[Bar, ...]
    open_facts: tuple[int, ...]
    unmet: tuple[Need, ...]
    speaking: tuple[tuple[Rule, int], ...]
    step: str
    enter: tuple[Change, ...]
    permit: tuple[Change, ...]
    search: Search


def why_not(a: Assessment, action: str, *, seconds: float = DEFAULT_SECONDS,
            singles: Sequence[Flip] | None = None) -> WhyNot:
    """What keeps ``action`` out, and the smallest changes (size 1 always, size 2 within ``seconds``).

    Who asks about several actions may pass ``singles``, the outcome of :func:`single_changes`.
    Raises KeyError for an unknown action.
    """
    item = a.kb.actions[action]
    standing = a.advice.weighing.standing[action]
    left_out = (s.reason for s in a.advice.mixes[0].steps if s.action == action and s.step == "left-out")
    step = next(left_out, "")
    reason = _reason(a, action, step)
    unmet = tuple(_failing(a, item.needs_tree)) if reason in (UNMET, BARRED, FORBIDDEN) else ()
    if reason == POINTLESS:
        unmet = (Need(in_words(a.kb, item.pointless_tree), "", ()),)
    open_facts = barring_facts(a.kb, a.trace.inference, action, standing.rules) if reason == BARRED else []
    barring = [a.kb.rules[r] for r in standing.rules] if reason in (FORBIDDEN, BARRED) else []
    enter, permit, search = ((), (), Search()) if reason == IN_MIX else (
        smallest_changes(a, action, seconds, singles))
    return WhyNot(
        action, reason, points(a.advice.weighing.scores.get(action, 0)), points(_threshold(a, action)),
        tuple(Bar(r, _lifted_by(a.kb, r)) for r in barring), tuple(open_facts), unmet,
        tuple(_speaking(a, action)), step, enter, permit, search,
    )


def _reason(a: Assessment, action: str, step: str) -> str:
    if action in a.advice.mixes[0].actions:
        return IN_MIX
    found = a.advice.weighing.standing[action].status
    if found != AVAILABLE:
        return found
    return LEFT_OUT if step and "points where" not in step else TOO_FEW


def _threshold(a: Assessment, action: str) -> int:
    """The score an action needs to enter the recommended posture's mix for its own sake."""
    posture, rules = a.kb.postures[a.advice.posture], a.kb.composition
    home = action in posture.core or action in posture.fits
    return (rules.entry if home else rules.stranger) * NORMAL_WEIGHT


def _speaking(a: Assessment, action: str) -> list[tuple[Rule, int]]:
    found = [(r, n) for r in a.trace.rules_in() for t, n in r.favours if t == action]
    return sorted(found, key=lambda pair: -abs(pair[1]))


def _lifted_by(kb: KnowledgeBase, rule: Rule) -> tuple[str, ...]:
    """What would lift a bar: its condition fails, its exception holds, or a stronger rule does."""
    ways = [] if rule.when == ALWAYS else [in_words(kb, rule.when_tree, negated=True)]
    if rule.unless:
        ways.append(in_words(kb, rule.unless_tree))
    ways += [in_words(kb, o.when_tree) for o in kb.rules.values() if rule.id in o.overrides]
    return tuple(ways)


def _failing(a: Assessment, tree: Tree) -> Iterator[Need]:
    """The parts of a condition that are not established."""
    if isinstance(tree, AllOf):
        for part in tree.parts:
            yield from _failing(a, part)
    elif status(compile_tree(tree, a.kb.variables), a.trace.inference.possible) != ESTABLISHED:
        if isinstance(tree, Phrase):
            yield Need(in_words(a.kb, tree), _now(a, tree.variable),
                       tuple(_ways(a.kb, tree.variable, tree.allowed)))
        else:
            yield Need(in_words(a.kb, tree), "", ())


def _now(a: Assessment, at: int) -> str:
    """What is so now of a variable, in words."""
    term, mask = a.kb.variables[at], a.trace.inference.possible[at]
    if at in a.kb.words.about_partners or at in a.kb.words.about_unknown:
        return ""
    return f"{term.title.lower()}: not known" if mask == term.full else values_in_words(term, mask)


def _ways(kb: KnowledgeBase, at: int, allowed: int) -> Iterator[str]:
    """What would bring a finding to one of the allowed values, in words."""
    finding = kb.findings.get(at)
    if finding is None or finding.scorecard is not None or finding.otherwise & allowed:
        return
    for rule in kb.rules.values():
        if any(f == at and bit & allowed for f, bit in rule.concludes):
            yield in_words(kb, rule.when_tree)
