"""Setting, scaling and shifting rows, by a scenario, `--set` or `Instance.replace`."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from numbers import Real
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
    parse_pattern,
    years_of,
)  # fmt: skip
from planner.instance.edits import Edit
from planner.instance.layers import Layer
from planner.instance.numerals import NotANumber, amount, plain, written
from planner.instance.patterns import is_pattern, nearest_pattern
from planner.instance.problems import Problems, listed
from planner.instance.row_reading import homes_of_unit
from planner.instance.rows import ARGUMENTS, Bound, LimitRow, ParameterRow, Row, RowKind
from planner.instance.series import series
from planner.instance.structure import Structure
from planner.instance.tables import BLOCKS
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
    edits: list[Edit] = field(default_factory=list, compare=False)

    def apply(self, change: Change, rows: ParameterRows, limits: LimitRows) -> None:
        """Carry out a change and note what it did; where it means nothing, raises `AddressError` and leaves the rows alone."""
        done = list(self._edits(change, rows, limits))
        for edit in done:
            if isinstance(edit.after, LimitRow):
                limits[edit.after.key] = edit.after
            else:
                rows[edit.after.key] = edit.after
        self.edits.extend(done)

    def _edits(self, change: Change, rows: ParameterRows, limits: LimitRows) -> Iterator[Edit]:
        """What a change does to the rows that it names."""
        if is_pattern(change.address):
            yield from self._edits_of_pattern(change, rows, limits)
            return
        known = itertools.chain((row.address for row in rows.values()), (limit.address for limit in limits.values()))
        address = parse_address(change.address, known)
        if address.block == "limits":
            yield self._edit(matching_limit(address, limits.values()), change, address)
            return
        parameter = declared(address, self.structure, self.bodies)
        found = matching(address, rows.values())
        if not found:
            with _in_words(address, change):
                made = self._new_row(change, address, parameter.unit, rows.values())
            yield Edit(None, made, change.file, change.line)
        for row in found:
            yield self._edit(row, change, address)

    def _edits_of_pattern(self, change: Change, rows: ParameterRows, limits: LimitRows) -> Iterator[Edit]:
        pattern = parse_pattern(change.address)
        known: list[ParameterRow | LimitRow] = [*rows.values(), *limits.values()]
        found = [row for row in known if pattern.names(row)]
        if not found:
            near = nearest_pattern(change.address, [row.address for row in known])
            raise UnknownAddress(f"'{change.address}' names no row{near}", (*BLOCKS, "limits"))
        for row in found:
            name = Address("limits", row.limit, row.bound) if isinstance(row, LimitRow) else Address(*_parts(row))
            yield self._edit(row, change, replace(name, year=pattern.year))

    def _edit(self, row: ParameterRow | LimitRow, change: Change, address: Address) -> Edit:
        with _in_words(address, change):
            return Edit(row, self._changed(row, change, address), change.file, change.line, change.operation, address.year)

    def _new_row(self, change: Change, address: Address, model_unit: str, rows: Iterable[ParameterRow]) -> ParameterRow:
        if change.operation != "=" or address.year is not None:
            what = f"'{address}' has no row of its own to scale, shift or change in one year"
            others = [row.address for row in matching(replace(address, at=None), rows)]
            near = f" (there is {listed(others)})" if others else ""
            raise UnknownAddress(f"{what}{near}, expected a row, or a value to be set", (address.block,))
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


@contextmanager
def _in_words(address: Address, change: Change) -> Iterator[None]:
    """Meanwhile a number or a unit that cannot be read is an `AddressError` that names the address."""
    try:
        yield
    except NotANumber as error:
        raise AddressError(f"'{address}': {error}") from None
    except UnitError as error:
        raise UnknownAddress(f"'{address}': {error}", homes_of_unit(str(change.value))) from None


def _parts(row: ParameterRow) -> tuple[str, str, str, str]:
    return row.block, row.item, row.parameter, row.at


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
    found = plain(value)
    if found is None:
        raise NotANumber(f"'{str(value)[:40]}' is no finite number")
    return found, ""


def changes_of(layer: Layer) -> list[Change]:
    """What a scenario sets, then scales, then shifts, with the place of each key."""
    found = []
    for section, operation in (("set", "="), ("scale", "*"), ("shift", "+")):
        for address, value in layer.settings.get(section, {}).items():
            line, _ = layer.toml.source.place((section, address))
            found.append(Change(address, operation, value, layer.toml.file, line, 1))
    return found


def changes_from(changes: Any) -> list[Change]:
    """The changes that a mapping, or an iterable of `--set` texts and mappings, asks for; raises `AddressError`."""
    if isinstance(changes, (Mapping, str)):
        changes = (changes,)
    if not isinstance(changes, Iterable):
        raise AddressError(f"{changes!r} is no change, expected text such as ADDRESS=VALUE or a mapping")
    wanted: list[tuple[int, Any]] = []
    for group, change in enumerate(changes, 1):
        wanted += [(group, each) for each in (change.items() if isinstance(change, Mapping) else [change])]
    found: list[Change] = []
    wrong: list[Problem] = []
    for number, (group, change) in enumerate(wanted, 1):
        try:
            found.append(parse_assignment(change, number) if isinstance(change, str) else _replacement(change, number, group))
        except AddressError as error:
            wrong.append(Problem("--set" if isinstance(change, str) else "replace", number, 1, str(error)))
    if wrong:
        raise refused(wrong)
    return found


def _replacement(change: Any, line: int, group: int) -> Change:
    if not isinstance(change, tuple) or len(change) != 2:
        raise AddressError(f"{change!r} is no change, expected text such as ADDRESS=VALUE or a mapping")
    address, value = str(change[0]), change[1]
    operation, number = value if isinstance(value, tuple | list) and len(value) == 2 else ("=", value)
    known = operation if isinstance(operation, str) and operation in ("=", "*", "+") else ""
    if isinstance(number, Real | Decimal) and not isinstance(number, bool) and known and plain(number) is None:
        raise AddressError(f"'{address}': '{str(number)[:40]}' is no finite number")
    amount = number if isinstance(number, str) else plain(number)
    if amount is None or not known:
        expected = "expected a number, text with a unit, or a pair such as ('*', 0.5)"
        raise AddressError(f"'{address}' is replaced by {value!r}, {expected}")
    return Change(address, known, amount, "replace", line, group)


def apply_all(
    overlay: Overlay, changes: Iterable[Change], rows: ParameterRows, limits: LimitRows, problems: Problems
) -> list[Problem]:
    """Carry out changes in turn; gives what is wrong with them, but for what may stand in a table that was not read whole."""
    wrong = []
    group = _Group()
    for change in changes:
        before = len(overlay.edits)
        try:
            overlay.apply(change, rows, limits)
        except AddressError as error:
            if not (isinstance(error, UnknownAddress) and problems.echo(*error.homes)):
                wrong.append(problems.add(change.file, change.line, None, str(error)))
        undone = group.undone(change, overlay.edits[before:])
        wrong += [problems.add(change.file, change.line, None, said) for said in undone]
    return wrong


class _Group:
    """The numbers that changes of one group have set so far: one that another sets again has two writings of its address."""

    def __init__(self) -> None:
        self._numbers: dict[Change, set[tuple[Any, int | None]]] = {}
        self._by_row: dict[Any, list[Change]] = {}

    def undone(self, change: Change, edits: Iterable[Edit]) -> Iterator[str]:
        """What is wrong where a change sets again all numbers that another of its group set."""
        numbers = {(edit.after.key, edit.year) for edit in edits} if change.operation == "=" else set()
        for other in dict.fromkeys(other for row, _ in numbers for other in self._by_row.get(row, ())):
            again = all((row, year) in numbers or (row, None) in numbers for row, year in self._numbers[other])
            if other.group == change.group and again:
                yield f"'{change.address}' sets the same as '{other.address}', expected one of them"
        self._numbers[change] = numbers
        for row, _ in numbers:
            self._by_row.setdefault(row, []).append(change)


def refuse_set_twice(changes: Sequence[str], edits: Iterable[Edit]) -> None:
    """Raise `AddressError` where one of the changes of a command line sets all that another set: its first value does nothing."""
    by_line: dict[int, list[Edit]] = {}
    for edit in edits:
        if edit.file == "--set" and edit.operation == "=":
            by_line.setdefault(edit.line, []).append(edit)
    group = _Group()
    wrong = [
        Problem("--set", line, 1, said)
        for line, own in by_line.items()
        for said in group.undone(Change(changes[line - 1], "=", 0.0, "--set", line), own)
    ]
    if wrong:
        raise refused(wrong)


def refused(problems: Iterable[Problem]) -> AddressError:
    """The error that says what is wrong with changes."""
    listed = list(problems)
    return AddressError("\n".join(problem.message for problem in listed), listed)
