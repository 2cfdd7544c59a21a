"""What if: the same situation with some answers changed, before and after side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from .assessment import Assessment, assess
from .issues import Place, Problems, nearest
from .kb import KnowledgeBase
from .situation import Fact, Situation, read_value, written
from .source import read_text
from .terms import Variable


@dataclass(frozen=True)
class WhatIf:
    """Two assessments and the attributes that were changed, by position."""

    before: Assessment
    after: Assessment
    changed: tuple[int, ...]

    @property
    def findings(self) -> list[int]:
        """The findings that differ."""
        x, y = self.before.trace.inference, self.after.trace.inference
        return [at for at in self.before.kb.findings
                if (x.possible[at], x.value[at]) != (y.possible[at], y.value[at])]

    @property
    def began(self) -> list[str]:
        """The rules that fire only after the change."""
        return [r for r in self.after.trace.fired if r not in self.before.trace.fired]

    @property
    def ceased(self) -> list[str]:
        """The rules that fire only before it."""
        return [r for r in self.before.trace.fired if r not in self.after.trace.fired]

    @property
    def entered(self) -> list[str]:
        """The actions that come into the recommended mix."""
        return [m for m in self.after.advice.mixes[0].actions if m not in self.before.advice.mixes[0].actions]

    @property
    def left(self) -> list[str]:
        """The actions that fall out of it."""
        return [m for m in self.before.advice.mixes[0].actions if m not in self.after.advice.mixes[0].actions]

    @property
    def scores(self) -> list[tuple[str, int, int]]:
        """Actions and postures whose score changed, the largest change first: (id, before, after)."""
        x, y = self.before.advice.weighing.scores, self.after.advice.weighing.scores
        moved = [(t, x.get(t, 0), y.get(t, 0)) for t in {**x, **y} if x.get(t, 0) != y.get(t, 0)]
        return sorted(moved, key=lambda m: (-abs(m[2] - m[1]), m[0]))


def what_if(before: Assessment, changes: Mapping[str, object] | Sequence[str]) -> WhatIf:
    """Change answers and judge again.

    ``changes`` is a dict of answers, or texts like ``armed_attack=occurred`` whose values
    are read as in a profile. Raises :class:`~dss.issues.InvalidInput`.
    """
    situation = change(before.kb, before.situation, changes)
    after = assess(before.kb, situation)
    x, y = before.situation.masks, situation.masks
    return WhatIf(before, after, tuple(at for at in range(before.kb.attributes) if x[at] != y[at]))


def change(
    kb: KnowledgeBase, situation: Situation, changes: Mapping[str, object] | Sequence[str]
) -> Situation:
    """The situation with some answers replaced; raises :class:`~dss.issues.InvalidInput`."""
    problems = Problems()
    pairs = [(k, f"{v}") for k, v in changes.items()] if isinstance(changes, Mapping) else [
        _split(text, problems) for text in changes]
    facts = {f.at: f for f in situation.facts}
    masks = list(situation.masks)
    for name, text in pairs:
        variable = _variable(kb, name, text, problems)
        if variable is None:
            continue
        node = read_text(f"{name}={text}", text.encode() or b"''", problems)
        mask = read_value(variable, node, problems) if node is not None else None
        if mask is not None and node is not None:
            at = kb.at(name)
            facts[at] = Fact(at, mask, written(node))
            masks[at] = mask
    problems.raise_if_any()
    return replace(situation, facts=tuple(facts[at] for at in sorted(facts)), masks=tuple(masks),
                   changed=True)


def _split(text: str, problems: Problems) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        problems.add("PR040", f"'{text}' is not a change", Place("<change>"), "write attribute=value")
        return "", ""
    return name.strip(), value.strip()


def _variable(kb: KnowledgeBase, name: str, text: str, problems: Problems) -> Variable | None:
    at = kb.words.position.get(name, -1)
    if 0 <= at < kb.attributes:
        return kb.variables[at]
    if name:
        what = "is derived from other answers; change those" if at >= 0 else "is not an attribute"
        problems.add("PR011", f"'{name}' {what}", Place(f"{name}={text}"),
                     nearest(name, [v.id for v in kb.variables[: kb.attributes]]))
    return None
