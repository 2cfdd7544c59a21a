"""What ``dss`` says of input that cannot be used: a message with a place and a hint, never a traceback."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from running import dss, process

from dss.source import MAX_BYTES

BAD_FILES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "IN001 the file is empty"),
    "only a comment": (b"# nothing\n", "IN001 the file is empty"),
    "binary": (bytes(range(256)), "IN003 this is a binary file, not YAML text"),
    "latin-1": ("title: Zürich\n".encode("latin-1"), "IN003 line 1 is not UTF-8 text"),
    "too large": (b"#" * (MAX_BYTES + 1), "IN002 the file is larger than 1024 KiB"),
    "a list": (b"- armed_attack: none\n", "PR001 a profile is a mapping of attributes, not a list"),
    "a word": (b"war\n", "PR001 a profile is a mapping of attributes, not a value"),
    "a tab": (b"title: x\n\tphase: dispute\n", "IN004 YAML cannot be read here: a tab stands"),
    "a duplicate key": (b"phase: dispute\nphase: dispute\n", "IN010 'phase' is given twice"),
    "an unknown key": (b"fase: dispute\n", "PR011 'fase' is not an attribute"),
    "a wrong value": (b"phase: disputed\n", "PR012 'phase' has no value 'disputed'"),
    "a wrong type": (b"phase: [{is: dispute}]\n", "PR012 a list of values holds values, not a mapping"),
    "an alias bomb": (b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "IN006 YAML anchors and aliases"),
    "a tag": (b"phase: !!python/name:os.system dispute\n", "IN007 YAML tags such as"),
    "two documents": (b"phase: dispute\n---\nphase: dispute\n", "IN005 a second document begins here"),
    "nested too deep": (b"title: " + b"[" * 40 + b"]" * 40, "IN008 nested deeper than 32 levels"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_told_in_one_message_with_its_name(name: str, tmp_path: Path) -> None:
    data, message = BAD_FILES[name]
    file = tmp_path / "profile.yaml"
    file.write_bytes(data)
    result = dss("assess", file)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith(str(file))
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_a_missing_file_is_told_with_the_nearest_name(tmp_path: Path) -> None:
    (tmp_path / "border.yaml").write_text("title: x\n", encoding="utf-8")
    result = dss("assess", tmp_path / "boder.yaml")
    assert result.exit_code == 1
    assert "IN020 there is no such file" in result.stderr
    assert "did you mean 'border.yaml'?" in result.stderr


def test_a_folder_is_told_apart_from_a_file(tmp_path: Path) -> None:
    result = dss("assess", tmp_path)
    assert result.exit_code == 1
    assert "IN021 this is a folder, not a file" in result.stderr


def raises(error: OSError) -> Callable[..., object]:
    def refuse(*_: object, **__: object) -> object:
        raise error

    return refuse


@pytest.mark.parametrize(("error", "message"), [
    (PermissionError(13, "Permission denied"), "IN022 the file may not be read (no permission)"),
    (OSError(5, "Input/output error"), "IN023 the file cannot be read: Input/output error"),
])
def test_a_file_that_may_not_be_read_is_told(
    error: OSError, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secret.yaml"
    file.write_text("title: x\n", encoding="utf-8")
    real = Path.open

    def open_(self: Path, *args: object, **more: object) -> object:
        return raises(error)() if self == file else real(self, *args, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", open_)
    result = dss("assess", file)
    assert result.exit_code == 1
    assert f"{file}: {message}" in result.stderr


def test_an_unreadable_name_is_told(tmp_path: Path) -> None:
    result = dss("assess", f"{tmp_path}/a\0b.yaml")
    assert result.exit_code == 1
    assert "IN023 the file cannot be read" in result.stderr


def test_a_process_never_shows_a_traceback_for_bad_bytes(tmp_path: Path) -> None:
    for data, _ in BAD_FILES.values():
        result = process("assess", "-", stdin=data, cwd=tmp_path)
        assert result.returncode == 1
        assert b"Traceback" not in result.stderr
        assert result.stderr.startswith(b"<stdin>")
