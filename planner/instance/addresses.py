"""Addresses: `power.lunar_pv.capex[moon]@2030`, `limits.earth_ceiling.upper`, and what is done to what they name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from planner.errors import AddressError
from planner.instance.conventions import Finance
from planner.instance.parameter_rows import HOMES_OF_PLACES, homes_of, item_problem, parameters_of, place_problem
from planner.instance.patterns import matches
from planner.instance.problems import one_of
from planner.instance.rows import LimitRow, ParameterRow, Row, written_address
from planner.instance.structure import Structure
from planner.instance.tables import BLOCKS
from planner.parameters import Parameter

_ADDRESS = re.compile(r"(?P<block>\w+)\.(?:(?P<item>\w+)\.)?(?P<parameter>\w+)(?:\[(?P<at>[\w/ ]*)\])?(?:@(?P<year>\d{4}))?")
_PATTERN = re.compile(r"(?P<path>[\w.*]+)(?:\[(?P<at>[\w/ *]*)\])?(?:@(?P<year>\d{4}))?")
_ASSIGNMENT = re.compile(r"([^=+\s]+?)\s*(\*=|\+=|=)\s*(.*)")

#: No more model years than these are listed; of more, the two that are nearest are named.
_MOST_YEARS_LISTED = 12

#: What is not to be had, and what does the same.
_NO_OPERATIONS = {"-": "+=-{}", "/": "*= and a factor"}


class UnknownAddress(AddressError):
    """An address that has the form of one and names nothing; what it names may stand in `homes`, tables of the instance."""

    def __init__(self, message: str, homes: Iterable[str]) -> None:
        super().__init__(message)
        self.homes = tuple(homes)


@dataclass(frozen=True)
class Address:
    """A number's name. `at` is None for every place, empty for the row for everywhere; `year` None for all years."""

    block: str
    item: str
    parameter: str
    at: str | None = None
    year: int | None = None

    def __str__(self) -> str:
        at = "" if self.at is None else f"[{self.at}]"
        return written_address(self.block, self.item, self.parameter) + at + (f"@{self.year}" if self.year else "")


@dataclass(frozen=True)
class Pattern:
    """What names many rows: `path` of their addresses without a place, or of limits, and `at` as in `Address`, both with `*`."""

    path: str
    at: str | None
    year: int | None

    def names(self, row: Row) -> bool:
        """Whether a row is one of them."""
        if isinstance(row, LimitRow):
            return self.at is None and matches(self.path, row.address)
        assert isinstance(row, ParameterRow)
        path = written_address(row.block, row.item, row.parameter)
        return matches(self.path, path) and (self.at is None or matches(self.at, row.at))


@dataclass(frozen=True)
class Change:
    """What is done to an address or pattern: `operation` is `=`, `*` or `+`; the value is a number in the row's unit, or text.

    Changes of one `group` are meant together, and not one after the other: keys of a section of a scenario, or of a mapping.
    """

    address: str
    operation: str
    value: float | str
    file: str
    line: int
    group: int = 0

    def __str__(self) -> str:
        return f"{self.address}{self.operation.strip('=')}={self.value}"


def parse_address(text: str, known: Iterable[str] = ()) -> Address:
    """The address that a text means; raises `AddressError` where it has not the form of one, with the nearest that is `known`."""
    match = _ADDRESS.fullmatch(text.strip())
    if match is None:
        known = list(dict.fromkeys(known))
        holding = [address for address in known if text.strip() in re.split(r"[.\[\]]", address)]
        near = holding if len(holding) == 1 else difflib.get_close_matches(text, known, 1, 0.75)
        near = near if re.fullmatch(r"[\w.]+", text.strip()) else []  # what is wrong may be the place or the year
        expected = "expected block.item.parameter, block.parameter or limits.NAME.upper, then [place] and @year"
        raise AddressError(f"'{text}' is no address, " + (f"did you mean '{near[0]}'?" if near else expected))
    year = int(match["year"]) if match["year"] else None
    at = None if match["at"] is None else match["at"].strip()
    return Address(match["block"], match["item"] or "", match["parameter"], at, year)


def parse_pattern(text: str) -> Pattern:
    """The pattern that a text with a `*` means; raises `AddressError` where it has not the form of one."""
    match = _PATTERN.fullmatch(text.strip())
    if match is None:
        raise AddressError(
            f"'{text}' is no pattern of addresses, expected such as compute.*.demand or power.lunar_*.capex[moon]@2040"
        )
    return Pattern(match["path"], match["at"], int(match["year"]) if match["year"] else None)


def parse_assignment(text: str, line: int) -> Change:
    """What a `--set` argument says: `ADDRESS=VALUE`, `ADDRESS*=FACTOR` or `ADDRESS+=SHIFT`; raises `AddressError`."""
    match = _ASSIGNMENT.fullmatch(text.strip())
    if match is None or not match[3]:
        raise AddressError(f"'{text}' changes nothing, expected ADDRESS=VALUE, ADDRESS*=FACTOR or ADDRESS+=SHIFT")
    if match[1][-1] in _NO_OPERATIONS and match[2] == "=":
        instead = _NO_OPERATIONS[match[1][-1]].format(match[3])
        raise AddressError(f"'{text}': there is no '{match[1][-1]}=', expected {instead}")
    if match[1].endswith("."):
        raise AddressError(f"'{text}': expected a blank before = where what is set is a pattern that ends in *")
    return Change(match[1], match[2][0], match[3], "--set", line, line)


def matching(address: Address, rows: Iterable[ParameterRow]) -> list[ParameterRow]:
    """The rows that an address names."""
    return [
        row
        for row in rows
        if row.parameter == address.parameter
        and row.item == address.item
        and row.block == address.block
        and address.at in (None, row.at)
    ]


def matching_limit(address: Address, rows: Iterable[LimitRow]) -> LimitRow:
    """The limit that an address names; raises `AddressError` with the nearest one."""
    known = {row.address: row for row in rows}
    name = f"limits.{address.item}.{address.parameter}"
    if address.at is not None or name not in known:
        near = difflib.get_close_matches(name, known, 1, 0.4)
        hint = f", did you mean '{near[0]}'?" if near else one_of(known)
        raise UnknownAddress(f"'{address}' names no limit{hint}", ("limits",))
    return known[name]


def years_of(row: Row, years: tuple[int, ...]) -> tuple[int, ...]:
    """The model years that `@year` may name for a row: none where it cannot vary by year, as a limit over the horizon."""
    if isinstance(row, LimitRow) and row.over == "year":
        return row.own_years(years)
    return years if isinstance(row, ParameterRow) and row.declaration.by_year else ()


def expected_years(year: int, years: Sequence[int]) -> str:
    """What was expected where `year` is none of these, in words: all of them, or the nearest where they are many."""
    if not years:
        return "expected no @year over the horizon"
    if len(years) <= _MOST_YEARS_LISTED:
        return f"expected {'one of ' if len(years) > 1 else ''}{', '.join(map(str, years))}"
    near = sorted(sorted(years, key=lambda other: abs(other - year))[:2])
    return f"expected a model year, the nearest are {near[0]} and {near[1]}"


def declared(address: Address, structure: Structure, bodies: tuple[str, ...]) -> Parameter:
    """The parameter of an address whose item and place exist; raises `AddressError` with the nearest address."""
    parameter = parameters_of(address.block).get(address.parameter)
    if parameter is None and _is_convention(address):
        where = "is set in instance.toml or in a scenario"
        raise AddressError(f"'{address}' names no parameter: [{address.block}] {where}")
    if parameter is None:
        raise AddressError(f"'{address}' names no parameter{_suggestion(address, structure)}")
    wrong = item_problem(parameter, address.item, structure) or place_problem(parameter, address.at or "", structure, bodies)
    if wrong:
        homes = (*homes_of(parameter.item_kind), *HOMES_OF_PLACES)
        nearest_named = "" if "did you mean" in wrong else _suggestion(address, structure)
        raise UnknownAddress(f"'{address}': {wrong}{nearest_named}", homes)
    if address.year is not None and not parameter.by_year:
        raise AddressError(f"'{address}': {parameter.key} does not vary by year, expected no @year")
    return parameter


def _is_convention(address: Address) -> bool:
    """True where an address means a key of instance.toml."""
    if address.block == "finance":
        return address.parameter in Finance.__dataclass_fields__
    return address.block in ("horizon", "bodies", "units")


def _suggestion(address: Address, structure: Structure) -> str:
    """The nearest address that has this item, or this parameter, or both nearly."""
    known = [
        written_address(block, item, parameter.name)
        for block in BLOCKS
        for parameter in parameters_of(block).values()
        for item in ("", *(structure.items(parameter.item_kind, block) if parameter.item_kind else ()))
    ]
    near = difflib.get_close_matches(written_address(address.block, address.item, address.parameter), known, 1, 0.6)
    return f"; did you mean '{near[0]}'?" if near else ""
