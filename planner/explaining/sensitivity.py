"""What matters most: the derivative of the least cost with respect to every number of the instance, from one solve.

dC/dp = dc/dp . x - y . (dA/dp . x - db/dp)    the envelope theorem; x and y are the plan's own values and duals

The derivatives of the program's numbers come from the formulas that `planner.recorded` keeps, by one sweep backwards. A row
that states one value is differentiated by it; one that states years, by an amount added in every year. Numbers that are
whole by nature (lifetimes, lead times, first and last years) decide what is built of what and have no derivative.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from planner.diagnosis.sources import Sources
from planner.highs import BASIC
from planner.instance import Instance, LimitRow, ParameterRow, limit_unit
from planner.lp import LinearProgram
from planner.plan import Plan
from planner.recorded import Key, record

#: The columns of the table of sensitivities.
COLUMNS = (
    "address", "unit", "value", "low", "high", "status", "derivative", "elasticity", "low_change", "high_change", "swing",
    "meaning", "source",
)  # fmt: skip

#: How near to its bound a value of the basis counts as being at it.
_AT_BOUND = 1e-9

#: How many rows the sentences and the tornado are about.
TOP = 20


def sensitivity(plan: Plan, program: LinearProgram | None = None) -> tuple[pd.DataFrame, list[str]]:
    """A row for every number row of the instance, the greatest swing first, and what the table says in sentences.

    `derivative` is in GUSD at the base year per unit of the row (of all its years at once, where it states years); `elasticity`
    in percent of the cost per percent of the number; `low_change` and `high_change` in GUSD, what the derivative makes of
    the row's low and high: exact near the number, an estimate farther off, since a plan adapts. `value` is empty where the row
    states years, and everything is empty where the number has no derivative.
    """
    instance = plan.instance
    slopes = record(instance).slopes(plan.optimum)
    found = [_entry(instance, row, totals, plan.objective) for row, totals in _by_row(instance, slopes)]
    table = pd.DataFrame(found, columns=list(COLUMNS))
    order = table.assign(size=table["elasticity"].abs()).sort_values(
        ["swing", "size"], ascending=False, na_position="last", kind="stable"
    )
    table = table.loc[order.index].reset_index(drop=True)
    return table, _sentences(table) + _degeneracy(plan, program)


def _degeneracy(plan: Plan, program: LinearProgram | None) -> list[str]:
    """That derivatives may be one of several, where values of the basis are at a bound: duals need not be unique then."""
    if program is None or plan.basis is None:
        return []
    x, used = plan.optimum.values, program.matrix @ plan.optimum.values
    at_bound = sum(
        int(np.count_nonzero((statuses == BASIC) & (np.minimum(np.abs(is_ - low), np.abs(is_ - high)) <= _AT_BOUND)))
        for statuses, is_, low, high in (
            (plan.basis.columns, x, program.col_lower, program.col_upper),
            (plan.basis.rows, used, program.row_lower, program.row_upper),
        )
    )
    if not at_bound:
        return []
    return [
        f"The optimum is degenerate: {at_bound:,} values of its basis are at a bound. A derivative may be one of two, of more "
        "and of less of the number; solve with --ranging to see which prices hold to one side only."
    ]


def shown(table: pd.DataFrame) -> pd.DataFrame:
    """What is printed: the greatest swings, without what `planner show` tells of each."""
    return table.head(TOP).drop(columns=["meaning", "source"])


def _by_row(instance: Instance, slopes: dict[Key, float]) -> Iterator[tuple[ParameterRow | LimitRow, tuple[float, float]]]:
    """Each row with two sums over the numbers that it gave: of slopes, and of slopes times the numbers."""
    sources = Sources(instance)
    limit_rows = {row.key: row for row in instance.limit_rows}
    rows: tuple[ParameterRow | LimitRow, ...] = (*instance.rows, *instance.limit_rows)
    values = {(limit.name, limit.bound, year): value for limit in instance.limits for year, value in limit.values.items()}
    sums: dict[Any, tuple[ParameterRow | LimitRow, list[float]]] = {row.key: (row, [0.0, 0.0]) for row in rows}
    for (name, index), slope in slopes.items():
        if name == "limits":
            row: ParameterRow | LimitRow | None = limit_rows[index[:2]]
            value = values[index]
        else:
            row = sources.row(name, *(index if isinstance(index, tuple) else () if index is None else (index,)))
            value = instance.numbers[name][index]
        if row is not None:
            total = sums[row.key][1]
            total[0] += slope
            total[1] += slope * value
    for row, (by_amount, by_share) in sums.values():
        yield row, (by_amount, by_share)


def _entry(instance: Instance, row: ParameterRow | LimitRow, totals: tuple[float, float], objective: float) -> dict[str, Any]:
    if isinstance(row, LimitRow):
        unit, meaning, whole = limit_unit(row.quantity, row.over), f"{row.bound} limit on {row.quantity}", False
    else:
        unit, meaning, whole = row.declaration.unit, row.meaning, row.declaration.whole
    by_amount, by_share = (np.nan, np.nan) if whole else totals
    changes = {name: _change(row, bound, totals, whole, instance, unit) for name, bound in (("low", row.low), ("high", row.high))}
    ends = [change for _, change in changes.values() if not np.isnan(change)]
    # A row's address without its place would mean all rows of its name.
    address = row.address if isinstance(row, LimitRow) or row.at or row.block in ("finance", "time") else f"{row.address}[]"
    return {
        "address": address,
        "unit": row.unit,
        "value": np.nan if row.value is None else row.value,
        "low": changes["low"][0],
        "high": changes["high"][0],
        "status": row.status,
        "derivative": by_amount * instance.units.factor(row.unit, unit),
        "elasticity": by_share / objective if objective else np.nan,
        "low_change": changes["low"][1],
        "high_change": changes["high"][1],
        "swing": max([0.0, *ends]) - min([0.0, *ends]) if ends else np.nan,
        "meaning": meaning,
        "source": row.source,
    }


def _change(
    row: ParameterRow | LimitRow, bound: Any, totals: tuple[float, float], whole: bool, instance: Instance, unit: str
) -> tuple[float, float]:
    """The end of a row's range, in its unit or as a factor of its years, and the change of the cost up to there."""
    if bound is None or whole:
        return np.nan, np.nan
    by_amount, by_share = totals
    if row.value is None:
        return (bound.amount, (bound.amount - 1) * by_share) if bound.is_factor else (np.nan, np.nan)
    end = bound.of(row.value)
    return end, by_amount * instance.units.factor(row.unit, unit) * (end - row.value)


def _signed(value: float) -> str:
    """A change in four figures, thousands being whole."""
    return f"{value:+,.4g}" if abs(value) < 999.95 else f"{value:+,.0f}"


def _sentences(table: pd.DataFrame) -> list[str]:
    """The numbers that matter most, over their ranges and by the percent; and what has no derivative."""
    said = []
    ranged = table[table["swing"] > 0].head(3)
    if len(ranged):
        listed = "; ".join(
            f"{entry.address} ({_signed(entry.low_change)} GUSD at its low, {_signed(entry.high_change)} at its high)"
            for entry in ranged.itertuples()
        )
        said.append(f"Over their own ranges, these numbers move the total cost most, to first order: {listed}.")
    steep = table.assign(size=table["elasticity"].abs()).nlargest(3, "size")
    steep = steep[steep["size"] > 0]
    if len(steep):
        listed = "; ".join(f"{entry.address} ({entry.elasticity:+.3g} %)" for entry in steep.itertuples())
        said.append(f"One percent more of these moves it most: {listed}.")
    assumed = table[(table["swing"] > 0) & (table["status"] == "assumption")]
    if len(ranged) and table["swing"].sum() > 0:
        share = assumed["swing"].sum() / table["swing"].sum()
        said.append(f"Numbers that are assumptions make up {share:.0%} of all swings.")
    whole = int(table["derivative"].isna().sum())
    if whole:
        said.append(
            f"{whole} numbers are whole by nature (lifetimes, lead times, years) and have no derivative: re-solve to see."
        )
    return said
