"""A report on a program's numbers: their ranges by constraint, and the address of the parameter behind each extreme.

Solvers work with 16 digits and tolerances of 1e-9. Coefficients between 1e-4 and 1e4 leave them room; where a program leaves
that range, the report says which number of the instance to look at, by the formulas that were recorded while the program was
built. It changes nothing: HiGHS scales rows and columns by powers of two itself (docs/proof.md says what that does).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from planner.diagnosis.sources import Sources
from planner.instance import Instance, LimitRow, ParameterRow
from planner.lp import LinearProgram, Vector
from planner.numerics import member
from planner.recorded import Key, RecordedProgram, record
from planner.recording import Nodes

#: Where coefficients, costs and bounds should lie.
COEFFICIENTS, COSTS, BOUNDS = (1e-4, 1e4), (1e-7, 1e7), (1e-7, 1e7)


@dataclass(frozen=True)
class Range:
    """The smallest and largest size among some numbers that are not nought, where they stand, and the address behind each.

    An address is empty where the number is the model's own: a 1, the years between two model years.
    """

    what: str
    smallest: float
    largest: float
    smallest_at: str
    largest_at: str
    smallest_address: str
    largest_address: str
    advice: str

    def __str__(self) -> str:
        text = f"{self.what:40} {self.smallest:9.2g} to {self.largest:9.2g}"
        text += f"   {self.smallest_address or '-'} to {self.largest_address or '-'}"
        return text + (f"\n    {self.advice}" if self.advice else "")


def numerics_report(instance: Instance) -> list[Range]:
    """The ranges of the coefficients of each kind of constraint, of the costs, and of the bounds of rows and columns."""
    recorded = record(instance)
    lp, origins, report = recorded.program, _Origins(recorded), []
    for family in lp.rows:
        first, last = lp.matrix.indptr[family.start], lp.matrix.indptr[family.start + len(family.index)]
        if last > first:
            numbers = _Numbers(f"coefficients of {family.name}", lp.matrix.data[first:last], recorded.matrix[first:last])
            rows = np.searchsorted(lp.matrix.indptr, np.arange(first, last), side="right") - 1
            where = list(zip(rows, lp.matrix.indices[first:last], strict=True))
            report.append(_range(lp, origins, numbers, where, COEFFICIENTS))
    columns: list[tuple[int | None, int | None]] = [(None, j) for j in range(lp.matrix.shape[1])]
    rows_only: list[tuple[int | None, int | None]] = [(i, None) for i in range(lp.matrix.shape[0])]
    for what, name, places, sane in (
        ("costs", "cost", columns, COSTS),
        ("lower bounds of rows", "row_lower", rows_only, BOUNDS),
        ("upper bounds of rows", "row_upper", rows_only, BOUNDS),
        ("upper bounds of columns", "col_upper", columns, BOUNDS),
    ):
        numbers = _Numbers(what, getattr(lp, name), recorded.vectors[name])
        if numbers.present.any():
            report.append(_range(lp, origins, numbers, places, sane))
    return report


@dataclass(frozen=True)
class _Numbers:
    """Numbers of one kind, and the node of the recorded formulas that each is."""

    what: str
    values: Vector
    nodes: Nodes

    @property
    def present(self) -> Vector:
        present: Vector = np.isfinite(self.values) & (self.values != 0)
        return present


class _Origins:
    """Finds the row of the instance that does most to make a number of its program large, or small."""

    def __init__(self, recorded: RecordedProgram) -> None:
        self._formulas = recorded.formulas
        self._keys: dict[int, Key] = {node: key for key, node in recorded.formulas.given.items()}
        self._sources = Sources(recorded.instance)
        self._limits = {row.key: row for row in recorded.instance.limit_rows}

    def row(self, node: int, largest: bool) -> ParameterRow | LimitRow | None:
        """The row behind the number at a node; None where no number of the instance enters it.

        In a product p^a q^b the share of p in its size is a log p; a number that enters a sum counts by its elasticity.
        """
        value, best = self._formulas.values[node], (-math.inf, None)  # type: float, tuple[float, Key | None]
        for source, slope in self._formulas.slopes_of(node).items():
            given = float(self._formulas.values[source])
            if source in self._keys and given and slope:
                share = slope * given / value * math.log10(abs(given))
                best = max(best, (share if largest else -share, self._keys[source]), key=lambda found: found[0])
        return None if best[1] is None else self._row_of(best[1])

    def _row_of(self, key: Key) -> ParameterRow | LimitRow | None:
        name, index = key
        if name == "limits":
            return self._limits[index[:2]]
        return self._sources.row(name, *(index if isinstance(index, tuple) else () if index is None else (index,)))


def _range(
    lp: LinearProgram,
    origins: _Origins,
    numbers: _Numbers,
    where: list[tuple[int | None, int | None]],
    sane: tuple[float, float],
) -> Range:
    sizes = np.where(numbers.present, np.abs(numbers.values), np.nan)
    low, high = int(np.nanargmin(sizes)), int(np.nanargmax(sizes))
    names = [_name(lp, *where[end]) for end in (low, high)]
    behind = [origins.row(int(numbers.nodes[low]), largest=False), origins.row(int(numbers.nodes[high]), largest=True)]
    looks = ["the model" if row is None else f"{row.address} ({row.place})" for row in behind]
    smallest, largest = float(sizes[low]), float(sizes[high])
    advice = []
    if smallest < sane[0]:
        small = f"{smallest:.2g} of {names[0]} is small, expected {sane[0]:g} or more"
        advice.append(f"{small}: look at {looks[0]}; is it meant, or is it nought?")
    if largest > sane[1]:
        large = f"{largest:.2g} of {names[1]} is large, expected {sane[1]:g} or less"
        advice.append(f"{large}: look at {looks[1]}; is its unit right?")
    addresses = ["" if row is None else row.address for row in behind]
    return Range(numbers.what, smallest, largest, names[0], names[1], addresses[0], addresses[1], " ".join(advice))


def _name(lp: LinearProgram, row: int | None, column: int | None) -> str:
    """The name of the place of a number."""
    found = [member(families, place)[0] for families, place in ((lp.columns, column), (lp.rows, row)) if place is not None]
    return " in ".join(found)
