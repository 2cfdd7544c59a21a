"""dss rule: one rule in full, its source first and its cases last."""

from __future__ import annotations

import click

from ..options import emit, ids, json_option, kb_options, page_for


@click.command("rule")
@click.argument("name", metavar="ID", shell_complete=ids("rules"))
@json_option
@kb_options
def command(name: str, fmt: str, kb_folder: str | None, draft: bool) -> None:
    """Show the rule ID: what it rests on, its reason, when it holds, what follows, and its cases."""
    from ..browse import in_words, rule_data
    from ..kb import load_kb
    from ..options import known
    from ..render.browse_page import rule_page
    from ..situation import written

    kb = load_kb(kb_folder, drafts=draft)
    known(name, kb.rules, "rule", "ID")
    rule = kb.rules[name]
    cases = [f"{'fires' if c.fires else 'does not fire'}: {written(c.given)}" for c in rule.cases]
    data = {**rule_data(kb, rule), "because": rule.because, "given": cases}
    emit(data, fmt, lambda: rule_page(data, in_words(kb, rule.because), cases, page_for("never")))
