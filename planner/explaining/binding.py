"""What binds: every limit, growth rate, bound, stock and balance with a price, when, and what one more unit of it is worth.

Values of rows are the plan's own prices; those of bounds are the reduced costs of the columns as a worth, without their D_y:

    most that can be ordered, size of a market, share of a tier:   value[y] = -d[y] / D_y,   d the reduced cost at the bound
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from planner.blocks.money import yearly_discount
from planner.declarations import QUANTITIES
from planner.explaining.money import Flows, flows
from planner.explaining.words import figures, listed, plain_unit, year_ranges
from planner.instance import Instance
from planner.lp import Family, LinearProgram, Vector
from planner.parameters import CAPACITY_UNITS
from planner.plan import Plan
from planner.prices import PRICES, over_horizon

#: The columns of the table: `value` in `unit` in money of the year, `base` the same at the base year, `paid` in GUSD there.
COLUMNS = (
    "kind", "name", "year", "value", "unit", "base", "base_unit", "amount", "paid", "less", "more", "range_unit", "below",
    "above", "degenerate",
)  # fmt: skip

#: What the priced rows are called, by the name of their price; those of slices are summed up by site and year.
KINDS = {
    "limit": "limit", "limit_over_horizon": "limit", "deposit": "deposit", "lift": "lift", "demand": "demand",
    "goods_balance": "goods", "helium3_balance": "helium-3", "power_balance": "power", "link": "links", "computing": "computing",
    **{f"growth.{block}": "growth" for block in CAPACITY_UNITS},
}  # fmt: skip

#: The bounds of columns that are decisions of the instance: kind, and the unit of the worth of a unit.
_BOUNDS = {
    **{f"{block}.build": ("most orderable", f"GUSD/({unit})", f"{unit}/yr") for block, unit in CAPACITY_UNITS.items()},
    "helium3.bought": ("market", "GUSD/t", "t/yr"),
    "helium3.sold": ("market", "GUSD/t", "t/yr"),
    "compute.unserved": ("unserved", "GUSD/yr/(ZFLOP/s)", "ZFLOP/s"),
}

#: Kinds that have a price whenever something is used: balances, demands, and lift, which its launchers are paid with.
BALANCES = ("demand", "computing", "power", "goods", "helium-3", "links", "lift")

#: A price of a smaller share of the greatest of its kind is what the solver leaves of nought.
_NOUGHT = 1e-7


def binding(plan: Plan, program: LinearProgram) -> tuple[pd.DataFrame, list[str]]:
    """A row for everything that binds, and year: what one more unit would save, and what the plan pays for it.

    `value` is in money of the year; empty `year` means over the horizon, in money of the base year. It is negative where a unit
    more is required, not allowed. `paid` is what all who use it pay at its price; for a limit that is its worth times its
    amount, as in `economics`. `less` and `more`, where the plan was solved with ranging, say how far the amount may fall and rise
    while the basis holds, `below` and `above` the worth of the last unit and of one more; where `degenerate`, these are two.
    Sorted by what is paid over all years.
    """
    moved = flows(program, plan.optimum)
    parts = [*_rows(plan, program, moved), *_bounds(plan, program, moved)]
    table = pd.DataFrame([entry for part in parts for entry in part], columns=list(COLUMNS))
    table["year"] = table["year"].astype("Int64")
    table["degenerate"] = table["degenerate"].astype("boolean")
    weight = table.groupby(["kind", "name"])["paid"].transform(lambda paid: paid.abs().sum())
    table = table.assign(weight=-weight).sort_values(["weight", "kind", "name", "year"], kind="stable", ignore_index=True)
    table = table.drop(columns="weight")
    return table, _sentences(plan, table)


def _rows(plan: Plan, program: LinearProgram, moved: Flows) -> Iterator[list[tuple[Any, ...]]]:
    paid = moved.paid[:, ~_carried_over(program)].sum(axis=1) + moved.asked
    for name, kind in KINDS.items():
        prices, family = plan.prices.get(name), program.row_family(PRICES[name].constraint)
        if prices is None or family is None:
            continue
        over = name == "limit_over_horizon"
        rows = [family.start + i for i, labels in enumerate(family.index) if over_horizon(family, labels) == over]
        found = prices.assign(row=rows, paid=paid[rows], base=plan.optimum.duals[rows] * PRICES[name].sign)
        found["amount"] = _amounts(program, found["row"].to_numpy(), plan.optimum.duals)
        if kind == "deposit":
            found["amount"] = -found["amount"]  # the row bounds what is taken out, and the tonnage what there is
        elif kind not in ("limit", "growth"):
            found["amount"] = found["amount"].where(found["amount"] != 0)  # a balance has no amount of its own
        if PRICES[name].kind == "slice":
            yield _over_slices(plan, kind, name, found)
            continue
        # Limits are in units of their own: what is little beside another's price may be much.
        own = found.groupby("limit")["value"].transform(lambda values: values.abs().max()) if kind == "limit" else None
        found = found[_bound(found["value"], own) & ((found["paid"] > 0) | (kind not in BALANCES))]
        yield [_entry(plan.instance, kind, name, entry) for entry in found.to_dict("records")]


def _carried_over(program: LinearProgram) -> Any:
    """Columns that carry a stock into the next year: what is paid for it would be counted again in each."""
    carried = np.zeros(program.matrix.shape[1], bool)
    for family in program.columns:
        carried[family.rows] = family.name in ("helium3.remaining", "helium3.stock")
    return carried


def _bound(values: pd.Series, largest: pd.Series | None = None) -> Any:
    """Which prices are not nought beside the largest, of all or of each."""
    most = float(values.abs().max()) if largest is None else largest
    return values.abs() > np.maximum(_NOUGHT * most, 1e-9)


def _amounts(program: LinearProgram, rows: Any, duals: Vector) -> Vector:
    """The bound at which each row binds."""
    bound = np.where(duals[rows] > 0, program.row_lower[rows], program.row_upper[rows])
    return np.where(np.isfinite(bound), bound, np.nan)


def _entry(instance: Instance, kind: str, name: str, entry: dict[str, Any]) -> tuple[Any, ...]:
    unit = entry["unit"]
    labels = {key: entry[key] for key in PRICES[name].index if key != "year" and key in entry}
    paid = entry["paid"]
    if kind == "limit":
        said = f"{labels['limit']}, {labels['bound']}"
        paid = entry["base"] * entry["amount"]  # below nought where it pays those who meet it; a bound may be below nought too
    else:
        said = " on ".join(str(label) for key, label in labels.items() if key != "site")
        said += f" at {labels['site']}" if "site" in labels else ""
    measured = _measured(instance, kind, name, labels)
    return (
        kind, said or name, entry.get("year"), entry["value"], unit, entry["base"], f"GUSD/({measured})", entry["amount"],
        paid, entry.get("less", np.nan), entry.get("more", np.nan), measured, entry.get("below", np.nan),
        entry.get("above", np.nan), entry.get("degenerate"),
    )  # fmt: skip


def _measured(instance: Instance, kind: str, name: str, labels: dict[str, Any]) -> str:
    """The unit of what a row bounds."""
    if kind == "limit":
        quantity = next(limit.quantity for limit in instance.limits if limit.name == labels["limit"])
        return QUANTITIES[quantity].unit + ("*yr" if name == "limit_over_horizon" else "")
    if kind == "growth":
        return CAPACITY_UNITS[name.removeprefix("growth.")]
    return {"demand": "ZFLOP/s", "goods": "kt/yr", "helium-3": "t", "lift": "kt/yr", "deposit": "Mt"}[kind]


def _over_slices(plan: Plan, kind: str, name: str, found: pd.DataFrame) -> list[tuple[Any, ...]]:
    """What one unit all year round is worth: the prices of the slices averaged by their shares of the year."""
    share = found["slice"].map(lambda h: plan.instance.numbers["time.share"][h])
    found = found.assign(value=found["value"] * share)
    sums = found.groupby(["site", "year"], sort=False)[["value", "base", "paid"]].sum().reset_index()
    sums = sums[_bound(sums["value"]) & (sums["paid"] > 0)]
    unit, measured = PRICES[name].unit, {"power": "GW", "links": "Tbit/s", "computing": "ZFLOP/s"}[kind]
    return [
        (kind, site, year, value, unit, base, f"GUSD/({measured})", np.nan, paid, np.nan, np.nan, measured, np.nan, np.nan, None)
        for site, year, value, base, paid in sums.itertuples(index=False)
    ]


def _bounds(plan: Plan, program: LinearProgram, moved: Flows) -> Iterator[list[tuple[Any, ...]]]:
    discount = yearly_discount(plan.instance)
    reduced = program.cost - program.matrix.T @ plan.optimum.duals
    for family in program.columns:
        if family.name in _BOUNDS:
            yield list(_held(family, plan, program, moved, -reduced, discount))


def _held(
    family: Family, plan: Plan, program: LinearProgram, moved: Flows, worth: Vector, discount: dict[int, float]
) -> Iterator[tuple[Any, ...]]:
    kind, unit, measured = _BOUNDS[family.name]
    for member, labels in enumerate(family.index):
        column = family.start + member
        most, value = program.col_upper[column], worth[column] / discount[labels[-1]]
        if np.isfinite(most) and value > 1e-9 and plan.optimum.values[column] >= most - 1e-9 * (1 + most):
            said = f"{labels[0]} at {labels[1]}" if kind == "most orderable" else str(labels[0])
            yield (
                kind, said, labels[-1], value, unit, worth[column], f"GUSD/({measured})", most, moved.bound_rent[column],
                np.nan, np.nan, measured, np.nan, np.nan, None,
            )  # fmt: skip


#: The columns of the worth to either side, where one of the lines has two.
_SIDES = ("of one less", "of one more")


def shown(table: pd.DataFrame) -> pd.DataFrame:
    """A line for each of the things that bind for which most is paid, and for the first of every kind.

    Scarce things first, then balances and demands. Where a worth is one of several, those to its two sides stand beside it.
    """
    balance = table["kind"].isin(BALANCES)
    lines = pd.concat([_lines(table[~balance], 16), _lines(table[balance], 12)], ignore_index=True)
    return lines if (lines[list(_SIDES)] != "").to_numpy().any() else lines.drop(columns=list(_SIDES))


def _lines(table: pd.DataFrame, most_lines: int) -> pd.DataFrame:
    lines: list[tuple[Any, ...]] = []
    kinds: set[str] = set()
    for (kind, name), own in table.groupby(["kind", "name"], sort=False):
        if len(lines) >= most_lines and kind in kinds:
            continue
        kinds.add(kind)
        most = own.loc[own["value"].abs().idxmax()]
        year = "horizon" if pd.isna(most["year"]) else str(most["year"])
        sides = [_side(most[side]) if _is_true(most["degenerate"]) else "" for side in ("below", "above")]
        lines.append((f"{kind}: {name}", most["value"], *sides, plain_unit(most["unit"]), year, len(own), own["paid"].sum()))
    return pd.DataFrame(lines, columns=["what", "worth at most", *_SIDES, "unit", "in", "years", "paid, GUSD"])


def _sentences(plan: Plan, table: pd.DataFrame) -> list[str]:
    scarce = table[~table["kind"].isin((*BALANCES, "unserved"))]
    lines = [_sentence(plan, str(kind), str(name), own) for (kind, name), own in scarce.groupby(["kind", "name"], sort=False)]
    lines = lines or ["No limit, growth rate, deposit or bound on orders binds."]
    unserved = table[table["kind"] == "unserved"]
    if not unserved.empty:
        when = year_ranges(map(int, unserved["year"]), plan.instance.years)
        tiers = listed(sorted(set(unserved["name"])))
        lines.append(f"In {when} tiers of demand are left unserved whole, for less than computing costs at the margin: {tiers}.")
    return lines


_SAID = {
    "limit": "The limit {}", "growth": "The growth of {}", "deposit": "The deposit {}",
    "most orderable": "The most that can be ordered of {}", "market": "The size of market {}",
}  # fmt: skip


def _sentence(plan: Plan, kind: str, name: str, own: pd.DataFrame) -> str:
    most, base_year = own.loc[own["value"].abs().idxmax()], plan.instance.finance.base_year
    over = pd.isna(most["year"])
    when = "over the horizon" if over else f"in {year_ranges(map(int, own['year']), plan.instance.years)}"
    one = f"one more {most['range_unit']}"
    told = f"{one} would be worth" if most["value"] > 0 else f"{one} required would cost"
    most_of = "up to " if len(own) > 1 else ""
    base = (
        "" if over else f" in {int(most['year'])} ({figures(abs(most['base']))} {plain_unit(most['base_unit'])} at {base_year})"
    )
    paid = own["paid"].sum()
    payers = "those who use it pay" if paid >= 0 else "it pays those who meet it"
    worth = f"{most_of}{figures(abs(most['value']))} {plain_unit(most['unit'])}{base}{_holding(most)}"
    return f"{_SAID[kind].format(name)} binds {when}: {told} {worth}; {payers} {figures(abs(paid))} GUSD at {base_year}."


def _holding(most: pd.Series) -> str:
    """How far the worth holds, where the plan says it."""
    if pd.isna(most["less"]):
        return ""
    if _is_true(most["degenerate"]):
        return f", one of several prices: {_side(most['below'])} for one less, {_side(most['above'])} for one more"
    if min(most["less"], most["more"]) <= 1e-9:
        return ", for one less and for one more alike"
    return f", for {_far(most['less'])} less to {_far(most['more'])} more"


def _is_true(mark: Any) -> bool:
    """Whether a mark that may be missing is set."""
    return bool(pd.notna(mark) and mark)


def _side(price: float) -> str:
    """A price to one side, in the unit of the price; where no plan follows there is none."""
    return "not known" if np.isnan(price) else "no plan at any price" if np.isinf(price) else figures(abs(price))


def _far(distance: float) -> str:
    return f"{distance:,.3g}" if np.isfinite(distance) else "any amount"
