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
    of it does), `orders` asset x vintage, `standing`, `existing` and `kept` (what is left of the model year before) asset x year;
    `capital` asset x vintage: the worth at the base year of all payments for 1 of overnight cost.
    """

    assets: list[tuple[str, str]]
    left: Array
    alive: NDArray[np.bool_]
    orders: NDArray[np.bool_]
    standing: NDArray[np.bool_]
    existing: Array
    kept: Array
    capital: Array

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
    last = r.table(f"{block}.last_year", technologies, index, absent=np.inf).values
    existing = r.table(f"{block}.existing", assets, index, r.years).values
    years, shape = r.years.values, (len(assets), len(r.years), len(r.years))
    left, alive, kept, capital = np.zeros(shape), np.zeros(shape, bool), np.zeros(shape[:2]), np.zeros(shape[:2])
    calendar = np.arange(years[0], r.end)
    stands_for = (np.searchsorted(years, calendar, side="right") - 1)[:, None] == np.arange(len(years))
    for a, (k, _) in enumerate(assets):
        curve = i.survival.get(k)
        start = years + lead[a]
        age = calendar - start[:, None]
        lives = (age >= 0) & (age < life[a])
        left[a] = (_surviving(np.maximum(age, 0.0), failure[a], curve) * lives) @ stands_for / r.n
        alive[a] = lives @ stands_for > 0
        capital[a] = _capital(r, years, start, life[a], wacc[a], failure[a], curve)
        if curve is None:
            mean = np.array([np.mean((1 - failure[a]) ** np.arange(n)) for n in r.n])
            kept[a, 1:] = (1 - failure[a]) ** np.diff(years) * mean[1:] / mean[:-1]
    orders = (first[:, None] <= years) & (years <= last[:, None]) & alive.any(axis=2)
    alive &= orders[:, :, None]
    return Lives(assets, left * alive, alive, orders, alive.any(axis=1) | (existing > 0), existing, kept, capital)


def _surviving(age: Array, failure: float, curve: Curve | None) -> Array:
    if curve is None:
        return np.asarray((1 - failure) ** age)
    ages, shares = zip(*curve, strict=True)
    return np.interp(age, ages, shares)


def _capital(r: Reading, ordered: Array, start: Array, life: float, wacc: float, failure: float, curve: Curve | None) -> Array:
    """(M1) for 1 of overnight cost, by vintage: capital upfront or as annuities, less what is credited at the end."""
    finance, lead = r.instance.finance, int(start[0] - ordered[0])
    falls = INTO_A_YEAR[finance.capital_falls]
    if finance.capital == "upfront":
        worth = np.mean([r.worth(ordered + j + falls) for j in range(max(lead, 1))], axis=0)
    else:
        paid = np.arange(int(life))
        level = 1 / np.sum((1 + wacc) ** -(paid + falls))
        counted = (start[:, None] + paid < r.end) | (finance.end_of_horizon != "annuities_dropped")
        worth = level * np.sum(r.worth(start[:, None] + paid + falls) * counted, axis=1)
    if finance.end_of_horizon in ("none", "annuities_dropped"):
        return np.asarray(worth)
    used = np.clip(r.end - start, 0, life)
    put_by = used if finance.end_of_horizon == "straight_line" or r.rate == 0 else (1 + r.rate) ** used - 1
    whole = life if finance.end_of_horizon == "straight_line" or r.rate == 0 else (1 + r.rate) ** life - 1
    return np.asarray(worth - (1 - put_by / whole) * _surviving(used, failure, curve) * r.worth(r.end))
