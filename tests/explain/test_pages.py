"""The pages: prose a person who knows nothing of rules understands, and no coaching."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from running import EXAMPLES, assessment, dss

from dss.changes import single_changes
from dss.compare import courses
from dss.explain import why
from dss.render import Page
from dss.render.compare_page import compare_page
from dss.render.explain_page import why_not_page, why_page
from dss.render.what_if_page import what_if_page
from dss.views import compare_data, what_if_data, why_data, why_not_data
from dss.whatif import what_if
from dss.whynot import why_not

SHOWN = EXAMPLES[1::5]
"""The examples whose every page is read; the slow set reads those of all."""
ENGINE = ("experta", "salience", "stratum", "strata", "kleene", "mask", "bitmask", "conjunct", "conjunction",
          "disjunction", "dnf", "rule fired", "rules fired",
          "fired rule", "rule fires", "predicate", "boolean", "antecedent", "evaluator",
          "inference", "refuted", "finding id", "rule id", "tuple")
COACHING = ("you should", "you must", "you need to", "change your answer", "answer differently",
            "by answering", "if you answer", "if you report", "to unlock", "simply", "report instead",
            "try answering", "set the", "answer '")
SUPPOSITION = ("These are suppositions about the world. They say what would have to be so in fact, not what "
               "to report.")
HOPELESS = "No change of the facts would put it in the mix, or permit it."
REASONS = {"forbidden", "barred-until", "needs-unmet", "pointless", "too-few-points", "left-out"}
shown = pytest.mark.parametrize("profile", SHOWN, ids=lambda p: p.stem)
every = pytest.mark.parametrize("profile", [
    pytest.param(p, id=p.stem, marks=[] if p in EXAMPLES[::3] else pytest.mark.slow) for p in EXAMPLES])
"""Every third example in the quick set, all in the slow one."""


def flat(page: str) -> str:
    """A page as one line."""
    return " ".join(page.split())


def without_notes(data: Any) -> Any:
    """Data without what the profile's author wrote in evidence, which may say anything."""
    if isinstance(data, dict):
        noted = data.get("kind") in ("stated", "partners")
        return {k: "" if noted and k == "note" else without_notes(v) for k, v in data.items()}
    return [without_notes(x) for x in data] if isinstance(data, list) else data


@cache
def refusals(profile: Path) -> dict[str, dict[str, Any]]:
    """What why-not says as data, for every action outside the mix."""
    a = assessment(profile)
    singles = single_changes(a)
    return {x: why_not_data(a, why_not(a, x, seconds=0, singles=singles)) for x in a.kb.actions
            if x not in a.advice.mixes[0].actions}


@cache
def pages(profile: Path) -> dict[str, str]:
    """Every page about an example, by name."""
    a = assessment(profile)
    out = {}
    for item in [*a.kb.actions, *a.kb.postures, *(a.kb.variables[at].id for at in a.kb.findings)]:
        data = without_notes(why_data(a, item, why(a, item)))
        out[f"why {item}"] = why_page(data, Page(), tree=False)
        out[f"why {item} --tree"] = why_page(data, Page(), tree=True)
    for action, data in refusals(profile).items():
        out[f"why-not {action}"] = why_not_page(data, Page())
    frame = next(at for at in range(a.kb.attributes) if a.kb.variables[at].frame)
    changed = what_if(a, {a.kb.variables[frame].id: "unknown"})
    out["what-if"] = what_if_page(what_if_data(changed), Page())
    out["compare"] = compare_page(compare_data(courses([a]), [a]), Page())
    return out


def check_prose(profile: Path) -> None:
    rules = assessment(profile).kb.rules
    ids = re.compile(r"(?<![\w-])(" + "|".join(map(re.escape, rules)) + r")(?![\w-])")
    engine = re.compile(r"(?<![\w-])(" + "|".join(map(re.escape, ENGINE)) + r")(?![\w-])", re.IGNORECASE)
    for name, page in pages(profile).items():
        text = flat(page)
        assert ids.search(text) is None, name
        assert engine.search(text) is None, (name, engine.search(text))
        assert not re.search(r"[{}\\]|\?unknown|partners>=|\bn/a\b|\(\s*\)|\.\.(?!\.)|,,| ,|: \.", text), name
        if name != "compare":  # its cells stand beside each other
            assert not re.search(r"(\(|has |, )1 (points|partners|cautions|ways|seconds)\b", text), name


@shown
def test_prose_names_no_rule_by_its_id_and_uses_no_word_of_the_engine(profile: Path) -> None:
    check_prose(profile)


@pytest.mark.slow
@every
def test_no_page_of_any_example_names_a_rule_by_its_id(profile: Path) -> None:
    check_prose(profile)


@every
def test_a_refused_action_is_never_coached_into_the_mix(profile: Path) -> None:
    for data in refusals(profile).values():
        text = flat(why_not_page(data, Page()))
        assert SUPPOSITION in text or HOPELESS in text
        assert [c for c in COACHING if c in text.lower()] == []
        if data["enter"] or data["permit"]:
            assert "if it were true that" in text
        assert not re.search(r"(?:^|[.:!?] )(Answer|Reply|Claim|Pretend|State that|Tell) ", text)


@every
def test_a_forbidden_action_is_told_what_it_would_need(profile: Path) -> None:
    for data in refusals(profile).values():
        if data["reason"] not in ("forbidden", "barred-until", "needs-unmet"):
            continue
        text = flat(why_not_page(data, Page()))
        for rule in data["rules"]:
            assert flat(rule["title"]) in text
            assert ("This bar would fall given: " in text) if rule["lifted_by"] else (
                "Nothing lifts this bar." in text)
        if data["unmet"]:
            assert "WHAT IT WOULD NEED" in text
        for need in data["unmet"]:
            assert flat(need["text"]) in text
            assert flat(need["now"]) in text


@every
def test_why_not_gives_its_reason_first(profile: Path) -> None:
    for data in refusals(profile).values():
        assert data["reason"] in REASONS
        lines = why_not_page(data, Page()).splitlines()
        assert lines[0] == f"Why not: {data['title']}"
        assert lines[2].startswith("It ") or lines[2].startswith("What it needs")


@shown
def test_every_reason_that_is_told_stands_with_its_title_and_source(profile: Path) -> None:
    a = assessment(profile)
    for action in a.advice.mixes[0].actions:
        text = flat(pages(profile)[f"why {action}"])
        for rule in a.supporting(action):
            assert flat(rule.title) in text
            assert a.kb.works[rule.source[0].work].short in text


@shown
@pytest.mark.parametrize("width", [40, 80, 100])
def test_pages_keep_to_the_width(profile: Path, width: int) -> None:
    a = assessment(profile)
    page = Page(width=width)
    item = a.advice.mixes[0].actions[0]
    texts = [why_page(why_data(a, x, why(a, x)), page, tree=tree)
             for x in (item, a.advice.posture) for tree in (False, True)]
    texts += [why_not_page(data, page) for data in refusals(profile).values()]
    for text in texts:
        too_long = [line for line in text.splitlines() if len(line) > width]
        assert [line for line in too_long if len(max(line.split(), key=len)) < width // 2] == []


def test_facts_are_told_once_and_grouped_by_who_supplied_them() -> None:
    a = assessment(EXAMPLES[0])
    for action in a.advice.mixes[0].actions:
        page = why_page(why_data(a, action, why(a, action)), Page(), tree=False)
        for heading in ("WHAT YOU REPORT", "WHAT IS ONLY PRESUMED", "WHAT IS OPEN"):
            assert page.count(heading) <= 1
        told = page.partition("WHAT YOU REPORT")[2].splitlines()
        facts = [line for line in told if line.startswith("  - ")]
        assert len(facts) == len(set(facts))


def test_how_far_the_search_went_is_said() -> None:
    data = next(d for p in EXAMPLES for d in refusals(p).values()
                if not d["enter"] and not d["searched"]["hopeless"])
    text = flat(why_not_page(data, Page()))
    assert f"all {data['searched']['single']:,} were tried" in text
    limited = {**data, "searched": {**data["searched"], "pairs": 1200, "pairs_in_all": 30000, "seconds": 2.0}}
    assert "1,200 changes of two facts, of 30,000, that could be tried in 2 seconds" in flat(
        why_not_page(limited, Page()))
    complete = {**data, "searched": {**data["searched"], "pairs": 30000, "pairs_in_all": 30000}}
    assert "Nor would any change of two facts: all 30,000 were tried." in flat(why_not_page(complete, Page()))


def test_compare_shows_as_many_columns_as_fit() -> None:
    found = [assessment(p) for p in EXAMPLES[:4]]
    data = compare_data(courses(found), found)
    wide, narrow = compare_page(data, Page(width=100)), compare_page(data, Page(width=40))
    for page in (wide, narrow):
        assert all(page.count(c["title"].split()[0]) for c in data["courses"])
        assert "Escalation is the sum over the actions" in flat(page)
    assert narrow.count("Hard power, %") == 4
    assert wide.count("Hard power, %") == 1


def test_the_verbs_print_the_same_as_data() -> None:
    import json

    profile = EXAMPLES[0]
    a = assessment(profile)
    inside = a.advice.mixes[0].actions[0]
    outside = next(iter(refusals(profile)))
    told = json.loads(dss("why", profile, inside, "--format", "json").stdout)
    assert told["proof"] == why_data(a, inside, why(a, inside))["proof"]
    told = json.loads(dss("why-not", profile, outside, "--format", "json", "--seconds", "0").stdout)
    assert told == refusals(profile)[outside]
    assert json.loads(dss("compare", profile, "--format", "json").stdout) == compare_data(courses([a]), [a])
