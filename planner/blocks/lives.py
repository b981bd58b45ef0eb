"""The life of what is built: which vintages can be ordered, and what is left of each in every model year."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from planner.blocks.money import Payment, capital_payments, content_credit, yearly_discount

if TYPE_CHECKING:
    from planner.instance import Instance

Asset = tuple[str, str]
Vintage = tuple[str, str, int]

#: The vintage of what stood before the horizon.
EXISTING = "existing"


def share_between(year: int, weight: int, first: float | None, last: float | None) -> float:
    """Share of the `weight` calendar years from `year` that lie from `first` to `last`, either of which may be None."""
    start = year if first is None else max(year, round(first))
    end = year + weight if last is None else min(year + weight, round(last) + 1)
    return max(end - start, 0) / weight


def years_between(instance: Instance, first: float | None = None, last: float | None = None) -> list[int]:
    """The model years of which some calendar year lies from `first` to `last`, either of which may be None."""
    return [y for y, weight in instance.weights.items() if share_between(y, weight, first, last) > 0]


def ordered_in(year: int, weight: int, first: float | None) -> int:
    """The calendar year in which the vintage of a model year is ordered: its first, or `first` where that is a later one of its `weight`."""
    return year if first is None or round(first) >= year + weight else max(year, round(first))


class Lives:
    """Which vintages of a block's technologies can be ordered, and what is left of each in every model year.

    `assets` are pairs of technology and site; `orders` the vintages that would stand in some model year; `standing`
    the model years in which an asset may have capacity; `changes[k, s, y]` the vintages that come, go or fade otherwise in y.
    A vintage that would stand only after the horizon cannot be ordered.
    """

    def __init__(self, instance: Instance, block: str) -> None:
        self._numbers = {
            name: instance.numbers[f"{block}.{name}"]
            for name in ("lifetime", "lead_time", "annual_failure", "first_year", "last_year")
        }
        self.instance = instance
        self._curves = instance.survival
        self._weights = instance.weights
        self.block = block
        self.years = instance.years
        self.assets: list[Asset] = [(k, s) for k, t in instance.technologies.items() if t.block == block for s in t.sites]
        self.alive: dict[Vintage, tuple[int, ...]] = {}
        for k, s in self.assets:
            for v in self.years:
                if self.share_orderable(k, v) > 0 and (years := self._years_alive(k, s, v)):
                    self.alive[k, s, v] = years
        self.orders: list[Vintage] = list(self.alive)
        stands = {(k, s, y) for (k, s, _), years in self.alive.items() for y in years}
        existing = instance.numbers[f"{block}.existing"]
        self.standing: list[Vintage] = [
            (k, s, y) for k, s in self.assets for y in self.years if existing[k, s, y] > 0 or (k, s, y) in stands
        ]
        self.changes = self._find_changes()

    def ordered(self, k: str, v: int) -> int:
        """The calendar year in which the vintage v is ordered and paid: the first of the model year in which it can be."""
        return ordered_in(v, self._weights[v], self._numbers["first_year"].get(k))

    def share_orderable(self, k: str, v: int) -> float:
        """Share of the calendar years of the model year v in which the technology can be ordered."""
        first, last = self._numbers["first_year"].get(k), self._numbers["last_year"].get(k)
        return share_between(v, self._weights[v], first, last)

    def commissioned(self, k: str, s: str, v: int) -> int:
        """The calendar year in which what was ordered in v enters service."""
        return self.ordered(k, v) + round(self._numbers["lead_time"][k, s])

    def lifetime(self, k: str, s: str) -> int:
        """Years in service."""
        return round(self._numbers["lifetime"][k, s])

    def surviving(self, k: str, s: str, age: int) -> float:
        """Share that has not failed at an age in years, whether or not its life has ended."""
        curve = self._curves.get(k)
        if curve is None:
            return (1 - self._numbers["annual_failure"][k, s]) ** age
        ages = [a for a, _ in curve]
        i = bisect_right(ages, age)
        if i == 0 or i == len(curve):
            return curve[max(i - 1, 0)][1]
        (a, x), (b, z) = curve[i - 1], curve[i]
        return x + (z - x) * (age - a) / (b - a)

    def share_left(self, k: str, s: str, v: int, y: int) -> float:
        """Share of the vintage v that stands in the model year y, averaged over the calendar years that y stands for."""
        age, life = y - self.commissioned(k, s, v), self.lifetime(k, s)
        spent = [self.surviving(k, s, age + j) for j in range(self._weights[y]) if 0 <= age + j < life]
        return sum(spent) / self._weights[y]

    def share_kept(self, k: str, s: str, past: int, y: int) -> float:
        """What is left in y of a unit that stood in the model year before, where both are within its life."""
        rate = 1 - self._numbers["annual_failure"][k, s]
        average = {n: sum(rate**j for j in range(n)) / n for n in (self._weights[past], self._weights[y])}
        return rate ** (y - past) * average[self._weights[y]] / average[self._weights[past]]

    def carries_over(self, k: str) -> bool:
        """True where what stands may be written from one model year to the next: failures are the same share at every age."""
        return k not in self._curves

    def payments(self, instance: Instance) -> Iterator[tuple[Vintage, list[Payment]]]:
        """The payments of every vintage for one unit of its overnight cost."""
        wacc = instance.numbers[f"{self.block}.wacc"]
        for k, s, v in self.orders:
            ordered = self.ordered(k, v)
            lead = self.commissioned(k, s, v) - ordered
            yield (
                (k, s, v),
                capital_payments(instance, ordered, lead, self.lifetime(k, s), wacc.get((k, s)), partial(self.surviving, k, s)),
            )

    def credits(self, instance: Instance) -> Iterator[tuple[Vintage, list[Payment]]]:
        """What is credited of every vintage at the end of the horizon for one unit of what landing or making its goods cost."""
        discount, weights = yearly_discount(instance), self._weights
        for k, s, v in self.orders:
            paid, commissioned = discount[v] / weights[v], self.commissioned(k, s, v)
            credit = content_credit(instance, paid, commissioned, self.lifetime(k, s), partial(self.surviving, k, s))
            if credit.amount:
                yield (k, s, v), [credit]

    def _years_alive(self, k: str, s: str, v: int) -> tuple[int, ...]:
        start = self.commissioned(k, s, v)
        first = bisect_right(self.years, start) - 1  # the model year that the start falls in
        first += start >= self.years[first] + self._weights[self.years[first]]
        return self.years[max(first, 0) : bisect_left(self.years, start + self.lifetime(k, s))]

    def _find_changes(self) -> dict[Vintage, list[tuple[int, float]]]:
        changes: dict[Vintage, list[tuple[int, float]]] = {index: [] for index in self.standing}
        for (k, s, v), years in self.alive.items():
            if not self.carries_over(k):
                for y in years:
                    changes[k, s, y].append((v, self.share_left(k, s, v, y)))
                continue
            first, end = bisect_left(self.years, years[0]), bisect_left(self.years, years[-1])
            # Between its first and its last model year a vintage only fails, which `share_kept` says already.
            for i in sorted({first, first + 1, end, end + 1} & set(range(len(self.years)))):
                y, past = self.years[i], self.years[i - 1] if i else None
                left = self.share_left(k, s, v, y)
                if past is not None and past in years:
                    left -= self.share_kept(k, s, past, y) * self.share_left(k, s, v, past)
                if abs(left) > 1e-12 and (k, s, y) in changes:
                    changes[k, s, y].append((v, left))
        return changes
