"""Rows that hold numbers: what a parameter row and a limit row have in common."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeVar

from planner.declarations import PARAMETERS
from planner.parameters import Parameter


@dataclass(frozen=True)
class Bound:
    """The low or the high end of a range: a number in the row's unit, or a factor of the value."""

    amount: float
    is_factor: bool = False

    def of(self, value: float) -> float:
        """The bound on a value, in the unit of the value."""
        return value * self.amount if self.is_factor else self.amount

    def __str__(self) -> str:
        return f"*{self.amount:g}" if self.is_factor else f"{self.amount:g}"


#: The files that problems with a change name where the change stands in none.
ARGUMENTS = ("--set", "replace")


def place_in_words(file: str, line: int, changed_by: str = "") -> str:
    """`limits.csv:3`, `limits.csv:3, changed by --set`, or `added by --set`."""
    place = f"added by {file}" if file in ARGUMENTS else f"{file}:{line}"
    return f"{place}, changed by {changed_by}" if changed_by else place


@dataclass(frozen=True, kw_only=True)
class Stated:
    """What a file states at a line. `changed_by` says what changed it since, in turn; `changed_at` where the last did."""

    file: str = ""
    line: int = 1
    changed_by: str = ""
    changed_at: tuple[str, int] | None = None

    @property
    def place(self) -> str:
        """Where it stands and what changed it, in words."""
        return place_in_words(self.file, self.line, self.changed_by)

    @property
    def latest(self) -> tuple[str, int]:
        """File and line that a problem with the number is about: of the last change, or where it stands."""
        return self.changed_at or (self.file, self.line)

    @property
    def row_changed(self) -> str:
        """What a message at `latest` adds: which row was changed there, or nothing."""
        return f" (changes {self.file}:{self.line})" if self.changed_at and self.file not in ARGUMENTS else ""


@dataclass(frozen=True, kw_only=True)
class Row(Stated):
    """A number as it was given: in the row's own unit, one value or some years, a range, and where it comes from.

    `layer` counts the folders and scenarios from below; `broken` rows hold a problem, and their numbers are not to be used.
    """

    unit: str
    value: float | None
    years: tuple[tuple[int, float], ...] = ()
    low: Bound | None = None
    high: Bound | None = None
    source: str = ""
    note: str = ""
    layer: int = 0
    broken: bool = False

    @property
    def status(self) -> str:
        """`assumption`, `derived`, `from memory` or `override` as the source begins, otherwise `published`."""
        beginning = self.source.lower()
        return next(
            (word for word in ("assumption", "derived", "from memory", "override") if beginning.startswith(word)), "published"
        )

    @property
    def values(self) -> tuple[float, ...]:
        """Every number that the row states."""
        return tuple(value for _, value in self.years) if self.value is None else (self.value,)


RowKind = TypeVar("RowKind", bound=Row)


@dataclass(frozen=True, kw_only=True)
class ParameterRow(Row):
    """A row of parameters/BLOCK.csv."""

    block: str
    item: str
    at: str
    parameter: str

    @property
    def declaration(self) -> Parameter:
        """The parameter that the row is about."""
        return PARAMETERS[f"{self.block}.{self.parameter}"]

    @property
    def meaning(self) -> str:
        """What the parameter means."""
        return self.declaration.meaning

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What a row of a higher layer must share to replace this one."""
        return self.block, self.item, self.at, self.parameter

    @property
    def address(self) -> str:
        """The address of the row: `block.item.parameter[at]`."""
        return written_address(self.block, self.item, self.parameter, self.at)

    @property
    def own_address(self) -> str:
        """The address of this row alone: one for everywhere ends in `[]`, or it would name the rows of single places too."""
        return self.address if self.at else f"{self.address}[]"


@dataclass(frozen=True, kw_only=True)
class LimitRow(Row):
    """A row of limits.csv."""

    limit: str
    quantity: str
    item: str
    at: str
    over: str
    bound: str
    first_year: int | None = None
    last_year: int | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What a row of a higher layer must share to replace this one."""
        return self.limit, self.bound

    @property
    def address(self) -> str:
        """The address of the row: `limits.NAME.bound`."""
        return f"limits.{self.limit}.{self.bound}"

    def own_years(self, years: tuple[int, ...]) -> tuple[int, ...]:
        """Those of the model years in which it holds."""
        return tuple(year for year in years if (self.first_year or -math.inf) <= year <= (self.last_year or math.inf))


def written_address(block: str, item: str, parameter: str, at: str = "") -> str:
    """The text of an address, without the parts that are empty."""
    return ".".join(part for part in (block, item, parameter) if part) + (f"[{at}]" if at else "")
