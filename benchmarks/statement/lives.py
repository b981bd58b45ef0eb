"""The life of what is built, and what its payments are worth: arrays over assets, vintages and model years."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.statement.reading import INTO_A_YEAR, Reading

Array = NDArray[np.float64]
Curve = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Lives:
    """The assets of a block and the lives of their vintages.

    Shapes: `left` and `alive` asset x vintage x year (the share that stands, averaged over the calendar years of y; whether any
    of it does), `orders` asset x vintage (the share of its calendar years in which it can be ordered), `standing`, `existing` and
    `kept` (what is left of the model year before) asset x year;
    `capital` and `credit` asset x vintage: the worth at the base year of all payments for 1 of overnight cost, and of what is
    credited at the end for 1 of content.
    """

    assets: list[tuple[str, str]]
    left: Array
    alive: NDArray[np.bool_]
    orders: Array
    standing: NDArray[np.bool_]
    existing: Array
    kept: Array
    capital: Array
    credit: Array

    def changes(self) -> Array:
        """(F1) from year to year: what a vintage adds to what is left of the year before, asset x vintage x year."""
        before = np.zeros_like(self.left)
        before[:, :, 1:] = self.left[:, :, :-1]
        changed = self.left - self.kept[:, None, :] * before
        return np.where((np.abs(changed) > 1e-12) & self.standing[:, None, :], changed, 0.0)


def read_lives(r: Reading, block: str) -> Lives:
    """The lives of a block's technologies at their sites."""
    i = r.instance
    assets = [(k, s) for k, technology in i.technologies.items() if technology.block == block for s in technology.sites]
    index = pd.Index([f"{k}@{s}" for k, s in assets], name="asset", dtype=object)
    names = ("lifetime", "lead_time", "annual_failure")
    life, lead, failure = (r.table(f"{block}.{name}", assets, index).values for name in names)
    wacc = r.table(f"{block}.wacc", assets, index).fillna(r.rate).values
    technologies = [k for k, _ in assets]
    first = r.table(f"{block}.first_year", technologies, index, absent=-np.inf).values
    within = r.share_between(first, r.table(f"{block}.last_year", technologies, index, absent=np.inf).values)
    existing = r.table(f"{block}.existing", assets, index, r.years).values
    years, shape = r.years.values, (len(assets), len(r.years), len(r.years))
    left, alive = np.zeros(shape), np.zeros(shape, bool)
    kept, capital, credit = (np.zeros(shape[:2]) for _ in range(3))
    calendar = np.arange(years[0], r.end)
    stands_for = (np.searchsorted(years, calendar, side="right") - 1)[:, None] == np.arange(len(years))
    for a, (k, _) in enumerate(assets):
        curve = i.survival.get(k)
        ordered = np.where((first[a] > years) & (first[a] < years + r.n), first[a], years)
        start = ordered + lead[a]
        age = calendar - start[:, None]
        lives = (age >= 0) & (age < life[a])
        left[a] = (_surviving(np.maximum(age, 0.0), failure[a], curve) * lives) @ stands_for / r.n
        alive[a] = lives @ stands_for > 0
        used = np.clip(r.end - start, 0, life[a])
        share = _credited(r, used, life[a]) * _surviving(used, failure[a], curve)
        capital[a] = _capital(r, ordered, int(lead[a]), life[a], wacc[a], share)
        credit[a] = share * r.discount.values / r.n / r.worth(start) * r.worth(r.end)
        if curve is None:
            mean = np.array([np.mean((1 - failure[a]) ** np.arange(n)) for n in r.n])
            kept[a, 1:] = (1 - failure[a]) ** np.diff(years) * mean[1:] / mean[:-1]
    alive &= within[:, :, None] > 0
    orders = within * alive.any(axis=2)
    return Lives(assets, left * alive, alive, orders, alive.any(axis=1) | (existing > 0), existing, kept, capital, credit)


def _surviving(age: Array, failure: float, curve: Curve | None) -> Array:
    if curve is None:
        return np.asarray((1 - failure) ** age)
    ages, shares = zip(*curve, strict=True)
    return np.interp(age, ages, shares)


def _credited(r: Reading, used: Array, life: float) -> Array:
    """The share of its cost at commissioning that is credited for what has served `used` years of its life."""
    choice = r.instance.finance.end_of_horizon
    if choice in ("none", "annuities_dropped"):
        return np.zeros(len(used))
    if choice == "straight_line" or r.rate == 0:
        return np.asarray(1 - used / life)
    return np.asarray(1 - ((1 + r.rate) ** used - 1) / ((1 + r.rate) ** life - 1))


def _capital(r: Reading, ordered: Array, lead: int, life: float, wacc: float, share: Array) -> Array:
    """(M1) for 1 of overnight cost, by vintage: capital upfront or as annuities, less the share that is credited at the end."""
    finance, start = r.instance.finance, ordered + lead
    falls = INTO_A_YEAR[finance.capital_falls]
    instalments, paid = np.arange(max(lead, 1)) + falls, np.arange(int(life)) + falls

    def cost(rate: float) -> float:
        """What the instalments are worth at commissioning."""
        return float(np.mean((1 + rate) ** (lead - instalments)))

    if finance.capital == "upfront":
        worth, commissioned = np.mean(r.worth(ordered[:, None] + instalments), axis=1), cost(r.rate)
    else:
        level = cost(wacc) / np.sum((1 + wacc) ** -paid)
        moments = start[:, None] + paid
        counted = (moments - falls < r.end) | (finance.end_of_horizon != "annuities_dropped")
        worth, commissioned = level * np.sum(r.worth(moments) * counted, axis=1), level * np.sum((1 + r.rate) ** -paid)
    return np.asarray(worth - share * commissioned * r.worth(r.end))
