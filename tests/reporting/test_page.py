"""The page as a file: it holds what the plan says, everything from an instance is escaped, and it is there whole or not at all."""

from __future__ import annotations

import base64
import hashlib
import html
import re
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import planner
from planner.charts import CHARTS, available, stack
from planner.digest import binding, by_year, sentences
from planner.reporting.figures import drawn_figure
from planner.reporting.page import coded, linked, named, page, parts_of
from planner.store import save_plan
from tests.reporting.conftest import HOSTILE, TOY, Page

VOID = {"meta", "link", "img", "br", "input", "source"}


class Outline(HTMLParser):
    """The elements of a page with their attributes, its text, and whether every element is closed in turn."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("script", "style"):
            self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        return "".join(self.words)


def test_the_page_says_what_the_digest_says(toy_page: Page) -> None:
    (plan,) = toy_page.plans
    words = Outline(toy_page.text).text
    for sentence in sentences(plan):
        assert sentence in words
    assert plan.instance.hash in words
    for name in by_year(plan).index:
        assert name in words
    for sentences_of_part in plan.explain().sentences.values():
        for sentence in sentences_of_part:
            assert sentence in words
    assert binding(plan)  # the lines of the terminal, which the section on what binds replaces


def test_every_chart_stands_in_the_page_with_its_table_under_it(toy_page: Page) -> None:
    (plan,) = toy_page.plans
    figures = re.findall(r'<figure id="(\w+)">(.*?)</figure>', toy_page.text, re.DOTALL)
    assert {name for name, _ in figures} == {*available(plan), "stack", "tornado"}
    for name, inside in figures:
        assert inside.count("<img") == 4 and "<figcaption>" in inside and "<table" in inside, name
        pictures = [base64.b64decode(code).decode() for code in re.findall(r"data:image/svg\+xml;base64,([\w+/=]+)", inside)]
        assert len(set(pictures)) == 4, name
        assert all(picture.startswith("<svg") and "aria-" not in picture for picture in pictures)
        if name in CHARTS:
            assert html.escape(CHARTS[name].title) in inside


def test_the_tables_under_the_charts_hold_the_numbers(toy_page: Page) -> None:
    (plan,) = toy_page.plans
    inside = re.search(r'<figure id="compute">(.*?)</figure>', toy_page.text, re.DOTALL)
    assert inside is not None
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", inside.group(1))]
    placed = plan.placement
    assert rows[0] == ["year", "earth, plains", "moon, basin"]
    assert rows[1:] == [[str(y), *(f"{v:.4g}" if v > 1e-9 else "0" for v in placed.loc[y])] for y in plan.instance.years]


@pytest.mark.parametrize("which", ["toy_page", "hostile_page"])
def test_the_page_is_well_formed_and_its_parts_find_one_another(which: str, request: pytest.FixtureRequest) -> None:
    outline = Outline(request.getfixturevalue(which).text)
    assert outline.open == []
    ids = [str(attributes["id"]) for _, attributes in outline.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for attributes in outline.all("a"):
        address = str(attributes["href"])
        assert address.startswith(("https://", "http://")) or address.removeprefix("#") in ids
    for _, attributes in outline.elements:
        assert attributes.get("aria-labelledby", ids[0]) in ids
    levels = [int(tag[1]) for tag, _ in outline.elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert [attributes["lang"] for attributes in outline.all("html")] == ["en"]
    assert all(attributes.get("scope") in ("row", "col") for attributes in outline.all("th"))
    assert len(outline.all("caption")) == len(outline.all("table"))
    assert all(attributes["alt"] for attributes in outline.all("img"))


@pytest.mark.parametrize("which", ["toy_page", "hostile_page"])
def test_the_page_asks_for_nothing(which: str, request: pytest.FixtureRequest) -> None:
    text = request.getfixturevalue(which).text
    outline = Outline(text)
    for _, attributes in outline.elements:
        assert not {"style", "srcset", "background", "action", "formaction", "poster", "ping"} & attributes.keys()
        assert not [name for name in attributes if name.startswith("on")]
        assert str(attributes.get("src", "data:")).startswith("data:image/svg+xml;base64,") or "src" not in attributes
    assert [attributes["href"] for attributes in outline.all("link")] == ["data:,"]
    style, script = (re.search(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL) for tag in ("style", "script"))
    assert style is not None and "url(" not in style.group(1) and "@import" not in style.group(1)
    (policy,) = [a["content"] for a in outline.all("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    for found in (style, script):
        assert found is not None
        digest = base64.b64encode(hashlib.sha256(found.group(1).encode()).digest()).decode()
        assert f"'sha256-{digest}'" in str(policy)
    assert str(policy).startswith("default-src 'none'; img-src data:;")


def test_what_strangers_wrote_is_text(hostile_page: Page) -> None:
    outline = Outline(hostile_page.text)
    assert len(outline.all("script")) == len(outline.all("style")) == len(outline.all("title")) == 1
    assert all(attributes["src"].startswith("data:") for attributes in outline.all("img"))  # type: ignore[union-attr]
    assert outline.text.count(HOSTILE) > 20  # as title, description, name, sources and notes
    for piece in ("<script>alert", "<img src=x", '"quoted"', "&  'single"):
        assert piece not in hostile_page.text
    addresses = {attributes["href"] for attributes in outline.all("a")}
    assert "https://example.org/?a=1&b=2" in addresses
    assert not [address for address in addresses if not str(address).startswith(("#", "https://example.org/"))]


def test_what_strangers_wrote_is_text_in_pictures_too() -> None:
    frame = pd.DataFrame(
        [(2030, "moon", HOSTILE, part, 1.0, "GUSD") for part in ("power", HOSTILE)],
        columns=["year", "body", "workload", "component", "value", "unit"],
    )
    figure = drawn_figure(lambda narrow: stack(frame), "stack", HOSTILE, HOSTILE, [])
    assert [drawing.reader for drawing in figure.drawn] == ["wide light", "wide dark", "narrow light", "narrow dark"]
    for drawing in figure.drawn:
        picture = base64.b64decode(drawing.address.split(",")[1]).decode()
        assert "<script" not in picture and "<img" not in picture and "onerror=" not in re.sub(r">[^<]*<", "><", picture)
        assert "&lt;script" in picture


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("IEA, https://iea.org/a?b=1&c=2.", ["https://iea.org/a?b=1&c=2"]),
        ("(see http://x.org/1), and HTTPS://Y.org", ["http://x.org/1", "HTTPS://Y.org"]),
        ("javascript:alert(1) data:text/html,x file:///etc/passwd ftp://x.org", []),
        ('https://x.org/"onmouseover="alert(1)', ["https://x.org/"]),
        ("https://x.org/<script>", ["https://x.org/"]),
        ("javascript:alert(1)//https://x.org/a", ["https://x.org/a"]),
    ],
)
def test_only_addresses_of_the_web_are_linked(text: str, links: list[str]) -> None:
    outline = Outline(str(linked(text)))
    assert [attributes["href"] for attributes in outline.all("a")] == links
    assert outline.text == text
    assert {tag for tag, _ in outline.elements} <= {"a"}


def test_code_is_escaped_before_it_is_set() -> None:
    assert str(coded("`a<b>` & <i>")) == "<code>a&lt;b&gt;</code> &amp; &lt;i&gt;"


def test_signs_that_turn_the_text_around_are_written_out() -> None:
    assert str(linked("a\u202eb\x1b[31m")) == "a\\u202eb\\x1b[31m"


def test_runs_are_told_apart() -> None:
    plan: Any = type("Plan", (), {"facts": {"out": "runs/a"}})()
    assert named([plan, plan]) == ["a (1)", "a (2)"]
    assert named([plan, plan], ["x", "y"]) == ["x", "y"]
    with pytest.raises(planner.PlannerError, match="1 names were given for 2 plans"):
        named([plan, plan], ["x"])


def test_several_runs_are_held_side_by_side(hostile_page: Page) -> None:
    first, second = hostile_page.plans
    words = Outline(hostile_page.text).text
    assert f"half costs the least, {second.objective:,.6g} GUSD" in words
    assert f"{second.objective - first.objective:+,.6g}" in words and f"{second.objective / first.objective - 1:+.2%}" in words
    assert "earth, half" in words
    for anchor in ("run-1-answer", "run-2-answer", "run-1-run", "run-2-run", "comparison"):
        assert f'id="{anchor}"' in hostile_page.text and f'href="#{anchor}"' in hostile_page.text


def test_costs_in_other_money_are_not_compared(hostile_page: Page) -> None:
    from dataclasses import replace

    from planner.reporting.comparison import comparison_sentences, comparison_tables

    first, second = hostile_page.plans
    conventions = second.instance.conventions
    later = replace(second.instance, conventions=replace(conventions, finance=replace(conventions.finance, base_year=2031)))
    other = replace(second, instance=later)
    assert "not to be compared" in comparison_sentences([first, other], ["a", "b"])[0]
    assert [row[2].text for row in comparison_tables([first, other], ["a", "b"])[0].rows] == ["-", "-"]


def test_a_page_is_there_whole_or_not_at_all(toy_page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "page.html"
    target.write_text("older")
    monkeypatch.setattr("planner.reporting.page.parts_of", lambda *_: [])
    monkeypatch.setattr("planner.reporting.page.page", lambda *_: "newer" * 1000)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("os.replace", full)
        with pytest.raises(planner.PlannerError, match=r"page\.html cannot be written: No space left"):
            planner.report(toy_page.plans, target)
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"] and target.read_text() == "older"
    planner.report(toy_page.plans, target)
    assert target.read_text() == "newer" * 1000


@pytest.mark.parametrize("name", ["page.pdf", "page"])
def test_another_kind_of_file_is_refused(toy_page: Page, tmp_path: Path, name: str) -> None:
    with pytest.raises(planner.PlannerError, match=r"written as \.html"):
        planner.report(toy_page.plans, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_report_needs_a_plan(tmp_path: Path) -> None:
    with pytest.raises(planner.PlannerError, match="needs a plan"):
        planner.report([], tmp_path / "page.html")


def test_the_same_plan_gives_the_same_page(hostile_page: Page) -> None:
    names = [HOSTILE, "half"]
    assert page(hostile_page.plans, names, parts_of(hostile_page.plans, names)) == hostile_page.text


@pytest.fixture
def saved(tmp_path: Path, hostile_page: Page) -> Path:
    return save_plan(hostile_page.plans[0], tmp_path / "runs" / "one")


def test_the_command_writes_the_page_and_the_charts(run: Callable[..., Any], saved: Path, tmp_path: Path) -> None:
    said = run("report", str(saved), "--charts", str(tmp_path / "charts"))
    assert said.code == 0 and f"Written to {saved / 'report.html'}" in said.out
    assert Outline((saved / "report.html").read_text(encoding="utf-8")).open == []
    names = {path.name for path in (tmp_path / "charts").iterdir()}
    plan = planner.load_plan(saved)
    drawn = ("overview", *available(plan), "stack")  # no number of this world has a range: there is no tornado
    assert names == {f"{name}.{ending}" for name in drawn for ending in ("svg", "png")}
    assert (tmp_path / "charts" / "stack.png").read_bytes().startswith(b"\x89PNG")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_what_is_no_run_is_refused(run: Callable[..., Any], saved: Path, tmp_path: Path) -> None:
    shutil.rmtree(saved / "prices")
    for no_run in (saved, TOY, tmp_path / "nowhere"):
        said = run("report", str(no_run), "--out", str(tmp_path / "page.html"))
        assert said.code == 2 and "is not a whole run folder" in said.err and said.out == ""
    assert not (tmp_path / "page.html").exists()
    said = run("report", str(saved), "--out", str(tmp_path / "page.txt"))
    assert said.code == 2 and "written as .html" in said.err
