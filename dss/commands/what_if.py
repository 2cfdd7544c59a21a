"""dss what-if: the advice before and after some answers change."""

from __future__ import annotations

import click

from ..options import (
    color_option,
    emit,
    ids,
    json_option,
    kb_options,
    page_for,
    profile_argument,
    read_profile,
)


@click.command("what-if")
@profile_argument()
@click.argument("changes", nargs=-1, required=True, metavar="ATTRIBUTE=VALUE...",
                shell_complete=ids("attributes"))
@json_option
@color_option
@kb_options
def command(profile: str, changes: tuple[str, ...], fmt: str, color: str, kb_folder: str | None,
            draft: bool) -> None:
    """Change answers of PROFILE and show what follows, side by side.

    Values are written as in a profile: trust=low, 'trust=[low, moderate]',
    'trust=at least moderate', trust=unknown.
    """
    from ..assessment import assess
    from ..kb import load_kb
    from ..render.what_if_page import what_if_page
    from ..views import what_if_data
    from ..whatif import what_if

    kb = load_kb(kb_folder, drafts=draft, cases=False)
    data = what_if_data(what_if(assess(kb, read_profile(kb, profile)), changes))
    emit(data, fmt, lambda: what_if_page(data, page_for(color)))
