"""A record is replayed byte for byte, and no changed byte of it goes unseen."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from conftest import MINI
from running import EXAMPLES, NATO, assessment, dss

from dss import KnowledgeBase, assess, load_kb, load_situation
from dss.record import SCHEMA, canonical, record, replay, write_record

SMALL = b"""\
schema: dss/profile/1
title: A quarrel over fish
quarrel: fishing
stage: {value: threats, grade: B2, note: "shouts \xe2\x80\x9cas usual\xe2\x80\x9d"}
tension: at least medium
attacked: no
weights: {calm: 2}
partners:
- {name: North, promise: sworn, lends: [boats]}
"""
SAMPLED, QUICKLY, WHOLE_BYTES = 3000, 800, 40


@pytest.fixture(scope="module")
def small(mini: KnowledgeBase) -> bytes:
    """A record made with the small knowledge base."""
    return record(assess(mini, load_situation(mini, SMALL, name="fish.yaml")))


@pytest.fixture(scope="module")
def real() -> bytes:
    """The record of an example."""
    return record(assessment(NATO))


def resealed(body: dict[str, Any]) -> bytes:
    """A record whose content was rewritten by someone who can compute its seal."""
    body.pop("seal", None)
    return canonical({**body, "seal": hashlib.sha256(canonical(body)).hexdigest()})


def flipped(data: bytes, at: int, bit: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1:]


@pytest.mark.parametrize("profile", EXAMPLES, ids=lambda p: p.stem)
def test_a_record_is_replayed_byte_for_byte(kb: KnowledgeBase, profile: Path) -> None:
    data = record(assessment(profile))
    found = replay(kb, data)
    assert found.identical
    assert found.assessment is not None
    assert record(found.assessment) == data


def test_the_same_assessment_gives_the_same_record(mini: KnowledgeBase, small: bytes) -> None:
    again = record(assess(load_kb(MINI), load_situation(mini, SMALL, name="fish.yaml")))
    assert again == small


def test_a_record_holds_profile_digests_versions_trace_and_result(kb: KnowledgeBase, real: bytes) -> None:
    body, a = json.loads(real), assessment(NATO)
    assert body["schema"] == SCHEMA
    assert base64.b64decode(body["profile"]["bytes"]) == NATO.read_bytes()
    assert body["profile"]["digest"] == hashlib.sha256(NATO.read_bytes()).hexdigest()
    assert body["kb"] == {"id": kb.id, "version": kb.version, "digest": kb.digest}
    assert set(body["engine"]) == {"dss", "experta"}
    assert sorted(body["trace"]["order"]) == sorted(a.trace.fired)
    assert set(body["trace"]["states"]) == set(kb.rules)
    assert set(body["trace"]["possible"]) == {kb.variables[at].id
                                              for at in [*range(kb.attributes), *kb.findings]}
    assert body["result"] == json.loads(json.dumps(a.as_data()))


def test_a_record_is_written_in_one_form_only(real: bytes) -> None:
    assert canonical(json.loads(real)) == real
    assert real.isascii()
    assert real.endswith(b"}\n")
    assert real.count(b"\n") == 1


def test_a_flipped_byte_of_a_small_record_is_seen(mini: KnowledgeBase, small: bytes) -> None:
    rng = random.Random(7)
    ends = [*range(200), *range(len(small) - 200, len(small))]
    for at in [*ends, *rng.sample(range(len(small)), QUICKLY)]:
        assert replay(mini, flipped(small, at, rng.randrange(8))).faults, at


def test_every_flipped_bit_of_some_bytes_is_seen(mini: KnowledgeBase, small: bytes) -> None:
    for at in random.Random(8).sample(range(len(small)), WHOLE_BYTES):
        for bit in range(8):
            assert replay(mini, flipped(small, at, bit)).faults, (at, bit)


@pytest.mark.slow
def test_a_flipped_byte_of_a_small_record_is_seen_at_every_place(mini: KnowledgeBase, small: bytes) -> None:
    rng = random.Random(11)
    for at in range(len(small)):
        assert replay(mini, flipped(small, at, rng.randrange(8))).faults, at


@pytest.mark.slow
def test_a_flipped_byte_of_a_real_record_is_seen_wherever_it_is(kb: KnowledgeBase, real: bytes) -> None:
    rng = random.Random(9)
    for at in rng.sample(range(len(real)), SAMPLED):
        assert replay(kb, flipped(real, at, rng.randrange(8))).faults, at


def test_a_flipped_byte_of_a_real_record_is_seen(kb: KnowledgeBase, real: bytes) -> None:
    rng = random.Random(10)
    for at in rng.sample(range(len(real)), 100):
        assert replay(kb, flipped(real, at, rng.randrange(8))).faults, at


def test_every_truncation_is_seen(mini: KnowledgeBase, small: bytes) -> None:
    for length in [*range(0, len(small), 97), len(small) - 1, len(small) - 2]:
        assert replay(mini, small[:length]).faults, length


@pytest.mark.parametrize("more", [b"\n", b" ", b"\x00", b"{}", b"//"])
def test_anything_appended_or_put_before_is_seen(mini: KnowledgeBase, small: bytes, more: bytes) -> None:
    assert replay(mini, small + more).faults
    assert replay(mini, more + small).faults


@pytest.mark.parametrize("options", [
    {"indent": 1}, {"separators": (", ", ": ")}, {"sort_keys": False}, {"ensure_ascii": False}])
def test_the_same_content_in_another_form_is_seen(mini: KnowledgeBase, small: bytes, options: Any) -> None:
    settings = {"sort_keys": True, "separators": (",", ":"), **options}
    body = json.loads(small)
    if options == {"sort_keys": False}:
        body = dict(reversed(body.items()))
    other = json.dumps(body, **settings).encode() + b"\n"
    if other != small:
        assert replay(mini, other).faults
    assert replay(mini, small.rstrip(b"\n")).faults
    assert replay(mini, small.replace(b"\n", b"\r\n")).faults


@pytest.mark.parametrize("data", [
    b"", b"\n", b"null", b"[]", b"{}", b'"text"', b"1", b"NaN", b"{\"seal\": 1}", b"not json", b"\xff\xfe",
    b"a: yaml\n", b"[" * 100_000, b'{"a":' * 100_000, b"9" * 5000, b'{"seal":"x","profile":[]}',
    b'{"seal":"x","profile":{"bytes":1,"name":2},"weights":{},"engine":{},"kb":{}}', SMALL])
def test_what_is_no_record_is_called_that(mini: KnowledgeBase, data: bytes) -> None:
    found = replay(mini, data)
    assert found.faults == ("this is not a record, or it is damaged beyond reading",)
    assert not found.identical
    assert found.assessment is None


@pytest.mark.parametrize(("key", "value"), [
    ("weights", []), ("weights", {"calm": "two"}), ("weights", {"calm": 1.5}), ("weights", {"calm": True}),
    ("weights", {"calm": 501}), ("engine", []), ("engine", {"dss": 1}), ("kb", None), ("kb", {"digest": "x"}),
    ("profile", {}), ("profile", {"bytes": "!!", "name": "x", "digest": ""}), ("profile", "text"),
    ("profile", {"bytes": "", "name": 1, "digest": ""})])
def test_a_forged_record_of_a_wrong_shape_does_no_harm(
    mini: KnowledgeBase, small: bytes, key: str, value: Any
) -> None:
    assert replay(mini, resealed({**json.loads(small), key: value})).faults


def test_a_record_of_another_kind_is_called_that(mini: KnowledgeBase, small: bytes) -> None:
    found = replay(mini, resealed({**json.loads(small), "schema": "dss/record/9"}))
    assert found.faults == ("this is a record of another kind: dss/record/9",)


def test_a_changed_profile_is_seen_even_if_the_record_was_sealed_again(
    mini: KnowledgeBase, small: bytes
) -> None:
    body = json.loads(small)
    body["profile"]["bytes"] = base64.b64encode(SMALL.replace(b"threats", b"ramming")).decode()
    assert replay(mini, resealed(body)).faults == (
        "the record was altered: the profile does not match its digest",)


def test_a_changed_result_that_was_sealed_again_is_shown_as_a_difference(
    mini: KnowledgeBase, small: bytes
) -> None:
    body = json.loads(small)
    body["result"]["mixes"][0]["posture"] = "strike-back"
    body["result"]["extra"] = 1
    body["trace"]["order"] = body["trace"]["order"][::-1]
    found = replay(mini, resealed(body))
    assert not found.faults
    assert not found.identical
    said = "\n".join(found.differences)
    assert 'result.mixes[0].posture: "strike-back" then, ' in said
    assert "result.extra: only then" in said
    assert "trace.order" in said


def test_a_profile_that_is_no_longer_valid_is_said_to_be(mini: KnowledgeBase, kb: KnowledgeBase) -> None:
    found = replay(kb, record(assess(mini, load_situation(mini, SMALL, name="fish.yaml"))))
    assert not found.faults
    assert "the knowledge base has changed: mini 0.1.0" in found.changed[0]
    assert any("the profile is no longer valid" in said for said in found.differences)
    assert found.assessment is None


def altered_kb(tmp_path: Path, old: str, new: str, file: str = "pack.yaml") -> KnowledgeBase:
    folder = tmp_path / "kb"
    shutil.copytree(MINI, folder)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    return load_kb(folder)


def test_a_changed_knowledge_base_is_named_and_equal_results_are_said_to_be_equal(
    tmp_path: Path, small: bytes
) -> None:
    found = replay(altered_kb(tmp_path, "version: 0.1.0", "version: 0.2.0"), small)
    assert len(found.changed) == 1
    assert "mini 0.1.0" in found.changed[0]
    assert "mini 0.2.0" in found.changed[0]
    assert found.differences == ()
    assert not found.identical


def test_a_changed_rule_shows_in_the_result(tmp_path: Path, small: bytes) -> None:
    kb = altered_kb(tmp_path, "strength: strong", "strength: weak", "rules/calm.yaml")
    found = replay(kb, small)
    assert found.changed
    assert any(said.startswith("result.") for said in found.differences)


def test_a_principle_that_is_gone_is_named(tmp_path: Path, mini: KnowledgeBase) -> None:
    weighted = load_situation(mini, SMALL.replace(b"weights: {calm: 2}\n", b"")).weighted({"calm": 300})
    data = record(assess(mini, weighted))
    folder = tmp_path / "kb"
    shutil.copytree(MINI, folder)
    for file in [folder / "principles.yaml", *folder.glob("rules/*.yaml")]:
        text = file.read_text(encoding="utf-8")
        renamed = text.replace("  calm: {", "  quiet: {").replace("principle: calm", "principle: quiet")
        file.write_text(renamed, encoding="utf-8")
    found = replay(load_kb(folder), data)
    assert "there is no longer a principle 'calm'" in found.differences


def test_a_changed_version_is_named(mini: KnowledgeBase, small: bytes) -> None:
    body = json.loads(small)
    body["engine"] = {"dss": "0.0.1", "experta": body["engine"]["experta"], "lost": "1"}
    found = replay(mini, resealed(body))
    named = [c.split(" has changed")[0] for c in found.changed]
    assert named == ["the version of dss", "the version of lost"]


def test_weights_are_recorded_and_replayed(mini: KnowledgeBase, small: bytes) -> None:
    assert json.loads(small)["weights"] == {"calm": 200}
    situation = load_situation(mini, SMALL, name="fish.yaml")
    data = record(assess(mini, situation.weighted({"law": 0, "calm": 450})))
    assert json.loads(data)["weights"] == {"calm": 450, "law": 0}
    found = replay(mini, data)
    assert found.identical
    assert found.assessment is not None
    assert found.assessment.situation.weights == {"calm": 450, "law": 0}


def test_what_its_bytes_would_not_reproduce_is_not_recorded(mini: KnowledgeBase) -> None:
    from dss.whatif import change

    with pytest.raises(ValueError, match="read from YAML"):
        record(assess(mini, {"stage": "words"}))
    changed = change(mini, load_situation(mini, SMALL), {"stage": "words"})
    with pytest.raises(ValueError, match="read from YAML"):
        record(assess(mini, changed))


def test_a_record_is_whole_or_absent(
    mini: KnowledgeBase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = assess(mini, load_situation(mini, SMALL, name="fish.yaml"))
    target = tmp_path / "out.json"
    target.write_bytes(b"what was there")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for name in ("fsync", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr("os." + name, fail)
            with pytest.raises(OSError, match="No space left"):
                write_record(a, target)
        assert target.read_bytes() == b"what was there"
        assert [p.name for p in tmp_path.iterdir()] == ["out.json"]
    write_record(a, target)
    assert target.read_bytes() == record(a)
    assert [p.name for p in tmp_path.iterdir()] == ["out.json"]


def test_what_cannot_be_recorded_leaves_no_file(mini: KnowledgeBase, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="read from YAML"):
        write_record(assess(mini, {"stage": "words"}), tmp_path / "out.json")
    assert list(tmp_path.iterdir()) == []


def test_the_command_records_and_replays(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    made = dss("assess", NATO, "--record", out)
    assert made.exit_code == 0
    assert "detects corruption, not forgery" in made.stderr
    shown = dss("replay", out)
    assert shown.exit_code == 0
    assert "Reproduced byte for byte" in shown.stdout
    assert "cannot detect forgery" in shown.stdout


def test_the_command_records_weights_and_standard_input(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    assert dss("assess", "-", "--kb", MINI, "--record", out, "--weight", "law=3", stdin=SMALL).exit_code == 0
    assert json.loads(out.read_bytes())["weights"] == {"calm": 200, "law": 300}
    assert dss("replay", out, "--kb", MINI).exit_code == 0


def test_the_command_says_what_differs(tmp_path: Path, small: bytes, mini: KnowledgeBase) -> None:
    body = json.loads(small)
    body["result"]["status"] = "other"
    for name, data, said in (
        ("broken", small[:-5], "This is not a record"), ("altered", small + b" ", "The record was altered"),
        ("forged", resealed(body), "1 difference in the result.\n  result.status: \"other\" then, "),
    ):
        file = tmp_path / name
        file.write_bytes(data)
        shown = dss("replay", file, "--kb", MINI)
        assert shown.exit_code == 1
        assert said in shown.stdout
    file.write_bytes(small)
    shown = dss("replay", file)
    assert shown.exit_code == 1
    assert "The knowledge base has changed: mini 0.1.0" in shown.stdout
    assert mini.digest[:12] in shown.stdout


def test_the_command_refuses_a_file_that_is_not_there(tmp_path: Path) -> None:
    shown = dss("replay", tmp_path / "none.json")
    assert shown.exit_code == 1
    assert "there is no such file" in shown.stderr


def test_a_record_cannot_be_written_where_there_is_no_folder(tmp_path: Path) -> None:
    shown = dss("assess", NATO, "--record", tmp_path / "no" / "out.json")
    assert shown.exit_code == 1
    assert "cannot be written" in shown.stderr
