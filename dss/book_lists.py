"""The lists at the back of the book: findings, questions, actions, postures and the rest."""

from __future__ import annotations

from collections.abc import Iterator

from .attributes import meaning
from .book_prose import bullets, cited, condition, page
from .catalogue import Action
from .conditions import ALWAYS, Dnf
from .kb import KnowledgeBase
from .terms import bits


def findings(kb: KnowledgeBase) -> str:
    """The page of findings."""
    lines = ["What is derived from the answers, by rules or by adding up points.", ""]
    for at, finding in kb.findings.items():
        variable = kb.variables[at]
        lines += [
            f"## {variable.title}",
            "",
            variable.why,
            "",
            f"Rests on {cited(kb, variable.source)}.",
            "",
            *(f"- {words}" for words in variable.words),
            "",
        ]
        by = [r.title for r in kb.rules.values() if any(f == at for f, _ in r.concludes)]
        if finding.scorecard is not None:
            lines += [*_scorecard(kb, at), ""]
        else:
            otherwise = variable.words[bits(finding.otherwise)[0]]
            lines += [
                f"Where no rule says so: {otherwise}. If rules differ, the {finding.resolve} counts.",
                "",
                "Concluded by:",
                "",
                *(f"- {title}" for title in by),
                "",
            ]
    return page("Findings", lines)


def _scorecard(kb: KnowledgeBase, at: int) -> Iterator[str]:
    card = kb.findings[at].scorecard
    assert card is not None
    yield "Points are added up:"
    yield ""
    for part in card.parts:
        if part.tree is not None:
            yield f"- {part.points[0]} for:"
            yield from bullets(kb, part.tree, 1)
        else:
            of = kb.variables[part.of]
            worth = [f"{words} {n}" for words, n in zip(of.words, part.points, strict=False) if n]
            yield f"- {of.title}: {', '.join(worth)}"
    yield ""
    variable = kb.variables[at]
    reached = [f"{words} from {cut}" for words, cut in zip(variable.words, card.cuts, strict=True)]
    yield f"The sum is read so: {'; '.join(reached)}."


def questions(kb: KnowledgeBase) -> str:
    """The page of questions."""
    lines: list[str] = []
    for group in kb.groups:
        variables = kb.partner.variables if group.of_partner else kb.variables[: kb.attributes]
        lines += [f"## {group.title}", ""]
        for variable in (v for v in variables if v.group == group.id):
            lines += [
                f"### {variable.title}",
                "",
                f"**{variable.question}**",
                "",
                variable.help,
                "",
                f"*Why it matters.* {variable.why}",
                "",
                f"Rests on {cited(kb, variable.source)}.",
                "",
                *(f"- {words}" for _, words in meaning(variable)),
                *(["- not applicable"] if variable.na else []),
                "",
            ]
    return page("Questions", lines)


def actions(kb: KnowledgeBase) -> str:
    """The page of actions."""
    lines: list[str] = []
    for line in dict.fromkeys(a.line for a in kb.actions.values()):
        lines += [f"## {line.capitalize()}", ""]
        for action in (a for a in kb.actions.values() if a.line == line):
            lines += [f"### {action.title}", "", *_action(kb, action), ""]
    return page("Actions", lines)


def _action(kb: KnowledgeBase, action: Action) -> Iterator[str]:
    yield f"{action.definition} *It serves to:* {action.objective}"
    yield ""
    yield (
        f"{action.cls.capitalize()}; hard power {action.hard} %; escalation {action.escalation:+d}; "
        f"reversibility {action.reversibility}; lead time {action.lead_time}."
    )
    for label, dnf, tree in (("Needs", action.needs, action.needs_tree),
                             ("Needs to be known", action.needs_known, action.needs_known_tree),
                             ("Pointless when", action.pointless, action.pointless_tree)):
        if _says(dnf):
            yield ""
            yield from condition(kb, label, tree)
    barring = [r.title for r in kb.rules.values() if action.id in r.forbids]
    if barring:
        yield ""
        yield "**Forbidden by**"
        yield ""
        yield from (f"- {title}" for title in barring)
    if action.excludes:
        yield ""
        yield f"**Never together with** {'; '.join(kb.actions[a].title for a in action.excludes)}."
    if action.source:
        yield ""
        yield f"Rests on {cited(kb, action.source)}."
    if action.note:
        yield ""
        yield f"*Note.* {action.note}"


def _says(dnf: Dnf) -> bool:
    return bool(dnf) and dnf != ALWAYS


def postures(kb: KnowledgeBase) -> str:
    """The page of postures."""
    lines: list[str] = []
    for posture in kb.postures.values():
        lead, *core = (kb.actions[a].title for a in posture.core)
        lines += [
            f"## {posture.title}",
            "",
            posture.purpose,
            "",
            f"Hard power {posture.band[0]} to {posture.band[1]} %. Review in {posture.review_in}.",
            "",
            f"**Led by** {lead}{'; with ' + '; '.join(core) if core else ''}.",
            "",
            f"**At home** {'; '.join(kb.actions[a].title for a in posture.fits) or 'nothing further'}.",
            "",
            f"**Against it** {posture.counter_argument}",
            "",
        ]
    return page("Postures", lines)


def safeguards(kb: KnowledgeBase) -> str:
    """The page of safeguards."""
    lines: list[str] = []
    for guard in kb.safeguards.values():
        asking = [r.title for r in kb.rules.values() if any(q.safeguard == guard.id for q in r.requires)]
        lines += [f"## {guard.title}", "", guard.text, "", f"Owner: {guard.owner}. By: {guard.by}.", "",
                  *(f"- {title}" for title in asking), ""]
    return page("Safeguards", lines)


def invariants(kb: KnowledgeBase) -> str:
    """The page of invariants."""
    lines = [
        "What holds whatever the answers are; 'dss kb prove' shows which are proved and which tested.",
        "",
    ]
    for invariant in kb.invariants:
        lines += [f"- **{invariant.title}.** Rests on {cited(kb, invariant.source)}. `{invariant.id}`"]
    return page("Invariants", lines)


def sources(kb: KnowledgeBase) -> str:
    """The page of sources."""
    lines: list[str] = []
    for work in kb.works.values():
        told = ", ".join(part for part in (work.author, work.title, work.year, work.where) if part)
        citing = [r.title for r in kb.rules.values() if any(c.work == work.id for c in r.source)]
        lines += [f'## <a id="{work.id}"></a>{work.title}', "", f"{told}. *{work.kind}*", "",
                  *(f"- {title}" for title in citing), ""]
    return page("Sources", lines)
