"""The page: one HTML file, whole or not at all, that holds everything it shows and asks nothing of a network."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import PlannerError
from planner.plan import Plan

if TYPE_CHECKING:
    from planner.reporting.parts import Part

#: What a source may link to. Every other address stays text.
_LINK = re.compile(r"https?://[^\s<>\"'`{}|\\^]+", re.IGNORECASE)

#: What ends a sentence and not an address.
_STOPS = ".,;:!?)]"


def report(
    plans: Plan | Iterable[Plan],
    path: str | Path,
    names: Iterable[str] = (),
    charts: str | Path | None = None,
    tell: Callable[[str], None] = lambda step: None,
) -> Path:
    """Write plans as one HTML page and return its path; with `charts` their charts too, as SVG and PNG files in that folder.

    `names` are what runs are called; by default the folder where a run was written to, or its instance. The page is written
    whole or not at all; an older one is replaced. `tell` hears each step. Raises PlannerError where there is no plan, where
    the path does not end in .html or cannot be written, or where jinja2, altair or vl-convert are missing
    (`pip install 'compute-planner[report]'`).
    """
    listed, target = ([plans] if isinstance(plans, Plan) else list(plans)), Path(path)
    if not listed:
        raise PlannerError("a report needs a plan at least")
    refuse_target(target)
    called = named(listed, names)
    parts = parts_of(listed, called, tell)
    text = page(listed, called, parts)
    if charts is not None:
        tell("charts")
        _write_charts(listed, called, parts, Path(charts))
    _write(text, target)
    return target


def parts_of(plans: list[Plan], names: list[str], tell: Callable[[str], None] = lambda step: None) -> list[Part]:
    """What the page says of each plan; errors as `page`."""
    _environment()
    from planner.reporting.parts import part_of

    anchors = [""] if len(plans) == 1 else [f"run-{number}-" for number in range(1, len(plans) + 1)]
    return [part_of(plan, anchor, name, tell) for plan, anchor, name in zip(plans, anchors, names, strict=True)]


def page(plans: list[Plan], names: list[str], parts: list[Part]) -> str:
    """The text of the page. Raises PlannerError where what it needs is not installed."""
    environment = _environment()
    from planner.reporting.comparison import comparison_sentences, comparison_tables

    alone = len(plans) == 1
    compared = [] if alone else [(comparison_sentences(plans, names), comparison_tables(plans, names))]
    style, script = (_source(environment, name) for name in ("style.css", "script.js"))
    allowed = f"img-src data:; style-src '{_hash(style)}'; script-src '{_hash(script)}'"
    policy = f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
    title = parts[0].title if alone else f"{len(parts)} plans: {', '.join(names)}"
    template = environment.get_template("page.html")
    text: str = template.render(parts=parts, compared=compared, style=style, script=script, policy=policy, title=title)
    return text


def named(plans: list[Plan], names: Iterable[str] = ()) -> list[str]:
    """A name for each plan, no two the same."""
    given = list(names) or [Path(str(plan.facts.get("out") or plan.instance.name)).name for plan in plans]
    if len(given) != len(plans):
        raise PlannerError(f"{len(given)} names were given for {len(plans)} plans")
    counted = [given[: number + 1].count(name) for number, name in enumerate(given)]
    return [name if given.count(name) == 1 else f"{name} ({count})" for name, count in zip(given, counted, strict=True)]


def refuse_target(target: Path) -> None:
    """Raise PlannerError where a page cannot be written to that path: better before the work than after it."""
    if target.suffix.lower() not in (".html", ".htm"):
        raise PlannerError(f"{target.name}: a report is written as .html")
    if target.is_dir():
        raise PlannerError(f"{target} is a folder; a report is a file")


@cache
def _environment() -> Any:
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ImportError as error:
        raise PlannerError("a report needs jinja2, altair and vl-convert: pip install 'compute-planner[report]'") from error
    environment = Environment(
        loader=PackageLoader("planner.reporting"), autoescape=True, undefined=StrictUndefined, finalize=_shown, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"linked": linked, "coded": coded}
    return environment


def _source(environment: Any, name: str) -> Any:
    """A file of the package that goes into the page as it is."""
    from markupsafe import Markup

    return Markup(environment.loader.get_source(environment, name)[0])  # the package's own text, and nothing of an instance


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(str(text).encode("utf-8")).digest()).decode("ascii")


def _shown(value: Any) -> Any:
    """Text as it goes into the page: control characters, and those that turn the order of reading, are written as escapes."""
    if not isinstance(value, str) or hasattr(value, "__html__") or value.isprintable():
        return value
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in value)


def linked(text: str) -> Any:
    """Text with its http and https addresses as links, everything escaped."""
    from markupsafe import Markup, escape

    pieces, done = [], 0
    for found in _LINK.finditer(text):
        address = found.group().rstrip(_STOPS)
        end = found.start() + len(address)
        link = Markup('<a href="{0}" rel="noopener noreferrer">{0}</a>').format(_shown(address))
        pieces += [escape(_shown(text[done : found.start()])), link]
        done = end
    return Markup("").join([*pieces, escape(_shown(text[done:]))])


def coded(text: str) -> Any:
    """Text with what stands in backticks set as code, everything escaped."""
    from markupsafe import Markup, escape

    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(_shown(text)))))  # escaped before it is marked up


def _write_charts(plans: list[Plan], names: list[str], parts: list[Part], folder: Path) -> None:
    """Draw everything beside the folder first: a chart that cannot be drawn leaves no file."""
    from planner.charts import CHARTS, save_all
    from planner.reporting.figures import save_figure

    folders = [Path() if len(plans) == 1 else Path(re.sub(r"[^\w-]+", "_", name)) for name in names]
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as scratch:
            for plan, own, part in zip(plans, folders, parts, strict=True):
                explained = [figure for section in part.explained for figure in section.figures if figure.name not in CHARTS]
                drawings = save_all(plan, Path(scratch) / own)
                drawings += [path for figure in explained for path in save_figure(figure, Path(scratch) / own)]
                for drawn in drawings:
                    (folder / own).mkdir(parents=True, exist_ok=True)
                    os.replace(drawn, folder / own / drawn.name)
    except OSError as error:
        raise PlannerError(f"{folder} cannot be written: {error.strerror}") from error


def _write(text: str, target: Path) -> None:
    scratch = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, scratch = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(scratch, 0o644)
        os.replace(scratch, target)
    except OSError as error:
        raise PlannerError(f"{target} cannot be written: {error.strerror}") from error
    finally:
        if scratch is not None and os.path.exists(scratch):
            os.unlink(scratch)
