"""Why not: how much cheaper, lighter or better what is not built would have to be to enter the plan.

What is not built has a reduced cost: what one unit of it would lose. At the plan's own prices that is a lower bound, for
prices are not unique where nothing stands (power at an empty site costs whatever one says), nor anywhere that the optimum is
degenerate. So the unit is given the best direction in which the whole plan can move with it ((W1) in `directions.py`); it
enters once its overnight cost falls by what it then loses.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from planner.cone import NOUGHT
from planner.diagnosis.sources import Sources
from planner.errors import Infeasible, Unbounded
from planner.explaining.directions import Directions, Unit
from planner.explaining.words import figures, share
from planner.instance import Instance
from planner.lp import Family, LinearProgram
from planner.parameters import CAPACITY_UNITS
from planner.plan import Plan

#: The columns of the table.
COLUMNS = (
    "block", "technology", "site", "body", "year", "capex", "entry_capex", "unit", "cheaper", "lighter", "better", "exact",
    "chosen", "reason",
)  # fmt: skip

#: Why what costs nothing to order is not ordered. What is ordered need not run, so that an order may lose nothing either.
_FREE = "its price is nought already: at its running costs and goods nothing would be gained by it"

#: The same where the discount rate is below nought, so that its salvage is worth more than it costs.
_EARNING = "its salvage is worth more than its price already"

_NOT_EVEN_FREE = "Never ordered, though their price is nought already"

#: So many rows are printed.
_SHOWN = 20


def entry(plan: Plan, program: LinearProgram, every_year: bool = False) -> tuple[pd.DataFrame, list[str]]:
    """A row for every technology, site and year in which nothing of it is ordered, those nearest to entering first.

    `capex` and `entry_capex` are the overnight cost as it is and the one at which it would enter, all else as it is, in `unit`,
    that of its own row; `cheaper` the share by which it would have to fall (above 1: it would have to be paid for). Of the year
    nearest to entering, `lighter` and `better` are the shares by which its mass would have to fall, or its output rise, instead
    (empty where that alone is not enough or means nothing). `exact` entries solve (W1); the others, unless `every_year`, are
    years beside the nearest one of a technology at a site, where `cheaper` is the most that any prices found so far say: at least
    so much. `chosen` is True where it is ordered in some other year; `reason` says why it cannot enter at any cost, or that it
    would do as well as what is ordered, or that no fall of its price would help since it has none (`cheaper` is empty then).
    """
    if plan.basis is None:
        said = [f"{plan.optimum.method} gave no basis to go on from, and why not cannot be told: use any method but pdlp."]
        return pd.DataFrame(columns=list(COLUMNS)), said
    directions = Directions(program, plan)
    found = []
    for block in CAPACITY_UNITS:
        family = next((columns for columns in program.columns if columns.name == f"{block}.build"), None)
        if family is not None:
            found += list(_entries(plan.instance, program, directions, block, family, every_year))
    table = pd.DataFrame(found, columns=list(COLUMNS))
    table = table.sort_values(["cheaper", "block", "technology", "site", "year"], kind="stable", ignore_index=True)
    return table, _sentences(table)


def _entries(
    instance: Instance, program: LinearProgram, directions: Directions, block: str, family: Family, every_year: bool
) -> Iterator[dict[str, Any]]:
    """The entries of one block; of each technology and site the years that may be the nearest to entering are exact."""
    by_asset: dict[tuple[str, str], dict[int, int]] = {}
    for position, (k, s, y) in _members(family):
        if directions.is_idle(position):
            by_asset.setdefault((k, s), {})[y] = position
    chosen = {labels[:2] for position, labels in _members(family) if not directions.is_idle(position)}
    capex, sources = instance.numbers[f"{block}.capex"], Sources(instance)
    for (k, s), years in by_asset.items():
        exact = _exact(program, directions, years, every_year)
        own_unit, factor = _unit(instance, sources, block, k, s)
        for y, position in years.items():
            entry: dict[str, Any] = {
                "block": block, "technology": k, "site": s, "body": instance.sites[s], "year": y,
                "capex": capex[k, s, y] / factor, "unit": own_unit, "cheaper": _share(program, directions, position),
                "lighter": np.nan, "better": np.nan, "exact": y in exact, "chosen": (k, s) in chosen, "reason": "",
            }  # fmt: skip
            entry |= exact.get(y, {})
            entry["entry_capex"] = entry["capex"] * (1 - entry["cheaper"])
            unit = entry.pop("of", None)
            if unit is not None and entry["cheaper"] > 0:
                entry["lighter"] = directions.lighter(position, unit)
                if not (block == "power" and entry["chosen"]):
                    # A vintage of racks computes with what is its own; plants of all years make power together.
                    units = [position] if block == "compute" else list(years.values())
                    entry["better"] = directions.better(units, *_output(program, block, k, s, y))
            yield entry


def _exact(program: LinearProgram, directions: Directions, years: dict[int, int], every_year: bool) -> dict[int, dict[str, Any]]:
    """What (W1) says of those years in which a thing may be the nearest to entering, or of all; `of` the nearest has its unit.

    Years in which it costs nothing to order are all solved: by no share of its price can one be nearer than another.
    """
    exact = {y: _solved(program, directions, j)[0] for y, j in years.items() if program.cost[j] <= 0}
    best, nearest = np.inf, None
    while left := [(_share(program, directions, position), y) for y, position in years.items() if y not in exact]:
        least, y = min(left)
        if least >= best and not every_year:
            break  # none that is left can be nearer
        exact[y], unit = _solved(program, directions, years[y])
        if unit is not None and exact[y]["cheaper"] < best:
            best, nearest = exact[y]["cheaper"], (y, unit)
    if nearest is not None:
        exact[nearest[0]]["of"] = nearest[1]
    return exact


def _share(program: LinearProgram, directions: Directions, position: int) -> float:
    """The share of its cost that a unit loses at least."""
    cost = program.cost[position]
    return float(directions.least[position] / cost) if cost > 0 else np.inf


def _solved(program: LinearProgram, directions: Directions, position: int) -> tuple[dict[str, Any], Unit | None]:
    """What (W1) says of one unit, and the unit itself where it may be ordered."""
    try:
        unit = directions.unit(position)
    except (Infeasible, Unbounded) as error:
        return {"cheaper": np.nan, "reason": _reason(error)}, None
    cost = float(program.cost[position])
    if cost <= 0:
        return {"cheaper": np.nan, "reason": _EARNING if cost < 0 else _FREE}, unit
    if abs(unit.loss) <= NOUGHT * cost:
        return {"cheaper": 0.0, "reason": "it would do as well as what is ordered"}, unit
    return {"cheaper": unit.loss / cost}, unit


def _unit(instance: Instance, sources: Sources, block: str, k: str, s: str) -> tuple[str, float]:
    """The unit in which the instance states an overnight cost, and what one of it is in the model's unit."""
    row, modelled = sources.row(f"{block}.capex", k, s), f"GUSD/({CAPACITY_UNITS[block]})"
    return (row.unit, instance.units.factor(row.unit, modelled)) if row is not None else (modelled, 1.0)


def shown(table: pd.DataFrame) -> pd.DataFrame:
    """What is printed: of each technology at a site the year nearest to entering, without those that would do as well."""
    near = table[table["exact"].astype(bool)].drop_duplicates(["technology", "site"])
    near = near[near["cheaper"] != 0].head(_SHOWN).copy()
    for name in ("cheaper", "lighter", "better"):
        near[name] = [share(value) for value in near[name]]
    columns = ["technology", "site", "year", "capex", "entry_capex", "unit", "cheaper", "lighter", "better", "chosen", "reason"]
    return near[columns].reset_index(drop=True)


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
    if len(table) and never.empty:
        said.append("All that may be ordered is ordered in some year; the table says what it would take in the others.")
    for body, group in never[never["cheaper"] > 0].groupby("body", sort=True):
        nearest = [_sentence(found) for found in group.drop_duplicates(["technology", "site"]).head(3).itertuples()]
        said.append(f"Never ordered on {body}, and nearest to it: {'; '.join(nearest)}.")
    free = never["reason"] == _FREE
    for begins, out in ((_NOT_EVEN_FREE, never[free]), ("At no cost would these enter", never[never["cheaper"].isna() & ~free])):
        if len(out):
            listed = ", ".join(dict.fromkeys(f"{found.technology} at {found.site}" for found in out.itertuples()))
            said.append(f"{begins}: {listed}.")
    return said


def _sentence(found: Any) -> str:
    if found.cheaper > 1:
        return f"{found.technology} at {found.site}, which would not be ordered even for nothing"
    better = "" if np.isnan(found.better) else f", or with {share(found.better)} more output"
    price = f"{figures(found.entry_capex)} instead of {figures(found.capex)} {found.unit}"
    return f"{found.technology} at {found.site}, in {found.year} at {price} ({share(found.cheaper)} cheaper{better})"
