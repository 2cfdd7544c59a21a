"""Renaming an id everywhere, by the places of the parsed text, so that comments and layout stay.

What an id means depends on where it stands: a principle and a line of effort may share a
name. So each kind has its own list of places, and only those are touched.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .issues import Problems
from .kb import Files
from .source import Mapping_, Node, Scalar, Sequence_, read_text
from .written import Written

KINDS = (
    "attribute",
    "finding",
    "partner-attribute",
    "action",
    "posture",
    "rule",
    "principle",
    "safeguard",
    "source",
)
CONDITIONS = ("when", "unless", "needs", "needs_known", "pointless_when", "given", "facts", "conclude")
PARTNER_CONDITIONS = ("some_partner", "no_partner", "partner", "where", "partners")
ACTIONS = (
    "favour",
    "disfavour",
    "forbid",
    "with",
    "all_of",
    "one_of",
    "except",
    "core",
    "fits",
    "excludes",
    "apart",
    "never_adds",
    "beside",
    "not_permitted",
    "mix_has",
    "mix_lacks",
    "mix_with",
    "never_raises_score_of",
    "refining_keeps_permitted",
    "action",
)
POSTURES = ("favour", "disfavour", "posture_not", "posture")


@dataclass(frozen=True, slots=True)
class Spot:
    """A scalar, the keys that lead to it, and whether it is a key itself."""

    path: tuple[str, ...]
    key: bool
    scalar: Scalar


@dataclass
class Renaming:
    """The new text of each file that changes, and how many places in it; ``moved`` files get another name."""

    texts: dict[str, str] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)


def kinds_of(written: Written, name: str) -> list[str]:
    """The kinds of which an id is defined."""
    return [kind for kind in KINDS if (kind, name) in written.entries]


def rename(files: Files, root: Path, kind: str, old: str, new: str) -> Renaming:
    """The renaming of an id in the files of a knowledge base below ``root``; nothing is written."""
    out = Renaming()
    for path, node in files.nodes.items():
        _rename_in(out, root / path, path, node, kind, old, new)
    if kind == "principle" and f"rules/{old}.yaml" in files.nodes:
        out.moved[str(root / f"rules/{old}.yaml")] = str(root / f"rules/{new}.yaml")
    return out


def rename_in_profile(out: Renaming, path: Path, kind: str, old: str, new: str) -> None:
    """The renaming of an id in a profile as well."""
    node = read_text(str(path), path.read_bytes(), Problems())
    if node is not None:
        _rename_in(out, path, "profile", node, kind, old, new)


def _rename_in(out: Renaming, file: Path, path: str, node: Node, kind: str, old: str, new: str) -> None:
    belongs = PLACES[kind]
    spots = [s.scalar for s in _spots(node, ()) if s.scalar.text == old and belongs(path, s)]
    text = file.read_bytes().decode("utf-8-sig")
    lines = text.splitlines(keepends=True)
    done = 0
    for scalar in sorted(spots, key=lambda s: (s.line, s.column), reverse=True):
        line = lines[scalar.line]
        start = line.find(old, scalar.column)
        lines[scalar.line] = line[:start] + new + line[start + len(old) :]
        done += 1
    if kind in ("attribute", "finding"):
        quoted = re.compile(rf"\{{{re.escape(old)}\}}")
        for i, line in enumerate(lines):
            lines[i], n = quoted.subn(f"{{{new}}}", line)
            done += n
    if done:
        out.texts[str(file)] = "".join(lines)
        out.places[str(file)] = done


def _spots(node: Node, path: tuple[str, ...]) -> Iterator[Spot]:
    if isinstance(node, Scalar):
        yield Spot(path, False, node)
    elif isinstance(node, Sequence_):
        for item in node.items:
            yield from _spots(item, path)
    elif isinstance(node, Mapping_):
        for key, value in node:
            yield Spot(path, True, key)
            yield from _spots(value, (*path, key.text))


def _variable(path: str, spot: Spot) -> bool:
    if path == "profile":
        return spot.key and not spot.path
    if spot.key:
        if spot.path and spot.path[-1] in ("attributes", "findings") and len(spot.path) == 1:
            return True
        inside = next((i for i, k in enumerate(spot.path) if k in CONDITIONS), None)
        return inside is not None and not set(spot.path[inside:]) & set(PARTNER_CONDITIONS) and (
            spot.path[-1] in (*CONDITIONS, "all", "any", "not"))
    return bool(spot.path) and spot.path[-1] in ("of", "raising", "horizon") and path != "scales.yaml"


def _of_partner(path: str, spot: Spot) -> bool:
    if path == "profile":
        return spot.key and spot.path == ("partners",)
    if spot.key:
        return spot.path == ("attributes",) or bool(set(spot.path) & set(PARTNER_CONDITIONS))
    return bool(spot.path) and spot.path[-1] in ("lowest", "highest")


def _action(path: str, spot: Spot) -> bool:
    if spot.key:
        return path.startswith("actions/") and spot.path == ("actions",)
    return bool(spot.path) and spot.path[-1] in ACTIONS


def _posture(path: str, spot: Spot) -> bool:
    if spot.key:
        return path == "postures.yaml" and spot.path == ("postures",)
    return bool(spot.path) and spot.path[-1] in POSTURES


def _rule(path: str, spot: Spot) -> bool:
    return path.startswith("rules/") and not spot.key and spot.path[-1:] in (("id",), ("overrides",))


def _principle(path: str, spot: Spot) -> bool:
    if spot.key:
        return (path == "principles.yaml" and spot.path == ("principles",)) or (
            path == "profile" and spot.path == ("weights",))
    return spot.path == ("principle",)


def _safeguard(path: str, spot: Spot) -> bool:
    if spot.key:
        return path == "safeguards.yaml" and spot.path == ("safeguards",)
    return spot.path[-1:] in (("safeguard",), ("mix_safeguard",))


def _source(path: str, spot: Spot) -> bool:
    if spot.key:
        return path == "sources.yaml" and spot.path == ("sources",)
    return spot.path[-1:] == ("work",)


PLACES: Mapping[str, Callable[[str, Spot], bool]] = {
    "attribute": _variable, "finding": _variable, "partner-attribute": _of_partner, "action": _action,
    "posture": _posture, "rule": _rule, "principle": _principle, "safeguard": _safeguard, "source": _source,
}


def difference(before: str, after: str, name: str) -> list[str]:
    """The lines that change, with their numbers, before and after."""
    return [
        line
        for number, (a, b) in enumerate(zip(before.splitlines(), after.splitlines(), strict=True), 1)
        if a != b
        for line in (f"{name}:{number}: - {a.strip()}", f"{name}:{number}: + {b.strip()}")
    ]
