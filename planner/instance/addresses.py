"""Addresses: `power.lunar_pv.capex[moon]@2030`, `limits.earth_ceiling.upper`, and what is done to what they name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from planner.errors import AddressError
from planner.instance.parameter_rows import item_problem, parameters_of, place_problem
from planner.instance.rows import LimitRow, ParameterRow, written_address
from planner.instance.structure import Structure
from planner.instance.tables import BLOCKS
from planner.parameters import Parameter

_ADDRESS = re.compile(r"(?P<block>\w+)\.(?:(?P<item>\w+)\.)?(?P<parameter>\w+)(?:\[(?P<at>[\w/ ]*)\])?(?:@(?P<year>\d{4}))?")
_ASSIGNMENT = re.compile(r"([^=*+\s]+)\s*(\*=|\+=|=)\s*(.*)")


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
class Change:
    """What is done to an address: `operation` is `=`, `*` or `+`; the value a number in the row's unit, or text with its own."""

    address: str
    operation: str
    value: float | str
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.address}{self.operation.strip('=')}={self.value}"


def parse_address(text: str) -> Address:
    """The address that a text means; raises `AddressError` where it has not the form of one."""
    match = _ADDRESS.fullmatch(text.strip())
    if match is None:
        raise AddressError(
            f"'{text}' is no address, expected block.item.parameter, block.parameter or limits.NAME.upper, then [place] and @year"
        )
    year = int(match["year"]) if match["year"] else None
    at = None if match["at"] is None else match["at"].strip()
    return Address(match["block"], match["item"] or "", match["parameter"], at, year)


def parse_assignment(text: str, line: int) -> Change:
    """What a `--set` argument says: `ADDRESS=VALUE`, `ADDRESS*=FACTOR` or `ADDRESS+=SHIFT`; raises `AddressError`."""
    match = _ASSIGNMENT.fullmatch(text.strip())
    if match is None or not match[3]:
        raise AddressError(f"'{text}' changes nothing, expected ADDRESS=VALUE, ADDRESS*=FACTOR or ADDRESS+=SHIFT")
    return Change(match[1], match[2][0], match[3], "--set", line)


def matching(address: Address, rows: Iterable[ParameterRow]) -> list[ParameterRow]:
    """The rows that an address names."""
    return [
        row
        for row in rows
        if (row.block, row.item, row.parameter) == (address.block, address.item, address.parameter)
        and address.at in (None, row.at)
    ]


def matching_limit(address: Address, rows: Iterable[LimitRow]) -> LimitRow:
    """The limit that an address names; raises `AddressError` with the nearest one."""
    known = {row.address: row for row in rows}
    name = f"limits.{address.item}.{address.parameter}"
    if address.at is not None or name not in known:
        near = difflib.get_close_matches(name, known, 1, 0.4)
        raise AddressError(f"'{address}' names no limit" + (f", did you mean '{near[0]}'?" if near else ""))
    return known[name]


def declared(address: Address, structure: Structure, bodies: tuple[str, ...]) -> Parameter:
    """The parameter of an address whose item and place exist; raises `AddressError` with the nearest address."""
    parameter = parameters_of(address.block).get(address.parameter)
    if parameter is None:
        raise AddressError(f"'{address}' names no parameter{_suggestion(address, structure)}")
    wrong = item_problem(parameter, address.item, structure) or place_problem(parameter, address.at or "", structure, bodies)
    if wrong:
        raise AddressError(f"'{address}': {wrong}{_suggestion(address, structure)}")
    if address.year is not None and not parameter.by_year:
        raise AddressError(f"'{address}': {parameter.key} does not vary by year, expected no @year")
    return parameter


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
