"""Running the program: in this process for speed, or as a process of its own."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from click.testing import CliRunner, Result

from dss import Assessment, KnowledgeBase, assess, cli, load_kb

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
NATO = ROOT / "examples" / "nato-crimea-2014.yaml"
KEPT = ("PATH", "PYTHONPATH", "HOME", "TMPDIR", "SYSTEMROOT")


@cache
def assessment(profile: Path) -> Assessment:
    """The assessment of a profile by the packaged knowledge base, made once for all tests."""
    return assess(_packaged(), profile)


@cache
def document(profile: Path) -> dict[str, Any]:
    """The JSON contract of a profile's assessment; not to be changed."""
    return assessment(profile).as_data()


_packaged = cache(load_kb)


def _load_once(folder: Any = None, *, packs: Sequence[Any] = (), **options: bool) -> KnowledgeBase:
    """``load_kb``, with the packaged knowledge base read once for all commands in this process."""
    return load_kb(folder, packs=packs, **options) if folder is not None or packs else _packaged(**options)


class _Program:
    """``dss.cli.main`` in the shape that click's runner expects of a command."""

    name = "dss"

    def main(self, args: Sequence[str], prog_name: str, **_: Any) -> None:
        with (mock.patch.object(sys, "argv", [prog_name, *args]), mock.patch.object(os, "_exit", sys.exit),
              mock.patch("dss.kb.load_kb", _load_once)):
            try:
                cli.main()
            finally:
                gc.enable()


def dss(*arguments: str | Path, stdin: str | bytes = "", **environment: str) -> Result:
    """Run ``dss`` in this process, with no terminal and only the given COLUMNS, NO_COLOR and so on."""
    program: Any = _Program()
    env: dict[str, str | None] = {"COLUMNS": None, "NO_COLOR": None, "FORCE_COLOR": None, **environment}
    result = CliRunner().invoke(program, [str(a) for a in arguments], input=stdin, env=env)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def clean_environment(**more: str) -> dict[str, str]:
    """The environment of a process: what Python needs to start, and ``more``."""
    return {**{k: v for k, v in os.environ.items() if k in KEPT}, "PYTHONUTF8": "1", **more}


def process(*arguments: str | Path, stdin: bytes = b"", cwd: Path | None = None,
            **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run ``python -m dss`` as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "dss", *map(str, arguments)], input=stdin, capture_output=True, cwd=cwd,
        env=clean_environment(**environment), check=False, timeout=120,
    )
