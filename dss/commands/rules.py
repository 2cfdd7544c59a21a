"""dss rules: all rules, or those of a principle, action, source or point."""

from __future__ import annotations

import click

from ..options import emit, json_option, kb_options, page_for


@click.command("rules")
@click.option("--principle", "-p", default="", metavar="ID", help="Only rules of this principle.")
@click.option(
    "--action", "-a", default="", metavar="ID", help="Only rules that speak of this action or posture."
)
@click.option("--source", "-s", default="", metavar="ID", help="Only rules that cite this work.")
@click.option("--point", default="", metavar="P085", help="Only rules that cover this point of the article.")
@click.option("--reads", default="", metavar="ID", help="Only rules that read this attribute or finding.")
@click.option(
    "--verb",
    default="",
    type=click.Choice(["", "conclude", "favour", "disfavour", "forbid", "require", "caution"]),
    show_choices=False,
    metavar="VERB",
    help="Only rules with this verb: conclude, favour, disfavour, forbid, require or caution.",
)
@click.option(
    "--text", default="", metavar="WORDS", help="Only rules whose id, title or reason holds these words."
)
@json_option
@kb_options
def command(principle: str, action: str, source: str, point: str, reads: str, verb: str, text: str, fmt: str,
            kb_folder: str | None, draft: bool) -> None:
    """List rules by id and title; filters add up. 'dss rule ID' shows one in full."""
    from ..browse import Filter, rule_data, rules_matching
    from ..kb import load_kb
    from ..options import known
    from ..render.browse_page import table

    kb = load_kb(kb_folder, drafts=draft)
    points = [p for s in kb.principles.values() for p in s.points]
    known(principle, kb.principles, "principle", "-p")
    known(action, {**kb.actions, **kb.postures}, "action or posture", "-a")
    known(source, kb.works, "source", "-s")
    known(point, points, "core point", "--point")
    known(reads, [v.id for v in kb.variables if "?" not in v.id], "attribute or finding", "--reads")
    found = rules_matching(kb, Filter(principle, action, source, point, reads, verb, text))
    note = f"{len(found)} of {len(kb.rules)} rules"
    emit([rule_data(kb, rule) for rule in found], fmt,
         lambda: table(["Rule", "Title"], [[r.id, r.title] for r in found], page_for("never"), note))
