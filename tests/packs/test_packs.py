"""Doctrine packs: what they may add and replace, and what no pack may touch."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import MINI
from running import NATO, ROOT, dss, process

from dss import InvalidInput, KnowledgeBase, assess, load_kb
from dss.issues import render
from dss.packs import installed_packs

EXAMPLE = ROOT / "examples" / "packs" / "parliamentary-state"
CITED = {"work": "judgement"}
IDENTITY = {"id": "tides", "version": "1.2.0", "title": "Tidal doctrine", "licence": "MIT"}


def rule(name: str, **more: Any) -> dict[str, Any]:
    """A rule that is sound in the small knowledge base, with parts of it changed."""
    return {
        "id": name,
        "title": "A rule of a pack",
        "when": {"tension": "high"},
        "then": [{"favour": ["keep-watch"], "strength": "weak"}],
        "because": "You report {tension}.",
        "source": CITED,
        "covers": [],
        "cases": [
            {"given": {"tension": "high"}, "fires": "yes"},
            {"given": {"tension": "low"}, "fires": "no"},
        ],
        **more,
    }


def attribute(**more: Any) -> dict[str, Any]:
    """An attribute of a pack."""
    return {"type": "choice", "values": {"ebb": "an ebb tide", "flood": "a flood tide"}, "title": "Tide",
            "question": "How is the tide?", "why": "Boats wait for it.", "source": CITED, **more}


def pack(folder: Path, files: dict[str, Any], **identity: str) -> Path:
    """Write a pack."""
    for name, content in {"pack.yaml": IDENTITY | identity, **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return folder


def rules(*found: dict[str, Any]) -> dict[str, Any]:
    return {"rules/calm.yaml": {"principle": "calm", "rules": list(found)}}


def problems(*packs: Path) -> str:
    """What loading the small knowledge base with packs is refused for."""
    with pytest.raises(InvalidInput) as caught:
        load_kb(MINI, packs=packs)
    return "\n".join(render(i) for i in caught.value.issues)


def test_a_pack_adds_rules_actions_and_attributes(tmp_path: Path) -> None:
    action = {"title": "Wait for the flood", "class": "cooperative", "definition": "Boats stay in.",
              "objective": "Let tempers cool.", "hard": 0, "escalation": -1, "reversibility": "high",
              "lead_time": "hours"}
    files = {
        "attributes/tide.yaml": {
            "group": "tide",
            "title": "The tide",
            "order": 9,
            "attributes": {"tide": attribute()},
        },
        "actions/legal.yaml": {"line": "legal", "actions": {"wait-for-flood": action}},
        **rules(
            rule(
                "ebb-waits",
                when={"tide": "ebb"},
                because="You report {tide}.",
                then=[{"favour": ["wait-for-flood"], "strength": "strong"}],
                cases=[
                    {"given": {"tide": "ebb"}, "fires": "yes"},
                    {"given": {"tide": "flood"}, "fires": "no"},
                ],
            )
        ),
    }
    found = load_kb(MINI, packs=[pack(tmp_path / "tides", files)])
    a = assess(
        found, {"tide": "ebb", "quarrel": "fishing", "attacked": "no", "grounds": "none", "stage": "words"}
    )
    assert a.advice.weighing.scores["wait-for-flood"] == 3 * 400
    assert [(p.id, p.version) for p in found.packs] == [("tides", "1.2.0")]
    assert a.as_data()["kb"]["packs"][0]["digest"] == found.packs[0].digest


def test_a_pack_replaces_what_says_so(tmp_path: Path, mini: KnowledgeBase) -> None:
    said = pack(
        tmp_path / "p",
        {
            **rules(rule("lamp-against-collisions", replaces="yes", title="Ours")),
            "attributes/affair.yaml": {
                "group": "affair",
                "attributes": {
                    "time_left": {
                        **attribute(values=["hours", "days", "weeks", "months"], type="scale"),
                        "replaces": "yes",
                        "question": "How long?",
                    }
                },
            },
        },
    )
    found = load_kb(MINI, packs=[said])
    assert found.rules["lamp-against-collisions"].title == "Ours"
    assert found.variables[found.at("time_left")].question == "How long?"
    assert len(found.rules) == len(mini.rules)
    assert [g.id for g in found.groups] == [g.id for g in mini.groups]


def test_the_digest_covers_the_packs_and_their_order_does_not_change_advice(
    tmp_path: Path, mini: KnowledgeBase
) -> None:
    one = pack(tmp_path / "one", rules(rule("one-more")), id="one")
    two = pack(tmp_path / "two", rules(rule("two-more")), id="two")
    digests = {load_kb(MINI, packs=packs).digest for packs in ([], [one], [two], [one, two])}
    assert len(digests) == 4
    assert mini.digest in digests
    profile = {
        "tension": "high",
        "quarrel": "border",
        "attacked": "no",
        "stage": "threats",
        "grounds": "none",
    }
    mixes = [assess(load_kb(MINI, packs=packs), profile).advice.mixes for packs in ([one, two], [two, one])]
    assert mixes[0] == mixes[1]


def test_two_packs_that_touch_one_entry_are_in_conflict(tmp_path: Path) -> None:
    both = [pack(tmp_path / name, rules(rule("danger-calls-for-talk", replaces="yes")), id=name)
            for name in ("one", "two")]
    told = problems(*both)
    assert (
        "PK006 pack 'two' replaces rule 'danger-calls-for-talk', which another pack adds or replaces" in told
    )
    for folder in both:
        assert f"{folder}/rules/calm.yaml:" in told


def test_an_entry_that_exists_is_not_added_twice(tmp_path: Path) -> None:
    told = problems(pack(tmp_path / "p", rules(rule("danger-calls-for-talk"))))
    assert "PK004 pack 'tides' adds rule 'danger-calls-for-talk', which exists already" in told
    assert "write 'replaces: yes' in it" in told
    assert f"also {MINI}/rules/calm.yaml:" in told


UNLAWFUL = {"lawful": "no"}
BARRED: list[tuple[str, dict[str, Any], str]] = [
    (
        "replaces a rule that forbids",
        rules(rule("unlawful-force-is-out", replaces="yes")),
        "PK012 a pack may not replace rule 'unlawful-force-is-out': it forbids",
    ),
    (
        "overrides a rule that forbids",
        rules(rule("free-hand", overrides=["unlawful-force-is-out"])),
        "PK010 rule 'free-hand' of a pack overrides 'unlawful-force-is-out', which forbids",
    ),
    (
        "replaces a rule on which a bar rests",
        rules(rule("verdict-allows-force", replaces="yes")),
        "PK012 a pack may not replace rule 'verdict-allows-force': a bar rests on what it concludes (lawful)",
    ),
    (
        "concludes what a bar rests on",
        rules(rule("might-is-right", then=[{"conclude": {"lawful": "yes"}}])),
        "PK011 rule 'might-is-right' of a pack concludes 'lawful', on which a bar rests",
    ),
    (
        "overrides a rule on which a bar rests",
        rules(rule("no-verdicts", overrides=["verdict-allows-force"])),
        "PK010 rule 'no-verdicts' of a pack overrides 'verdict-allows-force', on which a bar rests",
    ),
    (
        "makes a forceful action harmless",
        {
            "actions/military.yaml": {
                "line": "military",
                "actions": {
                    "board-the-raider": {
                        "replaces": "yes",
                        "title": "Strike",
                        "class": "cooperative",
                        "definition": "A blow.",
                        "objective": "Peace.",
                        "hard": 0,
                        "escalation": 0,
                        "reversibility": "high",
                        "lead_time": "hours",
                    }
                },
            }
        },
        "PK012 a pack may not replace action 'board-the-raider': it is force",
    ),
    (
        "lowers the grade that evidence needs",
        {
            "attributes/law.yaml": {
                "group": "law",
                "attributes": {
                    "attacked": {
                        "replaces": "yes",
                        "type": "flag",
                        "frame": "yes",
                        "title": "Attack",
                        "question": "Attacked?",
                        "why": "Law.",
                        "source": CITED,
                    }
                },
            }
        },
        "PK012 a pack may not replace attribute 'attacked': a bar rests on it, and needs_grade would change",
    ),
    (
        "turns round what partners report",
        {
            "attributes/friend.yaml": {
                "group": "friend",
                "of": "partner",
                "attributes": {
                    "promise": {
                        **attribute(type="scale", values=["sworn", "given", "hinted", "none"]),
                        "replaces": "yes",
                    }
                },
            }
        },
        "PK012 a pack may not replace partner attribute 'promise'",
    ),
    (
        "frees an action of what it needs",
        {
            "actions/diplomatic.yaml": {
                "line": "diplomatic",
                "actions": {
                    "parley": {
                        "replaces": "yes",
                        "title": "Parley",
                        "class": "cooperative",
                        "definition": "Both councils meet.",
                        "objective": "Settle the quarrel.",
                        "hard": 0,
                        "escalation": -2,
                        "reversibility": "high",
                        "lead_time": "days",
                    }
                },
            }
        },
        "PK012 a pack may not replace action 'parley': needs would change",
    ),
    (
        "no longer counts a question among those that frame a crisis",
        {
            "attributes/affair.yaml": {
                "group": "affair",
                "attributes": {"quarrel": {**attribute(values=["border", "fishing", "salvage"]),
                                           "replaces": "yes"}},
            }
        },
        "PK012 a pack may not replace attribute 'quarrel': whether too little is known rests on its 'frame'",
    ),
]


@pytest.mark.parametrize(("files", "said"), [case[1:] for case in BARRED], ids=[case[0] for case in BARRED])
def test_no_pack_weakens_a_bar(files: dict[str, Any], said: str, tmp_path: Path) -> None:
    told = problems(pack(tmp_path / "p", files))
    assert said in told
    assert "a pack may add bars, never lift one" in told or "let it favour, caution or forbid instead" in told
    assert f"also {MINI}/" in told


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"rules/calm.yml": {}, "extra.yaml": {"a": "b"}}, "PK002 a pack has no file 'extra.yaml'"),
        (
            rules(rule("no-such", replaces="yes")),
            "PK005 pack 'tides' replaces rule 'no-such', which does not exist",
        ),
        (rules(rule("odd", replaces="maybe")), "PK003 'replaces' can only be 'yes'"),
        ({"pack.yaml": {"id": "tides"}}, "KB003 pack.yaml of a pack lacks 'version'"),
        (
            {"pack.yaml": IDENTITY | {"composition": {"places": 40}}},
            "KB002 pack.yaml of a pack has no key 'composition'",
        ),
        (
            {"scales.yaml": {"strengths": {"strong": 40}}},
            "KB002 scales.yaml of a pack has no key 'strengths'",
        ),
        (
            {"invariants.yaml": {"invariants": {"band-is-kept": {"title": "x"}}}},
            "adds invariant 'band-is-kept', which exists",
        ),
    ],
    ids=[
        "unknown file",
        "replaces nothing",
        "replaces oddly",
        "no identity",
        "composition",
        "strengths",
        "invariant",
    ],
)
def test_a_bad_pack_is_refused_with_its_place(files: dict[str, Any], said: str, tmp_path: Path) -> None:
    told = problems(pack(tmp_path / "p", files))
    assert said in told
    assert f"{tmp_path}/p" in told


def test_the_same_pack_twice_and_no_pack_at_all_are_told(tmp_path: Path) -> None:
    one = pack(tmp_path / "p", {})
    assert "PK001 pack 'tides' is given twice" in problems(one, one)
    assert "PK007 there is no folder and no installed pack" in problems(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    assert "the pack lacks pack.yaml" in problems(tmp_path / "empty")


def test_advice_that_breaks_an_invariant_is_not_given(tmp_path: Path) -> None:
    """A pack may add an invariant; a mix that breaks it is withheld, naming pack and invariant."""
    strict = {"invariants.yaml": {"invariants": {"never-parley": {
        "title": "No parley", "mix_lacks": "parley", "source": CITED}}}}
    found = load_kb(MINI, packs=[pack(tmp_path / "p", strict)])
    profile = {"boats_out": 50, "quarrel": "border", "attacked": "no", "stage": "words", "grounds": "none",
               "tension": "high"}
    assert "parley" in assess(load_kb(MINI), profile).advice.mixes[0].actions
    with pytest.raises(InvalidInput, match=r"PK020 with tides, .* would break the invariant 'never-parley'"):
        assess(found, profile)


def test_the_example_is_sound_and_bars_what_ignorance_leaves_open() -> None:
    checked = dss("packs", "--pack", EXAMPLE, "--check")
    assert checked.exit_code == 0, checked.stderr
    assert "parliamentary-state" in checked.stdout
    found = load_kb(packs=[EXAMPLE])
    standing = assess(found, NATO).advice.weighing.standing["defensive-forward-presence"]
    assert (standing.status, standing.rules) == ("barred-until", ("no-forces-abroad-without-parliament",))


def test_every_verb_takes_a_pack(tmp_path: Path) -> None:
    assert dss("attributes", "--pack", EXAMPLE).stdout.count("parliament_consent") == 1
    out = tmp_path / "p.yaml"
    assert dss("new", out, "--pack", EXAMPLE).exit_code == 0
    assert "parliament_consent" in out.read_text(encoding="utf-8")


def test_a_failing_case_of_a_pack_is_told_by_check(tmp_path: Path) -> None:
    wrong = rule("wrong", cases=[{"given": {"tension": "low"}, "fires": "yes"},
                                 {"given": {"tension": "medium"}, "fires": "no"}])
    result = dss("packs", "--kb", MINI, "--pack", pack(tmp_path / "p", rules(wrong)), "--check")
    assert result.exit_code == 1
    assert "PK021 with the packs, rule 'wrong' does not fire in this case" in result.stderr


def test_an_installed_pack_is_found_by_name_and_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A distribution announces a folder of data; its modules would raise if anything ran them."""
    site = tmp_path / "site"
    pack(site / "tidal_doctrine" / "doctrine", rules(rule("one-more")))
    (site / "tidal_doctrine" / "__init__.py").write_text("raise RuntimeError('a pack must not run')")
    info = site / "tidal_doctrine-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tidal-doctrine\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[dss.packs]\ntides = tidal_doctrine.doctrine\n")
    monkeypatch.setattr(sys, "path", [str(site), *sys.path])
    assert installed_packs()["tides"] == site / "tidal_doctrine" / "doctrine"
    assert "one-more" in load_kb(MINI, packs=["tides"]).rules
    assert "tidal_doctrine" not in sys.modules
    listed = dss("packs", "--kb", MINI)
    assert "installed as 'tides', not in use" in listed.stdout


def test_a_record_made_with_a_pack_replays_only_with_it(tmp_path: Path) -> None:
    record = tmp_path / "r.json"
    assert dss("assess", NATO, "--pack", EXAMPLE, "--record", record).exit_code == 0
    assert dss("replay", record, "--pack", EXAMPLE).exit_code == 0
    without = dss("replay", record)
    assert without.exit_code == 1
    assert "The knowledge base has changed" in without.stdout


def test_the_library_alone_takes_packs_in_a_fresh_process() -> None:
    done = process("packs", "--pack", EXAMPLE, "--format", "json")
    assert done.returncode == 0
    assert b'"id": "parliamentary-state"' in done.stdout
