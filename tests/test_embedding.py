"""The library inside another program: the same power, and no trace left in the host."""

from __future__ import annotations

import copy
import gc
import json
import locale
import logging
import os
import sys
import threading
import types
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml
from running import EXAMPLES, NATO
from running import dss as command

import dss
from dss import Assessment, InvalidInput, KnowledgeBase, assess, load_kb, load_situation

MINIMAL: dict[str, Any] = {"crisis_type": "natural-disaster", "host_consent": "full", "armed_attack": "none"}


def contract(a: Assessment) -> str:
    """An assessment as the bytes a program would store, without the name-bound digest of its profile."""
    data = a.as_data()
    return json.dumps({**data, "profile": {**data["profile"], "digest": ""}})


def test_the_library_and_the_command_line_give_the_same(kb: KnowledgeBase) -> None:
    shown = command("assess", NATO, "--format", "json").stdout
    assert json.loads(shown) == assess(kb, NATO).as_data() == assess(kb, str(NATO)).as_data()


def test_a_dict_is_judged_as_the_file_it_came_from(kb: KnowledgeBase) -> None:
    profile = yaml.safe_load(NATO.read_text(encoding="utf-8"))
    assert contract(assess(kb, profile)) == contract(assess(kb, NATO))


def test_a_loaded_situation_can_be_judged_again_and_again(kb: KnowledgeBase) -> None:
    situation = load_situation(kb, NATO)
    assert contract(assess(kb, situation)) == contract(assess(kb, situation)) == contract(assess(kb, NATO))


def test_a_dict_is_left_as_it_was(kb: KnowledgeBase) -> None:
    profile = yaml.safe_load(NATO.read_text(encoding="utf-8"))
    before = copy.deepcopy(profile)
    assess(kb, profile)
    assert profile == before


def test_a_dict_takes_python_values(kb: KnowledgeBase) -> None:
    said = {"attack_ongoing": True, "exercise_troops": 9000, "legal_bases": {"host-state-consent"}}
    written = {"attack_ongoing": "yes", "exercise_troops": "9000", "legal_bases": ["host-state-consent"]}
    assert assess(kb, said).trace.inference == assess(kb, written).trace.inference


def test_what_comes_out_is_plain_data(kb: KnowledgeBase) -> None:
    data = assess(kb, MINIMAL).as_data()
    assert json.loads(json.dumps(data)) == data


def test_mistakes_in_a_dict_are_raised_all_at_once_with_their_paths(kb: KnowledgeBase) -> None:
    with pytest.raises(InvalidInput) as caught:
        assess(kb, {"armed_attack": "perhaps", "partners": [{"name": "A", "commitment": "total"}], "odd": 1})
    told = str(caught.value)
    assert sorted(i.code for i in caught.value.issues) == ["PR011", "PR012", "PR012"]
    assert "<dict>: armed_attack" in told
    assert "<dict>: partners[0].commitment" in told


def test_none_is_refused_with_advice(kb: KnowledgeBase) -> None:
    with pytest.raises(InvalidInput, match="leave the key out, or write 'unknown'"):
        assess(kb, {"armed_attack": None})


def test_threads_get_the_same_results_as_one_after_another(kb: KnowledgeBase) -> None:
    alone = [contract(assess(kb, example)) for example in EXAMPLES[:5]]
    start = threading.Barrier(4)

    def work(_: int) -> list[str]:
        start.wait()
        return [contract(assess(kb, example)) for example in EXAMPLES[:5]]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(work, range(4))) == [alone] * 4


def test_two_knowledge_bases_do_not_mix(kb: KnowledgeBase, mini: KnowledgeBase) -> None:
    other = load_kb()
    first = contract(assess(kb, NATO))
    small = contract(assess(mini, {}))
    assert contract(assess(other, NATO)) == first
    assert contract(assess(mini, {})) == small
    assert contract(assess(kb, NATO)) == first


def host() -> dict[str, Any]:
    """What a host program would notice if it changed."""
    import collections

    return {
        "handlers": logging.root.handlers[:], "level": logging.root.level,
        "loggers' handlers": {n: list(getattr(g, "handlers", ()))
                              for n, g in logging.root.manager.loggerDict.items() if n.startswith("dss")},
        "filters": warnings.filters[:], "locale": locale.setlocale(locale.LC_ALL),
        "environment": dict(os.environ), "path": sys.path[:], "directory": Path.cwd(),
        "collections": sorted(vars(collections)), "recursion": sys.getrecursionlimit(),
        "hooks": (sys.excepthook, sys.displayhook), "collecting": gc.isenabled(),
        "streams": (sys.stdout, sys.stderr), "threads": threading.active_count(),
    }


@pytest.mark.parametrize("act", [
    load_kb, lambda: assess(load_kb(), NATO), lambda: assess(load_kb(), MINIMAL).as_data(),
], ids=["load", "assess", "contract"])
def test_the_host_is_as_it_was(act: Callable[[], object], capsys: pytest.CaptureFixture[str]) -> None:
    before = host()
    act()
    assert host() == before
    assert capsys.readouterr() == ("", "")


def module_state() -> dict[str, str]:
    """Every container that stands in the open in a module of dss, as text."""
    return {
        f"{name}.{key}": repr(value)
        for name, module in sorted(sys.modules.items())
        if (name == "dss" or name.startswith("dss.")) and isinstance(module, types.ModuleType)
        for key, value in vars(module).items()
        if isinstance(value, (dict, list, set, bytearray)) and not key.startswith("__")
    }


def test_judging_changes_no_state_of_the_library(kb: KnowledgeBase) -> None:
    assess(kb, NATO).as_data()
    before = module_state()
    assess(kb, MINIMAL).as_data()
    assert module_state() == before
    assert before


def test_results_cannot_be_changed(kb: KnowledgeBase) -> None:
    a = assess(kb, MINIMAL)
    for owner, name in ((a, "trace"), (a.trace, "order"), (a.advice, "mixes"), (a.situation, "masks"),
                        (kb, "rules")):
        with pytest.raises(AttributeError):
            setattr(owner, name, None)


def test_changing_the_data_of_one_result_does_not_change_the_next(kb: KnowledgeBase) -> None:
    a = assess(kb, MINIMAL)
    before = contract(a)
    data = a.as_data()
    data["mixes"].clear()
    data["kb"]["id"] = "other"
    assert contract(a) == before == contract(assess(kb, MINIMAL))


def test_the_package_says_its_version() -> None:
    assert dss.__version__.count(".") == 2
