"""One seeded fault a folder: each is found, named and placed, and nothing else is reported.

``fault.yaml`` says what to change in the clean knowledge base ``_base``; ``expected.txt``
holds the first line of every finding. Run with DSS_WRITE_EXPECTED=1 to write it anew.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
import yaml

from dss.checks import checks
from dss.checks._pages import READING
from dss.checks._report import Found, report, study_folder

FAULTS = Path(__file__).parent.parent / "faults"
BASE = FAULTS / "_base"
NAMES = sorted(d.name for d in FAULTS.iterdir() if d.is_dir() and not d.name.startswith("_"))


def faulty(name: str, to: Path) -> Path:
    """A copy of the clean knowledge base with the fault put in."""
    folder = shutil.copytree(BASE, to / "kb")
    for edit in yaml.safe_load((FAULTS / name / "fault.yaml").read_text(encoding="utf-8"))["edits"]:
        file = folder / edit["file"]
        text = file.read_text(encoding="utf-8")
        assert text.count(edit["find"]) == 1, f"{edit['file']} must hold what is replaced exactly once"
        file.write_text(text.replace(edit["find"], edit["put"]), encoding="utf-8")
    return folder


def told(found: Found, folder: Path) -> str:
    """The first line of every finding, files named from the knowledge base's folder."""
    return "".join(
        f"{flaw.issue.place}: {flaw.issue.code} {flaw.issue.message}\n" for flaw in found.flaws
    ).replace(f"{folder}/", "")


@pytest.mark.parametrize("name", NAMES)
def test_a_seeded_fault_is_found_named_and_placed_and_nothing_else(name: str, tmp_path: Path) -> None:
    folder = faulty(name, tmp_path)
    found = study_folder(str(folder))
    expected = FAULTS / name / "expected.txt"
    if os.environ.get("DSS_WRITE_EXPECTED"):
        expected.write_text(told(found, folder), encoding="utf-8")
    assert told(found, folder) == expected.read_text(encoding="utf-8")
    assert len(found.flaws) == 1
    assert not found.undecided
    assert found.flaws[0].issue.place.line > 0


def test_the_clean_knowledge_base_has_no_finding() -> None:
    found = study_folder(str(BASE))
    assert report(found, "text").count("nothing found") == 1


def test_there_are_at_least_forty_faults_and_one_for_every_check() -> None:
    assert len(NAMES) >= 40
    seen = {(FAULTS / name / "expected.txt").read_text(encoding="utf-8").split(": ")[1][:5] for name in NAMES}
    assert {check.code for check in checks()} <= seen
    assert len(seen & set(READING)) >= 10
