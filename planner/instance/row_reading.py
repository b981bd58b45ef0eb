"""From records to rows that hold numbers: units, values, years, ranges, sources."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from planner.errors import UnitError
from planner.instance.conventions import Horizon
from planner.instance.csv_files import Record
from planner.instance.numerals import NotANumber, number, whole_meant, whole_number, written
from planner.instance.problems import Problems
from planner.instance.rows import Bound
from planner.parameters import FIRST_CALENDAR_YEAR, LAST_CALENDAR_YEAR
from planner.units import Units

#: How many years off the horizon the end of a line may lie: farther off it is a slip of the pen.
FARTHEST = 50


@dataclass(frozen=True)
class RowReader:
    """Reads the numbers of the records of one layer; `horizon` is the one that the layer was written for."""

    units: Units
    horizon: Horizon
    layer: int
    problems: Problems

    def numbers(self, record: Record, unit: str, by_year: bool) -> dict[str, Any]:
        """What `Row` holds, from a record whose unit must convert into `unit`; `broken` where something is wrong."""
        before = len(self.problems.found)
        readable = self._check_unit(record, unit)
        value = self._value(record, "value") if record["value"] else None
        years = self._years(record)
        if value is not None and years:
            self._add(record, "value", "a value and numbers by year, expected one or the other")
        elif value is None and not years and len(self.problems.found) == before:
            self._add(
                record,
                "value" if "value" in record.cells else "unit",
                "no number, expected one in `value` or in columns of years",
            )
        if years and not by_year:
            self._add(record, str(years[0][0]), "does not vary by year, expected a number in `value`")
        else:
            self._check_horizon(record, tuple(year for year, _ in years))
        low, high = self._bound(record, "low"), self._bound(record, "high")
        broken = len(self.problems.found) > before or not readable
        if len(self.problems.found) == before:
            # A range that does not hold the number leaves the number as it is, to be checked by itself as well.
            values = (value,) if value is not None else tuple(number for _, number in years)
            self._check_range(record, low, high, values, bool(years))
        if not record["source"]:
            self._add(record, "source", "no source, expected a reference or the word assumption")
        return {
            **{column: record[column] for column in ("unit", "source", "note")},
            "value": None if years else math.nan if value is None else value,
            "years": years,
            "low": low,
            "high": high,
            "file": record.file,
            "line": record.line,
            "layer": self.layer,
            "broken": broken,
        }

    def year(self, record: Record, column: str) -> int | None:
        """The calendar year in a cell, or None where it is empty."""
        if not record[column]:
            return None
        try:
            year = whole_number(record[column])
        except NotANumber as error:
            self._add(record, column, f"{error}, expected a year{whole_meant(record[column])}")
            return None
        if not FIRST_CALENDAR_YEAR <= year <= LAST_CALENDAR_YEAR:
            self._add(record, column, f"the year {year}, expected one from {FIRST_CALENDAR_YEAR} to {LAST_CALENDAR_YEAR}")
            return None
        return year

    def _add(self, record: Record, column: str, message: str) -> None:
        self.problems.add(record.file, record.line, column, message)

    def _check_unit(self, record: Record, unit: str) -> bool:
        """True where the unit is one; a problem where it is not, but for one that may be defined where nothing was read."""
        expected = "a plain number: 1, %, ppm or ppb" if unit == "1" else f"a unit that converts into {unit}"
        if not record["unit"]:
            self._add(record, "unit", f"no unit, expected {expected}")
            return False
        try:
            self.units.factor(record["unit"], unit)
            return True
        except UnitError as error:
            unfit = str(error)
        try:
            self.units.quantity(record["unit"])
            self._add(record, "unit", unfit)
        except UnitError as error:
            if not self.problems.echo(*homes_of_unit(record["unit"])):
                self._add(record, "unit", f"{error}, expected {expected}")
        return False

    def _value(self, record: Record, column: str) -> float | None:
        try:
            return number(record[column])
        except NotANumber as error:
            hint = "; units stand in the column 'unit'" if re.fullmatch(r"\$?\d[\d.]*\s*(?:[A-Za-z%/]*)", record[column]) else ""
            self._add(record, column, f"{error}{hint}")
            return None

    def _years(self, record: Record) -> tuple[tuple[int, float], ...]:
        filled = sorted(int(column) for column, cell in record.cells.items() if cell and column.isdigit())
        values = ((year, self._value(record, str(year))) for year in filled)
        return tuple((year, math.nan if value is None else value) for year, value in values)

    def _check_horizon(self, record: Record, years: tuple[int, ...]) -> None:
        first, last = self.horizon.years[0], self.horizon.last
        for year in years:
            if year not in needed_years(years, self.horizon):
                expected = "expected years within it (or one on each side to draw the line to)"
                self._add(record, str(year), f"{year} is off the horizon {first}-{last} and changes nothing, {expected}")
            elif not first - FARTHEST <= year <= last + FARTHEST:
                expected = f"expected a year at most {FARTHEST} years before or after it"
                self._add(record, str(year), f"{year} is far off the horizon {first}-{last}, {expected}")

    def _bound(self, record: Record, column: str) -> Bound | None:
        text = record[column]
        if not text:
            return None
        try:
            return Bound(number(text[1:].strip()), True) if text.startswith("*") else Bound(number(text))
        except NotANumber as error:
            self._add(record, column, f"{error}, or a factor such as *0.5")
            return None

    def _check_range(
        self, record: Record, low: Bound | None, high: Bound | None, values: tuple[float, ...], by_year: bool
    ) -> None:
        for column, bound in (("low", low), ("high", high)):
            if by_year and bound is not None and not bound.is_factor:
                self._add(record, column, f"'{record[column]}' on a row with years, expected a factor such as *0.5")
                return
        if low is not None and any(low.of(value) > value for value in values):
            self._add(record, "low", f"low is {record['low']}, expected no more than the value{_listed(values)}")
        if high is not None and any(high.of(value) < value for value in values):
            self._add(record, "high", f"high is {record['high']}, expected no less than the value{_listed(values)}")


def _listed(values: tuple[float, ...]) -> str:
    return f", {written(values[0])}" if len(values) == 1 else ""


def homes_of_unit(unit: str) -> tuple[str, ...]:
    """What may define a unit that is not known: the instance's own units, and for money of a year the price index."""
    return ("units", "prices") if re.search(r"USD\d{4}", unit) else ("units",)


def needed_years(years: tuple[int, ...], horizon: Horizon) -> tuple[int, ...]:
    """Those of a row's years that change a number of the horizon: all within, and one on a side to draw the line to."""
    first, last = horizon.years[0], horizon.last
    needed = [year for year in years if first <= year <= last]
    if first not in needed:
        needed += [max(year for year in years if year < first)] if any(year < first for year in years) else []
    if not any(year >= last for year in needed):
        needed += [min(year for year in years if year > last)] if any(year > last for year in years) else []
    return tuple(sorted(needed))
