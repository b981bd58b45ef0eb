"""Which decisions of two plans differ, by year: every yearly quantity, entry by entry; and which costs."""

from __future__ import annotations

import pandas as pd

from planner.exporting.yearly import with_places, yearly
from planner.plan import Plan

#: The columns of a table of decisions that differ.
COLUMNS = ("quantity", "item", "body", "site", "year", "a", "b", "difference", "unit")

#: A difference smaller than this share of the largest entry of its quantity is none: two solves of one program differ so.
SMALLEST = 1e-6

_KEYS = ["item", "body", "site", "year", "unit"]
_MONEY = "cost."


def decisions(a: Plan, b: Plan) -> pd.DataFrame:
    """Every entry of a yearly quantity that differs; slices are averaged by their share, vintages added up.

    What a plan does not list is nought. Costs are left out: `costs` has them.
    """
    names = [name for name in dict.fromkeys((*a.tables, *b.tables)) if not name.startswith(_MONEY)]
    parts = [_differing(name, _entries(a, name), _entries(b, name)) for name in names]
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


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
