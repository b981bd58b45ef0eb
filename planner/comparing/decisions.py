"""Which decisions of two plans differ, by year: every yearly quantity, entry by entry; and which costs.

Plans over the same model years are compared in these. Otherwise the value of a model year holds in each of the calendar years
that it stands for, and those that both plans cover are compared. What is ordered is averaged over spans of calendar years that
begin and end in both plans: one plan may order in a year what the other spreads over five.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from planner.exporting.yearly import with_places, yearly
from planner.plan import Plan

#: The columns of a table of decisions that differ.
COLUMNS = ("quantity", "item", "body", "site", "year", "a", "b", "difference", "unit")

#: A difference smaller than this share of the largest entry of its quantity is none: two solves of one program differ so.
SMALLEST = 1e-6

_KEYS = ["item", "body", "site", "year", "unit"]
_MONEY, _ORDERS = "cost.", ".build"


def decisions(a: Plan, b: Plan) -> pd.DataFrame:
    """Every entry of a yearly quantity that differs; slices are averaged by their share, vintages added up.

    `year` is a calendar year that both plans cover, and of orders the first of a span where their model years are not the same.
    What a plan does not list is zero. Costs are left out: `costs` has them.
    """
    names = [name for name in dict.fromkeys((*a.tables, *b.tables)) if not name.startswith(_MONEY)]
    parts = [_differing(name, *(_in_years(plan, name, _years(name, a, b)) for plan in (a, b))) for name in names]
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


def common_years(a: Plan, b: Plan) -> list[int]:
    """The calendar years that both plans cover."""
    return sorted(set(_model_years(a)) & set(_model_years(b)))


def _model_years(plan: Plan) -> dict[int, int]:
    """The model year that stands for each calendar year."""
    return {year + i: year for year, weight in plan.instance.weights.items() for i in range(weight)}


def _years(name: str, a: Plan, b: Plan) -> dict[int, int] | None:
    """The year under which each calendar year that both cover is compared; None where their model years are the same."""
    if a.instance.weights == b.instance.weights:
        return None
    common = common_years(a, b)
    if not name.endswith(_ORDERS):
        return dict(zip(common, common, strict=True))
    begins = set(a.instance.years) & set(b.instance.years) | set(common[:1])
    return dict(zip(common, _latest(common, begins), strict=True))


def _latest(years: Iterable[int], begins: set[int]) -> list[int]:
    """For each year the latest of `begins` up to it; the first year is one of them."""
    found: list[int] = []
    for year in years:
        found.append(year if year in begins else found[-1])
    return found


def _in_years(plan: Plan, name: str, years: dict[int, int] | None) -> pd.DataFrame:
    """The entries of a quantity, each model year held over its calendar years and averaged over those compared as one."""
    entries = _entries(plan, name)
    if years is None:
        return entries
    held = _model_years(plan)
    spread = pd.DataFrame({"year": [held[year] for year in years], "as": list(years.values())}, dtype="int64")
    length = spread["as"].value_counts()
    merged = entries.astype({"year": "int64"}).merge(spread, on="year").drop(columns="year").rename(columns={"as": "year"})
    merged["value"] = merged["value"].astype(float) / merged["year"].map(length)
    return merged.groupby(_KEYS, as_index=False)["value"].sum()


def _entries(plan: Plan, name: str) -> pd.DataFrame:
    """The entries of a quantity by item, body, site and year: `item` is every other label in words."""
    if name not in plan.tables:
        return pd.DataFrame(columns=[*_KEYS, "value"])
    table = with_places(plan.instance, yearly(plan.instance, plan.tables[name]))
    labels = [column for column in table.columns if column not in (*_KEYS, "value", "vintage")]
    words = [" ".join(map(str, parts)) for parts in zip(*(table[column] for column in labels), strict=True)]
    items = pd.array(words if labels else [""] * len(table), dtype="str")
    entries = pd.DataFrame({"item": items, "year": table["year"], "unit": table["unit"]})
    for place in ("body", "site"):
        entries[place] = pd.array(table.get(place, [""] * len(table)), dtype="str")  # a table without rows says no type
    return entries.assign(value=table["value"]).groupby(_KEYS, as_index=False)["value"].sum()


def _differing(name: str, a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    left, right = (table.set_index(_KEYS)["value"].rename(name) for table, name in ((a, "a"), (b, "b")))
    both = pd.concat([left, right], axis=1).rename_axis(_KEYS).reset_index()
    both[["a", "b"]] = both[["a", "b"]].astype(float).fillna(0.0)
    both["difference"] = both["b"] - both["a"]
    largest = both[["a", "b"]].abs().to_numpy().max(initial=0.0)
    kept = both[both["difference"].abs() > SMALLEST * largest]
    return kept.assign(quantity=name).sort_values(["item", "body", "site", "year"])


def costs(a: Plan, b: Plan) -> pd.DataFrame:
    """A row a kind of cost: kind, a, b, difference, unit; from the ledgers, discounted, so that each sums to its objective."""
    sums = [plan.ledger.groupby("kind")["discounted"].sum() for plan in (a, b)]
    both = pd.DataFrame({"a": sums[0], "b": sums[1]}).fillna(0.0)
    both["difference"] = both["b"] - both["a"]
    both["unit"] = str(a.facts["unit"]) if a.facts["unit"] == b.facts["unit"] else "money of each"
    return both.rename_axis("kind").reset_index()
