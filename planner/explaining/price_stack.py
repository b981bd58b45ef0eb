"""The price of computing by year, site and workload, and what it is made of: the stack sums to the price.

The price is the dual of (C4). Whoever computes at a site earns it and spends it, on what he runs and whom he owes; each of
these is followed to where its money ends (see `composition`). `purpose` is the first of these steps: hardware, power, spares,
links and the limits on computing itself; `part` and `item` are the last: whose cost it is in the end, or what is scarce.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sparse
from scipy.sparse.linalg import splu

from planner.explaining.composition import Composition, compose
from planner.explaining.sources import RENT, STOOD, Source
from planner.explaining.words import listed, some_years
from planner.highs import TOLERANCE
from planner.lp import LinearProgram, Vector
from planner.plan import Plan

#: The columns of the table. `placed` is in ZFLOP/s, `value` in `unit`, in money of the year.
COLUMNS = ("workload", "year", "site", "body", "purpose", "part", "item", "placed", "value", "unit")

UNIT = "GUSD/yr/(ZFLOP/s)"

#: The parts of a stack, from the bottom to the top.
PARTS = (
    "hardware", "power", "storage", "launch", "local industry", "helium-3", "links", "carbon", STOOD, RENT, "unserved",
    "other costs", "paid by others",
)  # fmt: skip

#: Items that are a smaller share of a price are put together.
_SMALL = 1e-4

#: The money of computing is split by purpose where it leaves these columns and rows.
_INNER = (
    ("compute.placed", "compute.serve", "compute.run", "compute.in_service"),
    ("compute.computing", "compute.flexible_placement", "compute.run_limit"),
)

_PURPOSES = {"power_balance": "power", "goods_balance": "spares", "link_capacity": "links", "limit": "limits"}


def price_stack(plan: Plan, program: LinearProgram) -> tuple[pd.DataFrame, list[str]]:
    """A row for every workload, year and site where it is placed, purpose and item: its share of the price of the workload.

    The values of a workload, year and site sum to `plan.prices["demand"]`. What is left unserved stands with an empty site;
    where its tier is priced below the price, the rest is a rent. Where a workload has a price of nought or less, because a limit
    that requires computing pays for it, the whole of it is `paid by others`.
    """
    composed = compose(plan.instance, program, plan.optimum)
    entries = [*_placed(plan, program, composed), *_unserved(plan, program, composed)]
    table = pd.DataFrame(entries, columns=list(COLUMNS))
    order = {part: i for i, part in enumerate(PARTS)}
    table = table.sort_values(
        ["year", "workload", "site", "part", "purpose", "item"],
        key=lambda column: column.map(order) if column.name == "part" else column,
        ignore_index=True,
    )
    return table, [*_totals(plan, program, composed), *_sentences(table, _others(plan, program, composed))]


def _placed(plan: Plan, program: LinearProgram, composed: Composition) -> Iterator[tuple[Any, ...]]:
    family = next((columns for columns in program.columns if columns.name == "compute.placed"), None)
    if family is None:
        return
    prices = _prices(plan, program)
    used = [i for i, value in enumerate(plan.optimum.values[family.rows]) if value > TOLERANCE]
    paying = [i for i in used if prices[family.index[i][0], family.index[i][2]] > 0 and composed.earned[family.start + i] > 0]
    stacks = dict(zip(paying, _by_purpose(program, composed, [family.start + i for i in paying]), strict=True))
    for i in used:
        workload, site, year = family.index[i]
        price, placed = prices[workload, year], float(plan.optimum.values[family.start + i])
        labels = (workload, year, site, plan.instance.sites[site])
        found = stacks.get(i, {("", Source("paid by others", "limits and markets")): 1.0})
        for (purpose, source), share in found.items():
            yield (*labels, purpose, *source, placed, share * price, UNIT)


def _unserved(plan: Plan, program: LinearProgram, composed: Composition) -> Iterator[tuple[Any, ...]]:
    """One stack for a workload and year of which something is left unserved, over its tiers."""
    family = next((columns for columns in program.columns if columns.name == "compute.unserved"), None)
    amounts = {} if family is None else dict(zip(family.index, plan.optimum.values[family.rows], strict=True))
    prices, places = _prices(plan, program), {index: i for i, index in enumerate(amounts)}
    left: dict[tuple[str, int], list[tuple[str, int]]] = {}
    for tier, year in amounts:
        if amounts[tier, year] > TOLERANCE:
            left.setdefault((plan.instance.tiers[tier], year), []).append((tier, year))
    for (workload, year), tiers in left.items():
        total, price = sum(amounts[index] for index in tiers), prices[workload, year]
        shares = composed.of([family.start + places[index] for index in tiers])  # type: ignore[union-attr]
        weights = np.array([amounts[index] for index in tiers]) / total
        found = {
            ("unserved", source): share for source, share in zip(composed.sources, weights @ shares, strict=True) if share > 0
        }
        for (purpose, source), share in _folded(found).items():
            yield (workload, year, "", "", purpose, *source, float(total), share * price, UNIT)


def _prices(plan: Plan, program: LinearProgram) -> dict[tuple[str, int], float]:
    """The price of each workload in each year: that of `plan.prices`."""
    table = plan.prices.get("demand")
    return {} if table is None else dict(zip(zip(table["workload"], table["year"], strict=True), table["value"], strict=True))


def _by_purpose(program: LinearProgram, composed: Composition, nodes: list[int]) -> list[dict[tuple[str, Source], float]]:
    """The shares of what some columns earn by purpose and source, each summing to one."""
    inner, purposes = _purposes(program)
    inside = np.flatnonzero(inner & (composed.earned > 0))
    within = composed.passed[inside][:, inside]
    factors = splu(sparse.csc_array(sparse.eye_array(len(inside)) - within))
    at = {int(node): i for i, node in enumerate(inside)}
    rows = [at[node] for node in nodes]
    leaving = sparse.csr_array(composed.passed[inside])
    outside = np.unique(leaving.indices)
    outside = outside[~inner[outside]]
    ends = composed.of(outside)
    stacks: list[dict[tuple[str, Source], float]] = [{} for _ in nodes]
    for purpose in sorted(set(purposes)):
        for_it = np.flatnonzero(purposes[outside] == purpose)
        spent = leaving[:, outside[for_it]] @ ends[for_it]
        if purpose == "hardware":
            spent = spent + composed.spent[inside].toarray()
        shares = factors.solve(np.asarray(spent))[rows]
        for stack, found in zip(stacks, shares, strict=True):
            stack.update({(purpose, composed.sources[i]): float(found[i]) for i in np.flatnonzero(found > 0)})
    return [_folded(stack) for stack in stacks]


def _purposes(program: LinearProgram) -> tuple[Any, Any]:
    """Which columns and rows are computing itself, and for every other one what money that comes to it is paid for."""
    rows, columns = program.matrix.shape
    inner, purposes = np.zeros(columns + rows, bool), np.full(columns + rows, "hardware", dtype=object)
    for start, families, own in ((0, program.columns, _INNER[0]), (columns, program.rows, _INNER[1])):
        for family in families:
            member = slice(start + family.rows.start, start + family.rows.stop)
            inner[member] = family.name in own
            purposes[member] = _PURPOSES.get(family.name, "hardware")
    return inner, purposes


def _folded(stack: dict[tuple[str, Source], float]) -> dict[tuple[str, Source], float]:
    """A stack with its small items put together, its shares summing to one."""
    total, folded = sum(stack.values()), {}  # type: float, dict[tuple[str, Source], float]
    for (purpose, source), share in stack.items():
        kept = source if share >= _SMALL * total else Source(source.part, "small items")
        folded[purpose, kept] = folded.get((purpose, kept), 0.0) + share / total
    return folded


def components(table: pd.DataFrame) -> pd.DataFrame:
    """The stack by `year`, `body`, `workload` and `component`, with its `value` and `unit`: what charts of it take.

    A component is a part; over the sites of a body the values are averaged by what is placed there.
    """
    own, by = table[table["site"] != ""], ["year", "body", "workload"]
    placed = own.drop_duplicates([*by, "site"]).groupby(by)["placed"].sum().rename("all")
    paid = own.assign(paid=own["value"] * own["placed"]).groupby([*by, "part"], sort=False)["paid"].sum()
    found = paid.reset_index().merge(placed.reset_index(), on=by)
    found["value"], found["unit"] = found["paid"] / found["all"], UNIT
    return found.rename(columns={"part": "component"})[[*by, "component", "value", "unit"]]


def shown(table: pd.DataFrame) -> pd.DataFrame:
    """The stack of the greatest workload of each body in a few years, for the terminal: a row a part, the price below."""
    found = {}
    for body, stack in by_part(table).items():
        for year in some_years(stack.columns, 4):
            found[body, stack.columns.name, str(year)] = stack[year]
    if not found:
        return table.head(0)
    shown = pd.DataFrame(found).fillna(0.0)
    shown = shown.reindex([part for part in PARTS if part in shown.index])
    shown.loc["price"] = shown.sum()
    return shown.rename_axis(UNIT).rename_axis(columns=["body", "workload", "year"])


def by_part(table: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """By body, the stack of the workload of which most is placed there: a row a part, a column a year."""
    found, stacks = components(table), {}
    amounts = table.drop_duplicates(["workload", "year", "site"]).groupby(["body", "workload"])["placed"].sum()
    for body in dict.fromkeys(found["body"]):
        workload = str(amounts[body].idxmax())
        own = found[(found["body"] == body) & (found["workload"] == workload)]
        stacks[str(body)] = own.pivot(index="component", columns="year", values="value").fillna(0.0).rename_axis(columns=workload)
    return stacks


def _totals(plan: Plan, program: LinearProgram, composed: Composition) -> list[str]:
    """What the users pay over the horizon, and where it goes."""
    rows = next(family for family in program.rows if family.name == "compute.demand_met")
    nodes = np.arange(rows.rows.start, rows.rows.stop) + program.matrix.shape[1]
    nodes = nodes[composed.asked[nodes] > 0]
    if not len(nodes):
        return ["No computing is asked for at a price."]
    paid: Vector = composed.asked[nodes] @ composed.of(nodes)
    parts = pd.Series(paid).groupby([source.part for source in composed.sources]).sum()
    rents = pd.Series({s.item: p for s, p in zip(composed.sources, paid, strict=True) if s.part == RENT}, dtype=float)
    total = f"{paid.sum():,.5g} GUSD at {plan.instance.finance.base_year}"
    lines = [f"At the plan's prices all demand, unserved included, is worth {total}: {listed(_percent(parts))}."]
    if rents.sum() > 1e-3 * paid.sum():
        lines.append(f"Of it, scarcity rents are owed to {listed(_percent(rents, 4, paid.sum()))}.")
    return lines


def _sentences(table: pd.DataFrame, others: dict[tuple[str, int], float]) -> list[str]:
    """The price on each body in the first, a middle and the last year, what makes it, and who else pays."""
    lines = []
    for body, stack in by_part(table).items():
        workload = stack.columns.name
        for year in some_years(stack.columns, 3):
            own = table[(table["workload"] == workload) & (table["body"] == body) & (table["year"] == year)]
            bought = (own["value"] * own["placed"]).groupby(own["purpose"]).sum()
            price = f"{stack[year].sum():,.4g} {UNIT}"
            made = f": {listed(_percent(stack[year]))}; it pays for {listed(_percent(bought))}" if stack[year].sum() > 0 else ""
            lines.append(f"In {year} the price of computing for {workload} on {body} is {price}{made}.")
            if (share := others.get((body, year), 0.0)) >= 0.005:
                lines.append(
                    f"Beside it, limits that require it pay {share:.0%} of all that computing on {body} costs in {year}."
                )
    others_too = table.groupby("body")["workload"].nunique().max() if len(table) else 0
    if others_too > 1:
        lines.append("Said and printed is, on each body, the workload of which most is placed there; all are in the table.")
    return lines


def _others(plan: Plan, program: LinearProgram, composed: Composition) -> dict[tuple[str, int], float]:
    """By body and year, the share of what computing there costs that limits on it pay, and not demand."""
    columns, inner = program.matrix.shape[1], _purposes(program)[0]
    money = sparse.diags_array(composed.earned) @ composed.passed
    paid: dict[tuple[str, int], list[float]] = {}
    limits, demand = program.row_family("limit"), program.row_family("compute.demand_met")
    for family in program.columns:
        if not family.name.startswith("compute.") or not len(family.index) or not inner[family.start]:
            continue
        by = [
            np.asarray(money[columns + rows.start : columns + rows.rows.stop, family.rows].sum(axis=0)) if rows else 0.0
            for rows in (limits, demand)
        ]
        at = 3 if family.name in ("compute.run", "compute.in_service") else 2
        for labels, *amounts in zip(family.index, *np.broadcast_arrays(*by, np.zeros(len(family.index)))[:2], strict=True):
            sums = paid.setdefault((plan.instance.sites[labels[1]], labels[at]), [0.0, 0.0])
            sums[0] += float(amounts[0])
            sums[1] += float(amounts[1])
    return {place: limits / (limits + demand) for place, (limits, demand) in paid.items() if limits > 0}


def _percent(amounts: pd.Series, most: int = 7, whole: float | None = None) -> list[str]:
    """The greatest amounts as shares of the whole, those of half a per cent and more."""
    shares = amounts / (amounts.sum() if whole is None else whole)
    shares = shares[shares >= 0.005].sort_values(ascending=False).head(most)
    return [f"{name} {share:.0%}" for name, share in shares.items()]
