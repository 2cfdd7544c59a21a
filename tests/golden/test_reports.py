"""The reports of all examples, compared with those kept here.

``DSS_REGENERATE=1 pytest tests/golden`` writes them anew; read the difference before you commit it.
Kept are the text report of every example, its decisions in short as JSON, and one whole
contract. Versions and digests of the knowledge base are blotted out, so that a comment in a
rule changes nothing here.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from running import EXAMPLES, NATO, document

from dss.render import Page, renderer

HERE = Path(__file__).parent
NAMES = [example.stem for example in EXAMPLES]


def compare(file: Path, text: str) -> None:
    """Compare with what is kept, or keep it."""
    if os.environ.get("DSS_REGENERATE"):
        file.write_text(text, encoding="utf-8")
    assert file.exists(), f"{file.name} is not kept yet: DSS_REGENERATE=1 pytest tests/golden"
    assert text == file.read_text(encoding="utf-8")


def blotted(profile: Path, text: str) -> str:
    """A report without what changes at every edit of the knowledge base."""
    kb = document(profile)["kb"]
    for digest in (kb["digest"], kb["digest"][:12]):
        text = text.replace(digest, "#" * len(digest))
    return text


def decisions(d: dict[str, Any]) -> dict[str, Any]:
    """What was decided, without the reasons."""
    return {
        "status": d["status"],
        "findings": {f["id"]: f["value"] or f["possible"] for f in d["findings"]},
        "mixes": [
            {"posture": m["posture"], "score": m["score"], "hard_share": m["hard_share"],
             "escalation": m["escalation"],
             "actions": {a["id"]: [a["horizon"], a["score"], *a["required_by"]] for a in m["actions"]},
             "safeguards": [s["id"] for s in m["safeguards"]]}
            for m in d["mixes"]
        ],
        "postures": {p["id"]: p["score"] if p["feasible"] else p["reason"] for p in d["postures"]},
        "forbidden": {f["action"]: f["barred_until"] or [r["rule"] for r in f["rules"]]
                      for f in d["forbidden"]},
        "tipping": [f"{t['attribute']} {t['to']}: {t['kind']}" for t in d["tipping"]],
        "questions": [q["attribute"] for q in d["questions"]],
        "fired": d["fired"],
    }


@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES)
def test_the_text_report_reads_as_it_did(example: Path) -> None:
    report = renderer("text")([document(example)], Page())
    compare(HERE / f"{example.stem}.txt", blotted(example, report))


@pytest.mark.parametrize("example", EXAMPLES, ids=NAMES)
def test_the_decisions_are_as_they_were(example: Path) -> None:
    text = json.dumps(decisions(document(example)), indent=1, ensure_ascii=False) + "\n"
    compare(HERE / f"{example.stem}.json", text)


def test_the_whole_contract_is_as_it_was() -> None:
    compare(HERE / "contract.json", blotted(NATO, renderer("json")([document(NATO)], Page())))


def test_every_kept_report_belongs_to_an_example() -> None:
    kept = {file.stem for file in HERE.iterdir() if file.suffix in (".txt", ".json")}
    assert kept == {*NAMES, "contract"}
