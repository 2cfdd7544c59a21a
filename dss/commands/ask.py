"""dss ask: answer guided questions, the weightiest first, and get the advice."""

from __future__ import annotations

import io
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from ..options import color_option, format_option, kb_arguments, kb_options, page_for, write_report

if TYPE_CHECKING:
    from ..kb import KnowledgeBase, Sources
    from ..stages import Interview


@click.command("ask")
@click.argument("profile", required=False, metavar="[PROFILE]")
@click.option("--all", "everything", is_flag=True, help="Ask every question, whether it matters or not.")
@click.option("--group", metavar="NAME", default="", help="Ask only the questions of one group.")
@click.option("--unknown", "unknown_too", is_flag=True, help="Ask again what was answered 'unknown'.")
@click.option("--answers", type=click.File("rb"), metavar="FILE",
              help="Take the replies from FILE, one a line, as if typed; '# ' begins a comment.")
@format_option()
@click.option("--output", "-o", "out", metavar="FILE", help="Write the assessment to FILE.")
@color_option
@kb_options
def command(profile: str | None, everything: bool, group: str, unknown_too: bool, answers: BinaryIO | None,
            fmt: str, out: str | None, color: str, kb_folder: str | None, draft: bool) -> int:
    """Ask about a crisis, the weightiest question first, and advise at the end.

    Every answer is saved in PROFILE at once (in a new crisis.yaml if none is named); the same
    command goes on where you left. Type help at any prompt.

    Exit status: 0 advice given, or the replies ended (or q) before the assessment; 1 PROFILE has
    problems, a scripted reply was not understood, or answers could not be saved; 3 too little is known.
    """
    from ..dialogue import Dialogue, Screen
    from ..interview import begin
    from ..kb import load_kb
    from ..savefile import NotSaved, check_writable, free_path, open_save
    from ..stages import DONE, Scope

    if profile == "-":
        raise click.UsageError("the profile is where answers are saved, so it cannot be standard input")
    kb = load_kb(kb_folder, drafts=draft, cases=False)
    _check_group(kb, group)
    path = Path(profile) if profile else free_path(Path(), "crisis")
    _check_output(path, fmt, out)
    typed = sys.stdin is not None and sys.stdin.isatty() and answers is None
    source = answers or (sys.stdin.buffer if sys.stdin is not None else io.BytesIO())
    save = open_save(kb, path)
    try:
        check_writable(path)
    except NotSaved as error:
        raise click.ClickException(f"{error}, so answers could not be saved. Name another file.") from None
    dialogue = Dialogue(Screen(source, sys.stderr, script=not typed), save,
                        partial(_again, kb_folder=kb_folder, draft=draft))
    state = begin(kb, dialogue.profile(kb, unknown_too), Scope(everything, group))
    dialogue.greet(state)
    state = dialogue.run(state)
    if state.place.kind != DONE:
        return dialogue.status
    status = _assess(state, None if dialogue.unsaved else dialogue.save.path, fmt, out, color)
    return dialogue.status or status


def _again(path: Path, kb_folder: str | Sources | None, draft: bool) -> str:
    import shlex

    options = kb_arguments(kb_folder)
    return shlex.join(["dss", "ask", str(path), *options, *(["--draft"] if draft else [])])


def _check_output(path: Path, fmt: str, out: str | None) -> None:
    """Refuse before the first question what would be refused after the last."""
    from ..render import is_text

    if not is_text(fmt) and out in (None, "-") and sys.stdout.isatty():
        raise click.UsageError("this format is not text: name a file with --output")
    if out not in (None, "-") and Path(str(out)).resolve() == path.resolve():
        raise click.UsageError("the profile and the assessment cannot be one file")


def _check_group(kb: KnowledgeBase, group: str) -> None:
    from ..issues import nearest

    known = [g.id for g in kb.groups if not g.of_partner]
    if group and group not in known:
        raise click.BadParameter(". ".join(filter(None, (
            f"'{group}' is not one of {', '.join(known)}", nearest(group, known)))), param_hint="--group")


def _assess(state: Interview, path: Path | None, fmt: str, out: str | None, color: str) -> int:
    """The assessment, of the file as it was saved where that could be."""
    from ..assessment import assess
    from ..options import read_profile
    from ..render import renderer

    saved = path is not None and path.exists()
    found = assess(state.kb, read_profile(state.kb, str(path)) if saved else state.outlook.situation)
    page = page_for(color)
    write_report(renderer(fmt)([found.as_data()], page), out, page)
    return 3 if found.advice.cautious else 0
