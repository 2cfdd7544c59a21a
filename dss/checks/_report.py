"""The result of all checks as text, JSON, SARIF 2.1.0 or annotations of a code host."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..issues import InvalidInput, Issue, Place, Problems, render
from ..kb import assemble, read_files
from ..version import __version__
from ..written import Written
from . import Flaw, Study, checks, run_checks

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
SCHEMA = "dss/kb-check/1"


@dataclass(frozen=True)
class Found:
    """What the checks found; ``loaded`` is false when the files themselves have problems.

    ``undecided`` names questions that a search had to leave open.
    """

    kb: str
    version: str
    rules: int
    loaded: bool
    flaws: tuple[Flaw, ...]
    undecided: tuple[str, ...] = ()


def study_folder(folder: str | None, drafts: bool = False, only: Sequence[str] = ()) -> Found:
    """Read a knowledge base and run the checks; problems of loading are findings too."""
    problems = Problems()
    files = read_files(folder, problems)
    try:
        problems.raise_if_any()
        kb = assemble(files, drafts=drafts)
    except InvalidInput as error:
        return Found(files.root, "", 0, False, tuple(Flaw(issue) for issue in error.issues))
    study = Study(kb, Written(files))
    flaws = run_checks(study, only)
    return Found(kb.id, kb.version, len(kb.rules), True, tuple(flaws), tuple(dict.fromkeys(study.undecided)))


def report(found: Found, fmt: str) -> str:
    """The result in one of the formats text, json, sarif, github."""
    if fmt == "text":
        return _text(found)
    if fmt == "github":
        return "".join(_annotation(flaw.issue) for flaw in found.flaws)
    data = _sarif(found) if fmt == "sarif" else _data(found)
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _text(found: Found) -> str:
    out = [_said(flaw) for flaw in found.flaws]
    n = len(found.flaws)
    if not found.loaded:
        out.append(
            f"{n} {'problem' if n == 1 else 'problems'}; the other checks run when the files can be read."
        )
    else:
        counted = "nothing found" if not n else f"{n} {'finding' if n == 1 else 'findings'}"
        out.append(
            f"{found.kb} {found.version}: {counted} by {len(checks())} checks over {found.rules} rules."
        )
    if found.undecided:
        out.append("Not settled, for the search grew too large: " + "; ".join(found.undecided))
    return "\n\n".join(out) + "\n"


def _said(flaw: Flaw) -> str:
    text = render(flaw.issue)
    if not flaw.witness:
        return text
    body = "".join(f"\n     {line}" for line in flaw.witness.rstrip().splitlines())
    return f"{text}\n   = for example, with this profile:{body}"


def _data(found: Found) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "kb": {"id": found.kb, "version": found.version},
        "rules": found.rules,
        "loaded": found.loaded,
        "checks": [{"code": c.code, "title": c.title} for c in checks()],
        "findings": [
            {**f.issue.as_data(), **({"witness": f.witness} if f.witness else {})} for f in found.flaws
        ],
        "undecided": list(found.undecided),
    }


def _annotation(issue: Issue) -> str:
    text = "; ".join((issue.message, *issue.hints))
    for raw, coded in (("%", "%25"), ("\r", "%0D"), ("\n", "%0A")):
        text = text.replace(raw, coded)
    where = f"file={issue.place.file},line={max(issue.place.line, 1)},col={max(issue.place.column, 1)}"
    return f"::error {where},title={issue.code}::{text}\n"


def _sarif(found: Found) -> dict[str, Any]:
    known = {check.code: check for check in checks()}
    codes = sorted({*known, *(f.issue.code for f in found.flaws)})
    rules = [{"id": code, "shortDescription": {"text": known[code].title if code in known else code}}
             for code in codes]
    return {
        "$schema": SARIF_SCHEMA, "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "dss kb check", "version": __version__, "rules": rules}},
            "results": [_result(flaw, codes) for flaw in found.flaws],
        }],
    }


def _result(flaw: Flaw, codes: list[str]) -> dict[str, Any]:
    issue = flaw.issue
    text = ". ".join((issue.message, *issue.hints)) + (
        f"\nFor example:\n{flaw.witness}" if flaw.witness else ""
    )
    out: dict[str, Any] = {
        "ruleId": issue.code, "ruleIndex": codes.index(issue.code), "level": "error",
        "message": {"text": text}, "locations": [_location(issue.place)],
    }
    if issue.also:
        out["relatedLocations"] = [_location(place) for place in issue.also]
    return out


def _location(place: Place) -> dict[str, Any]:
    region = {"startLine": max(place.line, 1), "startColumn": max(place.column, 1),
              "endColumn": max(place.column, 1) + place.width}
    return {"physicalLocation": {"artifactLocation": {"uri": place.file}, "region": region}}
