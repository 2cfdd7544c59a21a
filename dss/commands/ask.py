"""dss ask: answer guided questions, the weightiest first, and get the advice."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from ..options import color_option, format_option, kb_arguments, kb_options, page_for

if TYPE_CHECKING:
    from ..kb import KnowledgeBase
    from ..stages import Interview


@click.command("ask")
@click.argument("profile", required=False, metavar="[PROFILE]")
@click.option("--all", "everything", is_flag=True, help="Ask every question, whether it matters or not.")
@click.option("--group", metavar="NAME", default="", help="Ask only the questions of one group.")
@click.option("--unknown", "unknown_too", is_flag=True, help="Ask again what was answered 'unknown'.")
@click.option("--answers", type=click.File("rb"), metavar="FILE",
              help="Take the replies from FILE, one a line, as if typed; '# ' begins a comment.")
@format_option()
@color_option
@kb_options
def command(profile: str | None, everything: bool, group: str, unknown_too: bool, answers: BinaryIO | None,
            fmt: str, color: str, kb_folder: str | None, draft: bool) -> int:
    """Ask about a crisis, the weightiest question first, and advise at the end.

    Every answer is saved in PROFILE at once (in a new crisis.yaml if none is named); the same
    command goes on where you left. Type help at any prompt.
    """
    from ..dialogue import Dialogue, Screen
    from ..interview import begin
    from ..kb import load_kb
    from ..savefile import free_path, open_save
    from ..stages import DONE, Scope

    if profile == "-":
        raise click.UsageError("the profile is where answers are saved, so it cannot be standard input")
    kb = load_kb(kb_folder, drafts=draft, cases=False)
    _check_group(kb, group)
    path = Path(profile) if profile else free_path(Path(), "crisis")
    typed = sys.stdin is not None and sys.stdin.isatty() and answers is None
    source = answers or (sys.stdin.buffer if sys.stdin is not None else io.BytesIO())
    dialogue = Dialogue(Screen(source, sys.stderr, script=not typed), open_save(kb, path),
                        _again(path, kb_folder, draft))
    state = begin(kb, dialogue.profile(kb, unknown_too), Scope(everything, group))
    dialogue.greet(state)
    state = dialogue.run(state)
    if state.place.kind != DONE:
        return dialogue.status
    return _assess(state, None if dialogue.unsaved else dialogue.save.path, fmt, color)


def _again(path: Path, kb_folder: str | None, draft: bool) -> str:
    import shlex

    options = kb_arguments(kb_folder)
    return shlex.join(["dss", "ask", str(path), *options, *(["--draft"] if draft else [])])


def _check_group(kb: KnowledgeBase, group: str) -> None:
    from ..issues import nearest

    known = [g.id for g in kb.groups if not g.of_partner]
    if group and group not in known:
        raise click.BadParameter(". ".join(filter(None, (
            f"'{group}' is not one of {', '.join(known)}", nearest(group, known)))), param_hint="--group")


def _assess(state: Interview, path: Path | None, fmt: str, color: str) -> int:
    """The assessment, of the file as it was saved where that could be."""
    from ..assessment import assess
    from ..options import read_profile
    from ..render import renderer

    saved = path is not None and path.exists()
    found = assess(state.kb, read_profile(state.kb, str(path)) if saved else state.outlook.situation)
    page = page_for(color)
    click.echo(renderer(fmt)([found.as_data()], page), nl=False, color=page.color)
    return 3 if found.advice.cautious else 0
