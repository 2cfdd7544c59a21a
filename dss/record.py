"""Records: an assessment that can be replayed, and that shows any later change to it.

A record holds the profile's bytes, digests, versions, the trace and the result, written
in one canonical form and sealed with the SHA-256 of all that. This detects corruption.
It does not detect forgery: whoever can rewrite the record can also reseal it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .assessment import Assessment, assess
from .issues import InvalidInput
from .kb import KnowledgeBase
from .situation import load_situation

SCHEMA = "dss/record/1"
MOST_DIFFERENCES = 20


def canonical(data: Any) -> bytes:
    """The one form in which a record is written: sorted keys, no spare space, ASCII, final newline."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii") + b"\n"


def record(a: Assessment) -> bytes:
    """The sealed record of an assessment whose situation was read from YAML.

    Raises ValueError for a situation given as a dict or changed afterwards: its bytes
    would not reproduce it.
    """
    if a.situation.name == "<dict>" or a.situation.changed:
        raise ValueError("only an assessment of a profile read from YAML can be recorded")
    inference = a.trace.inference
    body = {
        "schema": SCHEMA,
        "profile": {"name": a.situation.name, "digest": a.situation.digest,
                    "bytes": base64.b64encode(a.situation.data).decode("ascii")},
        "kb": {"id": a.kb.id, "version": a.kb.version, "digest": a.kb.digest},
        "engine": dict(a.engine),
        "weights": dict(a.situation.weights),
        "trace": {
            "order": list(a.trace.order),
            "states": dict(zip(a.kb.rules, inference.states, strict=True)),
            "possible": {a.kb.variables[at].id: a.kb.variables[at].names(inference.possible[at])
                         for at in [*range(a.kb.attributes), *a.kb.findings]},
        },
        "result": a.as_data(),
    }
    return canonical({**body, "seal": _seal(body)})


def _seal(body: dict[str, Any]) -> str:
    return hashlib.sha256(canonical(body)).hexdigest()


@dataclass(frozen=True)
class Replay:
    """What a replay found: ``faults`` of the record itself, ``changed`` surroundings
    (knowledge base, versions), ``differences`` of the result, and the new assessment."""

    faults: tuple[str, ...]
    changed: tuple[str, ...]
    differences: tuple[str, ...]
    assessment: Assessment | None

    @property
    def identical(self) -> bool:
        """Whether the record is whole and was reproduced byte for byte."""
        return not (self.faults or self.changed or self.differences)


def replay(kb: KnowledgeBase, data: bytes) -> Replay:
    """Judge a record's profile again and compare; never raises for a bad record."""
    try:
        body = json.loads(data.decode("ascii"))
        seal = body.pop("seal")
        profile = _profile(body)
        faults = tuple(_faults(data, body, seal, profile))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return Replay(("this is not a record, or it is damaged beyond reading",), (), (), None)
    if faults:
        return Replay(faults, (), (), None)
    changed = list(_surroundings(kb, body["kb"]))
    try:
        situation = load_situation(kb, profile, name=body["profile"]["name"])
    except InvalidInput as error:
        said = tuple(f"the profile is no longer valid: {i.message}" for i in error.issues)
        return Replay((), tuple(changed), said, None)
    unknown = sorted(set(body["weights"]) - set(kb.principles))
    if unknown:
        said = tuple(f"there is no longer a principle '{p}'" for p in unknown)
        return Replay((), tuple(changed), said, None)
    again = assess(kb, situation.weighted(body["weights"]))
    for part in sorted({*body["engine"], *again.engine}):
        then, now = body["engine"].get(part, "none"), again.engine.get(part, "none")
        if then != now:
            changed.append(f"the version of {part} has changed: {then} then, {now} now")
    return Replay((), tuple(changed), tuple(_differences(body, json.loads(record(again)), "")), again)


def _profile(body: dict[str, Any]) -> bytes:
    """The profile's bytes; raises ValueError for a body that lacks what every record has."""
    parts = (body["profile"]["name"], body["profile"]["bytes"], body["kb"]["id"], body["kb"]["version"],
             body["kb"]["digest"], *body["engine"].values(), *body["weights"])
    weights = body["weights"].values()
    if not all(isinstance(p, str) for p in parts) or not all(
            type(w) is int and 0 <= w <= 500 for w in weights):
        raise ValueError("not a record")
    return base64.b64decode(body["profile"]["bytes"], validate=True)


def _surroundings(kb: KnowledgeBase, then: dict[str, str]) -> Iterator[str]:
    if then["digest"] != kb.digest:
        yield (f"the knowledge base has changed: {then['id']} {then['version']} ({then['digest'][:12]}) "
               f"then, {kb.id} {kb.version} ({kb.digest[:12]}) now")


def _faults(data: bytes, body: dict[str, Any], seal: object, profile: bytes) -> Iterator[str]:
    if body.get("schema") != SCHEMA:
        yield f"this is a record of another kind: {body.get('schema')}"
    if canonical({**body, "seal": seal}) != data:
        yield "the record was altered: it is not in the form in which records are written"
    if _seal(body) != seal:
        yield "the record was altered: its seal does not match its content"
    if hashlib.sha256(profile).hexdigest() != body["profile"].get("digest"):
        yield "the record was altered: the profile does not match its digest"


def _differences(then: Any, now: Any, path: str) -> Iterator[str]:
    """Where two results differ, by path."""
    if isinstance(then, dict) and isinstance(now, dict):
        for key in sorted({*then, *now}):
            if path in ("", "result") and key in ("kb", "engine", "seal"):
                continue
            inner = f"{path}.{key}" if path else key
            if key not in then or key not in now:
                yield f"{inner}: only {'now' if key in now else 'then'}"
            else:
                yield from _differences(then[key], now[key], inner)
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for i, (x, y) in enumerate(zip(then, now, strict=True)):
            yield from _differences(x, y, f"{path}[{i}]")
    elif then != now:
        yield f"{path}: {_short(then)} then, {_short(now)} now"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."


def write_record(a: Assessment, path: Path) -> None:
    """Write the record beside its final place and move it there, so that it is whole or absent."""
    data = record(a)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
