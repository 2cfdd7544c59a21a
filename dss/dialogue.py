"""The questionnaire's front: lines in, plain text out, every answer saved before the next question."""

from __future__ import annotations

import contextlib
import os
import signal
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any, BinaryIO, TextIO

from .interview import reply
from .issues import listing
from .kb import KnowledgeBase
from .render import Page
from .render.question_page import place_page, prompt, view_page
from .savefile import ChangedMeanwhile, NotSaved, SaveFile, flow, fragile_comments
from .stages import DONE, LEFT, Interview, bare
from .terms import UNKNOWN

NARROW, WIDE, USUAL = 40, 100, 80
LONGEST = 1 << 16
INTERRUPTED = 130


class Ended(Exception):
    """The terminal was closed, or the program told to end, by signal ``number``."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@dataclass
class Screen:
    """Where replies come from and text goes to.

    ``script`` says that the replies are not typed now: they are then shown as they are taken,
    and lines that begin with '# ' are comments.
    """

    source: BinaryIO
    out: TextIO
    script: bool = False

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
        """One reply; None when there are no more."""
        self.show(prompt_)
        line = self._line()
        if line is None or self.script:
            self.show(f"{line or ''}\n")
        return line

    def _line(self) -> str | None:
        while True:
            try:
                raw = self.source.readline(LONGEST)
            except OSError:  # the terminal is gone
                return None
            if not raw:
                return None
            line = raw.decode("utf-8", errors="replace").strip()
            if not (self.script and line.startswith("# ")):
                return line


class Dialogue:
    """One sitting: asks, saves, and says at the end how to go on.

    ``again`` is the command that resumes. ``status`` is the exit code of leaving early.
    """

    def __init__(self, screen: Screen, save: SaveFile, again: str) -> None:
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
        answered = len(state.trail)
        if answered:
            say(f"{answered} answers were found; only what is new is asked.")
        unknown = sum(bare(state.profile[n]) == UNKNOWN for n in state.trail)
        if unknown:
            say(f"{unknown} of them are 'unknown'. To be asked these again, start with --unknown.")
        lost = [str(n) for n in fragile_comments(self.save.data or b"")]
        if lost:
            say("Comments of the file stay, except inside an entry that you change: "
                + listing("those on lines", lost) + ".")

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
            text = self.screen.ask(prompt(self.state))
            if text is None:
                return
            turn = reply(self.state, text)
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

    def _keep(self) -> None:
        """Save; a failure is told and tried again after the next answer."""
        profile = self._whole(self.state.profile)
        try:
            try:
                self.save = self.save.saved(profile)
            except ChangedMeanwhile as error:
                self.save = self.save.aside().saved(profile)
                self.screen.say(f"{error}. Your answers are saved in {self.save.path} instead.")
                self.again = f"dss ask {self.save.path}"
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
        if self.save.data is None:
            self.screen.say("Nothing was answered, so no file was written.")
        elif self.state.place.kind != DONE:
            self.screen.say(f"Saved in {self.save.path}. To go on: {self.again}")


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
