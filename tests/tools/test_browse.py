"""Browsing, graph, schemas, the book: all made from the knowledge base, in text and JSON."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from running import dss

import kb_rules
from dss.book import book
from dss.browse import Filter, rules_matching, speaks_of
from dss.graph import around, dot, graph_of, mermaid
from dss.kb import KnowledgeBase
from dss.kbschema import SCHEMA_OF, kb_schemas

FOLDER = Path(kb_rules.__path__[0])
FILES = sorted(FOLDER.rglob("*.yaml"))
VERBS = ("rules", "principles", "actions", "attributes", "findings", "postures", "sources")


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_lists_in_text_and_json(verb: str) -> None:
    assert len(dss(verb).stdout.splitlines()) > 3
    listed = json.loads(dss(verb, "--format", "json").stdout)
    assert all("id" in entry for entry in listed)


@pytest.mark.parametrize("verb", [v for v in VERBS if v != "rules"])
def test_a_verb_shows_one_thing_and_knows_the_nearest_name(verb: str) -> None:
    first = json.loads(dss(verb, "--format", "json").stdout)[0]["id"]
    assert first in dss(verb, first).stdout
    assert json.loads(dss(verb, first, "--format", "json").stdout)["id"] == first
    wrong = dss(verb, first + "x")
    assert wrong.exit_code == 2
    assert f"Did you mean '{first}'?" in wrong.stderr


def test_filters_of_rules_agree_with_the_rules(kb: KnowledgeBase) -> None:
    rule = next(r for r in kb.rules.values() if r.covers and r.favours and r.reads and r.source)
    point, work = rule.covers[0], rule.source[0].work
    action = sorted(speaks_of(rule))[0]
    for wanted in (Filter(principle=rule.principle), Filter(point=point), Filter(source=work),
                   Filter(action=action), Filter(verb="favour"), Filter(text=rule.title[:12])):
        assert rule in rules_matching(kb, wanted)
    assert rules_matching(kb, Filter(principle=rule.principle, point=point, action=action, text=rule.id)) == [
        rule
    ]
    listed = json.loads(dss("rules", "--point", point, "-f", "json").stdout)
    assert [r["id"] for r in listed] == [r.id for r in rules_matching(kb, Filter(point=point))]


def test_a_rule_is_shown_law_first_and_cases_last(kb: KnowledgeBase) -> None:
    rule = next(r for r in kb.rules.values() if r.cases and r.source)
    page = dss("rule", rule.id).stdout
    places = [page.index(label) for label in ("Rests on:", "Because:", "Then:", "Cases:")]
    assert places == sorted(places)


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(FOLDER)))
def test_every_file_of_ours_meets_its_schema(file: Path, schemas: dict[str, dict[str, object]]) -> None:
    path = file.relative_to(FOLDER).as_posix()
    schema = schemas[next(name for start, name in SCHEMA_OF.items() if path.startswith(start))]
    data = json.loads(json.dumps(yaml.safe_load(file.read_text(encoding="utf-8")), default=str))
    errors = jsonschema.Draft202012Validator(schema).iter_errors(data)
    assert [f"{list(e.absolute_path)}: {e.message[:200]}" for e in errors] == []


@pytest.fixture(scope="module")
def schemas(kb: KnowledgeBase) -> dict[str, dict[str, object]]:
    return kb_schemas(kb)


def test_a_schema_refuses_what_the_knowledge_base_refuses(schemas: dict[str, dict[str, object]]) -> None:
    validator = jsonschema.Draft202012Validator(schemas["rules"])
    text = (FOLDER / "rules").glob("*.yaml")
    data = json.loads(json.dumps(yaml.safe_load(next(iter(sorted(text))).read_text(encoding="utf-8"))))
    assert validator.is_valid(data)
    for change in ({"when": {"no_such_fact": "yes"}}, {"then": [{"forbid": "no-such-action"}]}, {"weight": 3},
                   {"source": {"work": "no-such-work"}}, {"covers": ["P999"]}):
        broken = {**data, "rules": [{**data["rules"][0], **change}]}
        assert not validator.is_valid(broken), change


def test_schemas_and_book_know_when_they_are_stale(tmp_path: Path) -> None:
    for verb in ("schemas", "book"):
        folder = tmp_path / verb
        assert dss("kb", verb, folder, "--check").exit_code == 1
        assert dss("kb", verb, folder).exit_code == 0
        assert dss("kb", verb, folder, "--check").exit_code == 0
        some = sorted(folder.iterdir())[0]
        some.write_text(some.read_text(encoding="utf-8") + " ", encoding="utf-8")
        stale = dss("kb", verb, folder, "--check")
        assert stale.exit_code == 1
        assert some.name in stale.stderr


def test_the_book_tells_every_rule_once_in_its_chapter(kb: KnowledgeBase) -> None:
    pages = book(kb)
    for number, principle in enumerate(kb.principles, 1):
        page = pages[f"{number:02d}-{principle}.md"]
        for rule in kb.rules.values():
            assert page.count(f"\n`{rule.id}`") == (rule.principle == principle), rule.id


def test_every_link_of_the_book_leads_somewhere(kb: KnowledgeBase) -> None:
    import re

    pages = book(kb)
    for text in pages.values():
        for target in re.findall(r"\]\(([^)]+\.md)(?:#[^)]*)?\)", text):
            assert target in pages


def test_the_graph_joins_what_rules_join(any_kb: KnowledgeBase) -> None:
    graph = graph_of(any_kb)
    assert all(e.start in graph.nodes and e.end in graph.nodes for e in graph.edges)
    rule = next(r for r in any_kb.rules.values() if r.favours)
    near = around(graph, rule.id, 1)
    assert {t for t, _ in rule.favours} <= set(near.nodes)
    assert set(near.nodes) < set(graph.nodes)
    assert mermaid(near).startswith("flowchart LR\n")
    assert dot(near).startswith("digraph")
    assert mermaid(near).count("\n") == 1 + len(near.nodes) + len(near.edges)


def test_the_graph_verb_has_three_formats_and_knows_ids(kb: KnowledgeBase) -> None:
    name = next(iter(kb.rules))
    data = json.loads(dss("kb", "graph", name, "-f", "json").stdout)
    assert name in [n["id"] for n in data["nodes"]]
    assert dss("kb", "graph", name, "-f", "dot").stdout.startswith("digraph")
    assert dss("kb", "graph", "no-such-thing").exit_code == 2
