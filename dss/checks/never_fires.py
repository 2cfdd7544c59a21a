"""A rule can never fire

What it finds: a rule whose condition holds in no profile, because the findings it reads
cannot take the wanted values together. The search over profiles is exact.

Why it matters: the rule is dead; whoever reads it believes that it protects or advises.

How to mend it: compare the condition with the rules that conclude its findings.
"""

from __future__ import annotations

from collections.abc import Iterator

from . import Flaw, Study, flaw

CODE = "KB102"


def check(study: Study) -> Iterator[Flaw]:
    """Each rule that no profile fires."""
    for rule in study.kb.rules.values():
        if study.never(study.find.fires(rule.id), f"whether {rule.id} can fire"):
            yield flaw(CODE, f"rule '{rule.id}' can never fire", study.rule(rule.id, "when"),
                       "no profile makes its condition hold")
