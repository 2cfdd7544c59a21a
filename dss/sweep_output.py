"""A sweep's output: a file or a folder of parts, with a journal of what is done."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from .issues import InvalidInput, Issue, Place
from .summary import Tally
from .sweep_job import Done, Job
from .sweep_rows import TALLY, header
from .tables import Table

_PART_NAME = re.compile(r"part-\d{6,}\.(parquet|\d+\.partial)")


class Output:
    """Where rows go: a file (for Parquet a folder of parts) with a journal of what is done.

    With ``resume`` it goes on where the journal ends. Raises InvalidInput when it cannot, or when it
    would overwrite what is read or what no sweep has written.
    """

    def __init__(self, job: Job, path: str, *, resume: bool = False) -> None:
        self.path = Path(path)
        self.suffix = job.suffix
        self.journal = Path(f"{path}.progress")
        self.done: list[dict[str, Any]] = []
        self.end = 0
        self.begun = False
        _check_place(job, self.path)
        if self.journal.exists() != resume:
            message, hint = (("there is no unfinished sweep to go on with", "") if resume else
                             ("an unfinished sweep is there already", "--resume goes on with it; or remove "
                              f"{self.journal}"))
            raise self._refusal("SW021", message, hint)
        if self.suffix == ".parquet":
            self._check_folder(resume)
        if resume:
            self._read_journal(job)
        self._prepare(resume)
        if not resume:
            self._note({"sweep": job.fingerprint})

    def _refusal(self, code: str, message: str, hint: str) -> InvalidInput:
        return InvalidInput([Issue(code, message, Place(str(self.path)), (hint,) if hint else ())])

    def _check_folder(self, resume: bool) -> None:
        if self.path.exists() and not self.path.is_dir():
            raise self._refusal("SW023", "there is a file of this name, where a folder of parts is to be",
                                "name another output")
        for file in sorted(self.path.iterdir()) if self.path.exists() else ():
            named = _PART_NAME.fullmatch(file.name)
            if not named or not (resume or named[1] != "parquet" or tally_in(file) is not None):
                raise self._refusal("SW023", f"the folder holds '{file.name}', which no sweep has written",
                                    "name another output")

    def _read_journal(self, job: Job) -> None:
        again = f"remove {self.journal} and begin anew"
        try:
            head, *lines = self.journal.read_text(encoding="utf-8").split("\n")
            begun = json.loads(head)["sweep"]
            done = [json.loads(line) for line in lines[:-1]]
            for entry in done:
                Tally(**entry["tally"])
            end = int(done[-1]["end"]) if done else 0
        except (ValueError, KeyError, TypeError):
            raise self._refusal("SW024", "the journal of that sweep cannot be read", again) from None
        if begun != job.fingerprint:
            raise self._refusal("SW022", "the unfinished sweep there is a different one",
                                "give the same profile, table, ranges, options and knowledge base")
        if not self._holds(done, end):
            raise self._refusal("SW024", "rows that the journal tells of are not there", again)
        self.done, self.end = done, end
        kept = "".join(line + "\n" for line in (head, *lines[:-1]))
        self.journal.write_text(kept, encoding="utf-8")

    def _holds(self, done: Sequence[dict[str, Any]], end: int) -> bool:
        """Whether what the journal tells of has been written."""
        if self.suffix == ".parquet":
            return all(tally_in(part_path(self.path, n)) == entry["tally"] for n, entry in enumerate(done))
        return not done or (self.path.is_file() and self.path.stat().st_size >= end)

    def _prepare(self, resume: bool) -> None:
        if self.suffix == ".parquet":
            self.path.mkdir(exist_ok=True)
            for old in () if resume else self.path.glob("part-*"):
                old.unlink()
            return
        with self.path.open("r+b" if self.done else "wb") as file:
            file.truncate(self.end)

    def write(self, number: int, done: Done) -> None:
        """Add a part's rows, then note it as done."""
        self.begun = True
        if self.suffix == ".parquet":
            write_part(self.path, number, done.payload)
        else:
            with self.path.open("ab") as file:
                if not self.end:
                    file.write(header(done.names, self.suffix))
                file.write(done.payload)
                file.flush()
                os.fsync(file.fileno())
                self.end = file.tell()
        self._note({"end": self.end, "tally": done.tally})

    def _note(self, entry: dict[str, Any]) -> None:
        with self.journal.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    def finish(self) -> None:
        """All parts are done: the journal has served."""
        self.journal.unlink()

    def abandon(self) -> None:
        """If nothing is done yet, leave nothing that would have to be resumed."""
        if self.done or self.begun:
            return
        self.journal.unlink(missing_ok=True)
        with suppress(OSError):
            if self.suffix == ".parquet":
                self.path.rmdir()
            elif not self.path.stat().st_size:
                self.path.unlink()


def _check_place(job: Job, out: Path) -> None:
    """Raise InvalidInput when the output would overwrite what is read."""
    source = Path(job.source.path if isinstance(job.source, Table) else job.source.base.name)
    if not source.exists():
        return
    here, there = out.resolve(), source.resolve()
    said = ""
    if here == there or (out.exists() and out.samefile(source)):
        said = "the output is what is read"
    elif there in here.parents:
        said = "the output lies in the folder that is read"
    elif here in there.parents:
        said = "what is read lies in the output's folder"
    if said:
        raise InvalidInput([Issue("SW023", said, Place(str(out)), ("name another output",))])


def part_path(folder: Path, number: int) -> Path:
    """Where a Parquet part stands."""
    return folder / f"part-{number:06d}.parquet"


def tally_in(file: Path) -> dict[str, Any] | None:
    """The counts that a Parquet part carries; None when it is no part, or not whole."""
    import pyarrow.parquet

    try:
        found = (pyarrow.parquet.read_schema(file).metadata or {}).get(TALLY.encode())
        return dict(json.loads(found)) if found is not None else None
    except (OSError, ValueError, pyarrow.ArrowException):
        return None


def write_part(folder: Path, number: int, payload: bytes) -> None:
    """Put one Parquet part in place, whole or not at all."""
    final = part_path(folder, number)
    partial = final.with_suffix(f".{os.getpid()}.partial")
    partial.write_bytes(payload)
    partial.replace(final)
