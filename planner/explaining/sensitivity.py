"""What matters most: the derivative of the least cost with respect to every number of the instance, from one solve.

dC/dp = dc/dp . x - y . (dA/dp . x - db/dp)    the envelope theorem; x and y are the plan's own values and duals

The derivatives of the program's numbers come from the formulas that `planner.recorded` keeps, by one sweep backwards. Where
duals are not unique the cost has a kink: of the numbers that matter most, the slopes to both sides are (W2) of `directions.py`. A
row that states one value is differentiated by it; one that states years, by an amount added in every year. Numbers that are
whole by nature (lifetimes, lead times, first and last years) decide what is built of what and have no derivative.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from planner.declarations import PARAMETERS
from planner.diagnosis.sources import Sources
from planner.errors import SolverError, SolverLimit, Unbounded
from planner.explaining.directions import Directions
from planner.explaining.words import figures
from planner.highs import BASIC
from planner.instance import Instance, LimitRow, ParameterRow, limit_unit
from planner.lp import LinearProgram
from planner.parameters import Parameter
from planner.plan import Plan
from planner.ranges import kinked
from planner.recorded import Key, RecordedProgram, record

#: The columns of the table of sensitivities.
COLUMNS = (
    "address", "unit", "value", "low", "high", "status", "derivative", "below", "above", "elasticity", "low_change",
    "high_change", "swing", "meaning", "source",
)  # fmt: skip


@dataclass(frozen=True)
class Default:
    """The numbers of a parameter that no row gives, of one item where it has items."""

    parameter: Parameter
    item: str

    @property
    def address(self) -> str:
        """What sets them: the row for everywhere, where rows have places."""
        named = ".".join(part for part in (self.parameter.block, self.item, self.parameter.name) if part)
        return f"{named}[]" if {"site", "body", "slice"} & set(self.parameter.index) else named


#: A row or a default, its slopes by an amount and by a share, and the keys of the numbers that it gave.
Found = tuple[ParameterRow | LimitRow | Default, tuple[float, float], list[Key]]

#: How many rows the sentences and the tornado are about.
TOP = 20

#: A reduced cost or a price below this, in GUSD per unit of the model, is none.
_TIED = 1e-9


def sensitivity(plan: Plan, program: LinearProgram | None = None, every_row: bool = False) -> tuple[pd.DataFrame, list[str]]:
    """A row for every row of numbers and every default that matters, the greatest swing first, and what the table says.

    `derivative` is in GUSD at the base year per unit of the row (of all its years at once, where it states years); `elasticity`
    in percent of the cost per percent of the number; `low_change` and `high_change` in GUSD, what the derivative makes of the
    row's low and high: exact near the number, an estimate farther off, since a plan adapts. `below` and `above` are, for
    the first twenty or `every_row`, the derivatives as the number falls and as it rises; `derivative` lies between them.
    `value` is empty where the row states years (`low` and `high` are factors of them then), and everything where the number
    has no derivative; the derivative alone where one of the row's numbers is nought, of which the program keeps nothing.
    """
    instance = plan.instance
    recorded = record(instance)
    rows = list(_by_row(instance, recorded.slopes(plan.optimum), recorded.left_out()))
    table = pd.DataFrame([_entry(instance, *found, plan.objective) for found in rows], columns=list(COLUMNS))
    order = table.assign(size=table["elasticity"].abs()).sort_values(
        ["swing", "size"], ascending=False, na_position="last", kind="stable"
    )
    if program is not None and plan.basis is not None:
        directions = Directions(program, plan)
        known = order.index[order["derivative"].notna()]
        for place in known if every_row else known[:TOP]:
            row, _, keys = rows[place]
            table.loc[place, ["below", "above"]] = _sides(instance, row, keys, recorded, directions)
    table = table.loc[order.index].reset_index(drop=True)
    noughts = sum(np.isnan(by_amount) and not _is_whole(row) for row, (by_amount, _), _ in rows)
    several = program is not None and plan.basis is not None and _may_be_one_of_several(program, plan)
    return table, _sentences(table, noughts) + _kinks(table, several)


def _sides(
    instance: Instance, row: ParameterRow | LimitRow | Default, keys: list[Key], recorded: RecordedProgram, directions: Directions
) -> tuple[float, float]:
    """The derivatives of the cost in GUSD per unit of a row as it falls and as it rises; not a number where none was found."""
    factor = 1.0 if isinstance(row, Default) else instance.units.factor(row.unit, _modelled(row))
    ends = []
    for sign in (-1.0, 1.0):
        try:
            slope = directions.slope(recorded.change(dict.fromkeys(keys, sign * factor)))
        except SolverLimit:
            raise
        except (Unbounded, SolverError):
            slope = np.nan
        ends.append(sign * slope)
    return ends[0], ends[1]


def _may_be_one_of_several(program: LinearProgram, plan: Plan) -> bool:
    """True where something at a bound could enter at no cost, so that another plan may cost the same."""
    basis, optimum = plan.basis, plan.optimum
    assert basis is not None
    fixed = program.col_upper == program.col_lower
    reduced = program.cost - program.matrix.T @ optimum.duals
    columns = (basis.columns != BASIC) & ~fixed & (np.abs(reduced) <= _TIED)
    rows = (basis.rows != BASIC) & (program.row_lower != program.row_upper) & (np.abs(optimum.duals) <= _TIED)
    return bool(columns.any() or rows.any())


def _kinks(table: pd.DataFrame, several: bool) -> list[str]:
    """For which of the numbers that matter most the cost has a kink; `several` where other plans may cost the same."""
    kinks, known = table[_kinked(table)], int((table["below"].notna() & table["above"].notna()).sum())
    others = " Another plan may cost the same: it may gain more from a change, not less." if several and known else ""
    if kinks.empty:
        return [f"The derivatives of the first {known} hold to both sides, of less and of more.{others}"] if known else []
    listed = "; ".join(
        f"{entry.address} ({_signed(entry.below)} and {_signed(entry.above)} GUSD per {entry.unit})"
        for entry in kinks.head(3).itertuples()
    )
    return [
        f"The optimum is degenerate: of the first {known}, {len(kinks)} have another derivative below their number than above "
        f"it, first of all {listed}.{others}"
    ]


def _kinked(table: pd.DataFrame) -> pd.Series:
    return pd.Series(kinked(table["below"], table["above"]), table.index)


def shown(table: pd.DataFrame) -> pd.DataFrame:
    """What is printed: the greatest swings, without what `planner show` tells of each; factors of years and kinks are marked."""
    printed, kinks = table.head(TOP).drop(columns=["meaning", "source"]), _kinked(table.head(TOP))
    for side in ("below", "above") if kinks.any() else ():
        printed[side] = [figures(value) if kink else "" for value, kink in zip(printed[side], kinks, strict=True)]
    if not kinks.any():
        printed = printed.drop(columns=["below", "above"])
    return with_factors(printed)


def with_factors(table: pd.DataFrame) -> pd.DataFrame:
    """The table with `value`, `low` and `high` in words: of rows that state years, the ends of the range are factors of them."""
    years = table["value"].isna()
    said = {
        name: [_told(value, of_years, name) for value, of_years in zip(table[name], years, strict=True)]
        for name in ("value", "low", "high")
    }
    return table.assign(**said)


def _told(value: float, of_years: bool, name: str) -> str:
    """A value of a row or the end of its range; of a row that states years, the factor that the end is of them."""
    if of_years:
        return "years" if name == "value" else "-" if np.isnan(value) else f"x {value:,.3g}"
    return figures(value)


def _by_row(instance: Instance, slopes: dict[Key, float], unknown: set[Key]) -> Iterator[Found]:
    """Each row with two sums over the numbers that it gave, of slopes and of slopes times the numbers, and their keys.

    The first is not a number where a slope is `unknown`, of a number that is nought.
    """
    sources = Sources(instance)
    limit_rows = {row.key: row for row in instance.limit_rows}
    rows: tuple[ParameterRow | LimitRow, ...] = (*instance.rows, *instance.limit_rows)
    values = {(limit.name, limit.bound, year): value for limit in instance.limits for year, value in limit.values.items()}
    sums: dict[Any, tuple[Any, list[float], list[Key]]] = {row.key: (row, [0.0, 0.0], []) for row in rows}
    for key, slope in slopes.items():
        name, index = key
        if name == "limits":
            where: tuple[str, ...] = limit_rows[index[:2]].key
            value = values[index]
        else:
            labels = index if isinstance(index, tuple) else () if index is None else (index,)
            row, value = sources.row(name, *labels), instance.numbers[name][index]
            where = row.key if row is not None else (name, labels[0] if PARAMETERS[name].item_kind else "")
        if where not in sums:
            sums[where] = (Default(PARAMETERS[name], where[1]), [0.0, 0.0], [])
        _, total, keys = sums[where]
        total[0] += np.nan if key in unknown else slope
        total[1] += slope * value
        keys.append(key)
    for row, (by_amount, by_share), keys in sums.values():
        if isinstance(row, Default) and (by_amount == 0 or np.isnan(by_amount)):
            continue  # of the many things that an instance has not, those that would change nothing are not told
        yield row, (by_amount, by_share), keys


def _modelled(row: ParameterRow | LimitRow | Default) -> str:
    """The unit in which the program has a row's number."""
    if isinstance(row, Default):
        return row.parameter.unit
    return limit_unit(row.quantity, row.over) if isinstance(row, LimitRow) else row.declaration.unit


def _entry(
    instance: Instance,
    row: ParameterRow | LimitRow | Default,
    totals: tuple[float, float],
    keys: list[Key],
    objective: float,
) -> dict[str, Any]:
    unit = _modelled(row)
    if isinstance(row, Default):
        return _default_entry(row, totals, objective)
    if isinstance(row, LimitRow):
        meaning = f"{row.bound} limit on {row.quantity}"
    else:
        meaning = row.meaning
    whole = _is_whole(row)
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
        "below": np.nan,
        "above": np.nan,
        "elasticity": by_share / objective if objective else np.nan,
        "low_change": changes["low"][1],
        "high_change": changes["high"][1],
        "swing": max([0.0, *ends]) - min([0.0, *ends]) if ends else np.nan,
        "meaning": meaning,
        "source": row.source,
    }


def _default_entry(default: Default, totals: tuple[float, float], objective: float) -> dict[str, Any]:
    whole = _is_whole(default)
    return dict.fromkeys(COLUMNS, np.nan) | {
        "address": default.address,
        "unit": default.parameter.unit,
        "value": default.parameter.default,
        "status": "default",
        "derivative": np.nan if whole else totals[0],
        "elasticity": np.nan if whole or not objective else totals[1] / objective,
        "meaning": default.parameter.meaning,
        "source": "",
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
    return f"{'+' if value > 0 else ''}{figures(value)}"


def _is_whole(row: ParameterRow | LimitRow | Default) -> bool:
    if isinstance(row, Default):
        return row.parameter.whole
    return isinstance(row, ParameterRow) and row.declaration.whole


def _sentences(table: pd.DataFrame, noughts: int) -> list[str]:
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
    if noughts:
        said.append(
            f"{noughts} rows have a number that is nought, of which the program keeps nothing, and no derivative: "
            "re-solve to see."
        )
    whole = int(table["derivative"].isna().sum()) - noughts
    if whole:
        said.append(
            f"{whole} numbers are whole by nature (lifetimes, lead times, years) and have no derivative: re-solve to see."
        )
    return said
