"""The printed reports: whole, escaped, self-contained, accessible, and the same in every format."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from conftest import MINI
from running import EXAMPLES, NATO, clean_environment, document, dss, process

from dss import assess, load_kb
from dss.render import Page, formats, renderer
from dss.render.outline_page import outline
from dss.render.style_page import STYLE

HERE = Path(__file__).parent
VOID = {"meta", "col", "br"}
HARBOUR = {
    "quarrel": "border",
    "stage": "threats",
    "attacked": {"value": "no", "grade": "B2", "note": "Seen from the quay."},
    "tension": "high",
    "boats_out": 30,
    "grounds": "custom",
    "title": "Nets cut off the point",
    "partners": [{"name": "North", "promise": "sworn", "lends": ["boats"]}],
}


@cache
def mini_document() -> dict[str, Any]:
    return assess(load_kb(MINI), HARBOUR).as_data()


def html(*documents: dict[str, Any]) -> str:
    made = renderer("html")(documents, Page())
    assert isinstance(made, str)
    return made


class Reader(HTMLParser):
    """Reads a page strictly: every element closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.stem)
def test_the_page_is_well_formed_and_needs_nothing_else(example: Path) -> None:
    page = html(document(example))
    read = Reader(page)
    ids = Counter(a["id"] for _, a in read.elements if "id" in a)
    assert ids.most_common(1)[0][1] == 1
    named = [ref for _, a in read.elements for key in ("aria-labelledby", "aria-describedby")
             for ref in (a.get(key) or "").split()]
    named += [(a["href"] or "").removeprefix("#") for a in read.all("a")]
    assert set(named) <= set(ids)
    assert not {tag for tag, _ in read.elements} & {"script", "link", "img", "iframe", "object", "form"}
    assert not [key for _, a in read.elements for key in a if key.startswith("on") or key == "src"]
    assert not re.search(r"https?:|url\(|@import", page)


def test_the_page_can_be_read_without_seeing_it() -> None:
    read = Reader(html(document(NATO)))
    assert read.all("html") == [{"lang": "en-GB"}]
    assert len(read.all("h1")) == len(read.all("article")) == len(read.all("main")) == 1
    levels = [int(tag[1]) for tag, _ in read.elements if re.fullmatch("h[1-6]", tag)]
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert all(a.get("role") == "img" and a.get("aria-labelledby") for a in read.all("svg"))
    assert len(read.all("svg")) == len(read.all("figure")) >= 6
    assert all(a.get("scope") in ("row", "col") for a in read.all("th"))
    assert len(read.all("table")) == len(read.all("caption"))
    assert len(read.all("details")) > len(document(NATO)["mixes"][0]["actions"])


@pytest.mark.parametrize("name", ["html", "md"])
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.stem)
def test_nothing_of_the_advice_is_missing(example: Path, name: str) -> None:
    d = document(example)
    made = renderer(name)([d], Page())
    assert isinstance(made, str)
    text = words("".join(Reader(made).text) if name == "html" else re.sub(r"\\(.)", r"\1", made))
    mix = d["mixes"][0]
    wanted = [
        d["profile"]["title"],
        mix["title"],
        mix["purpose"],
        mix["counter_argument"],
        d["disclaimer"],
        d["kb"]["digest"],
        d["profile"]["digest"],
        d["engine"]["dss"],
        *(a["title"] for a in mix["actions"]),
        *(a["objective"] for a in mix["actions"]),
        *(r["text"] for a in mix["actions"] for r in a["because"]),
        *(f["title"] for f in d["forbidden"]),
        *(f["rules"][0]["text"] for f in d["forbidden"] if f["rules"]),
        *(s["text"] for s in mix["safeguards"]),
        *(c["text"] for c in mix["cautions"]),
        *(p["lesson"] for p in d["precedents"]),
        *(q["question"] for q in d["questions"]),
        *(f["note"] for f in d["facts"]),
        *(f["title"] for f in d["facts"]),
        *(m["title"] for m in d["mixes"]),
        *(w["title"] for w in d["works"]),
    ]
    assert [w for w in wanted if words(w) not in text] == []


def test_text_of_a_profile_is_never_markup() -> None:
    evil = "<script>alert('x')</script> | **bold** [a](b) `c`"
    d = assess(load_kb(), {"title": evil, "armed_attack": {"value": "none", "note": evil}}).as_data()
    page = html(d)
    assert "<script" not in page
    assert evil in "".join(Reader(page).text)
    made = renderer("md")([d], Page())
    assert isinstance(made, str)
    assert evil not in made
    assert r"\<script\>alert('x')\</script\> \| \*\*bold\*\* \[a\](b) \`c\`" in made


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("~~~ sh rm", r"\~\~\~ sh rm"),
        ("no ~~x~~ here", r"no \~\~x\~\~ here"),
        ("&lt;b&gt; & co", r"\&lt;b\&gt; \& co"),
        ("costs $x$", r"costs \$x\$"),
        ("1. April", r"1\. April"),
        ("28) and on", r"28\) and on"),
        ("1.", r"1\."),
        ("4.42 points", "4.42 points"),
        ("100.0", "100.0"),
        ("-6 in all", "-6 in all"),
        ("- no list", r"\- no list"),
        ("+ nor this", r"\+ nor this"),
        ("--- nor a rule", r"\--- nor a rule"),
    ],
)
def test_markdown_shows_text_as_it_was_written(said: str, written: str) -> None:
    made = renderer("md")([{**mini_document(), "disclaimer": said}], Page())
    assert isinstance(made, str)
    assert made.endswith(f"\n\n{written}\n")


def test_several_reports_share_a_page_and_no_ids() -> None:
    page = html(
        document(NATO),
        document(EXAMPLES[0]),
        {"schema": "dss/problems/1", "problems": [{"file": "a.yaml", "line": 3, "message": "is odd"}]},
    )
    read = Reader(page)
    assert (len(read.all("article")), len(read.all("main"))) == (3, 1)
    assert Counter(a["id"] for _, a in read.elements if "id" in a).most_common(1)[0][1] == 1
    assert "a.yaml:3" in page


def test_the_summary_says_over_how_many_actions_escalation_is_summed() -> None:
    mix = mini_document()["mixes"][0]
    summary = outline(mini_document()).summary
    assert summary is not None
    (note,) = (m.note for m in summary.measures if m.label == "Escalation")
    assert note.startswith(f"sum of {len(mix['actions'])} actions; the whole mix ")


def test_when_too_little_is_known_the_questions_come_first() -> None:
    d = assess(load_kb(), {"crisis_type": "maritime-incident"}).as_data()
    summary = outline(d).summary
    assert summary.verdict.startswith("Too little is known")
    assert len(summary.ask) > 1
    assert d["questions"][0]["question"] in html(d).split("</section>", 1)[0]


def test_the_tornado_shows_leads_that_agree_with_the_outcomes() -> None:
    for example in EXAMPLES:
        d = document(example)
        for t in d["tipping"]:
            if t["lead"] is not None and d["lead"] is not None:
                assert (t["lead"] <= 0) == (t["kind"] == "posture") or t["lead"] == 0, (example.stem, t)


def test_postures_add_up_to_their_scores() -> None:
    for example in EXAMPLES:
        for p in document(example)["postures"]:
            assert sum(p["principles"].values()) + p["core_score"] == pytest.approx(p["score"], abs=0.011)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_stands_out_from_its_ground(scheme: int) -> None:
    """Contrast of at least 4.5 to 1, as the guidelines for accessible content ask of text."""
    blocks = re.findall(r":root \{(.*?)\}", STYLE, re.S)
    colours = dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6})", blocks[scheme]))
    for text, ground in (("ink", "paper"), ("quiet", "paper"), ("accent", "paper"), ("danger", "paper"),
                         ("ink", "soft"), ("accent", "soft"), ("ink", "stripe"), ("quiet", "danger-soft"),
                         ("on", "accent")):
        low, high = sorted((_luminance(colours[text]), _luminance(colours[ground])))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (text, ground)


def in_words(word: bytes) -> str:
    """A Word document as lines: the style and text of each paragraph, the cells of each row."""
    import docx

    lines = []
    for part in docx.Document(io.BytesIO(word)).iter_inner_content():
        if hasattr(part, "rows"):
            lines += [" | ".join(cell.text.replace("\n", " / ") for cell in row.cells) for row in part.rows]
        else:
            lines.append(f"{part.style.name}: {part.text}".rstrip())
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", ["html", "md", "docx"])
def test_a_report_is_as_it_was(name: str) -> None:
    """``DSS_REGENERATE=1 pytest tests/reports`` keeps it anew; read the difference."""
    if name == "docx":
        pytest.importorskip("docx", reason="the extra [docx] is not installed")
    d = mini_document()
    made = renderer(name)([d], Page())
    made = in_words(made) if isinstance(made, bytes) else made
    for digest in (d["kb"]["digest"], d["profile"]["digest"]):
        made = made.replace(digest, "#" * 64).replace(digest[:12], "#" * 12)
    made = made.replace(f"dss {d['engine']['dss']}", "dss #")
    kept = HERE / "kept" / f"harbour.{'docx.txt' if name == 'docx' else name}"
    if os.environ.get("DSS_REGENERATE"):
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(made, encoding="utf-8")
    assert made == kept.read_text(encoding="utf-8")


def test_the_bytes_do_not_depend_on_the_hash_seed() -> None:
    made = {process("assess", NATO, "--format", "html", PYTHONHASHSEED=seed).stdout for seed in ("1", "2")}
    assert len(made) == 1
    assert b"<!DOCTYPE html>" in made.pop()


def test_formats_are_listed_and_helpers_are_not() -> None:
    assert formats() == ["docx", "html", "json", "md", "text", "yaml"]


def test_a_report_goes_to_a_file(tmp_path: Path) -> None:
    out = tmp_path / "r.html"
    result = dss("assess", NATO, "--format", "html", "--output", out)
    assert (result.exit_code, result.stdout) == (0, "")
    assert f"Wrote {out}." in result.stderr
    assert out.read_text(encoding="utf-8") == dss("assess", NATO, "--format", "html").stdout
    assert dss("assess", NATO, "--output", tmp_path / "no" / "such").exit_code == 1


def test_docx_holds_the_same_in_styles(tmp_path: Path) -> None:
    docx = pytest.importorskip("docx", reason="the extra [docx] is not installed")
    out = tmp_path / "r.docx"
    assert dss("assess", NATO, "--format", "docx", "--output", out).exit_code == 0
    word = docx.Document(out)
    d = document(NATO)
    text = words("\n".join([*(p.text for p in word.paragraphs),
                            *(c.text for t in word.tables for row in t.rows for c in row.cells)]))
    for wanted in (*(a["title"] for a in d["mixes"][0]["actions"]), *(f["title"] for f in d["forbidden"]),
                   *(f["note"] for f in d["facts"]), d["kb"]["digest"], d["disclaimer"]):
        assert words(wanted) in text
    styles = Counter(p.style.name for p in word.paragraphs)
    assert styles["Title"] == 1
    assert styles["Heading 1"] == len(outline(d).sections) + 1
    assert all(t.style.name == "Light List Accent 1" for t in word.tables)
    assert dss("assess", NATO, "--format", "docx", "--output", tmp_path / "again.docx").exit_code == 0
    assert (tmp_path / "again.docx").read_bytes() == out.read_bytes()


def test_a_title_of_any_length_stands_whole_in_docx() -> None:
    docx = pytest.importorskip("docx", reason="the extra [docx] is not installed")
    long = "W" * 300
    made = renderer("docx")([assess(load_kb(MINI), HARBOUR | {"title": long}).as_data()], Page())
    assert isinstance(made, bytes)
    word = docx.Document(io.BytesIO(made))
    assert word.paragraphs[0].text == long
    assert word.core_properties.title == long[:255]


def test_a_missing_extra_says_what_to_install() -> None:
    script = (
        "import sys; sys.modules['docx'] = sys.modules['jinja2'] = None; sys.argv = ['dss', *sys.argv[1:]]\n"
        "from dss.cli import main; main()"
    )
    for arguments, name in ((["--format", "docx"], "docx"), (["--template", __file__], "report")):
        result = subprocess.run([sys.executable, "-c", script, "assess", str(NATO), *arguments],
                                capture_output=True, text=True, env=clean_environment(), check=False)
        assert result.returncode == 1
        assert f"pip install 'crisis-dss[{name}]'" in result.stderr
        assert "Traceback" not in result.stderr
