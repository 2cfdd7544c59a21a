"""dss kb test: run the cases beside the rules; coverage of phrases; mutation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...options import emit, json_option, kb_options

if TYPE_CHECKING:
    from ...casetest import Outcome, PhraseCoverage
    from ...kb import KnowledgeBase
    from ...mutate import Mutation
    from ...situation import Situation


@click.command("test")
@click.argument("rules", nargs=-1, metavar="[RULE]...")
@click.option("--coverage", is_flag=True, help="Name every phrase and branch that no case shows at work.")
@click.option("--mutate", is_flag=True, help="Change each rule in many small ways and see who notices.")
@click.option("--pinned", multiple=True, metavar="PATH", type=click.Path(exists=True),
              help="Profiles (or folders of them) whose reports are kept, for --mutate. Default: the folder "
                   "'examples' beside the knowledge base, if there is one; precedents always count.")
@click.option("--at-least", default=0, metavar="PERCENT", type=click.IntRange(0, 100),
              help="With --mutate: exit 1 when fewer mutants are killed.")
@json_option
@kb_options
def command(
    rules: tuple[str, ...],
    coverage: bool,
    mutate: bool,
    pinned: tuple[str, ...],
    at_least: int,
    fmt: str,
    kb_folder: str | None,
    draft: bool,
) -> int:
    """Run the cases of all rules, or of each RULE.

    A survivor of --mutate, and a phrase that is not decisive, is shown with the case that
    would tell, ready to be pasted. Exit status 1 when a case fails, when --coverage finds a
    phrase that is not decisive, or when --mutate kills fewer than --at-least.
    """
    from ...casetest import cover, run_cases
    from ...kb import load_kb
    from ...mutate import mutate as mutate_all
    from ...mutate import pin

    kb = load_kb(kb_folder, drafts=draft)
    for name in rules:
        if name not in kb.rules:
            from ...issues import nearest

            raise click.UsageError(
                f"There is no rule '{name}'. {nearest(name, kb.rules).capitalize()}".strip()
            )
    outcomes = [o for o in run_cases(kb) if not rules or o.rule.id in rules]
    covered = cover(kb, rules) if coverage else None
    mutation = mutate_all(kb, pin(kb, _kept(kb, pinned, kb_folder)), rules) if mutate else None
    emit(_data(outcomes, covered, mutation), fmt, lambda: _text(outcomes, covered, mutation))
    bad = any(not o.passed for o in outcomes) or (covered is not None and bool(covered.missing))
    return 1 if bad or (mutation is not None and 100 * mutation.kills < at_least * mutation.total) else 0


def _kept(kb: KnowledgeBase, pinned: tuple[str, ...], kb_folder: str | None) -> list[Situation]:
    """The situations whose reports are kept: precedents, and the profiles named or found.

    A profile found beside the knowledge base that was written for another one is passed over.
    """
    from ...issues import InvalidInput
    from ...mutate import precedent_situations
    from ...situation import load_situation

    out = precedent_situations(kb)
    paths = [Path(p) for p in pinned] or [_examples_beside(kb_folder)]
    for file in (
        f for p in paths for f in (sorted(p.glob("*.yaml")) if p.is_dir() else [p] if p.exists() else [])
    ):
        try:
            out.append(load_situation(kb, file))
        except InvalidInput:
            if pinned:
                raise
    return out


def _examples_beside(kb_folder: str | None) -> Path:
    if kb_folder is not None:
        return Path(kb_folder).resolve().parent / "examples"
    import kb_rules

    return Path(kb_rules.__path__[0]).parent / "examples"


def _data(
    outcomes: list[Outcome], covered: PhraseCoverage | None, mutation: Mutation | None
) -> dict[str, object]:
    out: dict[str, object] = {
        "schema": "dss/kb-test/1", "cases": len(outcomes), "passed": sum(o.passed for o in outcomes),
        "failed": [{"rule": o.rule.id, "file": o.case.place.file, "line": o.case.place.line,
                    "expected": o.case.fires, "problems": [i.as_data() for i in o.problems]}
                   for o in outcomes if not o.passed],
    }
    if covered is not None:
        out["coverage"] = {"parts": covered.parts, "decisive": covered.decisive, "missing": [
            {"rule": m.rule, "part": m.part, "text": m.text, "lacks": m.lacks, "file": m.place.file,
             "line": m.place.line, "column": m.place.column, "case": m.case} for m in covered.missing]}
    if mutation is not None:
        out["mutation"] = {
            "made": dict(mutation.made),
            "killed": dict(mutation.killed),
            "survivors": [
                {
                    "rule": s.mutant.rule,
                    "kind": s.mutant.kind,
                    "change": s.mutant.change,
                    "file": s.mutant.place.file,
                    "line": s.mutant.place.line,
                    "cure": s.cure,
                }
                for s in mutation.survivors
            ],
        }
    return out


def _text(outcomes: list[Outcome], covered: PhraseCoverage | None, mutation: Mutation | None) -> str:
    from ...issues import render

    out = []
    for o in outcomes:
        out += [render(issue) for issue in o.problems]
        if not o.problems and not o.passed:
            out.append(
                f"{o.case.place}: rule '{o.rule.id}' should {'fire' if o.case.fires else 'not fire'} here"
            )
    passed = sum(o.passed for o in outcomes)
    out.append(f"{passed} of {len(outcomes)} cases of {len({o.rule.id for o in outcomes})} rules pass.")
    if covered is not None:
        out += [_undecisive(m.place, m.part, m.rule, m.text, m.lacks, m.case) for m in covered.missing]
        out.append(f"{covered.decisive} of {covered.parts} phrases and branches are decisive both ways.")
    if mutation is not None:
        out += [f"{s.mutant.place}: survivor: rule '{s.mutant.rule}', {s.mutant.change}\n{s.cure}".rstrip()
                for s in mutation.survivors]
        kinds = ", ".join(f"{kind} {mutation.killed.get(kind, 0)}/{n}" for kind, n in mutation.made.items())
        share = 100 * mutation.kills / mutation.total if mutation.total else 100.0
        out.append(f"{mutation.kills} of {mutation.total} mutants killed ({share:.1f} %): {kinds}.")
    return "\n".join(out) + "\n"


def _undecisive(place: object, part: str, rule: str, text: str, lacks: str, case: str) -> str:
    what = "no case hangs on its being " + ("true" if lacks == "carries" else "false")
    cure = f"\n{case.rstrip()}" if case else "\n    no profile was found that would show it"
    return f"{place}: {part} of rule '{rule}', '{text}': {what}; this one would:{cure}" if case else (
        f"{place}: {part} of rule '{rule}', '{text}': {what};{cure}")
