"""Rows of limits.csv: each names a quantity, and labels and places that select some of it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from typing import Any

from planner.declarations import QUANTITIES
from planner.instance.csv_files import Record
from planner.instance.labels import kinds_of, labels
from planner.instance.limits import limit_unit
from planner.instance.parameter_rows import HOMES_OF_PLACES, homes_of
from planner.instance.problems import nearest, one_of, repeated
from planner.instance.row_reading import RowReader
from planner.instance.rows import Bound, LimitRow
from planner.instance.sizes import LONGEST_NAME
from planner.instance.structure import Structure
from planner.quantities import Quantity

#: What is said of a limit whose labels are never at its places; they may be, once every name is known.
_NOTHING = "selects nothing"


def read_limit_row(record: Record, structure: Structure, bodies: Iterable[str], reader: RowReader) -> LimitRow | None:
    """The row, or None where its quantity, `over` or `bound` is unknown; both with problems."""
    problems, before = reader.problems, len(reader.problems.found)

    def wrong(column: str, message: str) -> None:
        problems.add(record.file, record.line, column, message)

    if not re.fullmatch(r"[a-z0-9][a-z0-9_]*", record["limit"]) or len(record["limit"]) > LONGEST_NAME:
        wrong("limit", f"'{record['limit']}' is no name, expected lower-case letters, digits and _, at most {LONGEST_NAME}")
    if record["quantity"] not in QUANTITIES:
        wrong("quantity", f"unknown quantity '{record['quantity']}'{nearest(record['quantity'], QUANTITIES)}")
    for column, choices in (("over", ("year", "horizon")), ("bound", ("upper", "lower"))):
        if record[column] not in choices:
            wrong(column, f"'{record[column]}' is not {' or '.join(choices)}{nearest(record[column], choices)}")
    if len(problems.found) > before:
        return None
    quantity = QUANTITIES[record["quantity"]]
    unfit = selection_problems(quantity, record["item"].split(), record["at"].split(), structure, tuple(bodies))
    homes = [home for dimension in quantity.index for home in homes_of(dimension)]
    for column, message in unfit:
        if not (message.startswith(_NOTHING) and problems.unknown) and not problems.echo(*homes, *HOMES_OF_PLACES):
            wrong(column, message)
    for column in ("item", "at"):
        for name in repeated(record[column].split()):
            wrong(column, f"'{name}' is named twice, expected each once")
    numbers = reader.numbers(record, limit_unit(quantity.name, record["over"]), record["over"] == "year")
    _check_ends(record, quantity, numbers, wrong)
    first, last = reader.year(record, "first_year"), reader.year(record, "last_year")
    if first is not None and last is not None and first > last:
        wrong("first_year", f"first_year {first} is after last_year {last}")
    elif not any((first or -math.inf) <= year <= (last or math.inf) for year in reader.horizon.years):
        wrong("first_year" if first is not None else "last_year", "no model year lies between first_year and last_year")
    numbers["broken"] = len(problems.found) > before or bool(unfit) or numbers["broken"]
    return LimitRow(
        limit=record["limit"], quantity=quantity.name, item=_sorted(record["item"]), at=_sorted(record["at"]),
        over=record["over"], bound=record["bound"], first_year=first, last_year=last, **numbers,
    )  # fmt: skip


def _check_ends(record: Record, quantity: Quantity, numbers: dict[str, Any], wrong: Callable[[str, str], None]) -> None:
    """Add a problem for an end of a range below 0, where the quantity is at least 0."""
    if quantity.name.startswith("cost.") or numbers["broken"]:
        return
    values = [value for _, value in numbers["years"]] or [numbers["value"]]
    for column in ("low", "high"):
        bound: Bound | None = numbers[column]
        if bound is not None and any(bound.of(value) < 0 <= value for value in values):
            wrong(column, f"the {column} end of the range is {record[column]}, and {quantity.name} is at least 0")


def _sorted(names: str) -> str:
    return " ".join(sorted(set(names.split())))


def selection_problems(
    quantity: Quantity, items: list[str], places: list[str], structure: Structure, bodies: tuple[str, ...]
) -> list[tuple[str, str]]:
    """What is wrong with the labels and places of a limit, as column and message."""
    by_dimension = labels(structure, quantity)
    known = [label for names in by_dimension.values() for label in names]
    found = [
        ("item", f"'{item}' is no label of {quantity.name}{nearest(item, known)}{one_of(known, 'some')}")
        for item in items
        if item not in known
    ]
    for item in items:
        kinds = kinds_of(item, by_dimension)
        if len(kinds) > 1:
            found.append(
                ("item", f"'{item}' is the name of a {' and of a '.join(kinds)} in {quantity.name}, expected another name")
            )
    possible = ("site" in quantity.index) * (*structure.sites, *bodies) + ("body" in quantity.index) * bodies
    for dimension in ("route", "deposit", "market"):
        possible += tuple(sorted({place for where in by_dimension.get(dimension, {}).values() for place in where}))
    for place in places:
        if place not in possible:
            expected = one_of(dict.fromkeys(possible), "some") if possible else " (expected an empty cell)"
            found.append(("at", f"{quantity.name} is not counted at '{place}'{nearest(place, possible)}{expected}"))
    if not found and {"route", "good"} <= by_dimension.keys():
        flown = [route for route in by_dimension["route"] if route in items] or list(by_dimension["route"])
        goods = {item for item in items if item in by_dimension["good"]}
        if goods and not any(goods & set(structure.routes[route].goods) for route in flown):
            found.append(("item", f"{_NOTHING}: {' '.join(flown)} carries no {' '.join(sorted(goods))}"))
    if not found and places:
        for dimension, names in by_dimension.items():
            chosen = [names[item] for item in items if item in names]
            placed = any(names.values())
            if placed and not any(where & set(places) for where in (chosen or names.values())):
                found.append(("at", f"{_NOTHING}: no {dimension} {' '.join(items)}".rstrip() + f" at {' '.join(places)}"))
    return found
