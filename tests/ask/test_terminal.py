"""Sessions in a real terminal: keys typed, the screen read."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import MINI
from running import clean_environment, dss

from dss import KnowledgeBase, load_situation
from dss.savefile import plain_profile

PATIENCE = 60.0
PROMPT = re.compile(r"> $")


class Terminal:
    """A process in a pseudo-terminal of its own."""

    def __init__(self, *arguments: str | Path, columns: int = 80, lines: int = 24) -> None:
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(sys.executable, [sys.executable, "-m", "dss", *map(str, arguments)],
                      clean_environment(TERM="dumb"))
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.seen = ""
        self.status: int | None = None

    def until(self, pattern: re.Pattern[str] = PROMPT) -> str:
        """What appears up to a pattern (or the end)."""
        start, deadline = len(self.seen), time.monotonic() + PATIENCE
        while not pattern.search(self.seen[start:]):
            assert time.monotonic() < deadline, f"no {pattern.pattern!r} in {self.seen[start:]!r}"
            if not select.select([self.fd], [], [], 0.2)[0]:
                continue
            try:
                data = os.read(self.fd, 65536)
            except OSError:  # the other end is closed
                data = b""
            if not data:
                break
            self.seen += data.decode("utf-8").replace("\r\n", "\n")
        return self.seen[start:]

    def type(self, text: str) -> str:
        """Type a line and wait for the next prompt."""
        os.write(self.fd, (text + "\n").encode())
        return self.until()

    def end(self) -> str:
        """Read to the end and collect the exit status."""
        told = self.until(re.compile(r"(?!)"))
        self.wait()
        return told

    def wait(self) -> None:
        _, status = os.waitpid(self.pid, 0)
        self.status = os.waitstatus_to_exitcode(status)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            os.close(self.fd)
        if self.status is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            self.wait()


@pytest.fixture
def quay(tmp_path: Path) -> Path:
    return tmp_path / "quay.yaml"


@contextlib.contextmanager
def session(path: Path, *more: str | Path, columns: int = 80) -> Iterator[Terminal]:
    terminal = Terminal("ask", path, "--kb", MINI, *more, columns=columns)
    try:
        yield terminal
    finally:
        terminal.close()


@pytest.mark.parametrize("columns", [80, 40])
def test_a_whole_session(quay: Path, columns: int) -> None:
    with session(quay, columns=columns) as t:
        assert "What is the quarrel about?" in t.until()
        assert "How far has it gone?" in t.type("fish")
        assert "Has a boat been attacked?" in t.type("at least threats")
        assert "How far has it gone?" in t.type("<")
        assert "Now: at least threats" in t.seen
        assert "Has a boat been attacked?" in t.type("")
        why = t.type("why")
        assert "Only the attacked may hit back." in " ".join(why.split())
        assert "What each answer would change" in " ".join(why.split())
        assert "On what grounds" in t.type("?")
        assert "How tense" in t.type("#tension")
        assert "On what grounds" in t.type("2")
        assert "Tension: note seen by three crews." in t.type("note seen by three crews")
        assert "As it stands" in t.type("so far")
        assert "'x' is none of the answers" in t.type("v, c, x")
        t.type("verdict perhaps custom")
        assert "YOUR ANSWERS" in t.type("review")
        assert "What is the quarrel about?" in t.type("#1")
        assert "border" in t.type("2")
        os.write(t.fd, b"\n")
        t.end()
        assert t.status == 3, "three of four framing facts are open or known in part"
        told = re.sub(r"\x1b\[\d+m", "", t.seen)
        wide = [line for line in told.splitlines() if len(line) > columns and str(quay.parent) not in line]
        assert wide == []
        assert "\x1b" not in t.seen.rpartition("Enter or #number > ")[0], "questions need no colour"
    assert plain_profile(quay.read_bytes()) == {
        "schema": "dss/profile/1", "quarrel": "border", "stage": "at least threats", "attacked": "unknown",
        "tension": {"value": "medium", "note": "seen by three crews"},
        "grounds": {"has": ["verdict"], "may_have": ["custom"]}}


def test_ctrl_c_says_how_to_go_on_and_going_on_asks_what_is_new(quay: Path) -> None:
    with session(quay) as t:
        t.until()
        t.type("1")
        os.write(t.fd, b"\x03")
        told = " ".join(t.end().split())
        assert t.status == 130
        assert "To go on: dss ask" in told
        assert "Traceback" not in told
    with session(quay) as t:
        first = t.until()
        assert "1 answer was found" in first
        assert "How far has it gone?" in first


def test_ctrl_d_saves_and_leaves(quay: Path) -> None:
    with session(quay) as t:
        t.until()
        t.type("1")
        os.write(t.fd, b"\x04")
        assert "To go on" in " ".join(t.end().split())
        assert t.status == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_being_told_to_end_leaves_a_valid_file(quay: Path, number: signal.Signals) -> None:
    with session(quay) as t:
        t.until()
        t.type("1")
        os.kill(t.pid, number)
        t.end()
        assert t.status == 128 + number
    assert plain_profile(quay.read_bytes())["quarrel"] == "fishing"


def test_a_closed_terminal_leaves_a_valid_file(quay: Path) -> None:
    with session(quay) as t:
        t.until()
        t.type("1")
        os.close(t.fd)
        t.wait()
    assert plain_profile(quay.read_bytes())["quarrel"] == "fishing"


def test_killed_after_each_answer_the_file_holds_all_answers(quay: Path, mini: KnowledgeBase) -> None:
    """kill -9 as soon as the answer is shown; every resumption finds all that was typed before."""
    for answered in range(1, 7):
        with session(quay) as t:
            t.until()
            t.type("?" if answered % 2 else "1")
            os.kill(t.pid, signal.SIGKILL)
            t.wait()
            assert t.status == -signal.SIGKILL
        situation = load_situation(mini, quay)
        assert len(situation.facts) == answered
        assert [p.name for p in quay.parent.iterdir()] == [quay.name]


def test_killed_at_any_moment_a_whole_file_is_there(quay: Path, mini: KnowledgeBase) -> None:
    """kill -9 without waiting: the file is what it was before or after the answer."""
    quay.write_text("quarrel: border\n")
    for i in range(6):
        with session(quay) as t:
            t.until()
            os.write(t.fd, b"#quarrel\n1\n#quarrel\n2\n#quarrel\n3\n")
            time.sleep(0.01 * i)
            os.kill(t.pid, signal.SIGKILL)
            t.wait()
        assert plain_profile(quay.read_bytes())["quarrel"] in mini.variables[0].values
        load_situation(mini, quay)


def test_what_is_shown_at_the_end_is_the_assessment(quay: Path) -> None:
    with session(quay, "--color", "never") as t:
        t.until()
        t.type("1")
        t.type("review")
        os.write(t.fd, b"\n")
        told = t.end()
    assert dss("assess", quay, "--kb", MINI, COLUMNS="80").stdout.strip() in told


def test_a_format_that_is_not_text_is_refused_before_the_first_question(quay: Path) -> None:
    with session(quay, "--format", "docx") as t:
        assert "name a file with --output" in " ".join(t.end().split())
        assert "What is the quarrel about?" not in t.seen
        assert t.status == 2
    with session(quay, "--format", "docx", "--output", quay.with_suffix(".docx")) as t:
        assert "What is the quarrel about?" in t.until()
