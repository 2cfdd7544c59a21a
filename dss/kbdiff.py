"""What changed between two knowledge bases, in words, and whose advice changes with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .advice import Advice, advise
from .browse import action_data, posture_data, principle_data, rule_data, source_data, variable_data
from .evaluate import evaluate_situation
from .issues import InvalidInput
from .kb import KnowledgeBase
from .situation import load_situation

QUIET = (
    "file",
    "line",
    "line_number",
    "column",
    "id",
    "read_by",
    "concluded_by",
    "favoured_by",
    "disfavoured_by",
    "forbidden_by",
    "rules",
    "variables",
    "actions",
    "overridden_by",
    "postures",
    "reads",
)
"""Fields that follow from others, or only say where something stands."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed: its kind and id, what happened, and the details in sentences."""

    kind: str
    id: str
    what: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shift:
    """How one profile's advice changes; ``details`` in sentences, empty if it does not."""

    profile: str
    title: str
    details: tuple[str, ...]


def changes(old: KnowledgeBase, new: KnowledgeBase) -> list[Change]:
    """Everything that was added, removed or changed, kind by kind."""
    out: list[Change] = []
    for kind in (
        "rule",
        "action",
        "posture",
        "attribute",
        "finding",
        "principle",
        "source",
        "safeguard",
        "invariant",
    ):
        out += _compared(kind, _entries(old, kind), _entries(new, kind))
    return out


def _entries(kb: KnowledgeBase, kind: str) -> dict[str, dict[str, Any]]:
    makers: Mapping[str, Callable[[], dict[str, dict[str, Any]]]] = {
        "rule": lambda: {r.id: rule_data(kb, r) for r in kb.rules.values()},
        "action": lambda: {a.id: action_data(kb, a) for a in kb.actions.values()},
        "posture": lambda: {p: posture_data(kb, p) for p in kb.postures},
        "attribute": lambda: {
            v.id: variable_data(kb, at, v) for at, v in enumerate(kb.variables[: kb.attributes])
        },
        "finding": lambda: {
            kb.variables[at].id: variable_data(kb, at, kb.variables[at]) for at in kb.findings
        },
        "principle": lambda: {p: principle_data(kb, p) for p in kb.principles},
        "source": lambda: {s: source_data(kb, s) for s in kb.works},
        "safeguard": lambda: {
            s.id: {"title": s.title, "text": s.text, "owner": s.owner, "by": s.by}
            for s in kb.safeguards.values()
        },
        "invariant": lambda: {
            i.id: {"title": i.title, "claim": i.claim, "subjects": list(i.subjects), "when": repr(i.when)}
            for i in kb.invariants
        },
    }
    return makers[kind]()


def _compared(
    kind: str, old: Mapping[str, dict[str, Any]], new: Mapping[str, dict[str, Any]]
) -> list[Change]:
    out = [Change(kind, name, "removed", (old[name].get("title", ""),)) for name in old if name not in new]
    out += [Change(kind, name, "added", (new[name].get("title", ""),)) for name in new if name not in old]
    for name in new:
        if name in old:
            details = tuple(_details(old[name], new[name]))
            if details:
                out.append(Change(kind, name, "changed", details))
    return out


def _details(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[str]:
    for key in new:
        if key in QUIET or old.get(key) == new[key]:
            continue
        label = key.replace("_", " ")
        if isinstance(new[key], list):
            before, after = [_said(x) for x in old.get(key, [])], [_said(x) for x in new[key]]
            yield from (f"{label}, no longer: {x}" for x in before if x not in after)
            yield from (f"{label}, now: {x}" for x in after if x not in before)
            if sorted(before) == sorted(after):
                yield f"{label}: in another order"
        else:
            yield f"{label}: '{old.get(key)}' became '{new[key]}'"


def _said(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(str(v) for v in value.values() if v)
    return str(value)


def shifts(old: KnowledgeBase, new: KnowledgeBase, profiles: Sequence[Path]) -> list[Shift]:
    """How the advice on each profile changes."""
    return [_shift(old, new, path) for path in profiles]


def _shift(old: KnowledgeBase, new: KnowledgeBase, path: Path) -> Shift:
    before, after = _judged(old, path), _judged(new, path)
    if isinstance(before, Judged) and isinstance(after, Judged):
        return Shift(str(path), after.title, tuple(_moved(old, before.advice, new, after.advice)))
    unread = [f"the {which} knowledge base cannot read it: {result}"
              for which, result in (("old", before), ("new", after)) if isinstance(result, str)]
    return Shift(str(path), path.stem, tuple(unread) if len(unread) == 1 else ())


@dataclass(frozen=True)
class Judged:
    """A profile's title and the advice on it."""

    title: str
    advice: Advice


def _judged(kb: KnowledgeBase, path: Path) -> Judged | str:
    """A profile judged, or why it cannot be read."""
    try:
        situation = load_situation(kb, path)
    except InvalidInput as error:
        return error.issues[0].message
    return Judged(situation.title, advise(kb, evaluate_situation(situation, kb), situation.weights))


def _moved(old: KnowledgeBase, before: Advice, new: KnowledgeBase, after: Advice) -> Iterable[str]:
    if before.cautious != after.cautious:
        yield "too little was known, now it is enough" if before.cautious else "now too little is known"
    if before.posture != after.posture:
        yield f"posture: '{old.postures[before.posture].title}' became '{new.postures[after.posture].title}'"
    had, has = before.mixes[0].actions, after.mixes[0].actions
    yield from (f"no longer in the mix: {old.actions[a].title}" for a in had if a not in has)
    yield from (f"now in the mix: {new.actions[a].title}" for a in has if a not in had)
    stood, stands = before.weighing.standing, after.weighing.standing
    for name in stands:
        if name in stood and stood[name].status != stands[name].status:
            yield f"{new.actions[name].title}: {stood[name].status} became {stands[name].status}"
