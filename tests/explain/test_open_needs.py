"""What an advised action needs and nobody knows is told beside it."""

from __future__ import annotations

import random

from profiles import Choices, build
from running import EXAMPLES, document

from dss import KnowledgeBase, assess
from dss.conditions import OPEN, status
from dss.render import Page, renderer


def test_the_open_needs_of_an_action_are_told_and_no_others(kb: KnowledgeBase) -> None:
    told = 0
    for seed in range(40):
        a = assess(kb, build(kb, Choices(random.Random(seed).choice)))
        for action in a.as_data()["mixes"][0]["actions"]:
            found = status(kb.actions[action["id"]].needs, a.trace.inference.possible)
            assert bool(action["not_known"]) == (found == OPEN), action["id"]
            told += bool(action["not_known"])
    assert told > 5


def test_every_report_says_them() -> None:
    d = document(next(e for e in EXAMPLES if "northern-iraq" in e.stem))
    open_needs = [n for a in d["mixes"][0]["actions"] for n in a["not_known"]]
    assert open_needs, "in northern Iraq consent and the area of action are open"
    for name in ("text", "md", "html"):
        made = renderer(name)([d], Page())
        assert isinstance(made, str)
        said = " ".join(made.split())
        assert all(n in said for n in open_needs), name
