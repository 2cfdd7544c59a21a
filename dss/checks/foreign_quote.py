"""A reason that quotes a fact the rule does not read

What it finds: a 'because' that quotes {a fact} on which the rule does not depend, neither
directly nor through the findings it reads; and {partners} in a rule that asks nothing about
partners.

Why it matters: the reason would cite as its ground something that played no part.

How to mend it: quote what the condition reads, or put the fact into the condition.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..kb import KnowledgeBase
from ..rules import PARTNERS_QUOTED, QUOTED, Rule
from ..source import Scalar
from . import Flaw, Study, flaw

CODE = "KB116"


def check(study: Study) -> Iterator[Flaw]:
    """Each quoted fact that played no part."""
    kb = study.kb
    for rule in kb.rules.values():
        quoted = list(dict.fromkeys(QUOTED.findall(rule.because)))
        if not quoted:
            continue
        rests_on = _rests_on(kb, rule)
        for name in quoted:
            if name == PARTNERS_QUOTED:
                if not rests_on & set(kb.words.about_partners):
                    yield _flaw(study, rule, name, "asks nothing about partners")
            elif kb.at(name) not in rests_on:
                yield _flaw(study, rule, name, "does not depend on it")


def _flaw(study: Study, rule: Rule, name: str, why: str) -> Flaw:
    node = study.written.entries["rule", rule.id].get("because")
    place = node.place_of(f"{{{name}}}") if isinstance(node, Scalar) else study.rule(rule.id, "because")
    return flaw(CODE, f"the reason of rule '{rule.id}' quotes '{{{name}}}', but the rule {why}", place,
                "quote what the condition reads")


def _rests_on(kb: KnowledgeBase, rule: Rule) -> set[int]:
    """The variables a rule depends on, also through findings and the rules it is tied to by overrides."""
    found: set[int] = set()
    pending = [*rule.reads, *(v for r in kb.rules.values() if rule.id in r.overrides for v in r.reads)]
    pending += [v for name in rule.overrides for v in kb.rules[name].reads]
    while pending:
        at = pending.pop()
        if at in found:
            continue
        found.add(at)
        if at in kb.words.about_unknown:
            pending.append(kb.words.about_unknown[at])
        if at in kb.findings:
            card = kb.findings[at].scorecard
            pending += card.reads if card else [
                v for r in kb.rules.values() if any(f == at for f, _ in r.concludes) for v in r.reads]
    return found
