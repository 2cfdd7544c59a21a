"""Reports by the user's own template: the contract as context, in a sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import EXAMPLES, NATO, document, dss

pytest.importorskip("jinja2", reason="the extra [report] is not installed")


def fill(tmp_path: Path, template: str, *profiles: Path, name: str = "my.md.j2") -> tuple[int, str, str]:
    file = tmp_path / name
    file.write_text(template, encoding="utf-8")
    result = dss("assess", *(profiles or (NATO,)), "--template", file)
    return result.exit_code, result.stdout, result.stderr


def test_the_fields_of_the_contract_are_variables(tmp_path: Path) -> None:
    d = document(NATO)
    code, out, _ = fill(tmp_path, "# {{ profile.title }}\n{% for a in mixes[0].actions %}\n- {{ a.title }}\n"
                                  "{% endfor %}\n{{ mixes[0].hard_share | percent }} %\n"
                                  "{{ forbidden[0].rules[0].source | cite }}\n{{ document.kb.digest }}\n")
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == f"# {d['profile']['title']}"
    assert [x[2:] for x in lines if x.startswith("- ")] == [a["title"] for a in d["mixes"][0]["actions"]]
    assert lines[-1] == d["kb"]["digest"]


def test_each_profile_fills_the_template_once(tmp_path: Path) -> None:
    code, out, _ = fill(tmp_path, "{{ profile.title }}\n", NATO, EXAMPLES[0])
    assert (code, len(out.splitlines())) == (0, 2)


def test_html_templates_escape(tmp_path: Path) -> None:
    profile = tmp_path / "p.yaml"
    profile.write_text('title: "<b> & co"\n', encoding="utf-8")
    assert "&lt;b&gt; &amp; co" in fill(tmp_path, "{{ profile.title }}", profile, name="r.html.j2")[1]
    assert "<b> & co" in fill(tmp_path, "{{ profile.title }}", profile, name="r.md.j2")[1]


@pytest.mark.parametrize("name", ["r.HTML.J2", "r.xhtml.j2", "r.html.jinja2", "r.html", "r.htm", "r.xml.j2"])
def test_every_name_of_markup_escapes(tmp_path: Path, name: str) -> None:
    assert fill(tmp_path, "{{ '<b>' }}", name=name)[1] == "&lt;b&gt;"


@pytest.mark.parametrize("name", ["r.md.j2", "html.j2", "html-notes.txt"])
def test_other_names_do_not_escape(tmp_path: Path, name: str) -> None:
    assert fill(tmp_path, "{{ '<b>' }}", name=name)[1] == "<b>"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{% for x in mixes %}", "TP002 the template cannot be read"),
        ("a\n{{ no_such_field }}", ":2:1: TP003 the template cannot be filled: 'no_such_field' is undefined"),
        (
            "{{ ''.__class__.__mro__ }}",
            "TP003 the template cannot be filled: access to attribute '__class__'",
        ),
        ("{{ mixes.append(1) }}", "TP003 the template cannot be filled"),
        ("{{ cycler.__init__.__globals__ }}", "TP003 the template cannot be filled"),
        ("{% include '/etc/hostname' %}", "TP003 the template cannot be filled: no loader"),
        ("{{ 1 // 0 }}", "TP003 the template cannot be filled: integer"),
        ("{{ 'a' * 10 ** 18 }}", "TP003 the template cannot be filled: MemoryError"),
    ],
    ids=[
        "syntax",
        "unknown field",
        "escape by class",
        "changing data",
        "escape by globals",
        "reading a file",
        "division",
        "no room",
    ],
)
def test_a_bad_template_is_told_with_its_place(tmp_path: Path, template: str, said: str) -> None:
    code, out, err = fill(tmp_path, template)
    assert code == 1
    assert out == ""
    assert said in err
    assert "Traceback" not in err


def test_a_template_that_is_not_there_or_not_text_is_told(tmp_path: Path) -> None:
    missing = dss("assess", NATO, "--template", tmp_path / "none.j2")
    assert missing.exit_code == 1
    assert "IN020 there is no such file" in missing.stderr
    (tmp_path / "b.j2").write_bytes(b"\xff\xfe")
    assert (
        "TP001 the template is not UTF-8 text" in dss("assess", NATO, "--template", tmp_path / "b.j2").stderr
    )
