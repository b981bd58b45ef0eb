"""Why not: how much cheaper, lighter or better what is not built would have to be to enter the plan.

What is not built has a reduced cost: what one unit of it would lose. At the plan's own prices that is a lower bound, for
where nothing stands the prices are not unique: power at an empty site costs whatever one says. So the unit is given
everything that would be needed for it alone (its running, a plant beside it, the goods that only it would use), at the
prices of all that is in use:

(W1) loss of a unit = least sum of d_j x_j over the idle columns j, x of the unit = 1, every idle row at its bound or inside it

where d_j is the reduced cost at the prices of the rows in use, and a row is idle where every column in it is nought. A
unit enters once its overnight cost falls by its loss.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from planner.errors import Infeasible, Unbounded
from planner.highs import Basis, solve_program
from planner.instance import Instance
from planner.lp import Family, LinearProgram, Vector
from planner.parameters import CAPACITY_UNITS
from planner.plan import Plan

#: The columns of the table.
COLUMNS = (
    "block", "technology", "site", "body", "year", "capex", "entry_capex", "unit", "cheaper", "lighter", "better", "exact",
    "chosen", "reason",
)  # fmt: skip

#: What is less than this, in the units of the program, is nought.
_NOUGHT = 1e-9


def entry(plan: Plan, program: LinearProgram, every_year: bool = False) -> tuple[pd.DataFrame, list[str]]:
    """A row for every technology, site and year in which nothing of it is ordered, those nearest to entering first.

    `entry_capex` is the overnight cost, in `unit`, at which it would enter, all else as it is; `cheaper` the share by which
    `capex` would have to fall (above 1: it would have to be paid for); `lighter` and `better` the shares by which its mass would
    have to fall, or its output rise, instead (empty where that alone is not enough or means nothing). `exact` entries solve
    (W1); the others, unless `every_year`, are years beside the nearest one of a technology at a site, where `cheaper` is
    what the plan's prices alone say: at least so much. `chosen` is True where it is ordered in some other year; `reason` says why
    it cannot enter at any cost, or that it would do as well as what is ordered.
    """
    idle = _Idle(program, plan)
    found = []
    for block in CAPACITY_UNITS:
        family = next((columns for columns in program.columns if columns.name == f"{block}.build"), None)
        if family is not None:
            found += list(_entries(plan.instance, program, idle, block, family, every_year))
    table = pd.DataFrame(found, columns=list(COLUMNS))
    table = table.sort_values(["cheaper", "block", "technology", "site", "year"], kind="stable", ignore_index=True)
    return table, _sentences(table)


@dataclass(frozen=True)
class Unit:
    """What one more unit of something would lose in GUSD, what its mass costs, what its output earns, and from which basis."""

    loss: float
    mass: float
    earned: float
    basis: Basis | None


class _Idle:
    """The part of a program in which nothing happens, at the prices of the part in which something does."""

    def __init__(self, program: LinearProgram, plan: Plan) -> None:
        values, duals = plan.optimum.values, plan.optimum.duals
        active = np.abs(values) > _NOUGHT
        touched = (abs(program.matrix) @ active.astype(float)) > 0
        at_bound = (np.abs(program.row_lower) <= _NOUGHT) | (np.abs(program.row_upper) <= _NOUGHT)
        rows = np.flatnonzero(~touched & at_bound)
        self.program, self.values = program, values
        self.prices = np.where(np.isin(np.arange(len(duals)), rows), 0.0, duals)
        self.reduced = program.cost - program.matrix.T @ duals
        self._worth = program.cost - program.matrix.T @ self.prices
        within = program.matrix[rows]
        columns = np.flatnonzero((np.diff(within.tocsc().indptr) > 0) & ~active)
        self._place = {int(column): i for i, column in enumerate(columns)}
        self._rows, self._columns = rows, columns
        self._part = replace(
            program, cost=self._worth[columns], offset=0.0, matrix=within[:, columns].tocsr(),
            row_lower=np.where(np.isfinite(program.row_lower[rows]), np.minimum(program.row_lower[rows], 0.0), -np.inf),
            row_upper=np.where(np.isfinite(program.row_upper[rows]), np.maximum(program.row_upper[rows], 0.0), np.inf),
            col_lower=np.zeros(len(columns)), col_upper=np.where(program.col_upper[columns] <= _NOUGHT, 0.0, np.inf),
            columns=(), rows=(), quantity_matrix=None, quantity_offset=np.zeros(0), quantities={},
        )  # fmt: skip
        self._goods, self._output = _rows_of(program, "goods_balance"), _output(program)

    def unit(self, column: int, start: Basis | None) -> Unit:
        """(W1) for one unit of a column. Raises Infeasible where no support could hold it up."""
        place = self._place.get(column)
        if place is None:
            return Unit(float(self._worth[column]), self._mass(column, self.prices), 0.0, start)
        lower, upper = self._part.col_lower.copy(), self._part.col_upper.copy()
        if upper[place] == 0:
            raise Infeasible("it may not be ordered")
        lower[place] = upper[place] = 1.0
        found = solve_program(replace(self._part, col_lower=lower, col_upper=upper), "simplex", start=start)
        prices = self.prices.copy()
        prices[self._rows] = found.duals
        support = np.zeros(self.program.matrix.shape[1])
        support[self._columns] = found.values
        earned = (self.program.matrix[self._output].multiply(self._output_columns)) @ support
        return Unit(found.objective, self._mass(column, prices), float(prices[self._output] @ earned), found.basis)

    @property
    def _output_columns(self) -> Vector:
        mask = np.zeros(self.program.matrix.shape[1])
        for family in self.program.columns:
            if family.name in ("compute.run", "power.generation"):
                mask[family.rows] = 1.0
        return mask[None, :]

    def _mass(self, column: int, prices: Vector) -> float:
        """What the goods for one unit of a column cost."""
        uses = self.program.matrix[self._goods][:, [column]].toarray()[:, 0]
        return float(-(prices[self._goods] @ uses))


def _rows_of(program: LinearProgram, name: str) -> Any:
    family = program.row_family(name)
    return np.arange(0) if family is None else np.arange(family.start, family.start + len(family.index))


def _output(program: LinearProgram) -> Any:
    return np.concatenate([_rows_of(program, "compute.computing"), _rows_of(program, "power_balance")]).astype(int)


def _entries(
    instance: Instance, program: LinearProgram, idle: _Idle, block: str, family: Family, every_year: bool
) -> Iterator[dict[str, Any]]:
    """The entries of one block; of each technology and site the nearest year, by the plan's prices, is exact."""
    capex = instance.numbers[f"{block}.capex"]
    by_asset: dict[tuple[str, str], list[tuple[float, int, int]]] = {}
    for position, (k, s, y) in _members(family):
        if idle_at(idle, position):
            cost = program.cost[position]
            share = idle.reduced[position] / cost if cost > 0 else np.inf
            by_asset.setdefault((k, s), []).append((float(share), y, position))
    chosen = {labels[:2] for position, labels in _members(family) if not idle_at(idle, position)}
    for (k, s), years in by_asset.items():
        start: Basis | None = None
        nearest = min(years)[1]
        for share, y, position in sorted(years, key=lambda found: found[1]):
            exact = every_year or y == nearest
            entry: dict[str, Any] = {
                "block": block, "technology": k, "site": s, "body": instance.sites[s], "year": y, "capex": capex[k, s, y],
                "unit": f"GUSD/({CAPACITY_UNITS[block]})", "cheaper": share, "lighter": np.nan, "better": np.nan, "exact": exact,
                "chosen": (k, s) in chosen, "reason": "",
            }  # fmt: skip
            if exact:
                try:
                    unit = idle.unit(position, start)
                except (Infeasible, Unbounded) as error:
                    entry |= {"cheaper": np.nan, "reason": _reason(error)}
                else:
                    start = unit.basis
                    entry |= _told(unit, float(program.cost[position]))
            if abs(entry["cheaper"]) <= _NOUGHT:
                entry |= {"cheaper": 0.0, "lighter": np.nan, "better": np.nan, "reason": "it would do as well as what is ordered"}
            entry["entry_capex"] = entry["capex"] * (1 - entry["cheaper"])
            yield entry


def _told(unit: Unit, cost: float) -> dict[str, float]:
    return {
        "cheaper": unit.loss / cost if cost > 0 else np.nan,
        "lighter": unit.loss / unit.mass if 0 < unit.loss <= unit.mass else np.nan,
        "better": unit.loss / unit.earned if unit.loss > 0 and unit.earned > 0 else np.nan,
    }


def _reason(error: Exception) -> str:
    if isinstance(error, Infeasible):
        return (
            "at no price: it may not be ordered, or nothing that it needs could be had (a growth limit without a seed, a route)"
        )
    return "its loss has no bound at the prices of the plan"


def idle_at(idle: _Idle, position: int) -> bool:
    """True where nothing of a column is in the plan."""
    return bool(abs(idle.values[position]) <= _NOUGHT)


def _members(family: Family) -> Iterator[tuple[int, tuple[Any, ...]]]:
    for member, labels in enumerate(family.index):
        yield family.start + member, labels


def _sentences(table: pd.DataFrame) -> list[str]:
    """What is never ordered and stands nearest to it, on each body; and what is ruled out."""
    said = []
    never = table[table["exact"] & ~table["chosen"]]
    for body, group in never[never["cheaper"] > 0].groupby("body", sort=True):
        nearest = [_sentence(found) for found in group.drop_duplicates(["technology", "site"]).head(3).itertuples()]
        said.append(f"Never ordered on {body}, and nearest to it: {'; '.join(nearest)}.")
    ruled_out = never[never["cheaper"].isna()]
    if len(ruled_out):
        listed = ", ".join(dict.fromkeys(f"{found.technology} at {found.site}" for found in ruled_out.itertuples()))
        said.append(f"At no cost would these enter: {listed}.")
    return said


def _sentence(found: Any) -> str:
    if found.cheaper > 1:
        return f"{found.technology} at {found.site}, which would not be ordered even for nothing"
    better = "" if np.isnan(found.better) else f", or with {found.better:.1%} more output"
    price = f"{found.entry_capex:.4g} instead of {found.capex:.4g} {found.unit}"
    return f"{found.technology} at {found.site}, in {found.year} at {price} ({found.cheaper:.1%} cheaper{better})"
