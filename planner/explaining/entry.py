"""Why not: how much cheaper, lighter or better what is not built would have to be to enter the plan.

What is not built has a reduced cost: what one unit of it would lose. At the plan's own prices that is a lower bound, for
where nothing stands the prices are not unique: power at an empty site costs whatever one says. So the unit is given
everything that would be needed for it alone (its running, a plant beside it, the goods that only it would use), at the
prices of all that is in use ((W1) in `idle.py`). It enters once its overnight cost falls by what it would lose; where the
prices of what is in use are not unique either (a degenerate optimum), what is told is the least that it would take.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from planner.diagnosis.sources import Sources
from planner.errors import Infeasible, Unbounded
from planner.explaining.idle import NOUGHT, Idle, Unit
from planner.instance import Instance
from planner.lp import Family, LinearProgram
from planner.parameters import CAPACITY_UNITS
from planner.plan import Plan

#: The columns of the table.
COLUMNS = (
    "block", "technology", "site", "body", "year", "capex", "entry_capex", "unit", "cheaper", "lighter", "better", "exact",
    "chosen", "reason",
)  # fmt: skip

#: So many rows are printed.
_SHOWN = 20


def entry(plan: Plan, program: LinearProgram, every_year: bool = False) -> tuple[pd.DataFrame, list[str]]:
    """A row for every technology, site and year in which nothing of it is ordered, those nearest to entering first.

    `capex` and `entry_capex` are the overnight cost as it is and the one at which it would enter, all else as it is, in `unit`,
    that of its own row; `cheaper` the share by which it would have to fall (above 1: it would have to be paid for); `lighter` and
    `better` the shares by which its mass would have to fall, or its output rise, instead (empty where that alone is not enough
    or means nothing). `exact` entries solve (W1); the others, unless `every_year`, are years beside the nearest one of a
    technology at a site, where `cheaper` is what the plan's prices alone say: at least so much. `chosen` is True where it is
    ordered in some other year; `reason` says why it cannot enter at any cost, or that it would do as well as what is ordered.
    """
    idle = Idle(program, plan)
    found = []
    for block in CAPACITY_UNITS:
        family = next((columns for columns in program.columns if columns.name == f"{block}.build"), None)
        if family is not None:
            found += list(_entries(plan.instance, program, idle, block, family, every_year))
    table = pd.DataFrame(found, columns=list(COLUMNS))
    table = table.sort_values(["cheaper", "block", "technology", "site", "year"], kind="stable", ignore_index=True)
    return table, _sentences(table)


def _entries(
    instance: Instance, program: LinearProgram, idle: Idle, block: str, family: Family, every_year: bool
) -> Iterator[dict[str, Any]]:
    """The entries of one block; of each technology and site the years that may be the nearest to entering are exact."""
    capex = instance.numbers[f"{block}.capex"]
    by_asset: dict[tuple[str, str], list[tuple[float, int, int]]] = {}
    for position, (k, s, y) in _members(family):
        if idle.is_idle(position):
            cost = program.cost[position]
            share = idle.reduced[position] / cost if cost > 0 else np.inf
            by_asset.setdefault((k, s), []).append((float(share), y, position))
    chosen = {labels[:2] for position, labels in _members(family) if not idle.is_idle(position)}
    sources = Sources(instance)
    for (k, s), years in by_asset.items():
        own_unit, factor = _unit(instance, sources, block, k, s)
        best = np.inf
        for share, y, position in sorted(years):
            # A later one's own bound is no lower: once that is past the nearest that was found, none can be nearer.
            exact = every_year or share < best
            entry: dict[str, Any] = {
                "block": block, "technology": k, "site": s, "body": instance.sites[s], "year": y,
                "capex": capex[k, s, y] / factor, "unit": own_unit, "cheaper": share, "lighter": np.nan, "better": np.nan,
                "exact": exact, "chosen": (k, s) in chosen, "reason": "",
            }  # fmt: skip
            if exact:
                entry |= _solved(program, idle, block, (k, s, y), position, entry["chosen"])
                best = min(best, np.nan_to_num(entry["cheaper"], nan=np.inf))
            entry["entry_capex"] = entry["capex"] * (1 - entry["cheaper"])
            yield entry


def _solved(
    program: LinearProgram, idle: Idle, block: str, asset: tuple[str, str, int], position: int, chosen: bool
) -> dict[str, Any]:
    """What (W1) says of one unit."""
    try:
        unit = idle.unit(position)
    except (Infeasible, Unbounded) as error:
        return {"cheaper": np.nan, "reason": _reason(error)}
    told: dict[str, Any] = _told(unit, float(program.cost[position]))
    if abs(told["cheaper"]) <= NOUGHT:
        return {"cheaper": 0.0, "reason": "it would do as well as what is ordered"}
    if unit.loss > 0 and not (block == "power" and chosen):
        told["better"] = idle.better(position, *_output(program, block, *asset), unit)
    return told


def _unit(instance: Instance, sources: Sources, block: str, k: str, s: str) -> tuple[str, float]:
    """The unit in which the instance states an overnight cost, and what one of it is in the model's unit."""
    row, modelled = sources.row(f"{block}.capex", k, s), f"GUSD/({CAPACITY_UNITS[block]})"
    return (row.unit, instance.units.factor(row.unit, modelled)) if row is not None else (modelled, 1.0)


def shown(table: pd.DataFrame) -> pd.DataFrame:
    """What is printed: of each technology at a site the year nearest to entering, without those that would do as well."""
    near = table[table["exact"]].drop_duplicates(["technology", "site"])
    near = near[near["cheaper"] != 0].head(_SHOWN)
    columns = ["technology", "site", "year", "capex", "entry_capex", "unit", "cheaper", "lighter", "better", "chosen", "reason"]
    return near[columns].reset_index(drop=True)


def _told(unit: Unit, cost: float) -> dict[str, float]:
    return {
        "cheaper": unit.loss / cost if cost > 0 else np.nan,
        "lighter": unit.loss / unit.mass if 0 < unit.loss <= unit.mass else np.nan,
    }


def _output(program: LinearProgram, block: str, k: str, s: str, y: int) -> tuple[list[int], str]:
    """The columns that make the output of what is ordered, and the balance that it goes into: of a vintage, or of a plant."""
    own: tuple[Any, ...]
    if block == "compute":
        name, own, balance = "compute.run", (k, s, y), "compute.computing"
    else:
        name, own, balance = "power.generation", (k, s), "power_balance"
    family = next((columns for columns in program.columns if columns.name == name), None)
    if family is None or block not in ("compute", "power"):
        return [], balance
    return [position for position, labels in _members(family) if labels[: len(own)] == own], balance


def _reason(error: Exception) -> str:
    if isinstance(error, Infeasible):
        return (
            "at no price: it may not be ordered, or nothing that it needs could be had (a growth limit without a seed, a route)"
        )
    return "its loss has no bound at the prices of the plan"


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
    if said:
        said.append(
            "Where the optimum is degenerate, the prices of what is in use are not unique: each of these is then the least that "
            "it would take, and it may take more. Set the price and solve again to be sure."
        )
    ruled_out = never[never["cheaper"].isna()]
    if len(ruled_out):
        listed = ", ".join(dict.fromkeys(f"{found.technology} at {found.site}" for found in ruled_out.itertuples()))
        said.append(f"At no cost would these enter: {listed}.")
    return said


def _sentence(found: Any) -> str:
    if found.cheaper > 1:
        return f"{found.technology} at {found.site}, which would not be ordered even for nothing"
    better = "" if np.isnan(found.better) else f", or with {found.better:.1%} more output"
    price = f"{found.entry_capex:,.4g} instead of {found.capex:,.4g} {found.unit}"
    return f"{found.technology} at {found.site}, in {found.year} at {price} ({found.cheaper:.1%} cheaper{better})"
