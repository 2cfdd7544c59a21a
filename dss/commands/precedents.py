"""dss precedents: the historical cases most like a profile."""

from __future__ import annotations

import click

from ..options import color_option, emit, json_option, kb_options, page_for, profile_argument, read_profile


@click.command("precedents")
@profile_argument()
@click.option("--most", "-n", default=5, show_default=True, type=click.IntRange(1, 100),
              help="How many to show.")
@json_option
@color_option
@kb_options
def command(profile: str, most: int, fmt: str, color: str, kb_folder: str | None, draft: bool) -> None:
    """Show the historical cases nearest to PROFILE by shared known facts, and where they differ.

    Nearness is Gower's similarity. Precedents never change a score.
    """
    from ..kb import load_kb
    from ..precedents import nearest_precedents
    from ..render.precedents_page import render
    from ..views import precedents_data

    kb = load_kb(kb_folder, drafts=draft, cases=False)
    situation = read_profile(kb, profile)
    found = precedents_data(kb, nearest_precedents(kb, situation.masks, most), situation.masks)
    emit(found, fmt, lambda: render(situation.title, found, page_for(color)))
