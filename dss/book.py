"""The reading room: the knowledge base as a book in Markdown, to be read from start to end.

Principle by principle, and in each rule the law first, then the rule in words, then its cases.
"""

from __future__ import annotations

from collections.abc import Iterator

from . import book_lists
from .book_prose import cited, condition, page
from .browse import consequences, in_words
from .conditions import ALWAYS
from .issues import Problems
from .kb import KnowledgeBase
from .rules import Case, Rule
from .situation import read_situation, written
from .source import Mapping_


def book(kb: KnowledgeBase) -> dict[str, str]:
    """The pages of the book by file name, README.md first."""
    chapters = {f"{n:02d}-{name}.md": _chapter(kb, n, name) for n, name in enumerate(kb.principles, 1)}
    return {
        "README.md": _contents(kb), **chapters,
        "findings.md": book_lists.findings(kb), "questions.md": book_lists.questions(kb),
        "actions.md": book_lists.actions(kb), "postures.md": book_lists.postures(kb),
        "safeguards.md": book_lists.safeguards(kb), "invariants.md": book_lists.invariants(kb),
        "sources.md": book_lists.sources(kb),
    }


def _contents(kb: KnowledgeBase) -> str:
    lines = [
        f"Version {kb.version}. {len(kb.rules)} rules for {len(kb.principles)} principles, "
        f"{len(kb.actions)} actions, {len(kb.postures)} postures. This book is made from the files of the "
        "knowledge base, so it says what the program does. Each rule stands with what it rests on first, "
        "then its reason, when it holds and what follows, and last the cases that show it.",
        "",
        "A rule *holds* when what is known establishes its condition. A bar on a coercive or forceful act "
        "stands until the answers refute it. What a rule weighs is given in points; a bar is never "
        "outweighed.",
        "",
        "## The principles",
        "",
    ]
    for number, principle in enumerate(kb.principles.values(), 1):
        n = sum(r.principle == principle.id for r in kb.rules.values())
        file = f"{number:02d}-{principle.id}.md"
        lines.append(f"{number}. [{principle.title}]({file}) ({n} rules). {principle.statement}")
    lines += ["", "## What the rules work with", "",
              "- [Questions](questions.md): what is asked, and what each answer means",
              "- [Findings](findings.md): what is derived from the answers",
              "- [Actions](actions.md): what can be recommended",
              "- [Postures](postures.md): the archetypes of a mix",
              "- [Safeguards](safeguards.md): what a mix must observe",
              "- [Invariants](invariants.md): what holds whatever the answers are",
              "- [Sources](sources.md): the bibliography, with the rules that cite each work"]
    return page(kb.title, lines)


# --- rules


def _chapter(kb: KnowledgeBase, number: int, name: str) -> str:
    principle = kb.principles[name]
    rules = [r for r in kb.rules.values() if r.principle == name]
    lines = [
        f"*{principle.statement}*",
        "",
        f"Points of the founding article: {', '.join(principle.points)}.",
        "",
    ]
    for i, rule in enumerate(rules, 1):
        lines += [f"## {number}.{i} {rule.title}", "", *_rule(kb, rule), ""]
    return page(f"{number}. {principle.title}", lines)


def _rule(kb: KnowledgeBase, rule: Rule) -> Iterator[str]:
    yield f"**Rests on** {cited(kb, rule.source)}."
    yield ""
    yield f"> {in_words(kb, rule.because)}"
    yield ""
    if rule.when == ALWAYS:
        yield "**Holds** always."
    else:
        yield from condition(kb, "Holds when", rule.when_tree)
    if rule.unless:
        yield ""
        yield from condition(kb, "Unless", rule.unless_tree)
    yield ""
    yield "**Then**"
    yield ""
    yield from (f"- {text}" for text in consequences(kb, rule))
    for label, names in (("Goes before", rule.overrides),
                         ("Gives way to", [r.id for r in kb.rules.values() if rule.id in r.overrides])):
        if names:
            yield ""
            yield f"**{label}** {'; '.join(kb.rules[n].title for n in names)}."
    if rule.note:
        yield ""
        yield f"*Note.* {rule.note}"
    yield ""
    yield "**Cases**"
    yield ""
    yield from (f"- {_case(kb, case)}" for case in rule.cases)
    yield ""
    covers = f" Points: {', '.join(rule.covers)}." if rule.covers else ""
    yield f"`{rule.id}`{' (draft)' if rule.draft else ''}.{covers}"


def _case(kb: KnowledgeBase, case: Case) -> str:
    verdict = "it holds" if case.fires else "it does not hold"
    situation = read_situation(kb, case.given, case.place.file, b"", Problems())
    facts = (
        []
        if situation is None
        else [
            f"{kb.variables[f.at].title}: {kb.variables[f.at].say(f.mask)}"
            for f in situation.facts
            if f.origin == "stated"
        ]
    )
    listed = case.given.get("partners") if isinstance(case.given, Mapping_) else None
    if listed is not None:
        facts.append(f"partners: {written(listed)}")
    return f"{'; '.join(facts) or 'Nothing is known'}: **{verdict}**."
