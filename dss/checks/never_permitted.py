"""An action whose needs no profile meets

What it finds: an action that is never permitted: its 'needs' hold in no profile, or only
where a rule forbids it. An action that an unconditional rule forbids is left out: it is
listed so that the bar can be explained.

Why it matters: rules may favour it and postures may name it, in vain.

How to mend it: compare 'needs' with the rules that forbid it.
"""

from __future__ import annotations

from collections.abc import Iterator

from . import Flaw, Study, flaw

CODE = "KB112"


def check(study: Study) -> Iterator[Flaw]:
    """Each action that no profile permits."""
    for name in sorted(study.never_permitted):
        entry = study.written.entries["action", name]
        barring = [study.rule(rule.id) for rule in study.kb.rules.values() if name in rule.forbids]
        yield flaw(CODE, f"no profile permits the action '{name}'", entry.key("needs"),
                   "its needs hold nowhere, or only where a rule forbids it", also=barring[:3])
