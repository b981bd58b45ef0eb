"""Instance folders for tests, written from a few lines of Python."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import planner

FINANCE = {
    "currency": "USD",
    "price_year": 2025,
    "payments": "mid",
    "capital_falls": "start",
    "capital": "upfront",
    "end_of_horizon": "straight_line",
}


def write_instance(
    folder: Path,
    *,
    years: Iterable[int],
    last: int | None = None,
    bodies: Mapping[str, Mapping[str, Any]],
    sites: Mapping[str, str],
    slices: Mapping[str, tuple[str, float, float]],
    technologies: Iterable[tuple[str, str, str, str]],
    workloads: Mapping[str, str],
    numbers: Mapping[str, Any],
    tiers: Mapping[str, str] | None = None,
    routes: Iterable[tuple[str, str, str, str, str, str]] = (),
    deposits: Mapping[str, str] | None = None,
    markets: Iterable[tuple[str, str, str]] = (),
    limits: Iterable[Mapping[str, Any]] = (),
    survival: Iterable[tuple[str, float, float]] = (),
    finance: Mapping[str, Any] | None = None,
    cycles: Mapping[str, str] | None = None,
) -> Path:
    """Write an instance and return its folder.

    `slices` maps a slice to (body, share, hours); `technologies` are (name, block, at, makes); `numbers` maps an address to a
    text such as `1.3 GUSD/GW`, or to a mapping of years to such texts; `limits` are rows of limits.csv.
    """
    folder.mkdir(parents=True, exist_ok=True)
    listed = list(years)
    lines = ['title = "A test"', "[horizon]", f"years = {listed}", *([f"last = {last}"] if last else []), "[finance]"]
    lines += [f"{key} = {_toml(value)}" for key, value in {**FINANCE, "base_year": listed[0], **(finance or {})}.items()]
    for name, body in bodies.items():
        lines += [f"[bodies.{name}]", *(f"{key} = {_toml(value)}" for key, value in body.items())]
    (folder / "instance.toml").write_text("\n".join(lines) + "\n")
    _table(folder / "sites.csv", ("site", "body"), sites.items())
    _table(
        folder / "slices.csv",
        ("slice", "body", "cycle"),
        [(name, body, (cycles or {}).get(name, "")) for name, (body, _, _) in slices.items()],
    )
    _table(folder / "technologies.csv", ("technology", "block", "at", "makes"), technologies)
    _table(folder / "workloads.csv", ("workload", "kind"), workloads.items())
    _table(folder / "tiers.csv", ("tier", "workload"), (tiers or {}).items())
    _table(folder / "routes.csv", ("route", "carrier", "origin", "destination", "goods", "refuel"), routes)
    _table(folder / "deposits.csv", ("deposit", "site"), (deposits or {}).items())
    _table(folder / "markets.csv", ("market", "body", "side"), markets)
    _table(folder / "survival.csv", ("technology", "age", "share", "source"), [(*row, "assumption: test") for row in survival])
    _limits(folder / "limits.csv", list(limits))
    times = {f"time.{name}.share": f"{share} 1" for name, (_, share, _) in slices.items()}
    times |= {f"time.{name}.hours": f"{hours} h" for name, (_, _, hours) in slices.items()}
    _parameters(folder / "parameters", {**times, **numbers})
    return folder


def instance_of(folder: Path, **parts: Any) -> planner.Instance:
    """Write an instance and load it."""
    return planner.load(write_instance(folder, **parts))


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _table(path: Path, header: tuple[str, ...], rows: Iterable[Iterable[Any]]) -> None:
    kept = [list(row) for row in rows]
    if not kept and path.stem != "technologies":  # which an instance must have, if without a row
        return
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *kept])


def _limits(path: Path, rows: list[Mapping[str, Any]]) -> None:
    if not rows:
        return
    years = sorted({key for row in rows for key in row if isinstance(key, int)})
    header = ["limit", "quantity", "item", "at", "over", "bound", "unit", "value", "source", "first_year", "last_year", *years]
    filled = [{"over": "year", "bound": "upper", "source": "assumption: test", **row} for row in rows]
    _table(path, tuple(map(str, header)), [[row.get(key, "") for key in header] for row in filled])


def _parameters(folder: Path, numbers: Mapping[str, Any]) -> None:
    folder.mkdir(exist_ok=True)
    files: dict[str, list[tuple[dict[str, str], dict[int, str]]]] = {}
    for address, given in numbers.items():
        name, _, place = address.partition("[")
        parts = name.split(".")
        texts = given if isinstance(given, Mapping) else {None: given}
        unit = next(iter(texts.values())).split(" ", 1)[1]
        values = {year: text.split(" ", 1)[0] for year, text in texts.items()}
        row = {"item": parts[1] if len(parts) == 3 else "", "at": place.rstrip("]"), "parameter": parts[-1], "unit": unit}
        row["value"] = values.pop(None, "")
        files.setdefault(parts[0], []).append((row, values))
    for block, rows in files.items():
        years = sorted({year for _, values in rows for year in values})
        header = ("item", "at", "parameter", "unit", "value", "source", *map(str, years))
        _table(
            folder / f"{block}.csv",
            header,
            [
                [
                    row["item"],
                    row["at"],
                    row["parameter"],
                    row["unit"],
                    row["value"],
                    "assumption: test",
                    *(values.get(y, "") for y in years),
                ]
                for row, values in rows
            ],
        )
