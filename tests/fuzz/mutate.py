"""Breaking an instance in one of many ways: each mutation takes a folder and a source of chance, and says what it did."""

from __future__ import annotations

import math
import random
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import planner
from planner.declarations import PARAMETERS
from planner.instance.sizes import LARGEST, SMALLEST
from tests.fuzz.files import change_bytes, change_file, change_folder, tables, tomls
from tests.fuzz.texts import NUMBERS, TEXTS, TOML_LINES, TOML_VALUES, UNITS

Mutation = Callable[[Path, random.Random], str]


def mutate(folder: Path, chance: random.Random) -> str:
    """Break the instance in the folder in one to three ways, and say how."""
    return break_it(folder, chance, MUTATIONS)


def break_it(folder: Path, chance: random.Random, known: Sequence[Mutation]) -> str:
    """Break what lies in the folder in one to three of the known ways, and say how."""
    ways = [chance.choice(known) for _ in range(chance.choice((1, 1, 1, 2, 3)))]
    said = []
    for way in ways:
        try:
            said.append(f"{way.__name__}: {way(folder, chance)}")
        except Exception as error:  # what one way has broken another cannot read
            said.append(f"{way.__name__}: did nothing ({type(error).__name__})")
    return "; ".join(said)


def _table(folder: Path, chance: random.Random) -> tuple[Path, list[list[str]]]:
    path = chance.choice(tables(folder))
    return path, [line.split(",") for line in path.read_text(encoding="utf-8").split("\n")]


def _write(path: Path, rows: list[list[str]]) -> None:
    path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8", newline="")


def _row(rows: list[list[str]], chance: random.Random) -> int:
    """The number of a row that holds something, the header among them now and then."""
    full = [number for number, row in enumerate(rows) if any(row)]
    return full[0] if chance.random() < 0.08 else chance.choice(full)


def change_cell(folder: Path, chance: random.Random) -> str:
    path, rows = _table(folder, chance)
    row = rows[_row(rows, chance)]
    place = chance.randrange(len(row))
    text = chance.choice((chance.choice(NUMBERS), chance.choice(TEXTS), chance.choice(UNITS)))
    row[place] = text if chance.random() < 0.5 else '"' + text.replace('"', '""') + '"'
    _write(path, rows)
    return f"{path.name} {text[:40]!r}"


def change_number(folder: Path, chance: random.Random) -> str:
    path = chance.choice(
        [
            path
            for path in tables(folder)
            if path.parent.name == "parameters" or path.name in ("limits.csv", "survival.csv", "prices.csv")
        ]
    )
    rows = [line.split(",") for line in path.read_text(encoding="utf-8").split("\n")]
    places = [(row, number) for row in rows[1:] for number, cell in enumerate(row) if re.fullmatch(r"-?\d[\d.e-]*", cell)]
    row, number = chance.choice(places)
    row[number] = chance.choice(NUMBERS) if chance.random() < 0.6 else repr(float(row[number]) * 10 ** chance.randint(-12, 12))
    _write(path, rows)
    return f"{path.name} {','.join(row)[:60]} = {row[number][:40]}"


def scale_number(folder: Path, chance: random.Random) -> str:
    """A valid number made a valid number of another size."""
    path = chance.choice([path for path in tables(folder) if path.parent.name == "parameters" or path.name == "limits.csv"])
    rows = [line.split(",") for line in path.read_text(encoding="utf-8").split("\n")]
    places = [(row, number) for row in rows[1:] for number, cell in enumerate(row) if re.fullmatch(r"\d[\d.e-]*", cell)]
    row, number = chance.choice(places)
    row[number] = f"{float(row[number]) * 10 ** chance.uniform(-7, 7):.6g}"
    _write(path, rows)
    return f"{path.name} {','.join(row)[:60]} = {row[number]}"


def scale_many(folder: Path, chance: random.Random) -> str:
    """Many valid numbers made valid numbers of very different sizes, which multiply to coefficients that lie far apart."""
    share, factors = chance.choice((0.1, 0.3, 0.6, 1.0)), chance.choice(((1e8,), (1e-8,), (1e8, 1e-8), (1e4, 1e-4), (1e6, 1e-3)))
    try:
        units = planner.load(folder).units
    except planner.PlannerError:
        return "nothing: it is broken already"
    scaled = 0
    for path in [path for path in tables(folder) if path.parent.name == "parameters"]:
        rows = [line.split(",") for line in path.read_text(encoding="utf-8").split("\n")]
        place = {name: number for number, name in enumerate(rows[0])}
        numbers = [number for name, number in place.items() if name == "value" or name.isdigit()]
        for row in [row for row in rows[1:] if len(row) == len(rows[0]) and chance.random() < share]:
            declared = PARAMETERS.get(f"{path.stem}.{row[place['parameter']]}")
            if (
                declared is None
                or declared.block == "time"
                or declared.name == "growth"
                or declared.lower
                or math.isfinite(declared.upper)
            ):
                continue
            factor, unit = chance.choice(factors), units.factor(row[place["unit"]], declared.unit)
            wanted = {number: float(row[number]) * factor for number in numbers if re.fullmatch(r"[\d.e-]+", row[number])}
            if all(not value or SMALLEST <= value * unit <= LARGEST for value in wanted.values()):
                for number in (place["low"], place["high"]):
                    row[number] = ""
                for number, value in wanted.items():
                    row[number] = repr(value)
                scaled += 1
        _write(path, rows)
    return f"{scaled} rows by {factors}"


def swap_cells(folder: Path, chance: random.Random) -> str:
    path, rows = _table(folder, chance)
    a, b = rows[_row(rows, chance)], rows[_row(rows, chance)]
    i, j = chance.randrange(len(a)), chance.randrange(len(b))
    a[i], b[j] = b[j], a[i]
    _write(path, rows)
    return path.name


def delete_row(folder: Path, chance: random.Random) -> str:
    path, rows = _table(folder, chance)
    gone = rows.pop(_row(rows, chance))
    _write(path, rows)
    return f"{path.name} {','.join(gone)[:60]}"


def duplicate_row(folder: Path, chance: random.Random) -> str:
    path, rows = _table(folder, chance)
    number = _row(rows, chance)
    rows[number:number] = [list(rows[number]) for _ in range(chance.choice((1, 1, 3, 3000)))]
    _write(path, rows)
    return path.name


def shuffle_rows(folder: Path, chance: random.Random) -> str:
    path, rows = _table(folder, chance)
    rest = rows[1:]
    chance.shuffle(rest)
    _write(path, [rows[0], *rest])
    return path.name


def change_column(folder: Path, chance: random.Random) -> str:
    path, rows = _table(folder, chance)
    place = chance.randrange(len(rows[0]))
    way = chance.choice(("delete", "duplicate", "blank", "rename", "year", "many"))
    for number, row in enumerate(rows):
        if place >= len(row):
            continue
        if way == "delete":
            del row[place]
        elif way == "duplicate":
            row.append(row[place])
        elif way == "blank" and number:
            row[place] = ""
        elif way == "rename" and not number:
            row[place] = chance.choice(TEXTS)
        elif way == "year":
            row.append("" if number else chance.choice(("2032", "1900", "9999", "0000", "\uff12\uff10\uff13\uff12")))
        elif way == "many":
            row += [str(1000 + n) if not number else "" for n in range(900)]
    _write(path, rows)
    return f"{path.name} {way}"


def change_toml(folder: Path, chance: random.Random) -> str:
    path = chance.choice(tomls(folder))
    lines = path.read_text(encoding="utf-8").split("\n")
    number = chance.randrange(len(lines))
    way = chance.choice(("value", "value", "line", "line", "delete", "duplicate", "key"))
    said = ""
    if way == "value":
        assigned = [i for i, line in enumerate(lines) if "=" in line]
        number = chance.choice(assigned)
        said = chance.choice(TOML_VALUES)
        lines[number] = lines[number].partition("=")[0] + "= " + said
    elif way == "line":
        said = chance.choice(TOML_LINES)
        lines.insert(number, said)
    elif way == "delete":
        said = lines.pop(number)
    elif way == "duplicate":
        said = lines[number]
        lines.insert(chance.randrange(len(lines)), said)
    else:
        lines[number] = "x" + lines[number]
    path.write_text("\n".join(lines), encoding="utf-8", newline="")
    return f"{path.name} {way} {said[:50]!r}"


def add_scenario(folder: Path, chance: random.Random) -> str:
    (folder / "scenarios").mkdir(exist_ok=True)
    value = chance.choice((*TOML_VALUES, *NUMBERS))
    section = chance.choice(("set", "scale", "shift", "finance", "horizon", "bodies.ring", "units", "extends"))
    address = chance.choice(
        (
            '"power.gas.capex"',
            "power.gas.capex",
            '"limits.co2_cap.upper"',
            '"compute.rack.capex@2031"',
            '"nothing"',
            '""',
            "first",
            "last",
        )
    )
    lines = [f"extends = {value}"] if section == "extends" else [f"[{section}]", f"{address} = {value}"]
    (folder / "scenarios" / "fuzz.toml").write_text("\n".join(lines), encoding="utf-8", newline="")
    if chance.random() < 0.3:
        (folder / "scenarios" / "fuzz").mkdir(exist_ok=True)
        (folder / "scenarios" / "fuzz" / chance.choice(("sites.csv", "limits.csv", "x.csv"))).write_text(
            f"site,body\n{chance.choice(TEXTS)},moon\n", newline=""
        )
    return f"[{section}] {address} = {value[:40]}"


def extend(folder: Path, chance: random.Random) -> str:
    target = chance.choice(
        (
            ".",
            "..",
            "../toy_base",
            "../toy_base/../toy_base",
            "/etc",
            "a" * 190,
            "~",
            "../elsewhere",
            "scenarios",
            "x\\u0000y",
            "../../../../../etc",
        )
    )
    base = folder.parent / "toy_base"
    shutil.copytree(folder, base, symlinks=True)
    path = folder / "instance.toml"
    path.write_text(f'extends = "{target}"\n' + path.read_text(encoding="utf-8"), encoding="utf-8", newline="")
    if chance.random() < 0.5:
        for table in tables(folder):
            table.unlink()
    return target


MUTATIONS: tuple[Mutation, ...] = (
    change_cell, change_cell, change_cell, change_number, change_number, scale_number, scale_number, scale_number, scale_number, scale_many, scale_many, swap_cells, delete_row, duplicate_row, shuffle_rows,
    change_column, change_bytes, change_file, change_folder, change_toml, change_toml, add_scenario, extend,
)  # fmt: skip
