"""What differs between two instances: conventions, what exists, numbers and limits, each by its address."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from planner.instance import Instance, LimitRow, ParameterRow, limit_unit
from planner.instance.numerals import written
from planner.instance.tables import STRUCTURE

AnyRow = TypeVar("AnyRow", ParameterRow, LimitRow)

#: Cells that hold several names, in any order; cells that say something and mean nothing.
_LISTS = ("at", "goods")
_WORDS = ("note", "source")

#: Numbers whose ratio is this near to 1 are one number in two units.
_SAME = 1e-12


@dataclass(frozen=True)
class Difference:
    """An address and what stands there in the first and in the second instance; None where there is nothing."""

    address: str
    a: str | None
    b: str | None

    def __str__(self) -> str:
        return f"{self.address}: {'(nothing)' if self.a is None else self.a} -> {'(nothing)' if self.b is None else self.b}"


def differences(a: Instance, b: Instance) -> list[Difference]:
    """Everything that differs in meaning, conventions first, then structure, numbers and limits, each sorted by address."""
    return [
        *_compared(_conventions(a), _conventions(b)), *_compared(_structure(a), _structure(b)), *_numbers(a, b), *_limits(a, b),
    ]  # fmt: skip


def _compared(a: Mapping[str, str], b: Mapping[str, str]) -> list[Difference]:
    return [Difference(key, a.get(key), b.get(key)) for key in sorted(a.keys() | b.keys()) if a.get(key) != b.get(key)]


def _conventions(instance: Instance) -> dict[str, str]:
    conventions, finance = instance.conventions, instance.finance
    found = {"horizon.years": ", ".join(map(str, instance.years)), "horizon.last": str(conventions.horizon.last)}
    found |= {f"finance.{name}": str(getattr(finance, name)) for name in finance.__dataclass_fields__}
    for name, body in instance.bodies.items():
        found |= {f"bodies.{name}.users": str(body.users).lower(), f"bodies.{name}.supplies": " ".join(body.supplies)}
    return found | {f"units.{name}": text for name, text in conventions.units.items()}


def _structure(instance: Instance) -> dict[str, str]:
    found = {}
    for name, table in STRUCTURE.items():
        for row in instance.structure.tables[name]:
            key = ".".join(row[column] for column in table.key)
            for column in (*table.required, *table.optional):
                if column not in table.key and column not in _WORDS and row.get(column):
                    cell = row[column]
                    found[f"{name}.{key}.{column}"] = " ".join(sorted(cell.split())) if column in _LISTS else cell
    return found | {f"slices of {body}": " ".join(slices) for body, slices in instance.slices.items()}


def _numbers(a: Instance, b: Instance) -> list[Difference]:
    """The rows that differ, of the parameters that do: a number may be written in another unit, or in other rows."""
    changed = {key for key in a.numbers if not _same_numbers(a, b, key)}
    rows = [{row.key: row for row in instance.rows if f"{row.block}.{row.parameter}" in changed} for instance in (a, b)]
    found = []
    for key in sorted(rows[0].keys() | rows[1].keys()):
        row_a, row_b = rows[0].get(key), rows[1].get(key)
        if row_a is None or row_b is None or not _same_series(_in_model(a, row_a), _in_model(b, row_b)):
            found.append(_difference(row_a, row_b, _said))
    return found


def _difference(a: AnyRow | None, b: AnyRow | None, said: Callable[[AnyRow], str]) -> Difference:
    address = next(row.address for row in (a, b) if row is not None)
    return Difference(address, None if a is None else said(a), None if b is None else said(b))


def _same_numbers(a: Instance, b: Instance, key: str) -> bool:
    return a.numbers[key].keys() == b.numbers[key].keys() and all(_same(x, b.numbers[key][i]) for i, x in a.numbers[key].items())


def _limits(a: Instance, b: Instance) -> list[Difference]:
    rows = [{row.key: row for row in instance.limit_rows} for instance in (a, b)]
    found = []
    for key in sorted(rows[0].keys() | rows[1].keys()):
        row_a, row_b = rows[0].get(key), rows[1].get(key)
        alike = row_a is not None and row_b is not None and _selected(row_a) == _selected(row_b)
        if not alike or not _same_series(_in_model(a, rows[0][key]), _in_model(b, rows[1][key])):
            found.append(_difference(row_a, row_b, lambda row: f"{_selected(row)}: {_said(row)}"))
    return found


def _selected(row: LimitRow) -> str:
    years = f"{row.first_year or ''}-{row.last_year or ''}".strip("-")
    parts = (row.quantity, row.item, row.at and f"at {row.at}", f"over {row.over}", years and f"in {years}")
    return " ".join(part for part in parts if part)


def _in_model(instance: Instance, row: ParameterRow | LimitRow) -> dict[int | None, float]:
    """The numbers that the row states, in the unit of the model."""
    unit = row.declaration.unit if isinstance(row, ParameterRow) else limit_unit(row.quantity, row.over)
    factor = instance.units.factor(row.unit, unit)
    stated: dict[int | None, float] = {None: row.value} if row.value is not None else dict(row.years)
    return {year: value * factor for year, value in stated.items()}


def _same_series(a: dict[int | None, float], b: dict[int | None, float]) -> bool:
    return a.keys() == b.keys() and all(_same(value, b[year]) for year, value in a.items())


def _same(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=_SAME)


def _said(row: ParameterRow | LimitRow) -> str:
    numbers = written(row.value) if row.value is not None else ", ".join(f"{year}: {written(value)}" for year, value in row.years)
    return f"{numbers} {row.unit}"
