"""What scenarios and changes did to the rows of an instance: before, after, and whether that is within the row's range."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from planner.instance.numerals import apart
from planner.instance.rows import ARGUMENTS, Bound, LimitRow, ParameterRow, Row
from planner.parameters import with_unit

#: No more edits than these are printed.
_MOST_PRINTED = 20


@dataclass(frozen=True)
class Edit:
    """One row as one change found it and as it left it; `before` is None for a row that the change made.

    `before_year` and `after_year` are the numbers of a change of one year, otherwise None. `file` and `line` say where the change
    stands (`--set` or `replace` with the number of the change, or a line of a scenario).
    """

    before: ParameterRow | LimitRow | None
    after: ParameterRow | LimitRow
    file: str
    line: int
    operation: str = "="
    year: int | None = None

    @property
    def address(self) -> str:
        """The address of the row, and the year where one was changed alone."""
        return self.after.address + (f"@{self.year}" if self.year else "")

    @property
    def by(self) -> str:
        """What changed it: `--set`, `replace`, or the place in a scenario."""
        return self.file if self.file in ARGUMENTS else f"{self.file}:{self.line}"

    @property
    def outside(self) -> bool:
        """True where a number is outside the range that the row stated before, or cannot be compared with it."""
        if self.before is None or self.before.unit != self.after.unit:
            return False
        low, high = self.before.low, self.before.high
        return any(
            (low is not None and now < low.of(was) * (1 - 1e-12)) or (high is not None and now > high.of(was) * (1 + 1e-12))
            for was, now in self._pairs(self.before)
        )

    def _pairs(self, before: Row) -> Iterable[tuple[float, float]]:
        """The numbers before and after, those of one year together."""
        was, now = dict(before.years), dict(self.after.years)
        years = [self.year] if self.year else list(now or was) or [0]
        return [(_in(before, year), _in(self.after, year)) for year in years]

    @property
    def range(self) -> str:
        """The range that the row stated before, in words; empty where it stated none."""
        before = self.before
        if before is None or (before.low is None and before.high is None):
            return ""
        first = next(iter(self._pairs(before)))[0]
        single = before.value is not None or self.year is not None
        low, high = (_end(bound, first if single else None) for bound in (before.low, before.high))
        factors = "" if single else " times its numbers"
        if low and high:
            return with_unit(f"{low} to {high}", before.unit if single else "") + factors
        return with_unit(f"{'at least' if low else 'at most'} {low or high}", before.unit if single else "") + factors

    @property
    def numbers(self) -> tuple[str, str]:
        """The numbers before and after in words, with digits enough to tell them apart."""
        if self.before is None:
            return self._without_row(), _said([self.after])[0] if self.year is None else ""
        if self.year is not None:
            pair = apart(_in(self.before, self.year), _in(self.after, self.year))
            return with_unit(pair[0], self.before.unit), with_unit(pair[1], self.after.unit)
        was, now = _said([self.before, self.after])
        return was, now

    def _without_row(self) -> str:
        if isinstance(self.after, LimitRow):
            return "no limit"
        declared = self.after.declaration
        return "nothing" if declared.default is None else f"{with_unit(f'{declared.default:g}', declared.unit)} by default"

    def __str__(self) -> str:
        was, now = self.numbers
        within = "outside" if self.outside else "within"
        about = f", {within} its range {self.range}" if self.range else ""
        return f"{self.address}: {was} -> {now}{about} ({self.by})"

    def as_dict(self) -> dict[str, Any]:
        """The edit for JSON."""
        was, now = self.numbers
        return {
            "address": self.address, "by": self.by, "before": was, "after": now, "range": self.range, "outside": self.outside,
            "text": str(self),
        }  # fmt: skip


def printed(edits: Iterable[str]) -> list[str]:
    """The lines in which edits are printed: the first of them, and how many more there are."""
    lines = list(edits)
    more = len(lines) - _MOST_PRINTED
    return lines if more <= 0 else [*lines[:_MOST_PRINTED], f"and {more} more numbers, which --json lists"]


def _in(row: Row, year: int) -> float:
    """The number of a row in a year that it states or lies between those that it states."""
    from planner.instance.series import series

    return series(row, 1.0, (year,))[0]


def _end(bound: Bound | None, value: float | None) -> str:
    """An end of a range: a number, or the factor of numbers that differ by year."""
    if bound is None:
        return ""
    return f"{bound.amount if value is None else bound.of(value):.6g}"


def _said(rows: list[Any]) -> list[str]:
    """The numbers of rows in words: one, or the first and the last of several years."""
    ends = [[row.value] if row.value is not None else [row.years[0][1], row.years[-1][1]] for row in rows]
    texts = iter(apart(*(number for end in ends for number in end)))
    said = []
    for row, end in zip(rows, ends, strict=True):
        numbers = [next(texts) for _ in end]
        if len(numbers) > 1 and row.years[0][0] != row.years[-1][0]:
            numbers = [f"{number} in {year}" for number, (year, _) in zip(numbers, (row.years[0], row.years[-1]), strict=True)]
            said.append(f"{', '.join(numbers)} {row.unit}".removesuffix(" 1"))
        else:
            said.append(with_unit(numbers[0], row.unit))
    return said
