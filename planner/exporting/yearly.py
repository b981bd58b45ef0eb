"""What a table of slices says of a year: the average over the slices by their share, as limits count it."""

from __future__ import annotations

import pandas as pd

from planner.instance import Instance

#: Columns of a table of prices that say how far a price holds.
_RANGES = ("less", "more", "below", "above", "degenerate")


def yearly(instance: Instance, table: pd.DataFrame) -> pd.DataFrame:
    """The table without its slices: each entry averaged over the year by the slices' shares; others as they are."""
    plain = table.drop(columns=[name for name in _RANGES if name in table])
    if "slice" not in plain:
        return plain
    share = plain["slice"].map(instance.numbers["time.share"]).astype(float)  # of a table without rows too
    keys = [name for name in plain.columns if name not in ("slice", "value", "unit")]
    averaged = plain.assign(value=plain["value"] * share).groupby([*keys, "unit"], sort=False, as_index=False)["value"].sum()
    return averaged[[*keys, "value", "unit"]]


def with_places(instance: Instance, table: pd.DataFrame) -> pd.DataFrame:
    """The table with the columns `body` and `site` where what it lists is at one, by the rule of limits.

    A route is at its destination, a deposit at its site, a market on its body.
    """
    placed = table
    if "route" in table:
        placed = table.assign(body=table["route"].map({name: route.destination for name, route in instance.routes.items()}))
    elif "deposit" in table:
        sites = table["deposit"].map(dict(instance.deposits))
        placed = table.assign(site=sites, body=sites.map(dict(instance.sites)))
    elif "market" in table:
        placed = table.assign(body=table["market"].map({name: market.body for name, market in instance.markets.items()}))
    return placed
