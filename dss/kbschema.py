"""JSON Schemas (draft 2020-12) of the files of a knowledge base, generated from one: they hold its
own names, so that an editor completes attributes, values, actions and works as one types."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .catalogue import CLASSES, LEVELS, TIMES
from .invariants import CLAIMS
from .kb import LINES, KnowledgeBase
from .situation import KEYS
from .template import profile_schema
from .terms import KINDS, NOT_APPLICABLE, UNKNOWN, Variable

Schema = dict[str, Any]
DRAFT = "https://json-schema.org/draft/2020-12/schema"
HOME = "../docs/schemas"
"""Where the schemas of a knowledge base are kept, seen from its folder."""

TEXT: Schema = {"type": "string"}
TEXTS: Schema = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
FLAG: Schema = {"enum": [True, False, "yes", "no"]}
WHOLE: Schema = {"type": "integer"}


def kb_schemas(kb: KnowledgeBase) -> dict[str, Schema]:
    """The schema of each kind of file by its name (without '.schema.json')."""
    makers = {
        "rules": _rules, "attributes": _attributes, "actions": _actions, "findings": _findings,
        "postures": _postures, "safeguards": _safeguards, "principles": _principles, "sources": _sources,
        "scales": _scales, "pack": _pack, "invariants": _invariants, "precedent": _precedent,
    }
    shared = _defs(kb)
    out = {}
    for name, make in makers.items():
        body = make(kb)
        used = {d: shared[d] for d in _used(body, shared)}
        out[name] = {"$schema": DRAFT, "title": f"dss knowledge base: {name}", **body, "$defs": used}
    return out


def _used(schema: Schema, shared: Mapping[str, Schema]) -> list[str]:
    """The shared parts that a schema refers to, directly or through others."""
    found: dict[str, None] = {}
    pending = [schema]
    while pending:
        text = json.dumps(pending.pop())
        for name in shared:
            if f'"#/$defs/{name}"' in text and name not in found:
                found[name] = None
                pending.append(shared[name])
    return sorted(found)


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _object(properties: Mapping[str, Any], required: Sequence[str] = (), **more: Any) -> Schema:
    out: Schema = {"type": "object", "additionalProperties": False, "properties": dict(properties), **more}
    return {**out, "required": list(required)} if required else out


def _table(entry: Schema, about: str = "") -> Schema:
    out: Schema = {"type": "object", "additionalProperties": entry}
    return {**out, "description": about} if about else out


def _top(properties: Mapping[str, Any], required: Sequence[str]) -> Schema:
    return _object({**properties, "note": TEXT}, required)


def _one_of(names: Iterable[str]) -> Schema:
    return {"enum": list(names)}


def _several(names: Iterable[str]) -> Schema:
    one = _one_of(names)
    return {"anyOf": [one, {"type": "array", "items": one}]}


# --- what several files share


def _defs(kb: KnowledgeBase) -> dict[str, Schema]:
    citation = _object({"work": _one_of(kb.works), "at": TEXT}, ["work"])
    return {
        "citation": citation,
        "source": {"anyOf": [citation, {"type": "array", "items": citation}]},
        "condition": _condition(kb, kb.variables, "condition", partners=True),
        "partner_condition": _condition(kb, kb.partner.variables, "partner_condition", partners=False),
        "action": _one_of(kb.actions),
        "selector": _selector(kb),
        "target": _one_or_more([*kb.actions, *kb.postures], _selector(kb)["anyOf"][1]),
        "given": profile_given(kb),
    }


def profile_given(kb: KnowledgeBase) -> Schema:
    """The facts of a case: a profile without its heading."""
    properties = profile_schema(kb)["properties"]
    kept = {name: schema for name, schema in properties.items() if name not in KEYS or name == "partners"}
    return _object(kept)


def _condition(kb: KnowledgeBase, variables: Sequence[Variable], name: str, *, partners: bool) -> Schema:
    inner = _ref(name)
    properties: dict[str, Any] = {
        "all": {"type": "array", "items": inner}, "any": {"type": "array", "items": inner}, "not": inner,
    }
    if partners:
        one = _ref("partner_condition")
        properties |= {
            "some_partner": one,
            "no_partner": one,
            "at_least": _object({"n": {"type": "integer", "minimum": 1}, "partner": one}, ["n", "partner"]),
        }
    properties |= {v.id: {"description": v.title, **_phrase(v, kb)} for v in variables if "?" not in v.id}
    return _object(properties)


def _phrase(variable: Variable, kb: KnowledgeBase) -> Schema:
    special = ([NOT_APPLICABLE, f"not {NOT_APPLICABLE}"] if variable.na else []) + (
        [UNKNOWN] if variable.id in kb.words.position and variable.group != "findings" else [])
    if variable.kind == "number":
        return {"anyOf": [WHOLE, _one_of(special), {
            "type": "string", "pattern": r"^(not )?((at least |at most )?\d+|between \d+ and \d+)$"}]}
    names = list(variable.values)
    one = "|".join(names)
    if variable.kind == "set":
        forms = ["none", "not none", *(f"has {n}" for n in names), *(f"lacks {n}" for n in names), *special]
        pattern = rf"^(not )?(has|lacks)( any of| all of)? \[?({one})(, ({one}))*\]?$"
        return {"anyOf": [_one_of(forms), {"type": "string", "pattern": pattern}]}
    words: list[Any] = [*names, *(f"not {n}" for n in names), *special]
    words += [True, False] if variable.kind == "flag" else []
    if variable.ordered and variable.kind != "flag":
        words += [f"at least {n}" for n in names] + [f"at most {n}" for n in names]
    listed = {"type": "array", "minItems": 1, "items": {"enum": [*names, *special]}}
    pattern = rf"^(not )?(\[.*\]|between ({one}) and ({one}))$"
    return {"anyOf": [{"enum": words}, listed, {"type": "string", "pattern": pattern}]}


def _selector(kb: KnowledgeBase) -> Schema:
    at_least = {"type": "string", "pattern": r"^at least -?\d+$"}
    properties = _object({"every": _one_of(["action", *CLASSES]), "line": _one_of(LINES), "hard": at_least,
                          "escalation": at_least, "except": _several(kb.actions)}, minProperties=1)
    return _one_or_more([*kb.actions], properties)


def _one_or_more(names: Sequence[str], properties: Schema) -> Schema:
    one = [_one_of(names), properties]
    return {"anyOf": [*one, {"type": "array", "items": {"anyOf": one}}]}


# --- the files


def _rules(kb: KnowledgeBase) -> Schema:
    strengths = sorted({"weak", "moderate", "strong"})
    every_mix = _object({"every": {"const": "mix"}}, ["every"])
    findings = {kb.variables[at].id: {"enum": [*kb.variables[at].values, *(
        [True, False] if kb.variables[at].kind == "flag" else [])]} for at in kb.findings}
    require = _object({"with": {"anyOf": [every_mix, _ref("selector")]}, "all_of": _ref("selector"),
                       "one_of": _ref("selector"), "safeguard": _one_of(kb.safeguards)}, ["with"])
    then = {"anyOf": [
        _object({"conclude": _object(findings, minProperties=1)}, ["conclude"]),
        _object({"favour": _ref("target"), "strength": _one_of(strengths)}, ["favour", "strength"]),
        _object({"disfavour": _ref("target"), "strength": _one_of(strengths)}, ["disfavour", "strength"]),
        _object({"forbid": _ref("selector")}, ["forbid"]),
        _object({"require": require}, ["require"]),
        _object({"caution": TEXT, "with": _ref("selector")}, ["caution"]),
    ]}
    case = _object({"given": _ref("given"), "fires": FLAG, "note": TEXT}, ["given", "fires"])
    points = [p for s in kb.principles.values() for p in s.points]
    rule = _object(
        {
            "id": {"type": "string", "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"},
            "title": TEXT,
            "when": _ref("condition"),
            "always": FLAG,
            "unless": _ref("condition"),
            "overrides": _several(kb.rules),
            "then": {"type": "array", "minItems": 1, "items": then},
            "because": TEXT,
            "source": _ref("source"),
            "covers": {"type": "array", "items": _one_of(points)},
            "note": TEXT,
            "status": _one_of(["draft", "reviewed"]),
            "cases": {"type": "array", "items": case},
        },
        ["id", "title", "then", "because", "source", "cases"],
    )
    return _top({"principle": _one_of(kb.principles), "rules": {"type": "array", "items": rule}},
                ["principle", "rules"])


def _attributes(kb: KnowledgeBase) -> Schema:
    values = {"anyOf": [_table(TEXT), {"type": "array", "items": TEXT}]}
    partner = kb.partner.position
    aggregate = _object({"count": FLAG, "lowest": _one_of(partner), "highest": _one_of(partner),
                         "where": _ref("partner_condition"), "cuts": _table(WHOLE), "if_none": TEXT})
    entry = _object(
        {
            "type": _one_of(KINDS),
            "values": values,
            "scale": TEXT,
            "na": FLAG,
            "frame": FLAG,
            "needs_grade": {"type": "string", "pattern": "^[A-F][1-6]$"},
            "title": TEXT,
            "question": TEXT,
            "help": TEXT,
            "why": TEXT,
            "source": _ref("source"),
            "note": TEXT,
            "from_partners": aggregate,
            "unit": TEXT,
            "min": WHOLE,
            "max": WHOLE,
            "empty": TEXT,
        },
        ["type", "title", "question", "why", "source"],
    )
    return _top({"group": TEXT, "title": TEXT, "order": WHOLE, "of": _one_of(["crisis", "partner"]),
                 "attributes": _table(entry)}, ["group", "attributes"])


def _actions(kb: KnowledgeBase) -> Schema:
    code = _object(
        {"code": TEXT, "goldstein": {"type": ["number", "string"]}, "toward": TEXT}, ["code", "goldstein"]
    )
    entry = _object(
        {
            "title": TEXT,
            "class": _one_of(CLASSES),
            "definition": TEXT,
            "objective": TEXT,
            "hard": {"type": "integer", "minimum": 0, "maximum": 100},
            "escalation": {"type": "integer", "minimum": -3, "maximum": 3},
            "reversibility": _one_of(LEVELS),
            "lead_time": _one_of(TIMES),
            "needs": _ref("condition"),
            "needs_known": _ref("condition"),
            "pointless_when": _ref("condition"),
            "excludes": _several(kb.actions),
            "apart": _several(kb.actions),
            "indicators": TEXTS,
            "stops_if": TEXTS,
            "cameo": {"anyOf": [code, {"type": "array", "items": code}]},
            "note": TEXT,
            "source": _ref("source"),
        },
        ["title", "class", "definition", "objective", "hard", "escalation", "reversibility", "lead_time"],
    )
    return _top({"line": _one_of(LINES), "actions": _table(entry)}, ["line", "actions"])


def _findings(kb: KnowledgeBase) -> Schema:
    names = [v.id for v in kb.variables if "?" not in v.id]
    by_value = _object({"of": _one_of(names), "points": _table(WHOLE), "note": TEXT}, ["of", "points"])
    by_condition = _object({"when": _ref("condition"), "points": WHOLE, "note": TEXT}, ["when", "points"])
    card = _object(
        {
            "parts": {"type": "array", "items": {"anyOf": [by_value, by_condition]}},
            "cuts": _table(WHOLE),
            "source": _ref("source"),
            "note": TEXT,
        },
        ["parts", "cuts"],
    )
    plain = {"type": ["string", "boolean"]}
    entry = _object(
        {
            "title": TEXT,
            "values": {"type": ["object", "array"]},
            "otherwise": plain,
            "resolve": _one_of(["highest", "lowest"]),
            "why": TEXT,
            "source": _ref("source"),
            "note": TEXT,
            "scorecard": card,
        },
        ["title", "values", "why", "source"],
    )
    return _top({"findings": _table(entry)}, ["findings"])


def _postures(kb: KnowledgeBase) -> Schema:  # noqa: ARG001
    percent = {"type": "integer", "minimum": 0, "maximum": 100}
    actions = {"type": "array", "items": _ref("action")}
    entry = _object(
        {
            "title": TEXT,
            "purpose": TEXT,
            "band": {"type": "array", "items": percent, "minItems": 2, "maxItems": 2},
            "core": {**actions, "minItems": 1},
            "fits": actions,
            "counter_argument": TEXT,
            "review_in": TEXT,
            "fallback": FLAG,
            "note": TEXT,
        },
        ["title", "purpose", "band", "core", "fits", "counter_argument", "review_in"],
    )
    return _top({"postures": _table(entry)}, ["postures"])


def _safeguards(kb: KnowledgeBase) -> Schema:  # noqa: ARG001
    entry = _object(
        {
            "title": TEXT,
            "text": TEXT,
            "owner": TEXT,
            "by": TEXT,
            "kind": _one_of(["safeguard", "indicator", "review"]),
            "source": _ref("source"),
            "note": TEXT,
        },
        ["title", "text", "owner", "by"],
    )
    return _top({"safeguards": _table(entry)}, ["safeguards"])


def _principles(kb: KnowledgeBase) -> Schema:  # noqa: ARG001
    entry = _object(
        {
            "title": TEXT,
            "statement": TEXT,
            "points": {"type": "array", "items": TEXT},
            "exposure": TEXT,
            "note": TEXT,
        },
        ["title", "statement", "points"],
    )
    return _top({"principles": _table(entry), "restatements": _table(TEXT)}, ["principles"])


def _sources(kb: KnowledgeBase) -> Schema:  # noqa: ARG001
    year = {"type": ["integer", "string"]}
    entry = _object({"title": TEXT, "short": TEXT, "author": TEXT, "year": year, "kind": TEXT, "where": TEXT,
                     "note": TEXT}, ["title", "kind"])
    return _top({"sources": _table(entry)}, ["sources"])


def _scales(kb: KnowledgeBase) -> Schema:  # noqa: ARG001
    scale = {"anyOf": [_table(TEXT), {"type": "array", "items": TEXT}]}
    strengths = {"type": "object", "additionalProperties": {"type": "integer", "minimum": 4, "maximum": 40}}
    return _top({"scales": _table(scale), "strengths": strengths}, ["scales"])


def _pack(kb: KnowledgeBase) -> Schema:
    names = [v.id for v in kb.variables[: kb.attributes]]
    composition = _object({
        "places": WHOLE, "places_per_line": WHOLE, "entry": WHOLE, "stranger": WHOLE, "overlap": WHOLE,
        "horizon": _one_of(names), "horizon_unknown": _one_of(TIMES), "latest_immediate": _one_of(TIMES),
        "raising": _one_of(names), "never_adds": _ref("selector"), "note": TEXT,
    }, ["places", "places_per_line", "entry", "stranger", "overlap", "horizon"])
    return _top(
        {"id": TEXT, "version": TEXT, "title": TEXT, "licence": TEXT, "composition": composition}, ["id"]
    )


def _invariants(kb: KnowledgeBase) -> Schema:
    names = [v.id for v in kb.variables if "?" not in v.id]
    claims: dict[str, Any] = {claim: _ref("selector") for claim in CLAIMS}
    claims |= {
        "mix_safeguard": _one_of(kb.safeguards),
        "posture_not": _several(kb.postures),
        "within_band": FLAG,
    }
    entry = _object(
        {
            "title": TEXT,
            "when": _ref("condition"),
            "raising": _one_of(names),
            "beside": _ref("selector"),
            "source": _ref("source"),
            "covers": {"type": "array", "items": TEXT},
            "note": TEXT,
            **claims,
        },
        ["title", "source"],
    )
    return _top({"invariants": _table(entry)}, ["invariants"])


def _precedent(kb: KnowledgeBase) -> Schema:
    date = {"type": ["string", "integer"]}
    text_list = {"type": "array", "items": {}}
    return _top({
        "id": TEXT, "title": TEXT, "year": {"type": ["integer", "string"]}, "decided": date, "advised": TEXT,
        "story": TEXT, "facts": _ref("given"), "done": text_list, "posture": _one_of([*kb.postures, "none"]),
        "outcome": TEXT, "result": TEXT, "claims": text_list, "sources": text_list, "lesson": TEXT,
    }, ["id", "title", "facts"])


SCHEMA_OF = {
    "rules/": "rules", "attributes/": "attributes", "actions/": "actions", "precedents/": "precedent",
    "findings.yaml": "findings", "postures.yaml": "postures", "safeguards.yaml": "safeguards",
    "principles.yaml": "principles", "sources.yaml": "sources", "scales.yaml": "scales", "pack.yaml": "pack",
    "invariants.yaml": "invariants",
}


def schema_line(path: str) -> str:
    """The comment that tells an editor which schema a file (by its path in the knowledge base) follows."""
    name = next((schema for start, schema in SCHEMA_OF.items() if path.startswith(start)), "")
    up = "../" * path.count("/")
    return f"# yaml-language-server: $schema={up}{HOME}/{name}.schema.json"
