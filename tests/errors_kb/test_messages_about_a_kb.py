"""What is said of mistakes in a knowledge base, word for word.

Each folder holds files laid over the tests' tiny knowledge base, and ``expected.txt``. After
changing a message on purpose: ``DSS_REGENERATE=1 pytest tests/errors_kb``, then read the
difference as an author of rules would.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from conftest import HERE

from dss import InvalidInput, load_kb

TINY = HERE / "kbs" / "tiny"
CASES = sorted(path.parent for path in (HERE / "errors_kb").glob("*/expected.txt"))
if os.environ.get("DSS_REGENERATE"):
    CASES = sorted(p for p in (HERE / "errors_kb").iterdir() if p.is_dir() and p.name != "__pycache__")
ACCEPTED = "(accepted)\n"


def laid_over(case: Path, folder: Path) -> Path:
    """The tiny knowledge base with a case's files in it."""
    shutil.copytree(TINY, folder)
    for path in case.rglob("*.yaml"):
        target = folder / path.relative_to(case)
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, target)
    return folder


def message(folder: Path) -> str:
    """All that is said of a knowledge base, with its folder called ``kb``."""
    try:
        load_kb(folder)
    except InvalidInput as error:
        return f"{error}\n".replace(str(folder), "kb")
    return ACCEPTED


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_a_mistake_in_a_knowledge_base_is_answered_word_for_word(case: Path, tmp_path: Path) -> None:
    found = message(laid_over(case, tmp_path / "kb"))
    expected = case / "expected.txt"
    if os.environ.get("DSS_REGENERATE"):
        expected.write_text(found, encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8")
    assert found != ACCEPTED


def test_the_knowledge_base_that_mistakes_are_laid_over_is_sound(tmp_path: Path) -> None:
    assert message(laid_over(HERE / "kbs" / "nothing", tmp_path / "kb")) == ACCEPTED
    assert len(CASES) >= 30


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_every_marker_stands_under_text_of_its_file(case: Path, tmp_path: Path) -> None:
    folder = laid_over(case, tmp_path / "kb")
    with pytest.raises(InvalidInput) as caught:
        load_kb(folder)
    order = [(i.place.file, i.place.line, i.place.column) for i in caught.value.issues]
    assert order == sorted(order)
    for issue in caught.value.issues:
        for place in (issue.place, *issue.also):
            assert place.file.startswith(str(folder)), issue
            if place.line:
                lines = Path(place.file).read_text(encoding="utf-8").split("\n")
                assert place.text == lines[place.line - 1]
                assert 1 <= place.column <= len(place.text) + 1


@pytest.mark.parametrize("name", [
    "pack.yaml", "scales.yaml", "findings.yaml", "postures.yaml", "safeguards.yaml", "principles.yaml",
    "sources.yaml",
])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    folder = laid_over(HERE / "kbs" / "nothing", tmp_path / "kb")
    (folder / name).unlink()
    assert message(folder) == f"kb: KB006 the knowledge base lacks {name}\n"


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        load_kb(tmp_path / "nowhere")
    assert [i.code for i in caught.value.issues] == ["KB005"]


@pytest.mark.parametrize("text", ["- id: tiny\n", "id: tiny\nversion: 0.1.0\ntitle: T\nlicence: MIT\n"])
def test_a_pack_that_says_nothing_of_composition_is_answered_once(tmp_path: Path, text: str) -> None:
    folder = laid_over(HERE / "kbs" / "nothing", tmp_path / "kb")
    (folder / "pack.yaml").write_text(text)
    with pytest.raises(InvalidInput) as caught:
        load_kb(folder)
    assert [i.place.file for i in caught.value.issues] == [f"{folder}/pack.yaml"]
