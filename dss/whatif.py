"""What if: the same situation with some answers changed, before and after side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from .assessment import Assessment, assess
from .issues import Place, Problems, nearest
from .kb import KnowledgeBase
from .situation import Fact, Situation, aggregated, read_situation
from .source import Mapping_, Scalar, from_python, read_text
from .weigh import AVAILABLE, POINTLESS


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
    def permitted(self) -> list[str]:
        """The actions that the change permits: nothing bars them any more and their needs are met."""
        return [x for x in self.before.kb.actions if _free(self.after, x) and not _free(self.before, x)]

    @property
    def barred(self) -> list[str]:
        """The actions that are no longer permitted after it."""
        return [x for x in self.before.kb.actions if _free(self.before, x) and not _free(self.after, x)]

    @property
    def scores(self) -> list[tuple[str, int, int]]:
        """Actions and postures whose score changed, the largest change first: (id, before, after)."""
        x, y = self.before.advice.weighing.scores, self.after.advice.weighing.scores
        moved = [(t, x.get(t, 0), y.get(t, 0)) for t in {**x, **y} if x.get(t, 0) != y.get(t, 0)]
        return sorted(moved, key=lambda m: (-abs(m[2] - m[1]), m[0]))


def _free(a: Assessment, action: str) -> bool:
    return a.advice.weighing.standing[action].status in (AVAILABLE, POINTLESS)


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
    """The situation with some answers replaced; raises :class:`~dss.issues.InvalidInput`.

    As in a profile, what is made unknown but follows from the partner list is worked out from it.
    """
    problems = Problems()
    entries = [entry for text in changes if (entry := _from_text(kb, text, problems))] if not isinstance(
        changes, Mapping) else _from_mapping(kb, changes, problems)
    facts = {f.at: f for f in situation.facts}
    masks = list(situation.masks)
    for entry in entries:
        part = read_situation(kb, entry, entry.text_of.name, b"", problems)
        for fact in part.facts if part is not None else ():
            facts[fact.at] = fact
            masks[fact.at] = kb.variables[fact.at].full if fact.too_weak else fact.mask
    problems.raise_if_any()
    for at, aggregate in kb.aggregates.items() if situation.partners is not None else ():
        if at not in facts or facts[at].mask == kb.variables[at].full:
            masks[at] = aggregated(aggregate, situation.partners or ())
            facts[at] = Fact(at, masks[at], " or ".join(kb.variables[at].names(masks[at])), origin="partners")
    return replace(situation, facts=tuple(facts[at] for at in sorted(facts)), masks=tuple(masks),
                   changed=True)


def _from_mapping(kb: KnowledgeBase, changes: Mapping[str, object], problems: Problems) -> list[Mapping_]:
    node = from_python("<change>", changes, problems)
    if not isinstance(node, Mapping_):
        return []
    unknown = [key for key, _ in node if not _known(kb, key.text, "<change>", problems)]
    return [] if unknown else [node]


def _from_text(kb: KnowledgeBase, text: str, problems: Problems) -> Mapping_ | None:
    """'attribute=value' as a profile of one line."""
    name, equals, value = (part.strip() for part in text.partition("="))
    if not equals or not name:
        problems.add("PR040", f"'{text}' is not a change", Place("<change>"), "write attribute=value")
        return None
    if not _known(kb, name, text, problems):
        return None
    node = read_text(text, value.encode() or b"''", problems)
    if node is None:
        return None
    key = Scalar(node.text_of, node.line, node.column, len(name), name, name)
    return Mapping_(node.text_of, node.line, node.column, 1, "", ((key, node),))


def _known(kb: KnowledgeBase, name: str, label: str, problems: Problems) -> bool:
    """Whether an attribute has that name; notes the problem when not."""
    at = kb.words.position.get(name, -1)
    if 0 <= at < kb.attributes:
        return True
    what = "is derived from other answers; change those" if at >= 0 else "is not an attribute"
    problems.add("PR011", f"'{name}' {what}", Place(label),
                 nearest(name, [v.id for v in kb.variables[: kb.attributes]]))
    return False
