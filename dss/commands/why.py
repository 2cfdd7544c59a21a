"""dss why: the reasons for an action, a posture or a finding."""

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


@click.command("why")
@profile_argument()
@click.argument("item", metavar="ITEM", shell_complete=ids("actions", "postures", "findings"))
@click.option("--tree", is_flag=True, help="The whole proof, down to your answers.")
@json_option
@color_option
@kb_options
def command(profile: str, item: str, tree: bool, fmt: str, color: str, kb_folder: str | None,
            draft: bool) -> int:
    """Say why ITEM (an action, posture or finding) is as it is in the advice on PROFILE.

    Exit status 1 for an action that is not in the recommended mix: 'dss why-not' is for those.
    """
    from ..assessment import assess
    from ..explain import UnknownItem, why
    from ..kb import load_kb
    from ..render.explain_page import why_page
    from ..views import why_data

    kb = load_kb(kb_folder, drafts=draft, cases=False)
    a = assess(kb, read_profile(kb, profile))
    try:
        data = why_data(a, item, why(a, item))
    except UnknownItem as error:
        raise click.BadParameter(str(error), param_hint="ITEM") from None
    emit(data, fmt, lambda: why_page(data, page_for(color), tree=tree))
    if item in kb.actions and item not in a.advice.mixes[0].actions:
        click.echo(f"It is not in the recommended mix: see 'dss why-not {profile} {item}'.", err=True)
        return 1
    return 0
