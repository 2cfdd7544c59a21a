"""Browsing a knowledge base: its rules, actions, attributes and the rest as plain data, filtered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .catalogue import Action
from .conditions import ALWAYS, Dnf, Tree, describe
from .kb import KnowledgeBase
from .rules import QUOTED, Rule
from .terms import Citation, Variable
from .weigh import UNIT


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rules are wanted; an empty text or set does not filter. ``reads`` is an attribute or finding."""

    principle: str = ""
    action: str = ""
    source: str = ""
    point: str = ""
    reads: str = ""
    verb: str = ""
    text: str = ""


VERBS = ("conclude", "favour", "disfavour", "forbid", "require", "caution")


def rules_matching(kb: KnowledgeBase, wanted: Filter) -> list[Rule]:
    """The rules that pass every filter, in the order of the files."""
    return [rule for rule in kb.rules.values() if _matches(kb, rule, wanted)]


def _matches(kb: KnowledgeBase, rule: Rule, wanted: Filter) -> bool:
    text = wanted.text.lower()
    return all((
        not wanted.principle or rule.principle == wanted.principle,
        not wanted.action or wanted.action in speaks_of(rule),
        not wanted.source or any(c.work == wanted.source for c in rule.source),
        not wanted.point or wanted.point in rule.covers,
        not wanted.reads or kb.at(wanted.reads) in rule.reads,
        not wanted.verb or wanted.verb in verbs_of(rule),
        not text or text in f"{rule.id} {rule.title} {rule.because}".lower(),
    ))


def speaks_of(rule: Rule) -> frozenset[str]:
    """The actions and postures that a rule's consequences name."""
    found = {target for target, _ in rule.favours} | set(rule.forbids)
    for requirement in rule.requires:
        found |= {*requirement.having, *requirement.all_of, *requirement.one_of}
    return frozenset(found)


def verbs_of(rule: Rule) -> list[str]:
    """The verbs of a rule's consequences."""
    said = {"conclude": bool(rule.concludes), "favour": any(n > 0 for _, n in rule.favours),
            "disfavour": any(n < 0 for _, n in rule.favours), "forbid": bool(rule.forbids),
            "require": bool(rule.requires), "caution": bool(rule.cautions)}
    return [verb for verb in VERBS if said[verb]]


def rule_data(kb: KnowledgeBase, rule: Rule) -> dict[str, Any]:
    """A rule as JSON-ready data, its conditions in words."""
    names = [v.id for v in kb.variables]
    return {
        "id": rule.id,
        "principle": rule.principle,
        "title": rule.title,
        "when": "always" if rule.when == ALWAYS else describe(rule.when_tree, kb.variables),
        "unless": describe(rule.unless_tree, kb.variables) if rule.unless else "",
        "overrides": list(rule.overrides),
        "overridden_by": [r.id for r in kb.rules.values() if rule.id in r.overrides],
        "reads": sorted({names[at] for at in rule.reads if "?" not in names[at]}),
        "consequences": list(consequences(kb, rule)),
        "because": rule.because,
        "source": cited(kb, rule.source),
        "covers": list(rule.covers),
        "note": rule.note,
        "draft": rule.draft,
        "cases": len(rule.cases),
        "file": rule.place.file,
        "line": rule.place.line,
        "column": rule.place.column,
    }


def cited(kb: KnowledgeBase, citations: Iterable[Citation]) -> list[dict[str, str]]:
    """Citations with the titles of their works."""
    return [{"work": c.work, "title": kb.works[c.work].title if c.work in kb.works else "", "at": c.at}
            for c in citations]


def consequences(kb: KnowledgeBase, rule: Rule) -> Iterator[str]:
    """What a rule does, a sentence each."""
    for at, bit in rule.concludes:
        variable = kb.variables[at]
        place = bit.bit_length() - 1
        yield f"Concludes: {variable.words[place]} ({variable.id}: {variable.values[place]})"
    for points in sorted({n for _, n in rule.favours}, reverse=True):
        targets = [t for t, n in rule.favours if n == points]
        verb = "Speaks for" if points > 0 else "Speaks against"
        worth = f"{abs(points) * 100 / UNIT:g}"
        yield f"{verb} ({worth} {'point' if worth == '1' else 'points'}): {titles(kb, targets)}"
    if rule.forbids:
        yield f"Forbids: {titles(kb, rule.forbids)}"
    for requirement in rule.requires:
        beside = "every mix" if requirement.every_mix else titles(kb, requirement.having)
        if requirement.safeguard:
            wanted = (
                kb.safeguards[requirement.safeguard].title
                if requirement.safeguard in kb.safeguards
                else (requirement.safeguard)
            )
            yield f"Requires the safeguard '{wanted}' with {beside}"
        elif requirement.all_of:
            yield f"Requires {titles(kb, requirement.all_of)} with {beside}"
        else:
            yield f"Requires one of {titles(kb, requirement.one_of)} with {beside}"
    for caution in rule.cautions:
        yield f"Warns: {in_words(kb, caution.text)}" + (
            f" (with {titles(kb, caution.having)})" if caution.having else ""
        )


def titles(kb: KnowledgeBase, names: Iterable[str]) -> str:
    """Actions and postures by title; all of a class or all at all by that name."""
    chosen = list(names)
    for label, members in _groups(kb):
        if len(members) > 2 and set(chosen) == members:
            return label
    known = {n: a.title for n, a in kb.actions.items()} | {n: p.title for n, p in kb.postures.items()}
    return ", ".join(known[n] for n in chosen)


def _groups(kb: KnowledgeBase) -> list[tuple[str, set[str]]]:
    actions = kb.actions.values()
    return [
        ("every action", {a.id for a in actions}),
        ("every act of force", {a.id for a in actions if a.cls == "force"}),
        ("every coercive or forceful act", {a.id for a in actions if a.guarded}),
        ("every cooperative act", {a.id for a in actions if not a.guarded}),
    ]


def in_words(kb: KnowledgeBase, text: str) -> str:
    """A text with what it quotes named in brackets."""
    def name(word: str) -> str:
        at = kb.words.position.get(word)
        return (
            f"[{kb.variables[at].title.lower()}]"
            if at is not None and kb.variables[at].title
            else f"[{word}]"
        )

    return QUOTED.sub(lambda m: name(m[1]), text)


def condition_words(kb: KnowledgeBase, dnf: Dnf) -> list[str]:
    """A compiled condition as alternatives in words, such as for a condition without a tree."""
    return [" and ".join(kb.variables[at].say(mask) for at, mask in row) or "always" for row in dnf]


def action_data(kb: KnowledgeBase, action: Action) -> dict[str, Any]:
    """An action as JSON-ready data, with the rules that speak of it."""
    return {
        "id": action.id,
        "title": action.title,
        "line": action.line,
        "class": action.cls,
        "definition": action.definition,
        "objective": action.objective,
        "hard": action.hard,
        "escalation": action.escalation,
        "reversibility": action.reversibility,
        "lead_time": action.lead_time,
        "needs": _told(kb, action.needs, action.needs_tree),
        "needs_known": _told(kb, action.needs_known, action.needs_known_tree),
        "pointless_when": describe(action.pointless_tree, kb.variables) if action.pointless else "",
        "excludes": list(action.excludes),
        "apart": list(action.apart),
        "indicators": list(action.indicators),
        "stops_if": list(action.stops_if),
        "codes": [{"code": c.code, "goldstein": c.goldstein} for c in action.codes],
        "source": cited(kb, action.source),
        "note": action.note,
        "favoured_by": _rules(kb, action.id, 1),
        "disfavoured_by": _rules(kb, action.id, -1),
        "forbidden_by": [r.id for r in kb.rules.values() if action.id in r.forbids],
        "postures": [p.id for p in kb.postures.values() if action.id in (*p.core, *p.fits)],
        "file": action.place.file,
        "line_number": action.place.line,
    }


def _told(kb: KnowledgeBase, dnf: Dnf, tree: Tree) -> str:
    return describe(tree, kb.variables) if dnf != ALWAYS else ""


def _rules(kb: KnowledgeBase, target: str, sign: int) -> list[str]:
    return [r.id for r in kb.rules.values() if any(t == target and n * sign > 0 for t, n in r.favours)]


def variable_data(kb: KnowledgeBase, at: int, variable: Variable) -> dict[str, Any]:
    """An attribute or finding as JSON-ready data, with the rules that read or conclude it."""
    values = [{"value": v, "words": w} for v, w in zip(variable.values, variable.words, strict=True)]
    out: dict[str, Any] = {
        "id": variable.id,
        "title": variable.title,
        "group": variable.group,
        "type": variable.kind,
        "values": values,
        "why": variable.why,
        "source": cited(kb, variable.source),
        "read_by": [r.id for r in kb.rules.values() if at in r.reads],
    }
    if at in kb.findings:
        finding = kb.findings[at]
        out["otherwise"] = "" if finding.scorecard else variable.names(finding.otherwise)[0]
        out["resolve"] = "scorecard" if finding.scorecard else finding.resolve
        out["concluded_by"] = [r.id for r in kb.rules.values() if any(f == at for f, _ in r.concludes)]
    else:
        out |= {
            "question": variable.question,
            "help": variable.help,
            "n/a": variable.na,
            "frame": variable.frame,
            "needs_grade": variable.needs_grade,
        }
        if variable.kind == "number":
            out |= {"unit": variable.unit, "min": variable.low, "max": variable.high}
    return out


def source_data(kb: KnowledgeBase, name: str) -> dict[str, Any]:
    """A work of the bibliography as JSON-ready data, with what cites it."""
    work = kb.works[name]
    return {
        "id": work.id, "title": work.title, "author": work.author, "year": work.year, "kind": work.kind,
        "where": work.where,
        "rules": [r.id for r in kb.rules.values() if any(c.work == name for c in r.source)],
        "variables": [v.id for v in kb.variables if any(c.work == name for c in v.source)],
        "actions": [a.id for a in kb.actions.values() if any(c.work == name for c in a.source)],
    }


def principle_data(kb: KnowledgeBase, name: str) -> dict[str, Any]:
    """A principle as JSON-ready data, with its rules."""
    p = kb.principles[name]
    return {"id": p.id, "title": p.title, "statement": p.statement, "points": list(p.points),
            "rules": [r.id for r in kb.rules.values() if r.principle == name]}


def posture_data(kb: KnowledgeBase, name: str) -> dict[str, Any]:
    """A posture as JSON-ready data, with the rules that speak of it."""
    p = kb.postures[name]
    return {
        "id": p.id,
        "title": p.title,
        "purpose": p.purpose,
        "band": list(p.band),
        "core": list(p.core),
        "fits": list(p.fits),
        "counter_argument": p.counter_argument,
        "review_in": p.review_in,
        "fallback": p.fallback,
        "favoured_by": _rules(kb, name, 1),
        "disfavoured_by": _rules(kb, name, -1),
    }
