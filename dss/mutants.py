"""Mutants: a knowledge base's rules, each with one small thing changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from .casetest import TRUE, parts_of, place_of, rule_steps, tree_text, with_tree
from .conditions import NEVER, NotOf, Phrase, Tree
from .evaluate import RuleStep
from .issues import Place
from .kb import KnowledgeBase
from .rules import Rule


@dataclass(frozen=True, slots=True)
class Mutant:
    """One changed rule: what was changed (in words), of which kind, and where that stands."""

    rule: str
    kind: str
    change: str
    place: Place
    changed: Rule


def mutants(kb: KnowledgeBase) -> Iterator[Mutant]:
    """Every mutant of every rule, in order."""
    for rule in kb.rules.values():
        yield from _of_conditions(kb, rule)
        yield from _of_favours(kb, rule)
        yield from _of_the_rest(kb, rule)


def _of_conditions(kb: KnowledgeBase, rule: Rule) -> Iterator[Mutant]:
    step = rule_steps(kb)[list(kb.rules).index(rule.id)]
    for where, tree in (("when", rule.when_tree), ("unless", rule.unless_tree)):
        for part, rebuilt in parts_of(tree):
            if not isinstance(part, Phrase):
                continue
            for change, new in ((f"'{tree_text(kb, part)}' turned round", rebuilt(NotOf(part))),
                                (f"'{tree_text(kb, part)}' dropped", rebuilt(TRUE))):
                changed = _with(kb, step, rule, where, new)
                if (changed.when, changed.unless) != (rule.when, rule.unless):
                    yield Mutant(rule.id, "phrase", change, place_of(part) or rule.place, changed)
    if rule.unless:
        yield Mutant(rule.id, "unless", "the exception dropped", place_of(rule.unless_tree) or rule.place,
                     replace(rule, unless=NEVER))
    if rule.overrides:
        yield Mutant(rule.id, "override", f"the override of {', '.join(rule.overrides)} dropped", rule.place,
                     replace(rule, overrides=()))


def _with(kb: KnowledgeBase, step: RuleStep, rule: Rule, where: str, tree: Tree) -> Rule:
    changed = with_tree(kb, step, where, tree)
    return replace(rule, when=changed.when, unless=changed.unless)


def _of_favours(kb: KnowledgeBase, rule: Rule) -> Iterator[Mutant]:
    strengths = sorted({abs(n) for r in kb.rules.values() for _, n in r.favours})
    for points in dict.fromkeys(n for _, n in rule.favours):
        targets = [t for t, n in rule.favours if n == points]
        named = f"{', '.join(targets[:3])}{' …' if len(targets) > 3 else ''}"
        sign = 1 if points > 0 else -1
        verb, against = ("favour", "disfavour") if points > 0 else ("disfavour", "favour")
        other = next((n for n in strengths if n > abs(points)), strengths[-2] if len(strengths) > 1 else 0)
        yield Mutant(
            rule.id,
            "strength",
            f"{verb} {named}: {_half(points)} points become {_half(sign * other)}",
            rule.place,
            _revalued(rule, points, sign * other),
        )
        yield Mutant(rule.id, "verb", f"{verb} {named} becomes {against}", rule.place,
                     _revalued(rule, points, -points))


def _half(points: int) -> str:
    return f"{abs(points) / 4:g}"


def _revalued(rule: Rule, old: int, new: int) -> Rule:
    return replace(rule, favours=tuple((t, new if n == old else n) for t, n in rule.favours))


def _of_the_rest(kb: KnowledgeBase, rule: Rule) -> Iterator[Mutant]:
    for i, (at, bit) in enumerate(rule.concludes):
        variable = kb.variables[at]
        place = bit.bit_length() - 1
        other = place - 1 if place else 1
        changed = (*rule.concludes[:i], (at, 1 << other), *rule.concludes[i + 1 :])
        yield Mutant(rule.id, "verb", f"{variable.id} concluded to be {variable.values[other]}, not "
                     f"{variable.values[place]}", rule.place, replace(rule, concludes=changed))
    if rule.forbids:
        yield Mutant(rule.id, "verb", "forbid dropped", rule.place, replace(rule, forbids=()))
    for i, requirement in enumerate(rule.requires):
        named = ", ".join((*requirement.all_of, *requirement.one_of, requirement.safeguard)[:3]).rstrip(", ")
        yield Mutant(rule.id, "verb", f"require {named} dropped", rule.place,
                     replace(rule, requires=(*rule.requires[:i], *rule.requires[i + 1 :])))
