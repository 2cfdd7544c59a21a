"""A branch of a condition can never hold

What it finds: a part of a condition (one alternative of 'any:', or a group under 'all:')
that contradicts itself or the rest, whatever the facts are.

Why it matters: the alternative reads as if it mattered, but it never does.

How to mend it: correct the values, or take the branch out.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..conditions import NEVER, AllOf, AnyOf, NotOf, Phrase, Tree, compile_tree
from ..issues import Place
from . import Flaw, Study, flaw

CODE = "KB101"


def check(study: Study) -> Iterator[Flaw]:
    """Each alternative that can never hold beside the rest of its condition."""
    for rule in study.kb.rules.values():
        for name, tree in (("when", rule.when_tree), ("unless", rule.unless_tree)):
            for branch, beside in alternatives(tree, ()):
                if compile_tree(AllOf((branch, *beside)), study.kb.variables) == NEVER:
                    yield flaw(CODE, f"an alternative in '{name}' of rule '{rule.id}' can never hold",
                               place_of(branch) or study.rule(rule.id, name),
                               "it contradicts itself or the rest of the condition")


def alternatives(tree: Tree, beside: tuple[Tree, ...]) -> Iterator[tuple[Tree, tuple[Tree, ...]]]:
    """Each alternative of every 'any:' with what must hold beside it."""
    if isinstance(tree, AnyOf):
        for part in tree.parts:
            yield part, beside
            yield from alternatives(part, beside)
    elif isinstance(tree, AllOf):
        for i, part in enumerate(tree.parts):
            yield from alternatives(part, (*beside, *tree.parts[:i], *tree.parts[i + 1 :]))


def place_of(tree: Tree) -> Place | None:
    """Where the first phrase of a tree stands."""
    if isinstance(tree, Phrase):
        return tree.place
    parts = (tree.part,) if isinstance(tree, NotOf) else tree.parts
    return next((found for part in parts if (found := place_of(part)) is not None), None)
