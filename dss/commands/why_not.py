"""dss why-not: what keeps an action out of the mix."""

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


@click.command("why-not")
@profile_argument()
@click.argument("action", metavar="ACTION", shell_complete=ids("actions"))
@click.option("--seconds", type=click.FloatRange(0, 3600), default=2.0, show_default=True,
              help="How long to search pairs of answers when no single one is enough.")
@json_option
@color_option
@kb_options
def command(profile: str, action: str, seconds: float, fmt: str, color: str, kb_folder: str | None,
            draft: bool) -> int:
    """Say what keeps ACTION out of the mix for PROFILE, and what would have to be true for it to enter.

    Exit status 1 for an action that is in the recommended mix: 'dss why' is for those.
    """
    from ..assessment import assess
    from ..issues import nearest
    from ..kb import load_kb
    from ..render.explain_page import why_not_page
    from ..views import why_not_data
    from ..whynot import why_not

    kb = load_kb(kb_folder, drafts=draft, cases=False)
    situation = read_profile(kb, profile)
    if action not in kb.actions:
        raise click.BadParameter(f"there is no action '{action}'; {nearest(action, kb.actions)}".rstrip("; "),
                                 param_hint="ACTION")
    a = assess(kb, situation)
    data = why_not_data(a, why_not(a, action, seconds=seconds))
    emit(data, fmt, lambda: why_not_page(data, page_for(color)))
    return 1 if data["reason"] == "chosen" else 0
