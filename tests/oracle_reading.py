"""What an instance says, for the second statement of the model: its numbers, the life of a vintage, what money is worth."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from planner.instance import Instance
from tests.oracle_program import Sum, total

INTO_A_YEAR = {"start": 0.0, "mid": 0.5, "end": 1.0}


class Reading:
    """An instance and what follows from its numbers alone."""

    def __init__(self, instance: Instance) -> None:
        self.i = instance
        self.years, self.weights = instance.years, instance.weights
        self.end = self.years[-1] + self.weights[self.years[-1]]
        self.rate: float = instance.numbers["finance.discount_rate"][None]

    # What an instance says

    def number(self, name: str, *index: Any) -> Any:
        """The parameter at an index, None where it is absent."""
        return self.i.numbers[name].get(index if len(index) > 1 else index[0])

    def slices(self, s: str) -> tuple[str, ...]:
        return self.i.slices[self.i.sites[s]]

    def assets(self, *blocks: str) -> Iterator[tuple[str, str, str]]:
        """Block, technology and site of whatever may stand."""
        return ((t.block, k, s) for k, t in self.i.technologies.items() if t.block in blocks for s in t.sites)

    def standing_at(self, block: str, s: str) -> list[str]:
        return [k for _, k, site in self.assets(block) if site == s]

    def average(self, entry: Any, s: str) -> Sum:
        """The mean over the year of what `entry` gives for each slice."""
        return total(self.number("time.share", h) * entry(h) for h in self.slices(s))

    # (F) and the life of a vintage

    def commissioned(self, block: str, k: str, s: str, v: int) -> int:
        return v + int(self.number(f"{block}.lead_time", k, s))

    def surviving(self, block: str, k: str, s: str, age: int) -> float:
        if k in self.i.survival:
            ages, shares = zip(*self.i.survival[k], strict=True)
            return float(np.interp(age, ages, shares))
        return float((1 - self.number(f"{block}.annual_failure", k, s)) ** age)

    def left(self, block: str, k: str, s: str, v: int, y: int) -> float:
        """Share of what was ordered in v that stands in y, averaged over its calendar years; nought before it is commissioned and after its life."""
        start, life = self.commissioned(block, k, s, v), self.number(f"{block}.lifetime", k, s)
        calendar = range(y, y + self.weights[y])
        return sum(self.surviving(block, k, s, year - start) for year in calendar if start <= year < start + life) / len(calendar)

    def alive(self, block: str, k: str, s: str, v: int, y: int) -> bool:
        start, life = self.commissioned(block, k, s, v), self.number(f"{block}.lifetime", k, s)
        return any(start <= year < start + life for year in range(y, y + self.weights[y]))

    def orders(self, block: str, k: str, s: str) -> list[int]:
        """Vintages within the years of ordering that are alive in some model year."""
        first, last = (self.number(f"{block}.{end}_year", k) for end in ("first", "last"))
        within = [v for v in self.years if (first is None or first <= v) and (last is None or v <= last)]
        return [v for v in within if any(self.alive(block, k, s, v, y) for y in self.years)]

    def performance(self, k: str, v: Any) -> float:
        if v == "existing":
            old = self.number("compute.existing_performance", k)
            return float(self.number("compute.performance", k, self.years[0]) if old is None else old)
        return float(self.number("compute.performance", k, v))

    # (M)

    def worth(self, moment: float) -> float:
        """What 1 paid at a moment is worth at the base year."""
        return float((1 + self.rate) ** -(moment - self.i.finance.base_year))

    def of_a_year(self, y: int) -> float:
        """What 1 paid in each calendar year that a model year stands for is worth."""
        return math.fsum(self.worth(c + INTO_A_YEAR[self.i.finance.payments]) for c in range(y, y + self.weights[y]))

    def payments(self, block: str, k: str, s: str, v: int) -> Iterator[tuple[str, float, float]]:
        """Kind, moment and amount of every payment for 1 of overnight cost."""
        conventions, life, start = self.i.finance, int(self.number(f"{block}.lifetime", k, s)), self.commissioned(block, k, s, v)
        falls, used = INTO_A_YEAR[conventions.capital_falls], self.end - start
        if conventions.capital == "upfront":
            years = range(v, max(start, v + 1))
            yield from (("capital", c + falls, 1 / len(years)) for c in years)
        else:
            wacc = self.number(f"{block}.wacc", k, s)
            rate = self.rate if wacc is None else wacc
            level = 1 / math.fsum((1 + rate) ** -(j + falls) for j in range(life))
            paid = [c for c in range(start, start + life) if c < self.end or conventions.end_of_horizon != "annuities_dropped"]
            yield from (("capital", c + falls, level) for c in paid)
        if used < life and conventions.end_of_horizon in ("straight_line", "sinking_fund"):
            put_by = [1.0 if conventions.end_of_horizon == "straight_line" else (1 + self.rate) ** j for j in range(life)]
            yield "salvage", self.end, -sum(put_by[used:]) / sum(put_by) * self.surviving(block, k, s, used)
