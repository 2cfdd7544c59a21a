"""A phrase that adds nothing to its condition

What it finds: a phrase that allows every value, or that the rest of the condition implies,
so that the condition means the same without it. What findings imply about facts counts only
where the phrase is written on the same variable.

Why it matters: the phrase reads like a further test, and no case can show what it does.

How to mend it: take it out, or say what was meant.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..conditions import NEVER, AllOf, AnyOf, NotOf, Phrase, Tree, compile_tree
from ..trace import phrases
from . import Flaw, Study, flaw
from .contradiction import alternatives

CODE = "KB125"


def check(study: Study) -> Iterator[Flaw]:
    """Each phrase without which a condition means the same."""
    for rule in study.kb.rules.values():
        for tree in (rule.when_tree, rule.unless_tree):
            yield from _idle(study, tree, f"rule '{rule.id}'")
    for action in study.kb.actions.values():
        for tree in (action.needs_tree, action.pointless_tree):
            yield from _idle(study, tree, f"action '{action.id}'")


def _idle(study: Study, tree: Tree, where: str) -> Iterator[Flaw]:
    whole = compile_tree(tree, study.kb.variables)
    dead = {
        phrase
        for branch, beside in alternatives(tree, ())
        if compile_tree(AllOf((branch, *beside)), study.kb.variables) == NEVER
        for phrase in phrases(branch)
    }
    for phrase, rest in without_each(tree):
        if phrase not in dead and compile_tree(rest, study.kb.variables) == whole:
            name = study.kb.variables[phrase.variable].id.partition("?")[0]
            yield flaw(
                CODE,
                f"'{name}: {phrase.text}' adds nothing to the condition of {where}",
                phrase.place,
                "take it out, or say what was meant",
            )


def without_each(tree: Tree) -> Iterator[tuple[Phrase, Tree]]:
    """Each phrase of a condition with the condition without it."""
    if isinstance(tree, Phrase):
        yield tree, AllOf(())
    elif isinstance(tree, NotOf):
        for phrase, rest in without_each(tree.part):
            yield phrase, NotOf(AnyOf(())) if rest == AllOf(()) else NotOf(rest)
    else:
        kind = AllOf if isinstance(tree, AllOf) else AnyOf
        for i, part in enumerate(tree.parts):
            for phrase, rest in without_each(part):
                kept = () if rest == AllOf(()) else (rest,)
                yield phrase, kind((*tree.parts[:i], *kept, *tree.parts[i + 1 :]))
