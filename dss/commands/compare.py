"""dss compare: courses of action side by side."""

from __future__ import annotations

import click

from ..options import color_option, emit, json_option, kb_options, page_for, profile_argument, read_profile


@click.command("compare")
@profile_argument("profiles", nargs=-1, metavar="PROFILE...")
@json_option
@color_option
@kb_options
def command(profiles: tuple[str, ...], fmt: str, color: str, kb_folder: str | None, draft: bool) -> None:
    """Compare the advice on several profiles, or the alternatives within one."""
    from ..assessment import assess
    from ..compare import courses
    from ..kb import load_kb
    from ..render.compare_page import compare_page
    from ..views import compare_data

    kb = load_kb(kb_folder, drafts=draft, cases=False)
    found = [assess(kb, read_profile(kb, name)) for name in profiles]
    data = compare_data(courses(found), found)
    emit(data, fmt, lambda: compare_page(data, page_for(color)))
