"""What is said of a bad profile, word for word.

Each folder holds ``input.yaml`` and ``expected.txt``, read against the tests' small knowledge
base. After changing a message on purpose: ``DSS_REGENERATE=1 pytest tests/errors``, then read
the difference as a user would.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dss import InvalidInput, KnowledgeBase, load_situation
from dss.issues import Place

HERE = Path(__file__).parent
CASES = sorted(path.parent for path in HERE.glob("*/input.yaml"))
ACCEPTED = "(accepted)\n"


def message(kb: KnowledgeBase, data: bytes) -> str:
    """All that is said of a profile."""
    try:
        load_situation(kb, data, name="input.yaml")
    except InvalidInput as error:
        return f"{error}\n"
    return ACCEPTED


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_a_bad_profile_is_answered_word_for_word(mini: KnowledgeBase, case: Path) -> None:
    found = message(mini, (case / "input.yaml").read_bytes())
    expected = case / "expected.txt"
    if os.environ.get("DSS_REGENERATE"):
        expected.write_text(found, encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8")


def test_a_file_over_1_mib_is_not_even_parsed(mini: KnowledgeBase) -> None:
    largest = b"story: " + b"x" * ((1 << 20) - 7)
    assert message(mini, largest) == ACCEPTED
    assert message(mini, largest + b"x") == "input.yaml: IN002 the file is larger than 1024 KiB\n"


def test_a_number_of_any_length_is_read_without_harm(mini: KnowledgeBase) -> None:
    assert "is out of range" in message(mini, b"boats_out: " + b"9" * 100_000)


def test_there_are_cases_and_most_are_mistakes() -> None:
    accepted = [c.name for c in CASES if (c / "expected.txt").read_text(encoding="utf-8") == ACCEPTED]
    assert len(CASES) >= 35
    assert all(name.endswith("-is-fine") for name in accepted)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_every_marker_stands_under_the_text_it_speaks_of(mini: KnowledgeBase, case: Path) -> None:
    data = (case / "input.yaml").read_bytes()
    try:
        load_situation(mini, data, name="input.yaml")
    except InvalidInput as error:
        lines = data.decode("utf-8-sig", errors="replace").split("\n")
        for issue in error.issues:
            for place in (issue.place, *issue.also):
                check_place(place, lines)


def check_place(place: Place, lines: list[str]) -> None:
    """A place with a line quotes that very line and marks something in it."""
    assert place.file == "input.yaml"
    if place.line:
        assert place.text == lines[place.line - 1].rstrip("\r")
        assert 1 <= place.column <= len(place.text) + 1
        assert place.width >= 1


@pytest.mark.parametrize(("profile", "place"), [
    ({"title": "a\x01b"}, "title"),
    ({"story": "\x1b[31mred"}, "story"),
    ({"sources": ["a book", "a \x7f book"]}, "sources[1]"),
    ({"stage": {"value": "words", "note": "a \u202e note"}}, "stage.note"),
    ({"ti\u2066tle": "Sund"}, "title"),
    ({"title": "half a pair \ud800"}, "title"),
    ({"title": "over\rwritten"}, "title"),
    ({"partners": [{"name": "Nor\x9bth"}]}, "partners[0].name"),
])
def test_control_characters_in_a_dict_are_refused_too(
    mini: KnowledgeBase, profile: dict[str, object], place: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        load_situation(mini, profile)
    assert [(i.code, i.place.text) for i in caught.value.issues] == [("IN012", place)]
    assert str(caught.value).replace("\n", "").isprintable()


@pytest.mark.parametrize("story", ["one\ttwo\nthree", "one\r\ntwo", "שלום \u200f", "soft\u00adhyphen"])
def test_tabs_line_breaks_and_any_script_are_no_control_characters(mini: KnowledgeBase, story: str) -> None:
    assert load_situation(mini, {"story": story}).story == " ".join(story.split())


def test_a_refused_value_is_all_that_is_said_of_a_document(mini: KnowledgeBase) -> None:
    assert "the file is empty" not in message(mini, b'"\\x01"')
