"""The questionnaire's front: lines in, plain text out, every answer saved before the next question."""

from __future__ import annotations

import contextlib
import os
import signal
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, BinaryIO, TextIO

from .interview import reply
from .kb import KnowledgeBase
from .render import Page
from .render.question_page import place_page, prompt, view_page
from .render.text import counted
from .savefile import (
    ChangedMeanwhile,
    CommentsAtRisk,
    NotSaved,
    RemovedMeanwhile,
    SaveFile,
    flow,
    fragile_comments,
    rewritten,
)
from .stages import DONE, LEFT, Interview, bare, refused
from .terms import UNKNOWN, join

NARROW, WIDE, USUAL = 40, 100, 80
LONGEST = 1 << 16
INTERRUPTED = 130
UNFINISHED = 1
"""The exit status when a script was not understood, or answers could not be saved."""

_SHOWN = 60


class Ended(Exception):
    """The terminal was closed, or the program told to end, by signal ``number``."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class Overlong(Exception):
    """A reply was longer than :data:`LONGEST` bytes; all of it was passed over."""


@dataclass
class Screen:
    """Where replies come from and text goes to.

    ``script`` says that the replies are not typed now: they are then shown as they are taken,
    and lines that begin with '# ' are comments. ``line`` counts the lines read.
    """

    source: BinaryIO
    out: TextIO
    script: bool = False
    line: int = 0

    @property
    def width(self) -> int:
        """The columns there are, between 40 and 100; 80 where there is no terminal."""
        columns = USUAL
        with contextlib.suppress(OSError, ValueError):
            columns = os.get_terminal_size(self.out.fileno()).columns or USUAL
        said = os.environ.get("COLUMNS", "")
        return min(WIDE, max(NARROW, int(said) if said.isdigit() else columns))

    @property
    def page(self) -> Page:
        """The page to lay out for."""
        return Page(width=self.width)

    def show(self, text: str) -> None:
        """Write a text that is laid out already."""
        self.out.write(text)
        self.out.flush()

    def say(self, text: str) -> None:
        """Write a paragraph."""
        self.show("\n".join(textwrap.wrap(text, self.width, break_on_hyphens=False,
                                          break_long_words=False)) + "\n")

    def ask(self, prompt_: str) -> str | None:
        """One reply; None when there are no more. Raises :class:`Overlong`."""
        self.show(prompt_)
        line = self._line()
        if line is None or self.script:
            self.show(f"{line or ''}\n")
        return line

    def _line(self) -> str | None:
        while True:
            try:
                raw = self._raw()
            except OSError:  # the terminal is gone
                return None
            if not raw:
                return None
            self.line += 1
            if len(raw) > LONGEST:
                raise Overlong
            line = raw.decode("utf-8", errors="replace").strip()
            if not (self.script and line.startswith("# ")):
                return line

    def _raw(self) -> bytes:
        """A line as it came; of one that is too long only so much that this can be told."""
        raw = self.source.readline(LONGEST + 1)
        rest = raw
        while len(rest) > LONGEST and not rest.endswith(b"\n"):
            rest = self.source.readline(LONGEST + 1)
        return raw


class Dialogue:
    """One sitting: asks, saves, and says at the end how to go on.

    ``again`` gives the command that resumes with a file. ``status`` is the exit code of leaving early.
    """

    def __init__(self, screen: Screen, save: SaveFile, again: Callable[[Path], str]) -> None:
        self.screen = screen
        self.save = save
        self.again = again
        self.status = 0
        self.unsaved = False
        self.held: dict[str, Any] = {}

    def profile(self, kb: KnowledgeBase, unknown_too: bool) -> dict[str, Any]:
        """What to start from. The 'unknown' of a blank profile (one that has nothing else to all the
        framing questions and more) are no answers; others are, unless ``unknown_too``. Those that are
        none stay in the file until they are answered."""
        found = self.save.profile
        facts = [k for k in found if k in kb.words.position]
        unknown = [k for k in facts if bare(found[k]) == UNKNOWN]
        frame = {v.id for v in kb.variables[: kb.attributes] if v.frame}
        if unknown_too or (len(unknown) == len(facts) and frame <= {*facts}):
            self.held = {k: found.pop(k) for k in unknown}
        return found

    def greet(self, state: Interview) -> None:
        """Say where answers go and what was found."""
        say = self.screen.say
        say(f"Every answer is saved in {self.save.path} at once. "
            "Type help for what you may type, q to leave.")
        answered = len(state.answered)
        if answered:
            say(f"{counted(answered, 'answer')} {'was' if answered == 1 else 'were'} found; "
                "only what is new is asked.")
        unknown = sum(bare(state.profile[n]) == UNKNOWN for n in state.answered)
        if unknown:
            say(f"{unknown} of them {'is' if unknown == 1 else 'are'} 'unknown'. To be asked "
                f"{'it' if unknown == 1 else 'these'} again, start with --unknown.")
        told = _comments_told(self.save.data or b"")
        if told:
            say(told)

    def run(self, state: Interview) -> Interview:
        """Ask until the end, or until one leaves; gives the last state."""
        self.state = state
        try:
            with _ending():
                self._loop()
        except KeyboardInterrupt:
            self.status = INTERRUPTED
            self.screen.show("\n")
        except Ended as end:
            self.status = 128 + end.number
        if self.unsaved:
            self._keep()
        if self.unsaved:
            self.status = self.status or UNFINISHED
        with contextlib.suppress(OSError):
            self._farewell()
        return self.state

    def _loop(self) -> None:
        shown = None
        while self.state.place.kind not in (DONE, LEFT):
            now = self.state.place, self.state.partners
            if shown != now:
                self.screen.show(place_page(self.state, self.screen.page))
            shown = now
            try:
                text = self.screen.ask(prompt(self.state))
            except Overlong:
                text, turn = "", refused(self.state, f"That reply is longer than {LONGEST} bytes; none of it "
                                                     "was taken.")
            else:
                if text is None:
                    return
                turn = reply(self.state, text)
            if self.screen.script and not turn.taken:
                self._stop(text, turn.message)
                return
            if turn.state == self.state and not (turn.message or turn.show):
                shown = None
            self.unsaved |= turn.state.profile != self.state.profile
            self.state = turn.state
            if self.unsaved:
                self._keep()
            if turn.message:
                self.screen.say(turn.message)
            if turn.show:
                self.screen.show(view_page(self.state, turn.show, self.screen.page))

    def _stop(self, text: str, why: str) -> None:
        """A script ends where a reply is not understood, lest the next ones answer other questions."""
        self.status = UNFINISHED
        said = "".join(c for c in text[:_SHOWN] if c.isprintable()) + ("…" if len(text) > _SHOWN else "")
        line = f"Stopped at line {self.screen.line} of the replies" + (f", '{said}'" if said else "")
        self.screen.say(f"{line}: {why} Nothing from that line on was taken.")

    def _keep(self) -> None:
        """Save; a failure is told and tried again after the next answer."""
        profile = self._whole(self.state.profile)
        try:
            try:
                self.save = self.save.saved(profile)
            except RemovedMeanwhile as error:
                self.save = self.save.anew().saved(profile)
                self.screen.say(f"{error}; it is written anew.")
            except (ChangedMeanwhile, CommentsAtRisk) as error:
                self.save = self.save.aside().saved(profile)
                self.screen.say(f"{error}. Your answers are saved in {self.save.path} instead.")
            self.unsaved = False
        except NotSaved as error:
            self.screen.say(f"Not saved: {error}. What was saved before is safe; "
                            "the next answer tries again.")

    def _whole(self, profile: Mapping[str, Any]) -> dict[str, Any]:
        return {**self.held, **profile}

    def _farewell(self) -> None:
        if self.unsaved:
            self.screen.say("These answers could not be saved; copy them:")
            before = self.save.profile
            changed = {k: v for k, v in self.state.profile.items() if before.get(k) != v}
            self.screen.show("".join(f"{k}: {flow(v)}\n" for k, v in changed.items()))
            if self.save.data is not None:
                self.screen.say(f"{self.save.path} holds what was saved before. To go on from there: "
                                f"{self.again(self.save.path)}")
        elif self.save.data is None:
            self.screen.say("Nothing was answered, so no file was written.")
        elif self.state.place.kind != DONE:
            self.screen.say(f"Saved in {self.save.path}. To go on: {self.again(self.save.path)}")


def _comments_told(data: bytes) -> str:
    """What is said beforehand of a file that is written anew, and of the comments that may go."""
    numbers = [str(n) for n in fragile_comments(data)]
    on = f"on line{'s' if len(numbers) > 1 else ''} {join(numbers, 'and')}"
    if rewritten(data):
        told = ("With the first new answer the file is written anew, one answer a line, as its entries do "
                "not each begin a line.")
        goes = f"the comments {on} go" if len(numbers) > 1 else f"the comment {on} goes"
        return f"{told} With that {goes}." if numbers else told
    if not numbers:
        return ""
    those = "those" if len(numbers) > 1 else "the one"
    return f"Comments of the file stay, except inside an entry that you change: {those} {on}."


@contextlib.contextmanager
def _ending() -> Iterator[None]:
    """While this lasts, being told to end raises :class:`Ended`."""
    def end(number: int, _: FrameType | None) -> None:
        raise Ended(number)

    before = {}
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            with contextlib.suppress(ValueError):  # not in the main thread
                before[name] = signal.signal(getattr(signal, name), end)
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)
