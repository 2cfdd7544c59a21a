"""Masks as a profile that a user could write: the way back from a search to a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .conditions import REFUTED, Dnf, PartnerQuestion, status
from .kb import KnowledgeBase
from .situation import NO, YES
from .source import dump
from .terms import Variable, bits


def profile_of(kb: KnowledgeBase, narrowed: Mapping[int, int]) -> dict[str, object]:
    """The profile, as plain data, in which just these variables are narrowed to these masks."""
    out: dict[str, object] = {}
    for at in sorted(narrowed):
        variable = kb.variables[at]
        if at < kb.attributes and narrowed[at] != variable.full:
            out[variable.id] = phrase_of(variable, narrowed[at])
    wanted = {
        at: mask for at, mask in narrowed.items() if at in kb.words.about_partners and mask in (NO, YES)
    }
    if wanted:
        out["partners"] = _partners(kb, wanted)
    return out


def phrase_of(variable: Variable, mask: int) -> object:
    """What one writes in a profile for a mask; for a set, one of its subsets or what it surely has."""
    if variable.kind == "set":
        return _subset_of(variable, mask)
    if variable.kind == "number":
        return _number_of(variable, mask)
    names = variable.names(mask)
    if len(names) == 1:
        return names[0]
    inside = bits(mask)
    last = variable.size - 1
    run = inside == list(range(inside[0], inside[-1] + 1))
    if variable.ordered and inside[-1] == last and run:
        return f"at least {variable.values[inside[0]]}"
    if variable.ordered and inside[0] == 0 and run and inside[-1] < last:
        return f"at most {variable.values[inside[-1]]}"
    return names


def _number_of(variable: Variable, mask: int) -> object:
    if mask == variable.na_bit:
        return "n/a"
    out: list[object] = []
    for i in bits(mask & variable.proper):
        end = variable.bounds[i + 1] - 1 if i + 1 < len(variable.bounds) else variable.high
        start = variable.bounds[i]
        out.append(start if start == end else f"between {start} and {end}")
    if mask & variable.na_bit:
        out.append("n/a")
    return out[0] if len(out) == 1 else out


def _subset_of(variable: Variable, mask: int) -> object:
    if not mask & variable.proper:
        return "n/a"
    surely, perhaps = -1, 0
    for atom in bits(mask & variable.proper):
        surely, perhaps = surely & atom, perhaps | atom
    has, may = _elements(variable, surely), _elements(variable, perhaps & ~surely)
    if may and variable.subset(has, may) == mask:
        return {"has": has, "may_have": may}
    return _plainly(variable, mask)


def _elements(variable: Variable, atom: int) -> list[str]:
    return [variable.values[i] for i in bits(atom & (variable.size - 1))]


def _partners(kb: KnowledgeBase, wanted: Mapping[int, int]) -> list[dict[str, object]]:
    """The fewest partners that give the wanted answers, as far as single values of theirs can."""
    out: list[dict[str, object]] = []
    for at, mask in wanted.items():
        question = kb.words.about_partners[at]
        if mask == YES:
            refused = [kb.words.about_partners[q].condition for q, m in wanted.items() if m == NO]
            for _ in range(question.least):
                out.append({"name": f"Partner {len(out) + 1}", **_partner(kb, question, refused)})
    return out


def _partner(kb: KnowledgeBase, question: PartnerQuestion, refused: Sequence[Dnf]) -> dict[str, object]:
    """A partner that meets a question's condition and, if it can, none of the refused ones."""
    variables = kb.partner.variables
    for row in question.condition:
        masks = [v.full for v in variables]
        for at, allowed in row:
            masks[at] = allowed
        for dnf in refused:
            for other in dnf:
                for at, allowed in other:
                    if status(dnf, masks) != REFUTED and masks[at] & ~allowed:
                        masks[at] &= ~allowed
        if all(status(dnf, masks) == REFUTED for dnf in refused):
            break
    return {variables[at].id: _plainly(variables[at], mask) for at, mask in enumerate(masks)
            if mask != variables[at].full}


def _plainly(variable: Variable, mask: int) -> object:
    """A mask as one writes it; of a set, the smallest subset."""
    if variable.kind != "set" or not mask & variable.proper:
        return phrase_of(variable, mask)
    least = min(bits(mask & variable.proper), key=lambda atom: (bin(atom).count("1"), atom))
    return _elements(variable, least) or "none"


def yaml_of(profile: Mapping[str, object]) -> str:
    """A profile as YAML text, ready to be pasted."""
    return dump(dict(profile)) if profile else "{}\n"
