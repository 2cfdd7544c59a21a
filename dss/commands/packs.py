"""dss packs: the doctrine packs that are installed or given, and whether they are sound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..options import emit, json_option, kb_arguments, kb_options

if TYPE_CHECKING:
    from ..kb import KnowledgeBase, Sources


@click.command("packs")
@click.option(
    "--check",
    is_flag=True,
    help="Run the packs' cases, and hold the advice on them and on all precedents to the invariants.",
)
@json_option
@kb_options
def command(check: bool, fmt: str, kb_folder: str | Sources | None, draft: bool) -> int:
    """List the doctrine packs that are installed, and those laid over the knowledge base by --pack.

    A pack adds rules, actions and attributes, or replaces some; it may add bars, but never
    lift one. Exit status 1 when --check finds a problem.
    """
    from ..issues import render
    from ..kb import load_kb
    from ..packs import installed_packs

    kb = load_kb(kb_folder, drafts=draft)
    issues = _problems(kb) if check else []
    given = {p.place for p in kb.packs}
    rows = [_row(kb, kb.id, kb.version, kb.digest, "knowledge base"),
            *(_row(kb, p.id, p.version, p.digest, "in use", p.title) for p in kb.packs)]
    for name, folder in installed_packs().items():
        if str(folder) not in given:
            rows.append(_installed(kb, name, kb_folder, draft))
    emit({"schema": "dss/packs/1", "packs": rows, "problems": [i.as_data() for i in issues]}, fmt,
         lambda: _page(rows))
    for issue in issues:
        click.echo(render(issue) + "\n", err=True)
    if check and not issues:
        click.echo(
            f"Sound: the cases hold, and so do the {len(kb.invariants)} invariants wherever tried.", err=True
        )
    return 1 if issues else 0


def _row(
    kb: KnowledgeBase, name: str, version: str, digest: str, state: str, title: str = ""
) -> dict[str, Any]:
    return {"id": name, "version": version, "digest": digest, "state": state, "title": title or kb.title}


def _installed(kb: KnowledgeBase, name: str, source: str | Sources | None, draft: bool) -> dict[str, Any]:
    """An installed pack that is not in use, tried on the knowledge base."""
    from ..issues import InvalidInput
    from ..kb import Sources, load_kb

    folder = source.folder if isinstance(source, Sources) else source
    try:
        pack = load_kb(Sources(folder, (name,)), drafts=draft).packs[0]
    except InvalidInput as error:
        again = " ".join(["dss packs", *kb_arguments(Sources(folder, (name,)))])
        return _row(kb, name, "", "", f"does not load: {len(error.issues)} problems, see {again}", "?")
    return _row(kb, pack.id, pack.version, pack.digest, f"installed as '{name}', not in use", pack.title)


def _page(rows: list[dict[str, Any]]) -> str:
    from tabulate import tabulate

    table = [[r["id"], r["version"], r["digest"][:12], r["state"], r["title"]] for r in rows]
    return tabulate(table, ["Pack", "Version", "Digest", "State", "Title"], tablefmt="simple",
                    disable_numparse=True) + "\n"


def _problems(kb: KnowledgeBase) -> list[Any]:
    """Cases of the packs' rules that fail, and invariants broken on their cases or on a precedent."""
    from ..casetest import run_cases
    from ..held import broken
    from ..issues import Issue
    from ..precedents import load_precedents

    places = tuple(f"{p.place}/" for p in kb.packs)
    out = []
    for outcome in run_cases(kb):
        if not outcome.passed:
            does = "does not fire" if outcome.case.fires else "fires"
            out.append(Issue("PK021", f"with the packs, rule '{outcome.rule.id}' {does} in this case",
                             outcome.case.place))
        s = outcome.situation
        if s is not None and outcome.case.place.file.startswith(places):
            out += broken(kb, f"a case of {outcome.rule.id}", s.masks, s.partners, s.weights)
    for precedent in load_precedents(kb):
        out += broken(kb, precedent.title, precedent.masks, None, {}, far=False)
    return out
