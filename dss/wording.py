"""Conditions in the words of the knowledge base, for readers who know nothing of its notation."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .conditions import AllOf, NotOf, Phrase, Tree, Vocabulary
from .kb import KnowledgeBase
from .terms import Variable, bits, join

_SET_PHRASE = re.compile(r"(has|lacks)( any of| all of)? (.+)")
_LISTS = ("either ", "both ", "neither ")
_CLOSED = ("neither ", "no ", "a partner", "anything ", "at least ", "at most ", "none ", "fewer ")
_LISTED = 2
"""How many values are named one by one before a stretch of a scale is named by its end."""


def in_words(kb: KnowledgeBase, tree: Tree, *, negated: bool = False) -> str:
    """A condition, or with ``negated`` its opposite, as noun phrases and clauses joined by and, or."""
    return _spoken(kb, kb.words, tree, negated)


def _spoken(kb: KnowledgeBase, words: Vocabulary, tree: Tree, negated: bool) -> str:
    if isinstance(tree, Phrase):
        return _phrase(kb, words, tree, negated)
    if isinstance(tree, NotOf):
        return _spoken(kb, words, tree.part, not negated)
    if len(tree.parts) == 1:
        return _spoken(kb, words, tree.parts[0], negated)
    both = isinstance(tree, AllOf) != negated
    parts = list(dict.fromkeys(_within(kb, words, part, negated, both) for part in tree.parts))
    if not parts:
        return "anything at all" if both else "nothing at all"
    return _joined(parts, "and" if both else "or")


def _joined(parts: Sequence[str], word: str) -> str:
    """'a, b and c', or with a comma before every 'and' where a part is itself a list."""
    if any(p.startswith(_LISTS) for p in parts):
        return f", {word} ".join(parts)
    return join(parts, word)


def _within(kb: KnowledgeBase, words: Vocabulary, tree: Tree, negated: bool, both: bool) -> str:
    """A part of a larger condition, marked off where and meets or."""
    said = _spoken(kb, words, tree, negated)
    while isinstance(tree, NotOf):
        tree, negated = tree.part, not negated
    if isinstance(tree, Phrase) or len(tree.parts) < 2:
        listed = isinstance(tree, Phrase) and " or " in said and not said.startswith(_CLOSED)
        return f"either {said}" if both and listed else said
    inner_both = isinstance(tree, AllOf) != negated
    if inner_both == both:
        return said
    return f"either {said}" if both else f"both {said}"


def _phrase(kb: KnowledgeBase, words: Vocabulary, phrase: Phrase, negated: bool) -> str:
    variable = words.variables[phrase.variable]
    allowed = variable.full & ~phrase.allowed if negated else phrase.allowed
    if phrase.variable in words.about_unknown:
        known = words.variables[words.about_unknown[phrase.variable]].title.lower()
        return f"nothing known about {known}" if allowed & 0b10 else f"something known about {known}"
    question = words.about_partners.get(phrase.variable)
    if question is not None:
        inner = _spoken(kb, kb.partner, question.tree, negated=False)
        return f"{_partners(question.least, bool(allowed & 0b10))} with {inner}"
    return values_in_words(variable, allowed, phrase.text, negated=negated)


def _partners(least: int, wanted: bool) -> str:
    if least == 1:
        return "a partner" if wanted else "no partner"
    return f"at least {least} partners" if wanted else f"fewer than {least} partners"


def values_in_words(variable: Variable, allowed: int, text: str = "", *, negated: bool = False) -> str:
    """The values of a mask as a noun phrase or clause; ``text`` is the phrase as written, if any."""
    if allowed == variable.na_bit and allowed:
        return f"{variable.title.lower()}: not applicable"
    if variable.kind == "number":
        return _number(variable, allowed, text, negated)
    if variable.kind == "set":
        return _set(variable, allowed, text, negated)
    return _scale(variable, allowed & variable.proper)


def _number(variable: Variable, allowed: int, text: str, negated: bool) -> str:
    title = variable.title.lower()
    if text and not negated:
        return f"{title}: {_plain(text)} {variable.unit}".rstrip()
    stretches = bits(allowed & variable.proper)
    ends = [*(b - 1 for b in variable.bounds[1:]), variable.high]
    runs: list[tuple[int, int]] = []
    for i in stretches:
        if runs and runs[-1][1] == variable.bounds[i] - 1:
            runs[-1] = runs[-1][0], ends[i]
        else:
            runs.append((variable.bounds[i], ends[i]))
    said = join([_run(variable, low, high) for low, high in runs], "or")
    return f"{title}: {said} {variable.unit}".rstrip()


def _run(variable: Variable, low: int, high: int) -> str:
    if low == variable.low:
        return f"at most {high}"
    return f"at least {low}" if high == variable.high else f"{low} to {high}"


def _set(variable: Variable, allowed: int, text: str, negated: bool) -> str:
    title = variable.title.lower()
    if allowed & variable.proper == 1:
        return variable.empty or f"{title}: none"
    found = _SET_PHRASE.fullmatch(text)
    if found is None:
        if not text:
            return f"{title}: {variable.say(allowed)}"
        return f"not {variable.say(1)}" if negated and text == "none" else f"{title}: {_plain(text)}"
    verb, how, rest = found.groups()
    named = [variable.words[variable.values.index(n.strip())] for n in rest.strip("[]").split(",")]
    some = (how or " all of").strip() == "any of"
    if (verb == "has") != negated:
        return f"{join(named, 'or' if some == (verb == 'has') else 'and')} among {title}"
    if len(named) == 1:
        return f"{named[0]} not among {title}"
    return f"{'none' if some == (verb == 'has') else 'not all'} of {join(named, 'and')} among {title}"


def _scale(variable: Variable, allowed: int) -> str:
    held, absent = bits(allowed), bits(variable.proper & ~allowed)
    if not absent:
        return f"{variable.title.lower()}: applicable"
    run = len(held) > 1 and held[-1] - held[0] + 1 == len(held)
    if run and variable.ordered and variable.group != "findings":
        if held[-1] == variable.size - 1:
            return _ended(variable, "at least", held[0])
        if held[0] == 0:
            return _ended(variable, "at most", held[-1])
    if len(held) > max(_LISTED, len(absent)):
        left_out = [_value(variable, i) for i in absent]
        return f"neither {' nor '.join(left_out)}" if len(left_out) > 1 else f"anything but {left_out[0]}"
    return join([_value(variable, i) for i in held], "or")


def _ended(variable: Variable, end: str, index: int) -> str:
    if _bare(variable, index):
        return f"{variable.title.lower()}: {end} {variable.words[index]}"
    return f"{end} {variable.words[index]}"


def _value(variable: Variable, index: int) -> str:
    """A value in words that stand by themselves."""
    words = variable.words[index]
    return f"{variable.title.lower()}: {words}" if _bare(variable, index) else words


def _bare(variable: Variable, index: int) -> bool:
    """Whether a value has no words of its own, so that only the title says what it is about."""
    return variable.words[index] == variable.values[index].replace("-", " ")


def _plain(text: str) -> str:
    return text.replace("-", " ").replace("[", "").replace("]", "")
