"""What an instance says, for the second statement of the model: its numbers, the life of a vintage, what money is worth."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import cache
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
        self.ways = cache(self._ways)

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

    # Years

    def calendar(self, y: int) -> range:
        """The calendar years that a model year stands for."""
        return range(y, y + self.weights[y])

    def share_within(self, y: int, first: float | None, last: float | None) -> float:
        """The share of a model year's calendar years that lie between two dates, of which either may be absent."""
        within = [c for c in self.calendar(y) if (first is None or first <= c) and (last is None or c <= last)]
        return len(within) / self.weights[y]

    def orderable(self, block: str, k: str, v: int) -> float:
        return self.share_within(v, self.number(f"{block}.first_year", k), self.number(f"{block}.last_year", k))

    def ordered(self, block: str, k: str, v: int) -> int:
        """The calendar year in which a vintage is ordered: its first, or a `first_year` that is later and within it."""
        first = self.number(f"{block}.first_year", k)
        return int(first) if first in self.calendar(v) else v

    def open(self, r: str, y: int) -> float:
        return self.share_within(y, self.number("launch.opens", r), self.number("launch.closes", r))

    # (F) and the life of a vintage

    def commissioned(self, block: str, k: str, s: str, v: int) -> int:
        return self.ordered(block, k, v) + int(self.number(f"{block}.lead_time", k, s))

    def surviving(self, block: str, k: str, s: str, age: int) -> float:
        if k in self.i.survival:
            ages, shares = zip(*self.i.survival[k], strict=True)
            return float(np.interp(age, ages, shares))
        return float((1 - self.number(f"{block}.annual_failure", k, s)) ** age)

    def left(self, block: str, k: str, s: str, v: int, y: int) -> float:
        """Share of what was ordered in v that stands in y, averaged over its calendar years; 0 before and after its life."""
        start, life = self.commissioned(block, k, s, v), self.number(f"{block}.lifetime", k, s)
        ages = [c - start for c in self.calendar(y) if start <= c < start + life]
        return sum(self.surviving(block, k, s, age) for age in ages) / self.weights[y]

    def alive(self, block: str, k: str, s: str, v: int, y: int) -> bool:
        start, life = self.commissioned(block, k, s, v), self.number(f"{block}.lifetime", k, s)
        return any(start <= c < start + life for c in self.calendar(y))

    def orders(self, block: str, k: str, s: str) -> list[int]:
        """Vintages that can be ordered and that are alive in some model year."""
        within = [v for v in self.years if self.orderable(block, k, v) > 0]
        return [v for v in within if any(self.alive(block, k, s, v, y) for y in self.years)]

    def may_stand(self, block: str, k: str, s: str, y: int) -> bool:
        """True where something existing or some vintage that can be ordered stands."""
        exists = self.number(f"{block}.existing", k, s, y) > 0
        return exists or any(self.alive(block, k, s, v, y) for v in self.orders(block, k, s))

    def growth_factors(self, growth: float, y: int) -> tuple[float, float]:
        """(F3): K and S, which multiply what was installed the model year before (or before the first) and the seed."""

        def power(i: int) -> float:
            return (1 + growth) ** i

        def seeds(i: int) -> float:
            return math.fsum(power(j) for j in range(i))

        def mean(of: Callable[[int], float], n: int) -> float:
            return math.fsum(of(i) for i in range(n)) / n

        n, position = self.weights[y], self.years.index(y)
        if position == 0:  # what stood a year earlier stood then alone, not as the mean of a step
            return mean(power, n) * power(1), mean(power, n) + mean(seeds, n)
        m = self.weights[self.years[position - 1]]
        start_of_step = power(m) / mean(power, m)
        seeds_at_start = seeds(m) - start_of_step * mean(seeds, m)
        return mean(power, n) * start_of_step, mean(power, n) * seeds_at_start + mean(seeds, n)

    def performance(self, k: str, v: Any) -> float:
        if v == "existing":
            old = self.number("compute.existing_performance", k)
            return float(self.number("compute.performance", k, self.years[0]) if old is None else old)
        return float(self.number("compute.performance", k, v))

    # (G)

    def _ways(self, g: str, y: int) -> dict[str, tuple[float, float]]:
        """(G2) and (G3) by body: the least cost of a unit of a good there, and the least that is bought for it.

        Either is found for itself, and may be that of another way. Bodies where the good cannot be had are left out.
        """
        found: dict[str, tuple[float, float]] = {}

        def note(body: str, cost: float, bought: float) -> None:
            other_cost, other_bought = found.get(body, (math.inf, math.inf))
            found[body] = min(cost, other_cost), min(bought, other_bought)

        for b, body in self.i.bodies.items():
            if g in body.supplies:
                note(b, 0.0 if g == "complex" else self.number("goods.price", g, y), 1.0)
        for _, k, s in self.assets("industry"):
            if self.i.technologies[k].makes == g and self.may_stand("industry", k, s, y):
                note(self.i.sites[s], self.number("industry.variable_cost", k, s, y), 1.0)
        for _ in self.i.bodies:  # no way is longer
            for r, route in self.i.routes.items():
                o, kept = self.i.sites[route.origin], 1 - self.number("launch.loss", r, y)
                flies = self.open(r, y) > 0 and self.may_stand("launch", route.carrier, route.origin, y)
                if g in route.goods and flies and o in found:
                    cost, bought = found[o]
                    note(route.destination, (cost + self.flight(r, y)) / kept, bought / kept)
        return found

    def flight(self, r: str, y: int) -> float:
        """What it costs to send a unit of mass on a route."""
        route = self.i.routes[r]
        lift = self.number("launch.price", route.carrier, route.origin, y) * self.number("launch.burden", r, y)
        return float(lift + self.number("launch.delivery_cost", r, y))

    def bought(self, b: str, y: int) -> float:
        """(G3): 1 where no complex goods can be had."""
        return self.ways("complex", y).get(b, (math.inf, 1.0))[1]

    def own(self, block: str, k: str, s: str, v: int) -> float:
        """(G4): the capex of a unit less the structure that it is built of."""
        structure = self.number("goods.price", "structural", v) * self.number(f"{block}.mass_structural", k, s, v)
        return float(self.number(f"{block}.capex", k, s, v) - structure)

    def capital(self, block: str, k: str, s: str, v: int) -> float:
        """(G4): what is paid as capital for a unit, before any excess."""
        times = self.bought(self.i.sites[s], v) if self.number(f"{block}.mass_complex", k, s, v) > 0 else 1.0
        return times * self.own(block, k, s, v)

    def excess(self, r: str, y: int) -> float:
        """What a route with complex goods takes beyond the least, for each that is delivered; 0 of any other route."""
        route = self.i.routes[r]
        b, flies = route.destination, self.open(r, y) > 0 and self.may_stand("launch", route.carrier, route.origin, y)
        if "complex" not in route.goods or "complex" in self.i.bodies[b].supplies or not flies:
            return 0.0
        beyond = self.bought(self.i.sites[route.origin], y) / (1 - self.number("launch.loss", r, y)) - self.bought(b, y)
        return beyond if beyond >= 1e-12 else 0.0

    def of_complex(self, block: str, k: str, s: str, y: int) -> float | None:
        """What a mass of complex goods is worth in a technology; None where it takes none of them."""
        mass = self.number(f"{block}.mass_complex", k, s, y)
        return self.own(block, k, s, y) / mass if mass > 0 else None

    def content(self, block: str, k: str, s: str, v: int) -> float:
        """What a unit is built of costs at the least to bring or make; 0 of a good that cannot be had, so that none is built."""
        spent = {g: self.ways(g, v).get(self.i.sites[s], (0.0, 1.0))[0] for g in ("complex", "structural")}
        return math.fsum(self.number(f"{block}.mass_{g}", k, s, v) * least for g, least in spent.items())

    # (M)

    def worth(self, moment: float) -> float:
        """What 1 paid at a moment is worth at the base year."""
        return float((1 + self.rate) ** -(moment - self.i.finance.base_year))

    def of_a_year(self, y: int) -> float:
        """What 1 paid in each calendar year that a model year stands for is worth."""
        return math.fsum(self.worth(c + INTO_A_YEAR[self.i.finance.payments]) for c in self.calendar(y))

    def instalments(self, block: str, k: str, s: str, v: int) -> list[float]:
        """The moments at which equal parts of the overnight cost are spent."""
        ordered, lead = self.ordered(block, k, v), int(self.number(f"{block}.lead_time", k, s))
        return [ordered + j + INTO_A_YEAR[self.i.finance.capital_falls] for j in range(max(lead, 1))]

    def annuity(self, block: str, k: str, s: str, v: int) -> tuple[float, list[float]]:
        """The level payment for 1 of overnight cost, and the moments at which it falls."""
        wacc = self.number(f"{block}.wacc", k, s)
        grown = 1 + (self.rate if wacc is None else wacc)
        start, falls = self.commissioned(block, k, s, v), INTO_A_YEAR[self.i.finance.capital_falls]
        paid = [start + j + falls for j in range(int(self.number(f"{block}.lifetime", k, s)))]
        spent = self.instalments(block, k, s, v)
        at_start = math.fsum(grown ** (start - moment) for moment in spent) / len(spent)
        return at_start / math.fsum(grown ** (start - moment) for moment in paid), paid

    def payments(self, block: str, k: str, s: str, v: int) -> Iterator[tuple[float, float]]:
        """Moment and amount of every payment for 1 of overnight cost."""
        if self.i.finance.capital == "upfront":
            spent = self.instalments(block, k, s, v)
            yield from ((moment, 1 / len(spent)) for moment in spent)
            return
        level, paid = self.annuity(block, k, s, v)
        if self.i.finance.end_of_horizon == "annuities_dropped":
            paid = paid[: max(self.end - self.commissioned(block, k, s, v), 0)]
        yield from ((moment, level) for moment in paid)

    def credited(self, block: str, k: str, s: str, v: int) -> float:
        """The share of what a unit of a vintage was worth at commissioning that is credited at the end of the horizon."""
        life, used = int(self.number(f"{block}.lifetime", k, s)), self.end - self.commissioned(block, k, s, v)
        if used >= life or self.i.finance.end_of_horizon not in ("straight_line", "sinking_fund"):
            return 0.0
        straight = self.i.finance.end_of_horizon == "straight_line"
        put_by = [1.0 if straight else (1 + self.rate) ** j for j in range(life)]
        return sum(put_by[used:]) / sum(put_by) * self.surviving(block, k, s, used)

    def capital_credit(self, block: str, k: str, s: str, v: int) -> float:
        """What is credited for 1 of overnight cost, at the end of the horizon."""
        start = self.commissioned(block, k, s, v)
        if self.i.finance.capital == "upfront":
            spent = self.instalments(block, k, s, v)
            cost = math.fsum((1 + self.rate) ** (start - moment) for moment in spent) / len(spent)
        else:
            level, paid = self.annuity(block, k, s, v)
            cost = level * math.fsum((1 + self.rate) ** (start - moment) for moment in paid)
        return self.credited(block, k, s, v) * cost

    def content_credit(self, block: str, k: str, s: str, v: int) -> float:
        """What is credited for 1 of content, at the end of the horizon: it was paid in equal parts in the calendar years of v."""
        start, paid = self.commissioned(block, k, s, v), [c + INTO_A_YEAR[self.i.finance.payments] for c in self.calendar(v)]
        cost = math.fsum((1 + self.rate) ** (start - moment) for moment in paid) / len(paid)
        return self.credited(block, k, s, v) * cost
