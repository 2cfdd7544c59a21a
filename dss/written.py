"""Where everything of a knowledge base stands in its files: places of ids, keys and texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from .issues import Place
from .kb import Files
from .source import Mapping_, Node, Scalar, Sequence_

TABLES = {
    "findings.yaml": ("findings", "finding"), "postures.yaml": ("postures", "posture"),
    "safeguards.yaml": ("safeguards", "safeguard"), "principles.yaml": ("principles", "principle"),
    "sources.yaml": ("sources", "source"), "invariants.yaml": ("invariants", "invariant"),
}
FOLDERS = {"attributes": "attribute", "actions": "action"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing a knowledge base defines: its kind and id, the file, where the id stands, its body."""

    kind: str
    id: str
    path: str
    place: Place
    body: Node

    def get(self, name: str) -> Node | None:
        """The node under a key of the body, or None."""
        return self.body.get(name) if isinstance(self.body, Mapping_) else None

    def key(self, name: str) -> Place:
        """Where a key of the body stands; the id's place when it is not written."""
        if isinstance(self.body, Mapping_):
            for key, _ in self.body:
                if key.text == name:
                    return key.place
        return self.place


@dataclass(frozen=True)
class Written:
    """The files of a knowledge base as a list of entries, found by kind and id."""

    files: Files

    @cached_property
    def entries(self) -> dict[tuple[str, str], Entry]:
        """Every entry by (kind, id); kinds are those of TABLES and FOLDERS, partner-attribute and rule."""
        return {(e.kind, e.id): e for path, node in self.files.nodes.items() for e in _entries(path, node)}

    def of(self, kind: str) -> list[Entry]:
        """All entries of a kind in the order of the files."""
        return [e for e in self.entries.values() if e.kind == kind]

    def place(self, kind: str, name: str) -> Place:
        """Where an id is defined; the folder when it is not."""
        entry = self.entries.get((kind, name))
        return entry.place if entry else Place(self.files.root)

    def scalars(self) -> Iterator[tuple[str, Scalar]]:
        """Every text of every file with the file's path, keys included."""
        for path, node in self.files.nodes.items():
            for scalar in scalars(node):
                yield path, scalar


def scalars(node: Node) -> Iterator[Scalar]:
    """Every scalar of a tree, keys included, in order."""
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Sequence_):
        for item in node.items:
            yield from scalars(item)
    else:
        for key, value in node:
            yield key
            yield from scalars(value)


def _entries(path: str, node: Node) -> Iterator[Entry]:
    if not isinstance(node, Mapping_):
        return
    folder = path.partition("/")[0]
    if path in TABLES:
        key, kind = TABLES[path]
        yield from _table(kind, path, node.get(key))
    elif folder in FOLDERS:
        of = node.get("of")
        partner = isinstance(of, Scalar) and of.text == "partner"
        yield from _table("partner-attribute" if partner else FOLDERS[folder], path, node.get(folder))
    elif folder == "rules":
        rules = node.get("rules")
        for item in rules.items if isinstance(rules, Sequence_) else ():
            name = item.get("id") if isinstance(item, Mapping_) else None
            if isinstance(name, Scalar):
                yield Entry("rule", name.text, path, name.place, item)
    elif folder == "precedents":
        name = node.get("id")
        if isinstance(name, Scalar):
            yield Entry("precedent", name.text, path, name.place, node)


def _table(kind: str, path: str, node: Node | None) -> Iterator[Entry]:
    for key, body in node if isinstance(node, Mapping_) else ():
        yield Entry(kind, key.text, path, key.place, body)
