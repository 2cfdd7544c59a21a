"""The same profile gives the same record on every supported Python, whatever the hash seed."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from running import NATO, ROOT, clean_environment, process

VERSIONS = ("3.10", "3.11", "3.12", "3.13")
NEEDED = ("experta>=1.9.4", "click>=8.0", "PyYAML>=6.0", "tabulate>=0.9")


def recorded(python: str, out: Path, **environment: str) -> str:
    """The digest of the record that a Python makes of one profile."""
    done = subprocess.run(
        [python, "-m", "dss", "assess", str(NATO), "--record", str(out)], cwd=ROOT, check=False,
        capture_output=True, env=clean_environment(**{"PYTHONPATH": str(ROOT), **environment}))
    assert done.returncode == 0, done.stderr.decode()
    return hashlib.sha256(out.read_bytes()).hexdigest()


def test_the_hash_seed_changes_no_byte_of_a_record(tmp_path: Path) -> None:
    digests = {recorded(sys.executable, tmp_path / seed, PYTHONHASHSEED=seed) for seed in ("0", "1", "4321")}
    assert len(digests) == 1


def test_a_record_made_by_one_process_is_replayed_by_another(tmp_path: Path) -> None:
    recorded(sys.executable, tmp_path / "out.json", PYTHONHASHSEED="5")
    shown = process("replay", tmp_path / "out.json", cwd=ROOT, PYTHONPATH=str(ROOT), PYTHONHASHSEED="6")
    assert shown.returncode == 0, shown.stdout


def interpreter(version: str) -> str:
    """A Python of a version, from pyenv or the path; skips when there is none."""
    from shutil import which

    found = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python3"))
    name = str(found[-1]) if found else which(f"python{version}") or ""
    if not name:
        pytest.skip(f"NOT TESTED on Python {version}: neither pyenv nor the path has one")
    return name


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_every_python_makes_and_replays_the_same_record(version: str, tmp_path: Path) -> None:
    name = interpreter(version)
    subprocess.run([name, "-m", "venv", str(tmp_path / "venv")], check=True, capture_output=True)
    python = str(tmp_path / "venv" / "bin" / "python")
    installed = subprocess.run([python, "-m", "pip", "install", "-q", *NEEDED], check=False,
                               capture_output=True)
    if installed.returncode:
        pytest.skip(f"NOT TESTED on Python {version}: pip failed: {installed.stderr.decode()[-300:]}")
    assert recorded(python, tmp_path / "there.json") == recorded(sys.executable, tmp_path / "here.json")
    replayed = subprocess.run([python, "-m", "dss", "replay", str(tmp_path / "here.json")], cwd=ROOT,
                              check=False, capture_output=True, env=clean_environment(PYTHONPATH=str(ROOT)))
    assert replayed.returncode == 0, replayed.stdout.decode()
