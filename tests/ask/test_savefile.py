"""The save file: comments stay, entries change in place, and at every moment one whole file is there."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from profiles import sample
from running import EXAMPLES

from dss import InvalidInput, KnowledgeBase
from dss.savefile import (
    ChangedMeanwhile,
    CommentsAtRisk,
    NotSaved,
    RemovedMeanwhile,
    SaveFile,
    flow,
    fragile_comments,
    open_save,
    patched,
    plain_profile,
    rewritten,
)

WRITTEN = """\
# A crisis at the quay
title: The quay   # to be named better

# Nobody is sure of this.
stage: threats    # as the mate said
grounds:
  value: [custom]   # inner
  note: "a # is no comment here"
story: >
  # neither is this
  line

# last words
"""


def test_an_entry_changes_and_every_other_line_stays() -> None:
    data = WRITTEN.encode()
    profile = {**plain_profile(data), "stage": "ramming", "tension": "high"}
    text = patched(data, profile).decode()
    assert text == WRITTEN.replace("stage: threats  ", "stage: ramming  ") + "tension: high\n"


def test_an_entry_that_goes_takes_only_its_lines() -> None:
    profile = plain_profile(WRITTEN.encode())
    del profile["grounds"]
    text = patched(WRITTEN.encode(), profile).decode()
    assert "grounds" not in text
    assert text.count("#") == WRITTEN.count("#") - 2
    assert plain_profile(text.encode()) == profile


def test_comments_that_a_change_would_lose_are_known_beforehand() -> None:
    assert fragile_comments(WRITTEN.encode()) == [7]
    assert fragile_comments(b"{a: x, b: y} # all\n") == [1]
    assert fragile_comments(b"a: x # kept\n# kept\n") == []


@pytest.mark.parametrize("data", [
    b"a: x\r\nb: y\r\n", b"a: x\nb: y", b"\xef\xbb\xbfa: x\nb: y\n", b"{a: x, b: y}", b"---\na: x\nb: y\n",
    b"a: x\nb: y\n...\n", b'"a": x\nb: y\n', b"# only\n", b"", b"a: |\n  x\n\n\nb: y\n",
    b"a:\n- x\n- z\nb: y\n",
])
def test_whatever_the_form_of_the_file_what_is_saved_is_what_was_answered(data: bytes) -> None:
    profile = {**plain_profile(data), "b": "none", "c": {"value": "no", "note": 'say "no": #1'}}
    assert plain_profile(patched(data, profile)) == profile
    assert b"\r\n" not in data or b"\n" not in patched(data, profile).replace(b"\r\n", b"")


def test_any_profile_can_be_saved_and_read_again(kb: KnowledgeBase) -> None:
    def texts(data: Any) -> Any:
        if isinstance(data, dict):
            return {k: texts(v) for k, v in data.items()}
        if isinstance(data, list):
            return [texts(v) for v in data]
        return {True: "yes", False: "no"}[data] if isinstance(data, bool) else str(data)

    for seed in range(150):
        profile = texts(sample(kb, seed))
        data = patched(None, profile)
        assert plain_profile(data) == profile
        other = texts(sample(kb, seed + 1000))
        assert plain_profile(patched(data, other)) == other


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda p: p.stem)
def test_comments_of_an_example_outlive_a_change_of_every_answer(kb: KnowledgeBase, example: Path) -> None:
    data = example.read_bytes()
    profile = {k: "unknown" if k in kb.words.position else v for k, v in plain_profile(data).items()}
    text = patched(data, profile)
    assert plain_profile(text) == profile
    kept = [line for line in data.decode().splitlines() if line.startswith("#")]
    assert [line for line in text.decode().splitlines() if line.startswith("#")] == kept


@pytest.mark.parametrize("value", ["x", "no", "a: b", "# x", "'", '"', "é", "[a", "{", "", "- a", "a\\b",
                                   "🙂", "~", "1e3"])
def test_every_text_is_quoted_as_it_needs(value: str) -> None:
    assert plain_profile(f"k: {flow(value)}\nl: {flow([value, {'m': value}])}\n".encode()) == {
        "k": value, "l": [value, {"m": value}]}


def test_saving_is_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.yaml"
    save = SaveFile(path).saved({"a": "x"})
    path.chmod(0o640)

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    for step in ("write", "fsync", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(os, step, full)
            with pytest.raises(NotSaved, match="No space left on device"):
                save.saved({"a": "y"})
        assert path.read_bytes() == b"a: x\n"
        assert [p.name for p in tmp_path.iterdir()] == ["a.yaml"]
    save = save.saved({"a": "y"})
    assert path.read_bytes() == b"a: y\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [p.name for p in tmp_path.iterdir()] == ["a.yaml"]


def test_new_answers_stand_before_the_mark_that_ends_the_document() -> None:
    data = b"# top\na: x # one\nb: y\n...\n# after\n"
    text = patched(data, {"a": "z", "b": ["u"], "c": "v"})
    assert text == b"# top\na: z # one\nb: [u]\nc: v\n...\n# after\n"
    assert patched(b"# only\n...\n", {"a": "x"}) == b"# only\na: x\n...\n"


@pytest.mark.parametrize("before", ["none", "[{name: A}]"])
def test_the_comment_of_a_line_that_grows_stands_above_it(before: str) -> None:
    data = f"a: x\npartners: {before}   # memo 12\nb: y\n".encode()
    text = patched(data, {**plain_profile(data), "partners": [{"name": "A"}, {"name": "B"}]})
    assert text == b"a: x\n# memo 12\npartners:\n  - {name: A}\n  - {name: B}\nb: y\n"


def test_a_file_that_is_written_anew_is_known_beforehand_with_its_comments() -> None:
    indented = b"# top\n  a: x # one\n  b: y\n"
    assert rewritten(indented)
    assert fragile_comments(indented) == [1, 2]
    assert rewritten(b"{a: x}\n")
    assert rewritten(b"{} # memo\n")
    for kept in (WRITTEN.encode(), b"", b"# only\n", b"a: x\n...\n"):
        assert not rewritten(kept)


def test_comments_that_would_go_unannounced_are_left_in_the_file(tmp_path: Path) -> None:
    """Lines that end in a way that cannot be patched."""
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a: x # memo\rb: y\r")
    save = SaveFile(path, path.read_bytes())
    assert fragile_comments(path.read_bytes()) == []
    with pytest.raises(CommentsAtRisk, match="comments"):
        save.saved({"a": "x", "b": "z"})
    assert path.read_bytes() == b"a: x # memo\rb: y\r"
    aside = save.aside().saved({"a": "x", "b": "z"})
    assert plain_profile(aside.path.read_bytes()) == {"a": "x", "b": "z"}


def test_a_removed_file_is_told_and_can_be_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    save = SaveFile(path).saved({"a": "x"})
    path.unlink()
    with pytest.raises(RemovedMeanwhile, match="removed meanwhile"):
        save.saved({"a": "y"})
    save.anew().saved({"a": "y"})
    assert path.read_bytes() == b"a: y\n"


def test_a_read_only_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.yaml"
    save = SaveFile(path).saved({"a": "x"})
    monkeypatch.setattr(os, "access", lambda found, _: Path(found) != path.resolve())
    with pytest.raises(NotSaved, match="is read-only"):
        save.saved({"a": "y"})
    assert path.read_bytes() == b"a: x\n"


def test_a_file_of_the_same_name_beside_it_is_never_written_to(tmp_path: Path) -> None:
    path, theirs = tmp_path / "a.yaml", tmp_path / "theirs"
    theirs.write_bytes(b"theirs")
    (tmp_path / ".a.yaml.part").symlink_to(theirs)
    SaveFile(path).saved({"a": "x"})
    assert theirs.read_bytes() == b"theirs"
    assert sorted(p.name for p in tmp_path.iterdir()) == [".a.yaml.part", "a.yaml", "theirs"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target, link = tmp_path / "real" / "a.yaml", tmp_path / "b.yaml"
    target.write_bytes(b"a: x\n")
    link.symlink_to(target)
    SaveFile(link, b"a: x\n").saved({"a": "y"})
    assert link.is_symlink()
    assert target.read_bytes() == b"a: y\n"


def test_what_another_program_wrote_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    save = SaveFile(path).saved({"a": "x"})
    path.write_bytes(b"a: theirs\n")
    with pytest.raises(ChangedMeanwhile):
        save.saved({"a": "mine"})
    aside = save.aside().saved({"a": "mine"})
    assert aside.path.name == "a-2.yaml"
    assert aside.path.read_bytes() == b"a: mine\n"
    assert path.read_bytes() == b"a: theirs\n"


def test_a_profile_with_problems_is_not_touched(kb: KnowledgeBase, tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"nonsense: x\n")
    with pytest.raises(InvalidInput):
        open_save(kb, path)
    assert path.read_bytes() == b"nonsense: x\n"
    path.write_bytes(b"# nothing yet\n")
    assert open_save(kb, path).data == b"# nothing yet\n"
    path.write_bytes(b"a: [\n")
    with pytest.raises(InvalidInput):
        open_save(kb, path)
