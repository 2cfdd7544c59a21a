"""The knowledge base: every file read, checked together, and put in order of dependence."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from .attributes import Aggregate, Group, read_groups
from .catalogue import (
    TIMES,
    Action,
    Posture,
    Principle,
    Safeguard,
    SelectorReader,
    Work,
    read_actions,
    read_postures,
    read_principles,
    read_restatements,
    read_safeguards,
    read_works,
)
from .conditions import ConditionReader, Vocabulary
from .fields import Fields
from .findings import Finding, declare_findings, finish_findings
from .invariants import Invariant, read_invariants
from .issues import Place, Problems, nearest
from .order import Step, dependence_order
from .pack_bars import check_bars
from .packs import Layer, Overlay, Pack, find_pack, lay_over
from .rules import Rule, RuleReader
from .source import Mapping_, Node, Scalar, Sequence_, read_text
from .terms import Variable

if TYPE_CHECKING:
    if sys.version_info >= (3, 11):
        from importlib.resources.abc import Traversable
    else:
        from importlib.abc import Traversable

LINES = ("diplomatic", "military", "informational", "economic", "humanitarian", "legal", "preventive")


@dataclass(frozen=True, slots=True)
class Composition:
    """How a mix is put together (thresholds in quarter points).

    ``entry`` is what an action needs to enter, ``stranger`` what one outside the posture
    needs; ``overlap`` (percent) is how alike an alternative may be; ``horizon`` is the
    position of the attribute that says how much time there is. A higher value of the
    attribute at ``raising`` (-1: none) never adds one of ``never_adds`` to the recommended mix.
    """

    places: int
    places_per_line: int
    entry: int
    stranger: int
    overlap: int
    horizon: int
    horizon_unknown: str
    latest_immediate: str
    raising: int
    never_adds: frozenset[str]


@dataclass(frozen=True, eq=False)
class KnowledgeBase:
    """A checked knowledge base; never changed after loading, safe to share between threads.

    Variables are numbered: ``attributes`` of them come first, then findings, then the
    yes/no questions that conditions ask. ``steps`` is the order in which rules and
    findings are worked out. ``digest`` is the SHA-256 over all files, those of ``packs`` too.
    """

    id: str
    version: str
    title: str
    licence: str
    digest: str
    words: Vocabulary
    partner: Vocabulary
    groups: tuple[Group, ...]
    attributes: int
    aggregates: Mapping[int, Aggregate]
    findings: Mapping[int, Finding]
    rules: Mapping[str, Rule]
    actions: Mapping[str, Action]
    postures: Mapping[str, Posture]
    safeguards: Mapping[str, Safeguard]
    principles: Mapping[str, Principle]
    restatements: Mapping[str, str]
    works: Mapping[str, Work]
    composition: Composition
    steps: tuple[Step, ...]
    invariants: tuple[Invariant, ...]
    precedent_files: Mapping[str, Node]
    packs: tuple[Pack, ...] = ()

    @property
    def variables(self) -> list[Variable]:
        """All variables by position."""
        return self.words.variables

    def at(self, name: str) -> int:
        """The position of an attribute or finding; KeyError if there is none."""
        return self.words.position[name]

    @property
    def fallback(self) -> Posture:
        """The posture advised when too little is known."""
        return next(p for p in self.postures.values() if p.fallback)


@dataclass(frozen=True, slots=True)
class Sources:
    """What to load: the folder of a knowledge base (None: the packaged one) and packs over it."""

    folder: str | Path | None
    packs: tuple[str | Path, ...]

    def __fspath__(self) -> str:
        """The folder of the knowledge base beneath."""
        return str(resources.files("kb_rules") if self.folder is None else self.folder)


def load_kb(folder: str | Path | Sources | None = None, *, drafts: bool = False,
            packs: Sequence[str | Path] = (), cases: bool = True) -> KnowledgeBase:
    """Load a knowledge base: the packaged one, or that of ``folder``; ``packs`` are laid over it.

    A pack is given by its folder or by the name under which it is installed. Draft rules take
    part only with ``drafts``. Without ``cases`` the rules of the packaged base come without
    theirs: they are for authors, and reading them takes as long as reading all the rest.
    Raises :class:`~dss.issues.InvalidInput` with every problem of every file.
    """
    problems = Problems()
    if folder is None and not packs and not cases:
        files = _read_folder(None, problems, cases=False)
    else:
        if packs and not isinstance(folder, Sources):
            folder = Sources(folder, tuple(packs))
        files = read_files(folder, problems)
    problems.raise_if_any()
    return assemble(files, drafts=drafts)


def assemble(files: Files, *, drafts: bool = False) -> KnowledgeBase:
    """A knowledge base from files already read; raises as :func:`load_kb` does."""
    problems = Problems()
    kb = _Assembly(files, problems, drafts).assemble()
    problems.raise_if_any()
    assert kb is not None
    return kb


@dataclass(frozen=True)
class Files:
    """The parsed files of a knowledge base by path below ``root``, and the SHA-256 over all of them."""

    nodes: Mapping[str, Node]
    digest: str
    root: str
    overlay: Overlay = field(default_factory=lambda: Overlay({}))
    cases: bool = True

    def folder(self, name: str) -> Iterator[tuple[str, Node]]:
        return ((path, node) for path, node in self.nodes.items() if path.startswith(name + "/"))


def read_files(folder: str | Path | Sources | None, problems: Problems) -> Files:
    """Read and parse every file of a knowledge base and its packs; problems are noted."""
    if not isinstance(folder, Sources):
        return _read_folder(folder, problems)
    files = _read_folder(folder.folder, problems)
    layers = [layer for pack in folder.packs if (layer := _read_layer(pack, problems)) is not None]
    if problems.found or not layers:
        return files
    overlay = lay_over(files.nodes, layers, problems)
    digest = hashlib.sha256("\0".join([files.digest, *(p.digest for p in overlay.packs)]).encode())
    return replace(files, nodes=overlay.nodes, digest=digest.hexdigest(), overlay=overlay)


def _read_layer(pack: str | Path, problems: Problems) -> Layer | None:
    try:
        files = _read_folder(find_pack(pack), problems)
    except LookupError as error:
        problems.add("PK007", error.args[0], Place(str(pack)))
        return None
    return Layer(files.nodes, files.digest, files.root)


_CASES = re.compile(rb"^  cases:\n(?:(?:    .*)?\n)*", re.MULTILINE)


def _without_cases(data: bytes) -> bytes:
    """A file of rules with its cases blanked out, every other line in its place."""
    return _CASES.sub(lambda match: b"\n" * match[0].count(b"\n"), data)


def _read_folder(folder: str | Path | None, problems: Problems, *, cases: bool = True) -> Files:
    root: Traversable = Path(folder) if folder is not None else resources.files("kb_rules")
    name = str(folder) if folder is not None else "kb_rules"
    if not root.is_dir():
        problems.add("KB005", "this is not a folder with a knowledge base", Place(name))
    digest = hashlib.sha256()
    nodes = {}
    for path, file in sorted(_yaml_files(root, "")):
        data = file.read_bytes()
        digest.update(f"{path}\0{len(data)}\0".encode() + data)
        kept = data if cases or not path.startswith("rules/") else _without_cases(data)
        node = read_text(f"{name}/{path}", kept, problems)
        if node is not None:
            nodes[path] = node
    return Files(nodes, digest.hexdigest(), name, cases=cases)


def _yaml_files(root: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    if not root.is_dir():
        return
    for entry in root.iterdir():
        if entry.is_dir():
            yield from _yaml_files(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(".yaml"):
            yield prefix + entry.name, entry


_TOP = {
    "pack.yaml": ("id", "version", "title", "licence", "composition", "note"),
    "scales.yaml": ("scales", "strengths", "note"),
    "findings.yaml": ("findings", "note"),
    "postures.yaml": ("postures", "note"),
    "safeguards.yaml": ("safeguards", "note"),
    "principles.yaml": ("principles", "restatements", "note"),
    "sources.yaml": ("sources", "note"),
    "invariants.yaml": ("invariants", "note"),
}


_NO_COMPOSITION = Composition(1, 1, 0, 0, 0, -1, TIMES[0], TIMES[0], -1, frozenset())
"""Stands in while reading goes on, so that other problems are found too."""


class _Assembly:
    """One load: files in, a knowledge base out, problems noted on the way."""

    def __init__(self, files: Files, problems: Problems, drafts: bool) -> None:
        self.files = files
        self.problems = problems
        self.drafts = drafts

    def assemble(self) -> KnowledgeBase | None:
        top = {name: self._file(name, keys) for name, keys in _TOP.items()}
        if any(fields is None for fields in top.values()):
            return None
        pack, scales, findings, postures, safeguards, principles, sources, invariants = (
            fields for fields in top.values() if fields is not None
        )
        works = read_works(sources)
        words, partner = Vocabulary(), Vocabulary()
        shared = {k.text: n for k, n in scales.entries("scales") if isinstance(n, Mapping_)}
        strengths = {k.text: scales.integer_of(n, k.text, 4, 40) for k, n in scales.entries("strengths")}
        groups, aggregates = read_groups(
            self._all("attributes", ("group", "title", "order", "of", "attributes", "note")),
            words, partner, list(works), shared, self._cuts(), self.problems,
        )
        attributes = len(words.variables)
        conditions = ConditionReader(words, self.problems, partner)
        declared = declare_findings(findings, conditions, list(works))
        derived = finish_findings(declared, conditions)
        actions = read_actions(self._all("actions", ("line", "actions", "note")), conditions,
                               list(works), LINES)
        stances = read_postures(postures, actions)
        guards = read_safeguards(safeguards, list(works))
        stood_for = read_principles(principles)
        reader = RuleReader(
            conditions, {words.variables[at].id: at for at in derived}, actions, stances, guards,
            list(works), [p for s in stood_for.values() for p in s.points], LINES, strengths, self.problems,
            cases=self.files.cases,
        )
        rules = self._rules(reader, stood_for)
        check_bars(self.files.overlay, words, derived, rules, actions, self.problems)
        steps = dependence_order(rules, derived, words.variables, self.problems)
        return KnowledgeBase(
            id=pack.text("id"), version=pack.text("version"), title=pack.text("title"),
            licence=pack.text("licence"), digest=self.files.digest, words=words, partner=partner,
            groups=groups, attributes=attributes, aggregates=aggregates, findings=derived, rules=rules,
            actions=actions, postures=stances, safeguards=guards, principles=stood_for,
            restatements=read_restatements(principles, reader.points), works=works,
            composition=self._composition(pack, words, reader.select), steps=steps,
            invariants=read_invariants(invariants, conditions, reader.select, stances, guards, list(works),
                                       reader.points),
            precedent_files=dict(self.files.folder("precedents")), packs=tuple(self.files.overlay.packs),
        )

    def _file(self, name: str, keys: Sequence[str]) -> Fields | None:
        node = self.files.nodes.get(name)
        if node is None:
            self.problems.add("KB006", f"the knowledge base lacks {name}", Place(self.files.root))
            return None
        return Fields(node, name, self.problems, keys, keys[:1])

    def _all(self, folder: str, keys: Sequence[str]) -> list[Fields]:
        return [Fields(node, path, self.problems, keys, keys[:1]) for path, node in self.files.folder(folder)]

    def _rules(self, reader: RuleReader, principles: Mapping[str, Principle]) -> dict[str, Rule]:
        rules: dict[str, Rule] = {}
        for fields in self._all("rules", ("principle", "rules", "note")):
            principle = fields.one_of("principle", list(principles))
            for node in fields.items("rules"):
                rule = reader.read(node, principle)
                if rule is None or (rule.draft and not self.drafts):
                    continue
                if rule.id in rules:
                    self.problems.add("KB010", f"rule '{rule.id}' is defined twice", rule.place,
                                      also=[rules[rule.id].place])
                rules[rule.id] = rule
        for rule in rules.values():
            for other in rule.overrides:
                if other not in rules:
                    self.problems.add("KB011", f"there is no rule '{other}' to override", rule.place,
                                      nearest(other, rules))
        return rules

    def _composition(self, pack: Fields, words: Vocabulary, select: SelectorReader) -> Composition:
        node = pack.get("composition")
        if node is None:
            if pack.node is not None:
                self.problems.add("KB003", "pack.yaml lacks 'composition'", pack.place)
            return _NO_COMPOSITION
        f = Fields(node, "the composition of pack.yaml", self.problems,
                   ("places", "places_per_line", "entry", "stranger", "overlap", "horizon",
                    "horizon_unknown", "latest_immediate", "raising", "never_adds", "note"),
                   ("places", "places_per_line", "entry", "stranger", "overlap", "horizon"))
        added = f.get("never_adds")
        horizon = words.position.get(f.text("horizon"), -1)
        if horizon < 0 or words.variables[horizon].values != TIMES:
            self.problems.add("KB007", "'horizon' must name an attribute with the values "
                              + ", ".join(TIMES), f.place)
        return Composition(
            f.integer("places", 1, 40), f.integer("places_per_line", 1, 40), f.integer("entry", 0, 400),
            f.integer("stranger", 0, 400), f.integer("overlap", 0, 100), horizon,
            f.one_of("horizon_unknown", TIMES, "days"), f.one_of("latest_immediate", TIMES, "weeks"),
            self._raising(f, words), frozenset(select.read(added) if added is not None else ()),
        )

    def _raising(self, f: Fields, words: Vocabulary) -> int:
        name = f.text("raising")
        at = words.position.get(name, -1)
        if name and (at < 0 or words.variables[at].kind != "scale"):
            self.problems.add("KB007", f"'raising' must name a scale, not '{name}'", f.place)
        return at

    def _cuts(self) -> dict[str, list[int]]:
        """Where phrases of any file cut the numbers, so that conditions are exact."""
        cuts: dict[str, list[int]] = {}
        for path, node in self.files.nodes.items():
            if not path.startswith("precedents/"):
                _find_cuts(node, cuts)
        return cuts


def _find_cuts(node: Node, cuts: dict[str, list[int]]) -> None:
    if isinstance(node, Sequence_):
        for item in node.items:
            _find_cuts(item, cuts)
    elif isinstance(node, Mapping_):
        for key, value in node:
            if key.text in ("cases", "because", "indicators"):
                continue
            for text in _phrases(value):
                cuts.setdefault(key.text, []).extend(_bounds(text))
            if not isinstance(value, Scalar):
                _find_cuts(value, cuts)


def _phrases(node: Node) -> Iterator[str]:
    """The phrases a value may be, if it is about a number: itself, or each item of a list."""
    items = node.items if isinstance(node, Sequence_) else (node,)
    for item in items:
        if isinstance(item, Scalar) and any(c.isdigit() for c in item.text):
            text = " ".join(item.text.split()).removeprefix("not ")
            yield from text[1:-1].split(",") if text.startswith("[") else (text,)


def _bounds(text: str) -> list[int]:
    """Where a phrase cuts the numbers: at the first it allows, and after the last."""
    match = re.fullmatch(r" *(at least |at most |between )?([\d_,]+)(?: and ([\d_,]+))? *", text)
    if match is None:
        return []
    side, first, last = match.groups()
    low, high = (int(re.sub("[_,]", "", x) or 0) for x in (first, last or first))
    return [low] if side == "at least " else [high + 1] if side == "at most " else [low, high + 1]
