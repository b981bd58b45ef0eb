"""Charts as text and as files."""

from __future__ import annotations

import io
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from planner.charts.gallery import OVERVIEW, available, drawn
from planner.charts.panels import narrowed
from planner.charts.theme import needed, specification, themed
from planner.errors import PlannerError
from planner.plan import Plan


def svg(plan: Plan, name: str, dark: bool = False, narrow: bool = False) -> str:
    """The chart of that name, or the `overview`, as the text of an SVG without the chart's title, or as narrow as a phone.

    Raises PlannerError for a name that is not known, a chart with nothing to show, and where altair or vl-convert are missing.
    """
    return _text(drawn(plan, name, dark, narrow=narrow).to_dict(validate=False))


def as_svg(chart: Any, dark: bool = False, narrow: bool = False) -> str:
    """An altair chart such as `stack` and `tornado` give as the text of an SVG; errors as `svg`."""
    return _text(specification(narrowed(chart) if narrow else chart, dark, narrow))


def save(plan: Plan, name: str, path: str | Path, dark: bool = False) -> Path:
    """Write the chart of that name, or the `overview`, with its title, as an .svg or .png file; returns the path.

    Raises PlannerError for another ending or a file that cannot be written, and otherwise as `svg`.
    """
    target = _checked(Path(path))
    return _write(drawn(plan, name, dark, title=True), target)


def save_all(plan: Plan, folder: str | Path, dark: bool = False) -> list[Path]:
    """Write the overview and every chart that has something to show as NAME.svg and NAME.png into a folder; returns the paths."""
    names = (OVERVIEW, *available(plan))
    return [path for name in names for path in _both(drawn(plan, name, dark, title=True), Path(folder) / name)]


def save_chart(chart: Any, path: str | Path, dark: bool = False) -> Path:
    """Write an altair chart such as `stack` and `tornado` give as an .svg or .png file; errors as `save`."""
    return _write(themed(chart, dark), _checked(Path(path)))


def save_both(chart: Any, stem: Path, dark: bool = False) -> None:
    """Write a chart as `stem`.svg and `stem`.png, drawn once; errors as `save`."""
    _both(themed(chart, dark), stem)


def _both(chart: Any, stem: Path) -> list[Path]:
    picture = _text(chart.to_dict(validate=False))
    svg = _put(picture.encode(), stem.parent / f"{stem.name}.svg")
    return [svg, _put(needed("vl_convert").svg_to_png(picture, scale=2), stem.parent / f"{stem.name}.png")]


def _checked(target: Path) -> Path:
    if target.suffix not in (".svg", ".png"):
        raise PlannerError(f"{target.name}: a picture is drawn as .svg or .png")
    return target


def _text(spec: dict[str, Any]) -> str:
    alt, vl_convert = needed("altair"), needed("vl_convert")
    version = "_".join(alt.SCHEMA_VERSION.split(".")[:2])
    picture: str = vl_convert.vegalite_to_svg(spec, vl_version=version)
    return picture


def _write(chart: Any, target: Path) -> Path:
    """Draw before anything is written: what cannot be drawn leaves no file."""
    if target.suffix == ".svg":
        content = _text(chart.to_dict(validate=False)).encode()
    else:
        needed("vl_convert")
        picture = io.BytesIO()
        chart.save(picture, format="png", scale_factor=2)
        content = picture.getvalue()
    return _put(content, target)


def _put(content: bytes, target: Path) -> Path:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
            file.write(content)
        part = Path(file.name)
        part.chmod(0o644)
        part.replace(target)
    except OSError as error:
        raise PlannerError(f"{target} cannot be written: {error.strerror or error}") from error
    return target
