"""Setting, scaling and shifting rows, by a scenario, `--set` or `Instance.replace`."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from planner.errors import AddressError, Problem, UnitError
from planner.instance.addresses import (
    Address,
    Change,
    UnknownAddress,
    declared,
    expected_years,
    matching,
    matching_limit,
    parse_address,
    parse_assignment,
    years_of,
)  # fmt: skip
from planner.instance.layers import Layer
from planner.instance.numerals import NotANumber, amount, written
from planner.instance.problems import Problems
from planner.instance.row_reading import homes_of_unit
from planner.instance.rows import ARGUMENTS, Bound, LimitRow, ParameterRow, Row, RowKind
from planner.instance.series import series
from planner.instance.structure import Structure
from planner.units import Units

ParameterRows = dict[tuple[str, str, str, str], ParameterRow]
LimitRows = dict[tuple[str, str], LimitRow]


@dataclass(frozen=True)
class Overlay:
    """What a change needs to know of an instance; `layer` is the one that the change belongs to.

    `weights` are the calendar years that each model year stands for.
    """

    structure: Structure
    bodies: tuple[str, ...]
    weights: Mapping[int, int]
    units: Units
    layer: int

    def apply(self, change: Change, rows: ParameterRows, limits: LimitRows) -> None:
        """Carry out a change; raises `AddressError` where it means nothing, and leaves the rows alone then."""
        known = itertools.chain((row.address for row in rows.values()), (limit.address for limit in limits.values()))
        address = parse_address(change.address, known)
        try:
            if address.block == "limits":
                limit = matching_limit(address, limits.values())
                limits[limit.key] = self._changed(limit, change, address)
                return
            parameter = declared(address, self.structure, self.bodies)
            found = matching(address, rows.values())
            if not found:
                row = self._new_row(change, address, parameter.unit)
                rows[row.key] = row
            for row in found:
                rows[row.key] = self._changed(row, change, address)
        except NotANumber as error:
            raise AddressError(f"'{address}': {error}") from None
        except UnitError as error:
            raise UnknownAddress(f"'{address}': {error}", homes_of_unit(str(change.value))) from None

    def _new_row(self, change: Change, address: Address, model_unit: str) -> ParameterRow:
        if change.operation != "=" or address.year is not None:
            what = f"'{address}' has no row of its own to scale, shift or change in one year"
            raise UnknownAddress(f"{what}, expected a row, or a value to be set", (address.block,))
        value, unit = _number_and_unit(change.value)
        unit = unit or model_unit
        self.units.factor(unit, model_unit)
        return ParameterRow(
            block=address.block, item=address.item, at=address.at or "", parameter=address.parameter, unit=unit, value=value,
            source=f"override: set to {written(value)} {unit}", file=change.file, line=change.line, layer=self.layer,
        )  # fmt: skip

    def _changed(self, row: RowKind, change: Change, address: Address) -> RowKind:
        """The row with its numbers changed, in its own unit; a range moves along, and what of it no longer fits is left out."""
        value, unit = _number_and_unit(change.value)
        if change.operation == "*" and unit:
            raise AddressError(f"'{address}' is scaled by '{change.value}', expected a factor without a unit")
        if unit:
            value *= self.units.factor(unit, row.unit)
        if address.year is not None:
            row = self._by_year(row, address.year, address)
        if not math.isfinite(value):
            raise NotANumber(f"'{change.value}' is too large for a number in {row.unit}")
        if change.operation == "=" and address.year is None:
            changed = replace(row, value=value, years=())
        else:
            changed = replace(
                row,
                value=None if row.value is None else _operate(change.operation, row.value, value),
                years=tuple(
                    (year, _operate(change.operation, old, value) if self._means(address.year, year) else old)
                    for year, old in row.years
                ),
            )
        low, high = (_moved(bound, change.operation, value, address) for bound in (row.low, row.high))
        return replace(
            changed,
            source=_source(row, change, address), changed_by=_changed_by(row, change), changed_at=(change.file, change.line),
            layer=self.layer,
            low=low if low and all(low.of(number) <= number for number in changed.values) else None,
            high=high if high and all(high.of(number) >= number for number in changed.values) else None,
        )  # fmt: skip

    def _by_year(self, row: RowKind, year: int, address: Address) -> RowKind:
        """The row with every calendar year written out, so that those of one model year can change and no other."""
        years = years_of(row, tuple(self.weights))
        if year not in years:
            raise AddressError(f"'{address}': {year} cannot be changed by itself, {expected_years(year, years)}")
        low, high = (bound if bound and bound.is_factor else None for bound in (row.low, row.high))
        calendar = [start + j for start, weight in self.weights.items() for j in range(weight)]
        return replace(row, value=None, years=tuple(zip(calendar, series(row, 1.0, calendar), strict=True)), low=low, high=high)

    def _means(self, model_year: int | None, year: int) -> bool:
        """True where a change at a model year, or in all where that is None, changes a calendar year."""
        return model_year is None or model_year <= year < model_year + self.weights[model_year]


def _operate(operation: str, old: float, value: float) -> float:
    result = value if operation == "=" else old * value if operation == "*" else old + value
    if not math.isfinite(result):
        raise NotANumber(f"the result {result} is no finite number")
    return result


def _moved(bound: Bound | None, operation: str, value: float, address: Address) -> Bound | None:
    if bound is None or bound.is_factor or operation == "=" or address.year is not None:
        return bound
    return Bound(_operate(operation, bound.amount, value))


def _source(row: Row, change: Change, address: Address) -> str:
    verb = {"=": "set to", "*": "scaled by", "+": "shifted by"}[change.operation]
    when = f" in {address.year}" if address.year is not None else ""
    shown = change.value if isinstance(change.value, str) else written(change.value)
    before = row.source.partition("; before: ")[2] if row.source.startswith("override") else row.source
    return f"override: {verb} {shown}{when}" + (f"; before: {before}" if before else "")


def _changed_by(row: Row, change: Change) -> str:
    by = change.file if change.file in ARGUMENTS else f"{change.file}:{change.line}"
    before = row.changed_by.split(" and ") if row.changed_by else []
    return " and ".join([*(other for other in before if other != by), by])


def _number_and_unit(value: float | str) -> tuple[float, str]:
    if isinstance(value, str):
        return amount(value)
    try:
        if not isinstance(value, bool) and math.isfinite(value):
            return float(value), ""
    except OverflowError:  # a whole number of hundreds of digits
        pass
    raise NotANumber(f"'{str(value)[:40]}' is no finite number")


def changes_of(layer: Layer) -> list[Change]:
    """What a scenario sets, then scales, then shifts, with the place of each key."""
    found = []
    for section, operation in (("set", "="), ("scale", "*"), ("shift", "+")):
        for address, value in layer.settings.get(section, {}).items():
            line, _ = layer.toml.source.place((section, address))
            found.append(Change(address, operation, value, layer.toml.file, line))
    return found


def changes_from(changes: Any) -> list[Change]:
    """The changes that a mapping, or an iterable of `--set` texts and mappings, asks for; raises `AddressError`."""
    if isinstance(changes, (Mapping, str)):
        changes = (changes,)
    wanted: list[Any] = []
    for change in changes:
        wanted += change.items() if isinstance(change, Mapping) else [change]
    found: list[Change] = []
    wrong: list[Problem] = []
    for number, change in enumerate(wanted, 1):
        try:
            found.append(parse_assignment(change, number) if isinstance(change, str) else _replacement(change, number))
        except AddressError as error:
            wrong.append(Problem("--set" if isinstance(change, str) else "replace", number, 1, str(error)))
    if wrong:
        raise refused(wrong)
    return found


def _replacement(change: Any, line: int) -> Change:
    if not isinstance(change, tuple) or len(change) != 2:
        raise AddressError(f"{change!r} is no change, expected text such as ADDRESS=VALUE or a mapping")
    address, value = str(change[0]), change[1]
    operation, number = value if isinstance(value, tuple | list) and len(value) == 2 else ("=", value)
    if operation not in ("=", "*", "+") or not isinstance(number, int | float | str) or isinstance(number, bool):
        raise AddressError(
            f"'{address}' is replaced by {value!r}, expected a number, text with a unit, or a pair such as ('*', 0.5)"
        )
    return Change(address, operation, number if isinstance(number, str) else float(number), "replace", line)


def apply_all(
    overlay: Overlay, changes: Iterable[Change], rows: ParameterRows, limits: LimitRows, problems: Problems
) -> list[Problem]:
    """Carry out changes in turn; gives what is wrong with them, but for what may stand in a table that was not read whole."""
    wrong = []
    for change in changes:
        try:
            overlay.apply(change, rows, limits)
        except AddressError as error:
            if not (isinstance(error, UnknownAddress) and problems.echo(*error.homes)):
                wrong.append(problems.add(change.file, change.line, None, str(error)))
    return wrong


def refused(problems: Iterable[Problem]) -> AddressError:
    """The error that says what is wrong with changes."""
    listed = list(problems)
    return AddressError("\n".join(problem.message for problem in listed), listed)
