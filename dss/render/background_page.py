"""The later sections of a printed report: what is not known, precedents, and the appendices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .blocks_page import Block, Bullets, Entry, Item, Table, Text
from .text import percent

Data = dict[str, Any]


def unknowns(d: Data) -> Iterator[Block]:
    """What to find out, what is unknown or presumed, and how far that matters."""
    if d["questions"]:
        yield Bullets(
            tuple(Item(q["question"], f"{attribute(d, q['attribute'])}: ") for q in d["questions"]),
            "What to find out first",
        )
    for name, title in (("unknown", "Unknown: "), ("fragile", "Weak evidence on which the posture turns: ")):
        if d[name]:
            yield Text(", ".join(attribute(d, x) for x in d[name]) + ".", title)
    weak = [f["title"] for f in d["facts"] if f.get("too_weak")]
    if weak:
        yield Text(", ".join(weak) + ".", "Evidence too weak, counted as unknown: ")
    presumed = [f["says"] for f in d["findings"] if f["presumed"]]
    if presumed:
        yield Bullets(tuple(Item(sentence(p)) for p in presumed), "Presumed, for want of an answer")
    if not (d["questions"] or d["unknown"] or presumed):
        yield Text("Every fact is known, and nothing is presumed.")
    yield from _robustness(d["robustness"])


def _robustness(found: Data) -> Iterator[Block]:
    tried = found["completions"]
    if tried["tried"] > 1:
        how = "every way of filling in" if tried["exhaustive"] else "a sample of the ways of filling in"
        yield Text(f"in {how} the open facts ({tried['tried']}): {_shares(tried)}.", "First, ")
    if "jittered" in found:
        yield Text(f"{_shares(found['jittered'])}.", "First when strengths vary by up to 50 %: ")


def _shares(shares: Data) -> str:
    return ", ".join(f"{x['title']} {x['count']}" for x in shares["first"])


def precedents(d: Data) -> Iterator[Block]:
    """The nearest historical cases, with care."""
    for p in d["precedents"]:
        differs = ", ".join(f"{attribute(d, x['attribute']).lower()} ({x['there'].replace('+', ', ')})"
                            for x in p["differs"][:3])
        yield Entry(
            f"precedent-{p['id']}",
            p["title"],
            (
                f"{percent(p['similarity'])} % alike over {p['shared']} shared facts",
                f"nearest posture: {p['posture_title']}",
                f"outcome judged: {p['result'].replace('-', ' ')}",
            ),
            tuple(
                [
                    Text(p["story"]),
                    Text(p["outcome"], "What came of it: "),
                    Text(p["lesson"], "Lesson, with care: "),
                ]
                + ([Text(f"{differs}.", "There it differed in: ")] if differs else [])
            ),
        )
    if d["precedents"]:
        yield Text(
            "Precedents inform; they change no score. Claims about cause and effect are claims.", role="quiet"
        )


def situation(d: Data) -> Iterator[Block]:
    """The story, and what follows from the facts."""
    if d["profile"]["story"]:
        yield Text(d["profile"]["story"])
    rows = tuple((f["title"], (sentence(f["says"]) if f["value"] else "Open: " + " or ".join(f["possible"]))
                  + (" (presumed)" if f["presumed"] else "")) for f in d["findings"] if f["telling"])
    if rows:
        yield Table("What follows from the facts", ("Finding", "On what is reported"), rows, shares=(32, 68))


def facts(d: Data) -> Iterator[Block]:
    """Every fact by group, with grade, date and note."""
    for group, title in d["titles"]["groups"].items():
        rows = tuple((f["title"], _reported(f), f["grade"], f["as_of"], f["note"])
                     for f in d["facts"] if f["group"] == group)
        if rows:
            yield Table(
                title, ("Fact", "Reported", "Grade", "As of", "Note"), rows, shares=(22, 31, 7, 11, 29)
            )
    yield Text(
        "Grades are Admiralty grades: the source from A (reliable) to F (cannot be judged), what it says "
        "from 1 (confirmed) to 6 (cannot be judged). No grade was given where the column is empty.",
        role="quiet",
    )


def _reported(fact: Data) -> str:
    said = sentence(fact["says"], "")
    if fact["source"] == "partners":
        said += " (worked out from the partner list)"
    return said + (" (evidence too weak: counted as unknown)" if fact.get("too_weak") else "")


def works(d: Data) -> Iterator[Block]:
    """The works cited, and the sources of the facts."""
    works = tuple(
        Item(_work(w)) for w in sorted(d["works"], key=lambda w: (w["author"] or w["title"], w["year"]))
    )
    if works:
        yield Bullets(works)
    if d["profile"]["sources"]:
        yield Bullets(
            tuple(Item(s) for s in d["profile"]["sources"]), "Sources of the facts, as given in the profile"
        )


def _work(w: Data) -> str:
    year = f" ({w['year']})" if w["year"] else ""
    author = f"{w['author']}{year}: " if w["author"] else ""
    where = f" {w['where']}" if w["where"] else ""
    return f"{author}{w['title']}{'' if author else year}.{where}"


def record(d: Data) -> Iterator[Block]:
    """Digests and versions."""
    rows = (
        ("Knowledge base", f"{d['kb']['id']} {d['kb']['version']}"), ("Its digest", d["kb"]["digest"]),
        *((f"Pack {p['id']} {p['version']}", p["digest"]) for p in d["kb"].get("packs", ())),
        ("Profile digest", d["profile"]["digest"]),
        ("Program", f"dss {d['engine']['dss']}, experta {d['engine']['experta']}"),
        ("Rules", f"{len(d['fired'])} hold, {len(d['open'])} are open, {len(d['defeated'])} are overridden"),
        ("Format", d["schema"]),
    )
    yield Table("What produced this advice", ("Part", "Value"), rows, shares=(22, 78))


def attribute(d: Data, name: str) -> str:
    """The title of an attribute."""
    title: str = d["titles"]["attributes"].get(name, name)
    return title


def sentence(text: str, end: str = ".") -> str:
    """A text as a sentence: a capital, and ``end`` where nothing ends it."""
    text = text[:1].upper() + text[1:]
    return text if not end or text.endswith((".", "!", "?")) else text + end
