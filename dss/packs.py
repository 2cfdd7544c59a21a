"""Doctrine packs: folders in the shape of a knowledge base that are laid over one.

A pack adds entries anywhere, and with ``replaces: yes`` it replaces a rule, an action or an
attribute. It is data; nothing in it runs. It may add bars but never lift one of the
knowledge base beneath: see :mod:`dss.pack_bars`. Two packs that touch the same entry are
in conflict, whatever their order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .fields import ID, Fields
from .issues import Place, Problems, nearest
from .source import Mapping_, Node, Scalar, Sequence_

GROUP = "dss.packs"
ENTRIES = {"findings.yaml": "findings", "postures.yaml": "postures", "safeguards.yaml": "safeguards",
           "principles.yaml": "principles", "sources.yaml": "sources", "invariants.yaml": "invariants",
           "scales.yaml": "scales"}
FOLDERS = {"rules": "rule", "actions": "action", "attributes": "attribute"}
"""What a pack may replace, by folder; elsewhere it only adds."""
REPLACES = "replaces"


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack that was laid over a knowledge base; ``digest`` is the SHA-256 over its files."""

    id: str
    version: str
    title: str
    licence: str
    digest: str
    place: str


@dataclass(frozen=True)
class Layer:
    """A pack's files as read: nodes by path."""

    nodes: Mapping[str, Node]
    digest: str
    root: str


@dataclass(frozen=True)
class Replaced:
    """An entry of the knowledge base that a pack replaced, as it was and as it now is."""

    kind: str
    id: str
    was: Node
    now: Node
    place: Place


@dataclass
class Overlay:
    """The files that result, with who added what; entries are keyed by (kind, id)."""

    nodes: dict[str, Node]
    packs: list[Pack] = field(default_factory=list)
    added: dict[tuple[str, str], Place] = field(default_factory=dict)
    replaced: list[Replaced] = field(default_factory=list)


def lay_over(core: Mapping[str, Node], layers: Sequence[Layer], problems: Problems) -> Overlay:
    """The knowledge base with all packs laid over it; every conflict is noted."""
    overlay = Overlay(dict(core))
    for layer in layers:
        pack = _read_pack(layer, problems)
        if pack.id in {p.id for p in overlay.packs}:
            problems.add("PK001", f"pack '{pack.id}' is given twice", Place(layer.root))
            continue
        overlay.packs.append(pack)
        for path, node in layer.nodes.items():
            _Laying(overlay, pack, problems).file(path, node)
    return overlay


def _read_pack(layer: Layer, problems: Problems) -> Pack:
    node = layer.nodes.get("pack.yaml")
    if node is None:
        problems.add("KB006", "the pack lacks pack.yaml", Place(layer.root))
        return Pack(layer.root, "", "", "", layer.digest, layer.root)
    f = Fields(node, "pack.yaml of a pack", problems, ("id", "version", "title", "licence", "note"),
               ("id", "version", "title", "licence"))
    name = f.text("id")
    if name and not ID.fullmatch(name):
        problems.add("KB040", f"'{name}' cannot be an id", f.place, "lower-case words joined by hyphens")
    return Pack(name, f.text("version"), f.text("title"), f.text("licence"), layer.digest, layer.root)


class _Laying:
    """Lays one pack's files over what is there."""

    def __init__(self, overlay: Overlay, pack: Pack, problems: Problems) -> None:
        self.overlay = overlay
        self.pack = pack
        self.problems = problems

    def file(self, path: str, node: Node) -> None:
        folder = path.partition("/")[0]
        if path in ENTRIES:
            self._entries(path, node)
        elif folder in FOLDERS and "/" in path:
            self._collection(folder, path, node)
        elif folder == "precedents":
            self.overlay.nodes[f"precedents/{self.pack.id}/{path.partition('/')[2]}"] = node
        elif path != "pack.yaml":
            self.problems.add("PK002", f"a pack has no file '{path}'", node.place,
                              nearest(path, [*ENTRIES, "pack.yaml", *FOLDERS, "precedents"]))

    def _entries(self, path: str, node: Node) -> None:
        """Add the entries of a top-level file; none may be there already."""
        name = ENTRIES[path]
        Fields(node, f"{path} of a pack", self.problems, (name, "note"), (name,))
        new, there = _mapping(node, name), self.overlay.nodes.get(path)
        old = _mapping(there, name) if there is not None else None
        if new is None or old is None or not isinstance(there, Mapping_):
            return
        for key, _ in new:
            self._claim(name, key, {k.text: k for k, _ in old})
        self.overlay.nodes[path] = _with(there, name, _extended(old, new))

    def _collection(self, folder: str, path: str, node: Node) -> None:
        """Add the entries of one of many files, replacing those that say so."""
        kept: list[tuple[Scalar, Node]] = []
        if not isinstance(node, Mapping_) or (body := node.get(folder)) is None:
            self.overlay.nodes[self._own(path)] = node  # read on, so that what it lacks is told
            return
        kind = _kind(folder, node)
        known = {k.text: (k, n, p) for k, n, p in self._known(folder, kind)}
        for name, entry in _items(body):
            stated = entry.get(REPLACES) if isinstance(entry, Mapping_) else None
            if stated is None:
                self._claim(kind, name, {k: known[k][0] for k in known})
                kept.append((name, entry))
            elif not isinstance(stated, Scalar) or stated.text != "yes":
                self.problems.add("PK003", f"'{REPLACES}' can only be 'yes'", stated.place, "or leave it out")
            else:
                entry = _without(entry, REPLACES)
                self._replace(kind, folder, name, entry, known)
                kept.append((name, entry))
        self._put(folder, path, _with(node, folder, _rebuilt(body, kept)))

    def _put(self, folder: str, path: str, node: Mapping_) -> None:
        """Keep a file beside the others; attributes of a group that exists go into that group."""
        group = node.get("group")
        there = next((p for p, n in self.overlay.nodes.items() if folder == "attributes"
                      and p.startswith("attributes/") and _says(n, "group") == _text(group)), None)
        if there is None:
            self.overlay.nodes[self._own(path)] = node
            return
        old, more, into = (
            self.overlay.nodes[there],
            node.get(folder),
            _mapping(self.overlay.nodes[there], folder),
        )
        if isinstance(old, Mapping_) and isinstance(more, Mapping_) and into is not None:
            self.overlay.nodes[there] = _with(old, folder, _extended(into, more))

    def _own(self, path: str) -> str:
        folder, _, rest = path.partition("/")
        return f"{folder}/{self.pack.id}/{rest}"

    def _known(self, folder: str, kind: str) -> Iterator[tuple[Scalar, Node, str]]:
        for path, node in self.overlay.nodes.items():
            if path.startswith(folder + "/") and isinstance(node, Mapping_) and _kind(folder, node) == kind:
                for name, entry in _items(node.get(folder)):
                    yield name, entry, path

    def _claim(self, kind: str, name: Scalar, known: Mapping[str, Scalar]) -> None:
        if name.text in known:
            hint = f"write '{REPLACES}: yes' in it if it is meant to replace the other" if (
                kind not in ENTRIES.values() and (kind, name.text) not in self.overlay.added) else ""
            self.problems.add(
                "PK004",
                f"pack '{self.pack.id}' adds {kind.rstrip('s')} '{name.text}', which exists already",
                name.place,
                hint,
                also=[known[name.text].place],
            )
        self.overlay.added.setdefault((kind, name.text), name.place)

    def _replace(self, kind: str, folder: str, name: Scalar, entry: Node,
                 found: Mapping[str, tuple[Scalar, Node, str]]) -> None:
        earlier = self.overlay.added.get((kind, name.text))
        if name.text not in found:
            self.problems.add(
                "PK005",
                f"pack '{self.pack.id}' replaces {kind} '{name.text}', which does not exist",
                name.place,
                nearest(name.text, found),
            )
        elif earlier is not None:
            self.problems.add(
                "PK006",
                f"pack '{self.pack.id}' replaces {kind} '{name.text}', which another pack adds or replaces",
                name.place,
                "use one of the two packs",
                also=[earlier],
            )
        else:
            key, was, path = found[name.text]
            self.overlay.nodes[path] = _dropped(self.overlay.nodes[path], folder, name.text)
            self.overlay.added[kind, name.text] = name.place
            self.overlay.replaced.append(Replaced(kind, name.text, was, entry, key.place))


def _kind(folder: str, node: Mapping_) -> str:
    """What a file's entries are called; partners have attributes of their own."""
    return f"partner {FOLDERS[folder]}" if _says(node, "of") == "partner" else FOLDERS[folder]


def _items(body: Node | None) -> Iterator[tuple[Scalar, Node]]:
    """Entries by id: of a mapping, or of a list of mappings that each say 'id'."""
    if isinstance(body, Mapping_):
        yield from body
    elif isinstance(body, Sequence_):
        for item in body.items:
            name = item.get("id") if isinstance(item, Mapping_) else None
            if isinstance(name, Scalar):
                yield name, item


def _rebuilt(body: Node, entries: Sequence[tuple[Scalar, Node]]) -> Node:
    at = (body.text_of, body.line, body.column, body.width, body.path)
    if isinstance(body, Mapping_):
        return Mapping_(*at, tuple(entries))
    return Sequence_(*at, tuple(node for _, node in entries)) if isinstance(body, Sequence_) else body


def _dropped(node: Node, folder: str, name: str) -> Node:
    body = node.get(folder) if isinstance(node, Mapping_) else None
    if body is None or not isinstance(node, Mapping_):
        return node
    return _with(node, folder, _rebuilt(body, [(k, n) for k, n in _items(body) if k.text != name]))


def _with(node: Mapping_, name: str, value: Node) -> Mapping_:
    entries = tuple((k, value if k.text == name else n) for k, n in node)
    return Mapping_(node.text_of, node.line, node.column, node.width, node.path, entries)


def _without(node: Node, name: str) -> Node:
    return _rebuilt(node, [(k, n) for k, n in node if k.text != name]) if isinstance(node, Mapping_) else node


def _extended(old: Mapping_, new: Mapping_) -> Mapping_:
    taken = {k.text for k, _ in old}
    more = tuple((k, n) for k, n in new if k.text not in taken)
    return Mapping_(old.text_of, old.line, old.column, old.width, old.path, (*old.entries, *more))


def _mapping(node: Node | None, name: str) -> Mapping_ | None:
    found = node.get(name) if isinstance(node, Mapping_) else None
    return found if isinstance(found, Mapping_) else None


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""


def _says(node: Node, name: str) -> str:
    return _text(node.get(name)) if isinstance(node, Mapping_) else ""


def find_pack(given: str | Path) -> Path:
    """The folder of a pack: ``given`` is that folder, or the name of an installed pack.

    Nothing of an installed pack is imported. Raises LookupError naming those installed.
    """
    folder = Path(given)
    if folder.is_dir():
        return folder
    found = installed_packs()
    if str(given) not in found:
        known = ", ".join(found) or "none"
        raise LookupError(f"there is no folder and no installed pack '{given}' (installed: {known})")
    return found[str(given)]


def installed_packs() -> dict[str, Path]:
    """The folders of the packs that installed distributions announce in the group ``dss.packs``."""
    from importlib.metadata import entry_points
    from importlib.util import find_spec

    out = {}
    for point in sorted(entry_points(group=GROUP), key=lambda p: p.name):
        top, _, rest = point.value.partition(":")[0].partition(".")
        spec = find_spec(top)  # of the top package alone: finding a nested one would run its parents
        places = list(spec.submodule_search_locations or ()) if spec is not None else []
        if places:
            out[point.name] = Path(places[0], *rest.split(".")) if rest else Path(places[0])
    return out
