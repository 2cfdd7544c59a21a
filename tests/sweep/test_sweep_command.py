"""dss sweep, from tables, folders and ranges to files and summaries."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from profiles import sample
from running import EXAMPLES, NATO, ROOT, dss, process

from dss import KnowledgeBase, assess, load_situation
from dss.issues import InvalidInput
from dss.plan import HYPERCUBE, plan_of, ranges_of
from dss.sweep import sweep
from dss.sweep_job import Done, Job
from dss.sweep_output import Output
from dss.tables import Table

RESULT = ("status", "posture", "hard_share", "escalation", "mix")
VARY = ("--vary", "escalation_risk", "--vary", "off_ramp")


def csv_rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def wanted(kb: KnowledgeBase, source: Any) -> dict[str, Any]:
    """What 'dss assess' says of a profile, in a sweep's words."""
    data = assess(kb, source).as_data()
    mix = data["mixes"][0]
    return {"status": data["status"], "posture": mix["posture"], "mix": {a["id"] for a in mix["actions"]},
            "escalation": mix["escalation"], "score": mix["score"],
            "forbidden": {f["action"] for f in data["forbidden"] if not f["barred_until"]
                          and status(data, f["action"]) == "forbidden"},
            "barred": {a["id"] for a in data["actions"] if a["status"] == "barred-until"}}


def status(data: dict[str, Any], action: str) -> str:
    return str(next(a["status"] for a in data["actions"] if a["id"] == action))


def matches(row: dict[str, Any], said: dict[str, Any]) -> None:
    for name, value in said.items():
        found = row[name]
        if isinstance(value, set):
            found = set(found.split() if isinstance(found, str) else found)
        elif not isinstance(value, str):
            found = float(found)
        assert found == value, name


def test_a_folder_of_profiles_gives_what_assess_gives(kb: KnowledgeBase, tmp_path: Path) -> None:
    out = tmp_path / "o.jsonl"
    result = dss("sweep", ROOT / "examples", "--out", out)
    assert result.exit_code == 0, result.stderr
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [row["row"] for row in rows] == [str(e) for e in EXAMPLES]
    for example, row in zip(EXAMPLES, rows, strict=True):
        matches(row, wanted(kb, example))


def test_ranges_give_what_assess_gives_of_each_profile(kb: KnowledgeBase, tmp_path: Path) -> None:
    out = tmp_path / "o.csv"
    assert dss("sweep", NATO, *VARY, "--out", out).exit_code == 0
    rows = csv_rows(out)
    assert len(rows) == 20
    base = NATO.read_text(encoding="utf-8").splitlines()
    for row in rows[::3]:
        said = {n: row[n] for n in ("escalation_risk", "off_ramp")}
        kept = [line for line in base if line.split(":")[0] not in said]
        profile = "\n".join([*kept, *(f"{n}: {v}" for n, v in said.items())])
        matches(row, wanted(kb, load_situation(kb, profile.encode())))


def tables(folder: Path, kb: KnowledgeBase, count: int) -> list[Path]:
    """The same profiles as JSONL, Parquet and CSV; grades and partners included."""
    profiles = [sample(kb, seed) for seed in range(count)]
    names = sorted({name for profile in profiles for name in profile})
    jsonl, table, parquet = (folder / f"t.{kind}" for kind in ("jsonl", "csv", "parquet"))
    jsonl.write_text("".join(json.dumps(p) + "\n" for p in profiles), encoding="utf-8")
    cells = [{n: json.dumps(p[n]) if not isinstance(p.get(n, ""), str) else p.get(n) for n in names}
             for p in profiles]
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(cells)
    simple = [n for n in names if all(isinstance(p.get(n, ""), str) for p in profiles)]
    pyarrow.parquet.write_table(pyarrow.table({n: [p.get(n) for p in profiles] for n in simple}), parquet)
    return [jsonl, table, parquet]


def test_tables_give_what_assess_gives_of_each_row(kb: KnowledgeBase, tmp_path: Path) -> None:
    jsonl, table, parquet = tables(tmp_path, kb, 12)
    assessed = [wanted(kb, sample(kb, seed)) for seed in range(12)]
    for source in (jsonl, table):
        out = tmp_path / f"{source.suffix[1:]}-out.csv"
        result = dss("sweep", source, "--out", out)
        assert result.exit_code == 0, result.stderr
        rows = csv_rows(out)
        for row, said in zip(rows, assessed, strict=True):
            matches(row, said)
    simple = pyarrow.parquet.read_table(parquet).to_pylist()
    out = tmp_path / "parquet-out.jsonl"
    assert dss("sweep", parquet, "--out", out).exit_code == 0
    for given, line in zip(simple, out.read_text(encoding="utf-8").splitlines(), strict=True):
        matches(json.loads(line), wanted(kb, {k: v for k, v in given.items() if v is not None}))


def test_rows_under_different_weights_are_kept_apart(kb: KnowledgeBase, tmp_path: Path) -> None:
    source, out = tmp_path / "t.jsonl", tmp_path / "o.jsonl"
    principles = list(kb.principles)
    profiles = [{**sample(kb, 3), "weights": {principles[i // 2 % 2]: str(i % 3)}} for i in range(9)]
    source.write_text("".join(json.dumps(p) + "\n" for p in profiles), encoding="utf-8")
    assert dss("sweep", source, "--out", out).exit_code == 0
    for profile, line in zip(profiles, out.read_text(encoding="utf-8").splitlines(), strict=True):
        matches(json.loads(line), wanted(kb, profile))


def test_all_kinds_of_output_say_the_same(tmp_path: Path) -> None:
    for kind in ("csv", "jsonl", "parquet"):
        assert dss("sweep", NATO, *VARY, "--scores", "--out", tmp_path / f"o.{kind}").exit_code == 0
    rows = csv_rows(tmp_path / "o.csv")
    objects = [json.loads(line) for line in (tmp_path / "o.jsonl").read_text(encoding="utf-8").splitlines()]
    table = pyarrow.parquet.read_table(tmp_path / "o.parquet").to_pylist()
    assert objects == table
    texts = [{k: " ".join(v) if isinstance(v, list) else str(v) for k, v in row.items()} for row in objects]
    assert texts == rows
    assert any(name.startswith("score:") for name in rows[0])


def test_bad_rows_are_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    source, out = tmp_path / "t.csv", tmp_path / "o.csv"
    lines = ("id,escalation_risk,trust", "A,high,", "B,hihg,", "C,low", "D,low,", "E,low,,x")
    source.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    result = dss("sweep", source, "--out", out)
    assert result.exit_code == 1
    assert [row["row"] for row in csv_rows(out)] == ["A", "D"]
    for said in ("line 3, escalation_risk: PR012", "did you mean 'high'", "line 4: SW011 the row has fewer",
                 "line 6: SW011 the row has more cells"):
        assert said in result.stderr
    assert "3 rows could not be read" in result.stdout


def test_strict_stops_at_the_first_bad_row(tmp_path: Path) -> None:
    source = tmp_path / "t.jsonl"
    source.write_text('{"escalation_risk": "high"}\n{"escalation_risk": \n', encoding="utf-8")
    result = dss("sweep", source, "--strict")
    assert result.exit_code == 1
    assert "line 2: SW011 this is not JSON" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(("arguments", "said"), [
    (["nowhere.csv"], "there is no such file"),
    (["t.txt"], "SW012 a table ends in .csv, .jsonl, .parquet"),
    (["latin.csv"], "the table cannot be read: it is not UTF-8"),
    (["colour.csv"], "PR011 'trsut' is not an attribute\n    = did you mean 'trust'?"),
    (["twice.csv"], "IN010 column 'trust' is given twice"),
    (["twice.parquet"], "IN010 column 'trust' is given twice"),
    ([NATO, *VARY, "--out", "csv"], "--out ends in .csv, .jsonl, .parquet"),
    ([NATO, *VARY, "--method", "sobol"], "--method tells how to draw --samples N"),
    ([NATO, *VARY, "--seed", "0"], "--seed tells how to draw --samples N"),
    ([NATO, *VARY, "--scores"], "--scores adds to what --out FILE holds"),
    ([NATO, *VARY, "--cluster", "tcp://localhost:1", "--jobs", "2", "--out", "o.parquet"],
     "--jobs is for this machine"),
    ([NATO, *VARY, "--vary", "off_*"], "SW005 'off_ramp' is varied twice"),
    ([NATO, *VARY, "--samples", 2**30 + 1, "--method", "sobol"], "SW004 a Sobol sequence has at most"),
    ([NATO], "SW002 there is nothing to vary"),
    ([NATO, "--vary", "escalation"], "did you mean 'escalation_risk'?"),
    ([NATO, "--vary", "escalation_risk=hihg"], "did you mean 'high'?"),
    ([NATO, *VARY, "--out", "o.txt"], "--out ends in .csv, .jsonl, .parquet"),
    ([NATO, *VARY, "--resume"], "--resume goes on with the sweep of an --out FILE"),
    ([NATO, *VARY, "--resume", "--out", "o.csv"], "SW021 there is no unfinished sweep"),
    (["empty.csv", "--unknowns"], "take one profile"),
    ([NATO, *VARY, "--cluster", "tcp://localhost:1"], "--cluster writes a folder of Parquet parts"),
    (["empty.csv", "--out", "missing/o.csv"], "cannot be written"),
])
def test_what_is_wrong_is_told(arguments: list[Any], said: str, tmp_path: Path,
                               monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.txt").write_text("x")
    (tmp_path / "empty.csv").write_text("escalation_risk\nhigh\n")
    (tmp_path / "latin.csv").write_bytes(b"escalation_risk,na\xefve\nhigh,\n")
    (tmp_path / "colour.csv").write_text("escalation_risk,trsut\nhigh,\n")
    (tmp_path / "twice.csv").write_text("trust,trust\nhigh,low\n")
    both = [pyarrow.array(["high"]), pyarrow.array(["low"])]
    pyarrow.parquet.write_table(pyarrow.Table.from_arrays(both, ["trust", "trust"]), "twice.parquet")
    result = dss("sweep", *arguments)
    assert result.exit_code in (1, 2)
    assert said in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("name", ["t.csv", "empty.csv", "t.jsonl", "t.parquet", "folder"])
def test_where_there_is_no_profile_it_is_told(name: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("escalation_risk\n")
    for file in ("t.jsonl", "empty.csv"):
        (tmp_path / file).write_text("")
    pyarrow.parquet.write_table(pyarrow.table({"trust": pyarrow.array([], pyarrow.string())}),
                                tmp_path / "t.parquet")
    (tmp_path / "folder").mkdir()
    result = dss("sweep", tmp_path / name, "--out", tmp_path / "o.csv")
    assert result.exit_code == 1
    assert result.stdout.startswith("0 profiles")
    assert f"{name} holds no profile: there was nothing to judge" in result.stderr
    assert (tmp_path / "o.csv").read_text().startswith("row,status,posture,")


def job(kb: KnowledgeBase, suffix: str, total: int = 700) -> Job:
    base = load_situation(kb, NATO)
    plan = plan_of(base, ranges_of(kb, base, ["*"], False), total, HYPERCUBE, 4)
    return Job(plan, suffix, digest=kb.digest, part=64)


def contents(path: Path) -> Any:
    if path.is_dir():
        return {p.name: p.read_bytes() for p in sorted(path.iterdir())}
    return path.read_bytes()


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_a_stopped_sweep_goes_on_to_the_same_result(kb: KnowledgeBase, suffix: str, tmp_path: Path) -> None:
    whole, stopped = tmp_path / f"whole{suffix}", tmp_path / f"stopped{suffix}"
    asked = job(kb, suffix)
    wanted_tally = sweep(asked, kb, Output(asked, str(whole)))

    def stop(tally: Any) -> None:
        if tally.profiles >= 256:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(asked, kb, Output(asked, str(stopped)), progress=stop)
    with pytest.raises(InvalidInput, match="an unfinished sweep is there already"):
        Output(asked, str(stopped))
    with pytest.raises(InvalidInput, match="a different one"):
        Output(job(kb, suffix, 701), str(stopped), resume=True)
    leave_a_torn_end(stopped)
    tally = sweep(asked, kb, Output(asked, str(stopped), resume=True))
    assert tally == wanted_tally
    assert contents(stopped) == contents(whole)
    assert not Path(f"{stopped}.progress").exists()


def leave_a_torn_end(path: Path) -> None:
    """As if the process had died while it wrote."""
    target = path / "part-000004.parquet" if path.is_dir() else path
    with target.open("ab") as file:
        file.write(b"torn")
    with Path(f"{path}.progress").open("a", encoding="utf-8") as file:
        file.write('{"end": 1, "tal')


def test_several_processes_give_the_same_bytes(kb: KnowledgeBase, tmp_path: Path) -> None:
    asked = job(kb, ".csv", 400)
    one, two = tmp_path / "1.csv", tmp_path / "2.csv"
    assert (sweep(asked, kb, Output(asked, str(one)))
            == sweep(asked, kb, Output(asked, str(two)), jobs=2))
    assert one.read_bytes() == two.read_bytes()


def test_parts_are_made_as_they_are_needed(kb: KnowledgeBase) -> None:
    asked = job(kb, "", 64 * 12)
    made: list[Any] = []

    class Watching(Job):
        def parts(self) -> Any:
            for part in super().parts():
                made.append(part)
                yield part

    behind: list[int] = []
    sweep(Watching(asked.source, digest=kb.digest, part=64), kb,
          progress=lambda tally: behind.append(len(made) - tally.profiles // 64))
    assert len(made) == 12
    assert set(behind) == {0}


def test_the_summary_counts_what_the_rows_say(tmp_path: Path) -> None:
    out = tmp_path / "o.csv"
    result = dss("sweep", NATO, "--unknowns", *VARY, "--samples", "600", "--seed", "9", "--out", out,
                 "--format", "json")
    assert result.exit_code == 0
    data, rows = json.loads(result.stdout), csv_rows(out)
    assert data["schema"] == "dss/sweep/1"
    assert data["profiles"] == len(rows) == 600
    postures = Counter(r["posture"] if r["status"] == "advice" else "" for r in rows)
    assert {p["posture"]: p["count"] for p in data["postures"]} == postures
    actions = Counter(a for r in rows for a in r["mix"].split())
    assert {a["action"]: a["count"] for a in data["actions"]} == actions
    assert "escalation_risk" in data["varied"]


def test_the_progress_line_goes_to_standard_error(tmp_path: Path) -> None:
    done = process("sweep", str(NATO), *VARY, "--jobs", "2", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stderr.decode().startswith("20 of 20 profiles · ")
    assert done.stdout.decode().startswith("20 profiles (full factorial)")


def test_without_numpy_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "numpy.py").write_text("raise ModuleNotFoundError(\"No module named 'numpy'\", name='numpy')")
    done = process("sweep", str(NATO), *VARY, PYTHONPATH=f"{tmp_path}:{ROOT}")
    assert done.returncode == 1
    assert done.stderr.decode().strip() == ("Error: this needs numpy, which is not installed: "
                                            "pip install 'crisis-dss[sweep]'")


def test_a_done_part_and_a_table_can_be_sent_to_another_process() -> None:
    import pickle

    for thing in (Table("x.csv"), Done(b"", (), {}, ())):
        assert pickle.loads(pickle.dumps(thing)) == thing
