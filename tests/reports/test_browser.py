"""The page in a real browser: on a phone and a desk, by day and night, and on paper."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Browser, find
from running import ROOT, document

from dss import assess, load_kb
from dss.render import Page, renderer

pytestmark = pytest.mark.skipif(
    find() is None, reason="NO BROWSER: install chromium to test how the page looks"
)
SHOWN = ("nato-crimea-2014", "typhoon-haiyan-2013", "nuclear-alert-cuba-1962", "little-known")
LEAST_INK, MOST_SHEETS = 0.01, 24


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as found:
        yield found


@pytest.fixture(scope="module", params=SHOWN)
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    name = request.param
    d: dict[str, Any] = (
        assess(load_kb(), {"crisis_type": "maritime-incident"}).as_data()
        if name == "little-known"
        else document(ROOT / "examples" / f"{name}.yaml")
    )
    file = tmp_path_factory.mktemp("page") / f"{name}.html"
    made = renderer("html")([d], Page())
    assert isinstance(made, str)
    file.write_text(made, encoding="utf-8")
    return file


def ink(png: bytes) -> float:
    """The share of bytes that differ from what stands beside them: 0 in a blank picture."""
    chunks, at = b"", 8
    while at < len(png):
        size, kind = int.from_bytes(png[at : at + 4], "big"), png[at + 4 : at + 8]
        chunks += png[at + 8 : at + 8 + size] if kind == b"IDAT" else b""
        at += size + 12
    raw = zlib.decompress(chunks)
    return 1 - raw.count(0) / len(raw)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_a_screen_is_neither_blank_nor_too_wide(browser: Browser, page: Path, width: int, dark: bool) -> None:
    browser.show(page, width, dark=dark)
    assert browser.ask("document.documentElement.scrollWidth") == width
    assert ink(browser.screenshot()) > LEAST_INK
    ground = browser.ask("getComputedStyle(document.querySelector('article')).backgroundColor")
    bright = sum(map(int, re.findall(r"\d+", ground)[:3])) > 3 * 128
    assert bright != dark


def test_the_summary_stands_on_the_first_screen(browser: Browser, page: Path) -> None:
    browser.show(page, 1280, 800)
    assert browser.ask("document.querySelector('.summary').getBoundingClientRect().bottom") <= 800


def test_the_page_asks_for_nothing_and_every_proof_opens(browser: Browser, page: Path) -> None:
    browser.show(page, 1280)
    assert browser.ask("performance.getEntriesByType('resource').length") == 0
    opened = browser.ask(
        "document.querySelectorAll('details').forEach(d => d.open = true);"
        "[...document.querySelectorAll('details')].every(d => d.lastElementChild.offsetHeight > 0)"
    )
    assert opened is True
    assert browser.ask("document.documentElement.scrollWidth") == 1280
    browser.ask("document.querySelector('meta')")
    browser.show(page, 360)
    browser.ask("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert browser.ask("document.documentElement.scrollWidth") == 360


def test_it_prints_on_a_handful_of_a4_sheets(browser: Browser, page: Path) -> None:
    browser.show(page, 1280)
    paper = browser.paper()
    assert paper.startswith(b"%PDF")
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", paper)) <= MOST_SHEETS
    assert re.search(rb"/MediaBox\s*\[0 0 59[45]\S* 84[12]\S*\]", paper)
