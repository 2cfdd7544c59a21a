"""``dss ask`` without a terminal: scripts of replies, pipes that end, files in every state."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import MINI
from running import EXAMPLES, NATO, clean_environment, dss

from dss.dialogue import Overlong, Screen
from dss.savefile import plain_profile


@pytest.fixture
def quay(tmp_path: Path) -> Path:
    """Where the profile of a session with the small knowledge base is saved."""
    return tmp_path / "quay.yaml"


def script(folder: Path, *lines: str) -> Path:
    path = folder / "replies.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_script_is_played_to_the_assessment(quay: Path, tmp_path: Path) -> None:
    replies = script(tmp_path, "# teaching", "fishing", "words", "no", "none", "title The quay", "review",
                     "")
    result = dss("ask", quay, "--kb", MINI, "--answers", replies)
    assert result.exit_code == 0
    assert plain_profile(quay.read_bytes()) == {
        "schema": "dss/profile/1", "quarrel": "fishing", "stage": "words", "attacked": "no",
        "grounds": "none", "title": "The quay"}
    assert result.stdout == dss("assess", quay, "--kb", MINI).stdout
    assert "> fishing" in result.stderr, "the reply is shown as it is taken"
    assert "teaching" not in result.stderr


def test_the_result_can_be_json_and_too_little_known_ends_with_3(quay: Path) -> None:
    result = dss("ask", quay, "--kb", MINI, "--format", "json", stdin="?\nreview\n\n")
    assert result.exit_code == 3
    assert result.stdout.startswith("{")


@pytest.mark.parametrize("stdin", ["", "fishing\n", "fishing\nwords", "partners\nadd North\n"])
def test_when_input_ends_all_is_saved_and_the_way_on_is_told(quay: Path, stdin: str) -> None:
    result = dss("ask", quay, "--kb", MINI, stdin=stdin)
    assert result.exit_code == 0
    assert result.stdout == ""
    if stdin:
        assert f"Saved in {quay}." in " ".join(result.stderr.split()).replace("- ", "-")
        assert "To go on: dss ask" in " ".join(result.stderr.split())
        assert quay.exists()
    else:
        assert "no file was written" in result.stderr
        assert not quay.exists()


def test_without_a_terminal_or_any_input_it_does_not_hang(quay: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "dss", "ask", str(quay)], stdin=subprocess.DEVNULL,
                          capture_output=True, env=clean_environment(), timeout=60, check=False)
    assert done.returncode == 0
    assert b"no file was written" in done.stderr


def test_resuming_asks_only_what_is_new(quay: Path) -> None:
    dss("ask", quay, "--kb", MINI, stdin="fishing\n?\n")
    again = dss("ask", quay, "--kb", MINI, stdin="")
    assert "2 answers were found; only what is new is asked." in " ".join(again.stderr.split())
    assert "1 of them is 'unknown'" in " ".join(again.stderr.split())
    assert "What is the quarrel about?" not in again.stderr
    assert "How far has it gone?" not in again.stderr
    assert "Has a boat been attacked?" in again.stderr
    unknown = dss("ask", quay, "--kb", MINI, "--unknown", stdin="")
    assert "How far has it gone?" in unknown.stderr
    assert plain_profile(quay.read_bytes())["stage"] == "unknown", "kept until it is answered"


def test_the_unknowns_of_a_blank_profile_are_no_answers(quay: Path) -> None:
    dss("new", quay, "--kb", MINI)
    before = quay.read_text()
    result = dss("ask", quay, "--kb", MINI, stdin="border\nq\n")
    assert "What is the quarrel about?" in result.stderr
    assert quay.read_text() == before.replace("quarrel: unknown", "quarrel: border")


def test_comments_that_may_go_are_told_beforehand(quay: Path) -> None:
    quay.write_text("grounds:\n  value: [custom]   # said who?\n  grade: B2\n# stays\nstage: words # so\n")
    result = dss("ask", quay, "--kb", MINI, stdin="#stage\nthreats\nq\n")
    assert "that you change: the one on line 2." in " ".join(result.stderr.split())
    assert "# said who?" in quay.read_text()
    assert "# stays\nstage: threats # so\n" in quay.read_text()


def test_a_profile_with_problems_is_told_and_left_alone(quay: Path) -> None:
    quay.write_text("stage: wordz\n")
    result = dss("ask", quay, "--kb", MINI, stdin="fishing\n")
    assert result.exit_code == 1
    assert "did you mean 'words'?" in result.stderr
    assert quay.read_text() == "stage: wordz\n"


def test_a_name_is_found_where_none_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("crisis.yaml", "crisis-2.yaml"):
        assert f"Saved in {name}" in dss("ask", "--kb", MINI, stdin="fishing\nq\n").stderr
        assert Path(name).exists()


def test_wrong_usage(tmp_path: Path) -> None:
    assert dss("ask", "-").exit_code == 2
    group = dss("ask", tmp_path / "x.yaml", "--kb", MINI, "--group", "laws")
    assert group.exit_code == 2
    assert "did you mean 'law'?" in group.stderr
    folder = dss("ask", tmp_path, "--kb", MINI, stdin="fishing\n")
    assert folder.exit_code == 1
    assert "this is a folder" in folder.stderr
    nowhere = dss("ask", tmp_path / "no" / "x.yaml", "--kb", MINI, stdin="fishing\nq\n")
    assert nowhere.exit_code == 1
    assert "there is no folder" in nowhere.stderr
    assert "What is the quarrel about?" not in nowhere.stderr, "told before the first question"


def test_one_group_and_all(quay: Path) -> None:
    law = dss("ask", quay, "--kb", MINI, "--group", "law", stdin="?\n" * 9)
    assert "Has a boat been attacked?" in law.stderr
    assert "How tense are the crews?" not in law.stderr
    quay.unlink()
    everything = dss("ask", quay, "--kb", MINI, "--all", stdin="?\n" * 30)
    for question in ("How tense are the crews?", "How many boats are out?", "What has been done already?"):
        assert question in everything.stderr


def test_the_review_of_a_full_profile_leads_to_its_assessment(tmp_path: Path) -> None:
    path = tmp_path / NATO.name
    shutil.copy(NATO, path)
    result = dss("ask", path, "--group", "time", stdin="\n")
    assert result.stdout == dss("assess", path).stdout
    assert path.read_bytes() == NATO.read_bytes()


def test_a_full_disk_loses_nothing_that_was_saved(quay: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dss("ask", quay, "--kb", MINI, stdin="fishing\n")
    before = quay.read_bytes()

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        result = dss("ask", quay, "--kb", MINI, stdin="words\nno\nq\n")
    assert quay.read_bytes() == before
    said = " ".join(result.stderr.split())
    assert "No space left on device" in said
    assert "stage: words attacked: no" in said
    assert result.exit_code == 1
    assert f"Saved in {quay}" not in said
    assert "holds what was saved before" in said


def test_a_change_by_another_program_is_kept_beside(quay: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quay.write_text("quarrel: fishing\n")
    monkeypatch.setattr("dss.dialogue.place_page", lambda *_: quay.write_text("quarrel: border\n") and "")
    result = dss("ask", quay, "--kb", MINI, stdin="words\nq\n")
    assert quay.read_text() == "quarrel: border\n"
    beside = quay.with_name("quay-2.yaml")
    assert plain_profile(beside.read_bytes()) == {"quarrel": "fishing", "stage": "words"}
    assert "changed by another program" in " ".join(result.stderr.split())


def test_nothing_that_could_be_saved_ends_with_1_also_after_an_assessment(
        quay: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = dss("ask", quay, "--kb", MINI, stdin="fishing\nreview\n\n")
    assert result.exit_code == 1
    assert result.stdout, "the assessment is given all the same"
    assert "Nothing was answered" not in result.stderr
    assert "quarrel: fishing" in result.stderr


def test_the_way_on_names_the_new_file_and_the_same_options(tmp_path: Path,
                                                            monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "my quay.yaml"
    path.write_text("quarrel: fishing\n")
    monkeypatch.setattr("dss.dialogue.place_page", lambda *_: path.write_text("quarrel: border\n") and "")
    result = dss("ask", path, "--kb", MINI, "--draft", stdin="words\nq\n")
    said = " ".join(result.stderr.split())
    assert f"To go on: dss ask '{tmp_path / 'my quay-2.yaml'}' --kb {MINI} --draft" in said


def test_a_file_removed_meanwhile_is_written_anew(quay: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quay.write_text("quarrel: fishing # so\n")
    monkeypatch.setattr("dss.dialogue.place_page",
                        lambda *_: quay.unlink() or "" if "stage" not in quay.read_text() else "")
    result = dss("ask", quay, "--kb", MINI, stdin="words\nq\n")
    assert quay.read_text() == "quarrel: fishing # so\nstage: words\n"
    assert "was removed meanwhile; it is written anew." in " ".join(result.stderr.split())


def test_a_read_only_file_is_told_before_the_first_question(quay: Path,
                                                            monkeypatch: pytest.MonkeyPatch) -> None:
    quay.write_text("quarrel: fishing\n")
    monkeypatch.setattr("dss.savefile.os.access", lambda path, _: Path(path) != quay.resolve())
    result = dss("ask", quay, "--kb", MINI, stdin="words\nq\n")
    assert result.exit_code == 1
    assert f"{quay} is read-only, so answers could not be saved." in " ".join(result.stderr.split())
    assert quay.read_text() == "quarrel: fishing\n"


def test_a_script_stops_at_the_first_line_that_is_not_understood(quay: Path, tmp_path: Path) -> None:
    replies = script(tmp_path, "# teaching", "fishing", "wordz", "no", "none", "review", "")
    result = dss("ask", quay, "--kb", MINI, "--answers", replies)
    said = " ".join(result.stderr.split())
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "Stopped at line 3 of the replies, 'wordz': 'wordz' is none of the answers" in said
    assert "Nothing from that line on was taken." in said
    assert plain_profile(quay.read_bytes()) == {"schema": "dss/profile/1", "quarrel": "fishing"}
    piped = dss("ask", quay, "--kb", MINI, stdin="<\n<\nwords\n")
    assert piped.exit_code == 1
    assert "Stopped at line 2 of the replies, '<': This is the first answer" in " ".join(piped.stderr.split())


@pytest.mark.parametrize("more", [1, 2, 1 << 16, 1 << 17])
def test_a_reply_that_is_too_long_is_passed_over_whole(quay: Path, more: int) -> None:
    long = "x" * ((1 << 16) + more)
    result = dss("ask", quay, "--kb", MINI, stdin=f"fishing\nnote {long}\nwords\n")
    assert result.exit_code == 1
    assert "Stopped at line 2 of the replies: That reply is longer than" in " ".join(result.stderr.split())
    assert plain_profile(quay.read_bytes()) == {"schema": "dss/profile/1", "quarrel": "fishing"}
    screen = Screen(io.BytesIO(f"{long}\nwords\n".encode()), io.StringIO())
    with pytest.raises(Overlong):
        screen.ask("> ")
    assert screen.ask("> ") == "words"


def test_the_assessment_can_be_written_to_a_file(quay: Path, tmp_path: Path) -> None:
    out = tmp_path / "advice.html"
    result = dss("ask", quay, "--kb", MINI, "-f", "html", "--output", out, stdin="fishing\nreview\n\n")
    assert result.stdout == ""
    assert f"Wrote {out}." in result.stderr
    assert "</html>" in out.read_text()
    same = dss("ask", quay, "--kb", MINI, "--output", quay, stdin="words\n")
    assert same.exit_code == 2
    assert "cannot be one file" in same.stderr


@pytest.mark.parametrize(("text", "told"), [
    ("{quarrel: fishing} # memo\n", "With that the comment on line 1 goes."),
    ("# top\n  quarrel: fishing # memo\n", "With that the comments on lines 1 and 2 go."),
    ("{quarrel: fishing}\n", "the file is written anew, one answer a line"),
])
def test_a_file_that_is_written_anew_is_told_beforehand(quay: Path, text: str, told: str) -> None:
    quay.write_text(text)
    result = dss("ask", quay, "--kb", MINI, stdin="words\nq\n")
    said = " ".join(result.stderr.split())
    assert told in said
    assert "Comments of the file stay" not in said
    assert quay.read_text() == "quarrel: fishing\nstage: words\n"


def test_comments_that_nobody_was_told_of_are_kept_by_saving_aside(quay: Path) -> None:
    quay.write_bytes(b"quarrel: fishing # memo\rstage: words\r")
    result = dss("ask", quay, "--kb", MINI, stdin="#stage\nthreats\nq\n")
    assert quay.read_bytes() == b"quarrel: fishing # memo\rstage: words\r"
    beside = quay.with_name("quay-2.yaml")
    assert plain_profile(beside.read_bytes()) == {"quarrel": "fishing", "stage": "threats"}
    assert "without the loss of its comments. Your answers are saved in" in " ".join(result.stderr.split())


@pytest.mark.parametrize("width", [40, 60, 80])
def test_every_line_fits_the_window(tmp_path: Path, width: int) -> None:
    path = tmp_path / "x.yaml"
    shutil.copy(EXAMPLES[0], path)
    result = dss("ask", path, "--all", COLUMNS=str(width), stdin="why\nhelp\nso far\nreview\npartners\nq\n")
    told = [line for line in result.stderr.splitlines() if len(line) > width and str(tmp_path) not in line]
    assert told == []
