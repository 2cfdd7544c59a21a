"""An attribute that nothing reads

What it finds: an attribute of the crisis that no condition, scorecard or pack setting
reads, and an attribute of partners that no question or aggregate reads.

Why it matters: an analyst spends time on an answer that cannot change the advice.

How to mend it: let a rule read it, or take the question out.
"""

from __future__ import annotations

from collections.abc import Iterator

from . import Flaw, Study, flaw

CODE = "KB109"


def check(study: Study) -> Iterator[Flaw]:
    """Each attribute that nothing reads."""
    kb = study.kb
    for entry in study.written.of("attribute"):
        if kb.at(entry.id) not in study.read_by_conditions:
            yield flaw(CODE, f"nothing reads the attribute '{entry.id}'", entry.place,
                       "let a rule read it, or take the question out")
    dnfs = [q.condition for q in kb.words.about_partners.values()] + [a.where for a in kb.aggregates.values()]
    read = {at for dnf in dnfs for row in dnf for at, _ in row} | {a.of for a in kb.aggregates.values()}
    for entry in study.written.of("partner-attribute"):
        if kb.partner.position[entry.id] not in read:
            yield flaw(CODE, f"nothing reads the partners' attribute '{entry.id}'", entry.place,
                       "let a partner question read it, or take it out")
