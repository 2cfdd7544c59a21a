"""YAML text, or plain Python data, as a tree of nodes that remember where they stand.

Every scalar stays text: what ``no`` or ``1e3`` means is for the attribute that
reads it to say. Duplicate keys, tags, anchors, aliases and several documents in a
file are refused (PyYAML accepts them silently). Only this module imports yaml.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Union

import yaml

from .issues import Place, Problems

MAX_BYTES = 1 << 20
MAX_DEPTH = 32
MAX_NODES = 20_000

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Characters that reverse or isolate the direction of writing: text then reads as it does not stand."""
_REFUSED = re.compile(f"{_UNPRINTABLE.pattern}|{_TURNING.pattern}|\r(?!\n)|\x85")

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Text:
    """A named input and its lines."""

    name: str
    lines: tuple[str, ...] = ()

    def place(self, line: int, column: int, width: int = 1) -> Place:
        """The place at zero-based ``line`` and ``column``."""
        text = self.lines[line] if line < len(self.lines) else ""
        return Place(self.name, line + 1, column + 1, max(1, width), text)


@dataclass(slots=True, eq=False)
class _Node:
    """Where a node stands. Nodes are made by the ten thousand, so they are not frozen (freezing
    would double the time to load a knowledge base); nothing changes them."""

    text_of: Text
    line: int
    column: int
    width: int
    path: str

    @property
    def place(self) -> Place:
        """Where the node begins."""
        if self.line < 0:
            return Place(self.text_of.name, text=self.path)
        return self.text_of.place(self.line, self.column, self.width)


@dataclass(slots=True, eq=False)
class Scalar(_Node):
    """A single value, as text. ``plain`` is false when it was quoted."""

    text: str
    plain: bool = True

    def place_of(self, part: str) -> Place:
        """Where ``part`` of the text stands in the source; the node's own place if it is not found."""
        lines = self.text_of.lines if self.line >= 0 else ()
        furthest = self.line + 3 + self.text.count("\n") + len(self.text) // 20
        for line in range(max(self.line, 0), min(len(lines), furthest)):
            found = lines[line].find(part, self.column if line == self.line else 0)
            if found >= 0:
                return self.text_of.place(line, found, len(part))
        return self.place


@dataclass(slots=True, eq=False)
class Sequence_(_Node):
    """A list of nodes."""

    items: tuple[Node, ...] = ()


@dataclass(slots=True, eq=False)
class Mapping_(_Node):
    """Keys, in the order written, with their nodes; keys are unique."""

    entries: tuple[tuple[Scalar, Node], ...] = ()

    def get(self, key: str) -> Node | None:
        """The node under ``key``, or None."""
        for name, node in self.entries:
            if name.text == key:
                return node
        return None

    def __iter__(self) -> Iterator[tuple[Scalar, Node]]:
        return iter(self.entries)


Node = Union[Scalar, Sequence_, Mapping_]  # noqa: UP007  (read at run time on 3.10)


def kind_of(node: Node) -> str:
    """The node's kind in words a user knows."""
    if isinstance(node, Mapping_):
        return "a mapping"
    return "a list" if isinstance(node, Sequence_) else "a value"


def cleaned(text: str) -> str:
    """Text without the characters that no value may hold."""
    return text if text.isprintable() else _REFUSED.sub("", text)


def _checked(scalar: Scalar, problems: Problems) -> Scalar:
    """The scalar; if it holds characters that no value may hold, noted and without them."""
    found = None if scalar.text.isprintable() else _REFUSED.search(scalar.text)
    if found is None:
        return scalar
    place = scalar.place_of(found[0])
    if _TURNING.fullmatch(found[0]):
        what = f"a character that turns the direction of writing (U+{ord(found[0]):04X}) stands in the text"
    else:
        what = f"a control character (U+{ord(found[0]):04X}) stands in the text"
    problems.add("IN012", what, place, "remove it")
    scalar.text = cleaned(scalar.text)
    return scalar


def read_text(name: str, data: bytes, problems: Problems) -> Node | None:
    """Parse one YAML document; None (with the problems noted) if there is none to use."""
    whole = Place(name)
    if len(data) > MAX_BYTES:
        problems.add("IN002", f"the file is larger than {MAX_BYTES // 1024} KiB", whole)
        return None
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        problems.add("IN003", "this is UTF-16 text, not UTF-8", whole, "save the file as UTF-8")
        return None
    if b"\0" in data[:4096]:
        problems.add("IN003", "this is a binary file, not YAML text", whole)
        return None
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        problems.add("IN003", f"line {line} is not UTF-8 text", whole, "save the file as UTF-8")
        return None
    text = Text(name, tuple(_BREAK.split(content)))
    if found := _UNPRINTABLE.search(content):
        before = _BREAK.split(content[: found.start()])
        problems.add("IN004", "YAML cannot be read here: a control character stands in the text",
                     text.place(len(before) - 1, len(before[-1])), "remove it")
        return None
    try:
        return _Reader(text, problems).read(content)
    except _TooDeep as error:
        problems.add("IN008", f"nested deeper than {MAX_DEPTH} levels", error.place)
    except yaml.YAMLError as error:
        _syntax(error, text, problems)
    return None


def _syntax(error: yaml.YAMLError, text: Text, problems: Problems) -> None:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line, column = (mark.line, mark.column) if mark else (0, 0)
    place = text.place(line, column) if text.lines else Place(text.name)
    what = getattr(error, "problem", None) or "this is not YAML"
    hint = ""
    if "\t" in place.text[: place.column + 1]:
        what, hint = "a tab stands where YAML allows only spaces", "indent with two spaces"
    elif "mapping values" in what:
        hint = "a value that contains ': ' needs quotes around it"
    elif "expected <block end>" in what or "expected key" in what:
        hint = "compare the indentation with the lines above"
    elif "end of stream" in what or "expected node content" in what:
        hint = "a quote or a bracket is opened and never closed"
    elif "cannot start any token" in what:
        hint = "put the value in quotes"
    elif "',' or '}'" in what:
        hint = "inside { } a value with brackets or commas needs quotes, and each { its }"
    elif "',' or ']'" in what:
        hint = "a list in brackets ends with ] and has commas between its items"
    opened = getattr(error, "context_mark", None)
    also = [text.place(opened.line, opened.column)] if opened and opened.line != line else []
    problems.add("IN004", f"YAML cannot be read here: {what}", place, hint, also=also)


class _TooDeep(Exception):
    def __init__(self, place: Place) -> None:
        self.place = place


class _Reader:
    """Builds nodes from yaml's events, which are read once and in order."""

    def __init__(self, text: Text, problems: Problems) -> None:
        self.text = text
        self.problems = problems

    def read(self, content: str) -> Node | None:
        events: Iterator[Any] = yaml.parse(content, Loader=_Loader)
        root: Node | None = None
        documents = 0
        event: Any
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents == 2:
                    mark: Any = event.start_mark
                    place = self.text.place(mark.line, 0, 3)
                    self.problems.add("IN005", "a second document begins here", place,
                                      "one file holds one document; remove the line '---'")
                    return root
            elif isinstance(event, yaml.NodeEvent):
                root = self._node(event, events, 0)
        if root is None:
            self.problems.add("IN001", "the file is empty", Place(self.text.name))
        return root

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> Node | None:
        start = event.start_mark
        line, column = start.line, start.column
        scalar = type(event) is yaml.ScalarEvent
        if scalar and event.anchor is None and event.tag is None and depth <= MAX_DEPTH:
            return self._scalar(event, line, column)
        if event.anchor is not None:
            place = self.text.place(line, column, len(event.anchor) + 1)
            what = "YAML anchors and aliases are not used here"
            self.problems.add("IN006", what, place, "write the value out")
            if isinstance(event, yaml.AliasEvent):
                return None
        if getattr(event, "tag", None) is not None and event.tag != "!":
            tag = re.search(r"!\S*", self.text.lines[line][column:])
            written = tag[0] if tag else str(event.tag)
            place = self.text.place(line, column + (tag.start() if tag else 0), len(written))
            self.problems.add("IN007", f"YAML tags such as '{written}' are not used here", place,
                              "leave the tag out; every value is read as its attribute demands")
        if depth > MAX_DEPTH:
            raise _TooDeep(self.text.place(line, column))
        if scalar:
            return self._scalar(event, line, column)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(line, column, events, depth)
        return self._mapping(line, column, events, depth)

    def _scalar(self, event: Any, line: int, column: int) -> Scalar:
        end = event.end_mark
        width = end.column - column if end.line == line else 1
        scalar = Scalar(self.text, line, column, width, "", event.value, not event.style)
        return _checked(scalar, self.problems)

    def _sequence(self, line: int, column: int, events: Iterator[Any], depth: int) -> Node:
        items: list[Node] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            node = self._node(event, events, depth + 1)
            if node is not None:
                items.append(node)
        return Sequence_(self.text, line, column, 1, "", tuple(items))

    def _mapping(self, line: int, column: int, events: Iterator[Any], depth: int) -> Node:
        entries: list[tuple[Scalar, Node]] = []
        seen: dict[str, Scalar] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._node(event, events, depth + 1)
            value = self._node(next(events), events, depth + 1)
            if not isinstance(key, Scalar):
                if key is not None:
                    self.problems.add("IN009", f"a key must be a name, not {kind_of(key)}", key.place)
                continue
            if key.text in seen:
                first = seen[key.text].place
                self.problems.add("IN010", f"'{key.text}' is given twice", key.place,
                                  f"first given on line {first.line}; keep one of the two",
                                  also=[first])
                continue
            seen[key.text] = key
            if value is not None:
                entries.append((key, value))
        return Mapping_(self.text, line, column, 1, "", tuple(entries))


def from_python(name: str, data: object, problems: Problems) -> Node | None:
    """The same tree from plain Python data: dicts, lists, strings, numbers, booleans, dates."""
    text = Text(name)
    if _weight(data) > MAX_NODES:
        problems.add("IN002", f"the data holds more than {MAX_NODES} values, or holds itself", Place(name))
        return None
    return _from_python(text, data, problems, "", 0)


def _weight(data: object) -> int:
    """How many values nested data holds, counted no further than just beyond the limit."""
    waiting, counted = [data], 0
    while waiting and counted <= MAX_NODES:
        counted += 1
        item = waiting.pop()
        if isinstance(item, Mapping):
            waiting += item.values()
        elif isinstance(item, (Sequence, set, frozenset)) and not isinstance(item, (str, bytes)):
            waiting += item
    return counted


def _from_python(
    text: Text, data: object, problems: Problems, path: str, depth: int
) -> Node | None:
    if depth > MAX_DEPTH:
        problems.add("IN008", f"nested deeper than {MAX_DEPTH} levels", Place(text.name, text=path))
        return None
    if isinstance(data, Mapping):
        entries: list[tuple[Scalar, Node]] = []
        for key, value in data.items():
            shown = cleaned(str(key))
            inner = f"{path}.{shown}" if path else shown
            node = _from_python(text, value, problems, inner, depth + 1)
            if not isinstance(key, str):
                problems.add("IN009", f"a key must be a name, not {key!r}", Place(text.name, text=path))
            elif node is not None:
                entries.append((_checked(Scalar(text, -1, -1, 1, inner, key), problems), node))
        return Mapping_(text, -1, -1, 1, path, tuple(entries))
    if isinstance(data, (set, frozenset)):
        data = sorted(data, key=str)
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        nodes = (
            _from_python(text, item, problems, f"{path}[{i}]", depth + 1)
            for i, item in enumerate(data)
        )
        return Sequence_(text, -1, -1, 1, path, tuple(n for n in nodes if n is not None))
    if isinstance(data, bool):
        return Scalar(text, -1, -1, 1, path, "yes" if data else "no")
    if isinstance(data, (str, int, float)):
        return _checked(Scalar(text, -1, -1, 1, path, str(data)), problems)
    if isinstance(data, (datetime.date, datetime.datetime)):
        return Scalar(text, -1, -1, 1, path, data.isoformat())
    what = "nothing (None)" if data is None else f"of type {type(data).__name__}"
    problems.add("IN011", f"a value cannot be {what}", Place(text.name, text=path),
                 "leave the key out, or write 'unknown'" if data is None else "")
    return None


def dump(data: Any) -> str:
    """Plain data as block-style YAML in its own order."""
    text: str = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=100)
    return text
