"""A profile as the save file of a questionnaire: patched entry by entry, written whole or not at all."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .issues import Problems
from .kb import KnowledgeBase
from .situation import SCHEMA, load_situation, read_file
from .source import Mapping_, Node, Scalar, Sequence_, read_text

EMPTY = "IN001"
"""The code of the problem that a file holds nothing yet, which here is none."""


class NotSaved(Exception):
    """The file could not be written; what it held before is untouched. The message says why."""


class ChangedMeanwhile(NotSaved):
    """The file is no longer what was last read or written."""


class RemovedMeanwhile(NotSaved):
    """The file that was last read or written is gone."""


class CommentsAtRisk(NotSaved):
    """The file cannot be patched, and its comments would go though nobody was told beforehand."""


@dataclass(frozen=True)
class SaveFile:
    """A profile on disk: its ``data`` as last read or written, None when there is no file yet.

    ``new`` says that ``data`` was read elsewhere and nothing stands at ``path`` yet.
    """

    path: Path
    data: bytes | None = None
    new: bool = False

    @property
    def profile(self) -> dict[str, Any]:
        """What it holds, as plain data; a new one names its schema."""
        return plain_profile(self.data or b"") or {"schema": SCHEMA}

    def saved(self, profile: Mapping[str, Any]) -> SaveFile:
        """Write a profile over it; raises :class:`NotSaved`."""
        data = patched(self.data, profile)
        if data == self.data and not self.new:
            return self
        if not self.new and unforeseen(self.data, profile):
            raise CommentsAtRisk(f"{self.path} cannot be changed without the loss of its comments")
        _write(self.path, data, None if self.new else self.data)
        return SaveFile(self.path, data)

    def aside(self) -> SaveFile:
        """The same text, to be saved under a name of its own beside this one."""
        return SaveFile(free_path(self.path.parent, self.path.stem), self.data, new=True)

    def anew(self) -> SaveFile:
        """The same text, to be written where nothing stands any more."""
        return SaveFile(self.path, self.data, new=True)


def open_save(kb: KnowledgeBase, path: Path) -> SaveFile:
    """The save file at a path, checked; raises :class:`~dss.issues.InvalidInput` with its problems."""
    if not path.exists():
        return SaveFile(path)
    problems = Problems()
    data = read_file(path, str(path), problems)
    problems.raise_if_any()
    if read_text(str(path), data, problems) is not None or {p.code for p in problems.found} != {EMPTY}:
        load_situation(kb, data, name=str(path))
    return SaveFile(path, data)


def check_writable(path: Path) -> None:
    """Raises :class:`NotSaved` where answers could not be saved, and says why."""
    target = path.resolve()
    if not target.parent.is_dir():
        raise NotSaved(f"{path} cannot be written: there is no folder {target.parent}")
    if target.exists() and not os.access(target, os.W_OK):
        raise NotSaved(f"{path} is read-only")
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise NotSaved(f"{path} cannot be written: nothing may be written in the folder {target.parent}")


def free_path(folder: Path, stem: str) -> Path:
    """A file name that is not taken: stem.yaml, stem-2.yaml and so on."""
    path, n = folder / f"{stem}.yaml", 2
    while path.exists():
        path, n = folder / f"{stem}-{n}.yaml", n + 1
    return path


def plain_profile(data: bytes) -> dict[str, Any]:
    """The entries of profile text as plain data: texts, lists and dicts."""
    return {key.text: plain(value) for key, value in _entries(data)}


def plain(node: Node) -> Any:
    """A tree as texts, lists and dicts."""
    if isinstance(node, Scalar):
        return " ".join(node.text.split())
    if isinstance(node, Sequence_):
        return [plain(item) for item in node.items]
    return {key.text: plain(value) for key, value in node}


def _entries(data: bytes) -> Sequence[tuple[Scalar, Node]]:
    """The entries of a profile; none for one that is empty or holds only comments."""
    node = read_text("profile", data, Problems())
    return node.entries if isinstance(node, Mapping_) else ()


def rewritten(data: bytes) -> bool:
    """Whether the first change writes the file anew, as its entries do not each begin a line."""
    return bool(_lines(data)) and not _is_block(data) and read_text("profile", data, Problems()) is not None


def fragile_comments(data: bytes) -> list[int]:
    """The lines (from 1) with comments that a change of their entry would lose; those of a file
    that is written anew are all of them.

    Else comments between entries, and after a value that stands on one line, always stay.
    """
    lines = _lines(data)
    if rewritten(data):
        return [i + 1 for i in range(len(lines)) if _commented(lines, i)]
    return [i + 1 for first, last in _stretches(data).values() for i in range(first, last)
            if last - first > 1 and _commented(lines, i)]


def unforeseen(data: bytes | None, profile: Mapping[str, Any]) -> bool:
    """Whether saving would lose what may be comments, though :func:`fragile_comments` does not name
    them: the form of the file is one that cannot be patched."""
    if not data or rewritten(data) or _in_place(data, profile) is not None:
        return False
    return any(re.search(r"(^|\s)#", line) for line in _lines(data))


def patched(data: bytes | None, profile: Mapping[str, Any]) -> bytes:
    """Profile text with the entries that differ replaced, added at the end, or taken out.

    All other lines stay as they are, byte for byte. Text that cannot be patched so (entries
    not each on lines of their own) is written anew.
    """
    text = _in_place(data, profile) if data else None
    return "".join(_entry(k, v, "\n") for k, v in profile.items()).encode() if text is None else text


def _in_place(data: bytes, profile: Mapping[str, Any]) -> bytes | None:
    """The text with what differs changed in place; None if its form does not allow that."""
    old, wanted = plain_profile(data), dict(profile)
    if old == wanted:
        return data
    if old and not _is_block(data):
        return None
    text = _patch(data, old, wanted)
    return text if plain_profile(text) == wanted else None


def _patch(data: bytes, old: Mapping[str, Any], wanted: Mapping[str, Any]) -> bytes:
    end = "\r\n" if b"\r\n" in data else "\n"
    lines = _lines(data)
    if lines and not lines[-1].endswith(("\n", "\r")):
        lines[-1] += end
    last_line = _document_end(data)
    lines[last_line:last_line] = [_entry(key, value, end) for key, value in wanted.items() if key not in old]
    for key, (first, last) in reversed(_stretches(data).items()):
        if key not in wanted:
            lines[first:last] = []
        elif old[key] != wanted[key]:
            tail = _tail(lines[first]) if last - first == 1 else ""
            new = _entry(key, wanted[key], end)
            if tail and new.count("\n") == 1:
                new = new.rstrip("\r\n") + tail + end
            elif tail:
                new = tail.strip() + end + new
            lines[first:last] = [new]
    return "".join(lines).encode()


def _lines(data: bytes) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", data.decode("utf-8-sig", errors="replace"))


def _document_end(data: bytes) -> int:
    """The line, from 0, of the mark '...' that ends the document, or the number of lines."""
    lines = _lines(data)
    keys = [key.line for key, _ in _entries(data)]
    marks = (i for i in range(max(keys, default=-1) + 1, len(lines)) if re.match(r"\.\.\.(\s|$)", lines[i]))
    return next(marks, len(lines))


def _is_block(data: bytes) -> bool:
    """Whether every entry begins a line of its own."""
    keys = [key for key, _ in _entries(data)]
    return bool(keys) and all(key.column == 0 for key in keys) and len({k.line for k in keys}) == len(keys)


def _stretches(data: bytes) -> dict[str, tuple[int, int]]:
    """Each entry's lines, from 0, the last not included; comments before the next entry are no part."""
    lines = _lines(data)
    keys = [key for key, _ in _entries(data)]
    ends = [*(key.line for key in keys[1:]), _document_end(data)][: len(keys)]
    out = {}
    for key, last in zip(keys, ends, strict=True):
        while (last - 1 > key.line and not lines[last - 1].strip("\r\n \t")) or (
                last - 1 > key.line and lines[last - 1].startswith("#")):
            last -= 1
        out[key.text] = key.line, last
    return out


def _commented(lines: Sequence[str], at: int) -> bool:
    """Whether a line bears a comment: something after a '#' that can go without changing what is read."""
    whole = plain_profile("".join(lines).encode())
    for found in re.finditer(r"(^|\s)#", lines[at]):
        cut = [*lines[:at], lines[at][: found.start()] + "\n", *lines[at + 1 :]]
        if plain_profile("".join(cut).encode()) == whole:
            return True
    return False


def _tail(line: str) -> str:
    """The comment after a value on the same line, with the space before it."""
    for found in re.finditer(r"\s+#", line):
        if plain_profile(line[: found.start()].encode()) == plain_profile(line.encode()):
            return line[found.start() :].rstrip("\r\n")
    return ""


def _entry(key: str, value: Any, end: str) -> str:
    """One entry as lines: partners one below another, all else on one line."""
    if key == "partners" and isinstance(value, list) and value:
        return f"{key}:{end}" + "".join(f"  - {flow(item)}{end}" for item in value)
    return f"{key}: {flow(value)}{end}"


_PLAIN = re.compile(r"[A-Za-z0-9][\w./%()-]*( [\w./%()-]+)*", re.ASCII)


def flow(value: Any) -> str:
    """Plain data on one line, quoted only where it must be."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{k}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return value if _PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)


def _write(path: Path, data: bytes, before: bytes | None) -> None:
    """Write beside the file, then take its place: at every moment one of the two is whole."""
    target = path.resolve()
    try:
        present = target.read_bytes() if target.exists() else None
        if present is None and before is not None and target.parent.is_dir():
            raise RemovedMeanwhile(f"{path} was removed meanwhile")
        if present != before:
            raise ChangedMeanwhile(f"{path} was changed by another program meanwhile")
        check_writable(path)
        with _beside(target) as beside:
            with _created(beside, target) as handle:
                _write_all(handle, data)
                os.fsync(handle)
            os.replace(beside, target)
        _sync_folder(target.parent)
    except OSError as error:
        raise NotSaved(f"{path} cannot be written: {error.strerror}") from None


@contextlib.contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A name of its own in the same folder; whatever is left there in the end is removed."""
    path = target.with_name(f".dss-{secrets.token_hex(8)}.part")
    try:
        yield path
    finally:
        with contextlib.suppress(OSError):
            path.unlink()


@contextlib.contextmanager
def _created(beside: Path, target: Path) -> Iterator[int]:
    """A new file, opened; it is the only one of its name and has the mode of the one it replaces."""
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        if target.exists():
            os.chmod(beside, stat.S_IMODE(target.stat().st_mode))
        yield handle
    finally:
        os.close(handle)


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]


def _sync_folder(folder: Path) -> None:
    """So that the new name outlives a power cut; not every system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
