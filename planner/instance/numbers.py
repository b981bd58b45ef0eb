"""From rows to a number for every index of every parameter: the most specific row wins."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from planner.blocks.lives import ordered_in
from planner.declarations import PARAMETERS
from planner.instance.domains import Place, index_of, places_of
from planner.instance.numerals import written
from planner.instance.parameter_rows import HOMES_OF_PLACES, homes_of
from planner.instance.problems import Problems
from planner.instance.rows import ParameterRow, written_address
from planner.instance.series import averages, series
from planner.instance.sizes import LARGEST, SMALLEST, is_name, sane_sizes
from planner.instance.structure import Structure
from planner.instance.tables import STRUCTURE
from planner.parameters import Parameter, with_unit
from planner.units import Units

Numbers = dict[str, dict[Any, float]]

#: The end of the name of what a parameter is in the first calendar year alone, where that is not its mean over the first model
#: year: growth begins there, whatever the first step.
AT_START = "_at_start"

_TABLES = {
    "technology": "technologies", "workload": "workloads", "tier": "tiers", "route": "routes",
    "deposit": "deposits", "market": "markets", "slice": "slices",
}  # fmt: skip


@dataclass
class Resolution:
    """The numbers, the rows that gave at least one of them, and for each row that gave none the layers that outdid it."""

    numbers: Numbers
    used: set[tuple[str, str, str, str]]
    outdone: dict[tuple[str, str, str, str], set[int]]


class Resolver:
    """Finds the row for every index of every parameter and adds a problem where there is none, or more than one."""

    def __init__(
        self,
        rows: Iterable[ParameterRow],
        structure: Structure,
        bodies: tuple[str, ...],
        weights: Mapping[int, int],
        units: Units,
        problems: Problems,
    ) -> None:
        self.structure, self.bodies, self.weights, self.units, self.problems = structure, bodies, weights, units, problems
        self.years = tuple(weights)
        self.rows: dict[str, dict[tuple[str, str, str], ParameterRow]] = {key: {} for key in PARAMETERS}
        slices = structure.body_of_slice
        for row in rows:
            place, _, slice_ = row.at.partition("/")
            where = ("", place) if place in slices and not slice_ else (place, slice_)
            self.rows[f"{row.block}.{row.parameter}"][row.item, *where] = row
        self.result = Resolution({}, set(), {})
        self._at_start: dict[str, dict[Any, float]] = {}

    def resolve(self, known_rows: Iterable[ParameterRow] = (), known: Numbers | None = None) -> Resolution:
        """The numbers of every parameter.

        `known` are those that `known_rows`, all of which were used, gave for the same structure and years: a parameter whose rows
        are the very same has them still.
        """
        before: dict[str, list[ParameterRow]] = {key: [] for key in PARAMETERS}
        for row in known_rows:
            before[f"{row.block}.{row.parameter}"].append(row)
        found: Numbers = {}
        for key, parameter in sorted(PARAMETERS.items(), key=lambda item: item[1].name != "first_year"):  # vintages hang on it
            rows = self.rows[key].values()
            dates = f"{parameter.block}.first_year"
            moved = parameter.by_vintage and known is not None and found.get(dates) is not known.get(dates)
            if known is not None and not moved and set(map(id, rows)) == set(map(id, before[key])):
                found[key] = known[key]
                self.result.used.update(row.key for row in rows)
                if parameter.name == "existing":
                    self._at_start[key] = known[f"{key}{AT_START}"]
            else:
                found[key] = self._numbers(parameter, found.get(dates, {}))
        self.result.numbers.update((key, found[key]) for key in PARAMETERS)
        self.result.numbers.update((f"{key}{AT_START}", numbers) for key, numbers in self._at_start.items())
        return self.result

    def _numbers(self, parameter: Parameter, first_years: Mapping[str, float]) -> dict[Any, float]:
        """The numbers of a parameter; `first_years` has those of the technologies of its block that have one."""
        rows = self.rows[parameter.key]
        read: dict[tuple[int, float | None], list[float]] = {}

        def values_of(row: ParameterRow, item: str) -> list[float]:
            first = first_years.get(item) if parameter.by_vintage else None
            first = first if first is not None and math.isfinite(first) else None  # a broken row has none
            if (id(row), first) not in read:
                read[id(row), first] = self._series(row, parameter, first)
            return read[id(row), first]

        for stated in rows.values():
            values_of(stated, "")  # also one that nothing uses may be out of range
        if parameter.name == "existing":
            self._at_start[parameter.key] = {}
        default = None if parameter.default is None else [parameter.default] * len(self.years)
        numbers: dict[Any, float] = {}
        missing: list[Place] = []
        for place in places_of(parameter, self.structure, self.bodies):
            row = self._row(rows, place, parameter)
            if row is not None:
                values = values_of(row, place.item)
            elif default is not None:
                values = default
            else:
                missing.append(place)
                continue
            index = index_of(parameter, place)
            if row is not None and parameter.name == "existing" and not row.broken:
                (first,) = series(row, self.units.factor(row.unit, parameter.unit), self.years[:1])
                if first != values[0]:
                    self._at_start[parameter.key][index] = first
            if parameter.by_year:
                numbers.update(zip([(*index, year) for year in self.years], values, strict=True))
            else:
                numbers[index if len(index) > 1 else index[0] if index else None] = values[0]
        if missing and parameter.required:
            self._add_missing(parameter, missing)
        return numbers

    def _row(self, rows: dict[tuple[str, str, str], ParameterRow], place: Place, parameter: Parameter) -> ParameterRow | None:
        """The most specific row for a place; the rows that it outdoes are noted."""
        if not rows:
            return None
        winner: ParameterRow | None = None
        for item in (place.item, "") if place.item else ("",):
            for level in _levels(item, place):
                found = [rows[key] for key in level if key in rows]
                if len(found) > 1 and winner is None:
                    self._add_ambiguous(found, place, parameter)
                    self.result.used.update(row.key for row in found)
                for row in found:
                    if winner is None:
                        winner = row
                        self.result.used.add(row.key)
                    else:
                        self.result.outdone.setdefault(row.key, set()).add(winner.layer)
        return winner

    def _series(self, row: ParameterRow, parameter: Parameter, first_year: float | None) -> list[float]:
        """The row's number in each model year: of a vintage, that of the calendar year in which it is ordered; else the mean."""
        if row.broken:
            return [math.nan] * len(self.years)
        factor = self.units.factor(row.unit, parameter.unit)
        if parameter.by_vintage:
            values = series(row, factor, [ordered_in(y, n, first_year) for y, n in self.weights.items()])
        else:
            values = averages(row, factor, self.weights)
        if parameter.whole:
            values = [_whole(value) for value in values]
        for value in dict.fromkeys((*(stated * factor for stated in row.values), *values) if not parameter.whole else values):
            if not parameter.allows(value) or not math.isfinite(value):
                self._add_out_of_range(row, parameter, value)
                break
            if value and not SMALLEST <= abs(value) <= LARGEST:
                self._add_absurd(row, parameter, value)
                break
        return [float(value) for value in values]

    def _add_out_of_range(self, row: ParameterRow, parameter: Parameter, value: float) -> None:
        factor = self.units.factor(row.unit, parameter.unit)
        year = next((year for year, stated in row.years if not parameter.allows(stated * factor)), None)
        stated = next(stated for stated in (row.value, dict(row.years).get(year or 0), value / factor) if stated is not None)
        found = f"{row.address} is {with_unit(written(stated), row.unit)}"
        expected = parameter.range_in(row.unit, factor)
        self.problems.add_at(row, "value" if year is None else str(year), f"{found}, expected {expected}")

    def _add_absurd(self, row: ParameterRow, parameter: Parameter, value: float) -> None:
        factor = self.units.factor(row.unit, parameter.unit)
        year = next((year for year, stated in row.years if stated * factor == value), None)
        found = f"{row.address} is {with_unit(written(value / factor), row.unit)}"
        self.problems.add_at(row, "value" if year is None else str(year), f"{found}, {sane_sizes(row.unit, factor)}")

    def _add_ambiguous(self, found: list[ParameterRow], place: Place, parameter: Parameter) -> None:
        exact = written_address(parameter.block, place.item, parameter.name, f"{place.site}/{place.slice}")
        first, second = sorted(found, key=lambda row: row.latest)
        where = f"meet at {place.site}/{place.slice}"
        message = f"{second.address} and {first.address} ({first.place}) {where}: expected a row {exact}"
        self.problems.add_at(second, "at", message)

    def _add_missing(self, parameter: Parameter, missing: list[Place]) -> None:
        """One problem for each item that lacks a number, with the row of the item, or of the site or body where it has none."""
        tiers = homes_of("tier") if parameter.item_kind == "tier" else ()
        refused = (parameter.block, parameter.name) in self.problems.refused
        if refused or self.problems.lost(parameter.block, *HOMES_OF_PLACES, *tiers):
            return
        by_item: dict[str, list[Place]] = {}
        for place in missing:
            by_item.setdefault(place.item, []).append(place)
        for item, places in by_item.items():
            if item and not is_name(item):
                continue
            everywhere = len(places) == sum(place.item == item for place in places_of(parameter, self.structure, self.bodies))
            at = [place.site or place.body for place in places]
            where = "" if everywhere else f"[{at[0]}]"
            more = "" if everywhere or len(at) == 1 else f" and at {', '.join(at[1:])}"
            file, line, field = self._needed_by(parameter, places[0])
            address = written_address(parameter.block, item, parameter.name) + where
            unit = "a plain number" if parameter.unit == "1" else parameter.unit
            expected = f"expected a row in parameters/{parameter.block}.csv ({parameter.meaning}, {unit})"
            self.problems.add(file, line, field, f"{address}{more} has no number, {expected}")

    def _needed_by(self, parameter: Parameter, place: Place) -> tuple[str, int, str]:
        """The row of a structure table on whose account the number is needed."""
        kind = parameter.item_kind or ("site" if place.site else "")
        table = _TABLES.get(kind, "sites" if place.site else "")
        name = place.item or place.site
        if (table, name) not in self.structure.places and kind == "tier":
            table, kind = "workloads", "workload"
        file, line = self.structure.places.get((table, name), ("instance.toml", 1))
        return file, line, kind


def _levels(item: str, place: Place) -> tuple[tuple[tuple[str, str, str], ...], ...]:
    """The rows that may serve a place, from the most specific."""
    everywhere = ((item, "", ""),)
    on_body = ((item, place.body, ""),)
    if place.slice:
        return ((item, place.site, place.slice),), ((item, place.site, ""), (item, "", place.slice)), on_body, everywhere
    if place.site:
        return ((item, place.site, ""),), on_body, everywhere
    return (on_body, everywhere) if place.body else (everywhere,)


def check_used(rows: Iterable[ParameterRow], resolution: Resolution, newest: int, problems: Problems) -> None:
    """A row that gives no number is a problem, unless a layer above its own made it so, or its change had others to change."""
    if problems.unsettled(*STRUCTURE, "bodies"):
        return
    rows = list(rows)
    effective = {row.latest for row in rows if row.key in resolution.used}
    for row in rows:
        if row.latest in effective:
            continue
        if (
            row.key in resolution.used
            or row.layer < newest
            or any(layer > row.layer for layer in resolution.outdone.get(row.key, ()))
        ):
            continue
        if row.key in resolution.outdone:
            reason = "more specific rows win wherever it applies"
        elif row.at:
            reason = f"'{row.item or row.block}' is never at '{row.at}'"
        else:
            reason = "there is nothing that it applies to"
        problems.add_at(
            row,
            "at" if row.at else "parameter",
            f"nothing uses {row.address}: {reason}, expected a row that is needed",
        )


def _whole(value: float) -> float:
    """The whole number that a value is but for rounding, or the value."""
    return round(value) if math.isfinite(value) and abs(value - round(value)) < 1e-9 * max(1, abs(value)) else value
