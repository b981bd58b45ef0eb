"""`python -m benchmarks.families FAMILY SIZE FOLDER`: an instance like `accelerated` in which one size has been changed.

    years      model years of one calendar year each, from 2026
    sites      how many of each site there are: copies differ by a hundredth in what power they draw
    slices     into how many each slice is cut, one after the other: they differ by a hundredth in what is available
    vintages   years that an accelerator lives: so many of its vintages are in service side by side

The other sizes are those of `accelerated`, cut to the years 2026 to 2049. The folder is whole, one layer.
Everything is done to the tables, as a user would; the reader of instances checks the result.
"""

from __future__ import annotations

import csv
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import planner

ROOT = Path(__file__).parents[1] / "instances"
Row = dict[str, str]

#: Model years of the families that leave the years alone.
YEARS = 24


def main(family: str, size: int, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copytree(ROOT / "accelerated", Path(scratch, "accelerated"))
        cut = Path(scratch, "cut")
        cut.mkdir()
        last = 2026 + (size if family == "years" else YEARS) - 1
        said = f'title = "{family} {size}"\nextends = "../accelerated"\n[horizon]\nfirst = 2026\nlast = {last}\nstep = 1\n'
        (cut / "instance.toml").write_text(said, encoding="utf-8")
        planner.load(cut).write(folder)
    if family != "years":
        {"sites": copy_sites, "slices": cut_slices, "vintages": set_lives}[family](folder, size)


def change(path: Path, rule: Callable[[Row], Iterable[Row]]) -> None:
    """Rewrite a table, each row by what the rule makes of it."""
    if not path.exists():
        return
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        names = reader.fieldnames or ()
        rows = [made for row in reader for made in rule(row)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)


def scaled(row: Row, factor: float) -> Row:
    """The row with its number, or its numbers by year, scaled."""
    return {
        name: f"{float(cell) * factor:.9g}" if cell and (name == "value" or name.isdigit()) else cell
        for name, cell in row.items()
    }


def copy_sites(folder: Path, copies: int) -> None:
    """Every site so many times, with its deposits and the routes that begin there."""
    with (folder / "sites.csv").open(encoding="utf-8", newline="") as file:
        sites = {row["site"] for row in csv.DictReader(file)}

    def names(label: str) -> list[str]:
        return [label, *(f"{label}_{n}" for n in range(2, copies + 1))]

    copied = set(sites)
    for table, at in (("sites", ""), ("routes", "origin"), ("deposits", "site")):
        if not (folder / f"{table}.csv").exists():
            continue
        key = table[:-1]

        def several(row: Row, key: str = key, at: str = at) -> list[Row]:
            copied.add(row[key])
            here = names(row[at]) if at else [""] * copies
            return [{**row, key: name, **({at: place} if at else {})} for name, place in zip(names(row[key]), here, strict=True)]

        change(folder / f"{table}.csv", several)

    def spread(row: Row) -> list[Row]:
        return [
            {**row, "at": " ".join(name for place in row["at"].split() for name in (names(place) if place in sites else [place]))}
        ]

    def several_numbers(row: Row) -> list[Row]:
        place, slash, slice_ = row["at"].partition("/")
        if place not in sites and row["item"] not in copied:
            return [row]
        places = [name + slash + slice_ for name in names(place)] if place in sites else [row["at"]] * copies
        items = names(row["item"]) if row["item"] in copied else [row["item"]] * copies
        made = [{**row, "item": item, "at": at} for item, at in zip(items, places, strict=True)]
        return [scaled(one, 1 + n / 100) if row["parameter"] == "overhead" else one for n, one in enumerate(made)]

    for table in ("technologies", "limits"):
        change(folder / f"{table}.csv", spread)
    for path in sorted((folder / "parameters").iterdir()):
        change(path, several_numbers)


def cut_slices(folder: Path, parts: int) -> None:
    """Every slice cut into so many, each as long."""
    with (folder / "slices.csv").open(encoding="utf-8", newline="") as file:
        slices = {row["slice"] for row in csv.DictReader(file)}

    def names(label: str) -> list[str]:
        return [label] if parts == 1 else [f"{label}_{n}" for n in range(1, parts + 1)]

    def several(row: Row) -> list[Row]:
        place, slash, slice_ = row["at"].rpartition("/") if "/" in row["at"] else ("", "", row["at"])
        item = row["item"]
        if slice_ in slices:
            made = [{**row, "at": place + slash + name} for name in names(slice_)]
        elif item in slices:
            made = [{**row, "item": name} for name in names(item)]
        else:
            return [row]
        if row["parameter"] in ("share", "hours"):
            return [scaled(one, 1 / parts) for one in made]
        return [scaled(one, 1 - n / 100) if row["parameter"] == "availability" else one for n, one in enumerate(made)]

    change(folder / "slices.csv", lambda row: [{**row, "slice": name} for name in names(row["slice"])])
    for path in sorted((folder / "parameters").iterdir()):
        change(path, several)


def set_lives(folder: Path, years: int) -> None:
    """Accelerators that live so long."""

    def lived(row: Row) -> list[Row]:
        return [{**row, "value": str(years), "low": "", "high": ""}] if row["parameter"] == "lifetime" else [row]

    change(folder / "parameters" / "compute.csv", lived)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
