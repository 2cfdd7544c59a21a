"""dss kb prove: the invariants, proved for every profile there could ever be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ...options import emit, json_option, kb_options

if TYPE_CHECKING:
    from ...prove import Proof, Verdict


@click.command("prove")
@click.option("--samples", default=1000, show_default=True, type=click.IntRange(0, 1_000_000),
              help="Random profiles for claims about whole mixes, which are tested, not proved.")
@click.option("--method", type=click.Choice(["auto", "solver", "search"]), default="auto", show_default=True,
              help="Prove with z3 (the extra 'proof'), or by exact search, which settles fewer claims.")
@json_option
@kb_options
def command(samples: int, method: str, fmt: str, kb_folder: str | None, draft: bool) -> int:
    """Prove the invariants over all profiles: partial ones, and partner lists of any length.

    What needs the composer is tested, and named so. A violation is shown as a profile to
    save and assess. Postures that can never come first are named. Exit status 1 when
    anything is violated or not settled.

    Questions about partners are taken as free: each may be answered on its own. That
    covers every list of partners.
    """
    from ...kb import load_kb
    from ...prove import SolverMissing, prove

    kb = load_kb(kb_folder, drafts=draft)
    try:
        proof = prove(kb, samples, solver=method != "search")
    except SolverMissing:
        if method == "solver":
            raise click.ClickException("z3 is not installed; it comes with the extra 'proof': "
                                       "pip install 'crisis-dss[proof]'") from None
        click.echo("z3 is not installed (pip install 'crisis-dss[proof]'): going on by exact search, "
                   "which settles fewer claims; the others are only tested.", err=True)
        proof = prove(kb, samples, solver=False)
    data = {
        "schema": "dss/kb-proof/1", "kb": {"id": kb.id, "version": kb.version, "digest": kb.digest},
        "invariants": [_data(v) for v in proof.verdicts], "postures": [_data(v) for v in proof.postures],
        "holds": proof.holds,
    }
    emit(data, fmt, lambda: _text(proof))
    return 0 if proof.holds else 1


def _data(verdict: Verdict) -> dict[str, object]:
    out: dict[str, object] = {"id": verdict.id, "title": verdict.title, "outcome": verdict.outcome,
                              "how": verdict.how}
    if verdict.said:
        out |= {"said": verdict.said, "profile": verdict.profile, "completion": verdict.completion,
                "confirmed": verdict.confirmed}
    return out


def _text(proof: Proof) -> str:
    from ...prove import PROVED, TESTED

    out = []
    for v in proof.verdicts:
        out.append(f"{v.outcome:<11}  {v.title}\n             {v.id}: {v.how}")
        out += _shown(v)
    out.append("")
    idle = [v for v in proof.postures if v.outcome != PROVED]
    out.append(
        f"{len(proof.postures) - len(idle)} of {len(proof.postures)} postures come first in some profile."
    )
    for v in idle:
        out.append(f"{v.outcome:<11}  posture '{v.id}': {v.said}; {v.how}")
    counts = {o: sum(v.outcome == o for v in proof.verdicts) for o in (PROVED, TESTED)}
    rest = len(proof.verdicts) - sum(counts.values())
    out.append(f"{counts[PROVED]} claims proved, {counts[TESTED]} tested, {rest} violated or not settled, "
               f"in {proof.seconds:.1f} s.")
    return "\n".join(out) + "\n"


def _shown(verdict: Verdict) -> list[str]:
    from ...profile_text import yaml_of

    if not verdict.said:
        return []
    out = [f"             {verdict.said}" + ("" if verdict.confirmed else
                                             " (but no partner list was found that gives these answers)")]
    for label, profile in (("save this as a profile and assess it", verdict.profile),
                           ("then change", verdict.completion)):
        if profile:
            out.append(f"             {label}:")
            out += [f"               {line}" for line in yaml_of(profile).rstrip().splitlines()]
    return out
