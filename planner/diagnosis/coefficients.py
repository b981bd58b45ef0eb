"""Numbers that enter a program as factors of its coefficients: where each stands in the matrix, and to which power.

A performance, an overhead, an emission factor moves no bound, so that it cannot give as a limit does. Which parameters
are factors of a coefficient follows from the names of its row and column; a test compares this with programs built anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.blocks.lives import EXISTING
from planner.declarations import PARAMETERS
from planner.diagnosis.sources import Sources
from planner.instance import Instance, ParameterRow
from planner.lp import Family, LinearProgram
from planner.parameters import CAPACITY_UNITS, YEARS

#: A factor of a coefficient: the parameter, and the power to which it enters.
Factor = tuple[str, int]

_ASSET, _DISPATCH = ("technology", "site", "year"), ("technology", "site", "year", "slice")

#: What the labels of columns stand for, where a coefficient of theirs has factors.
_COLUMNS: dict[str, tuple[str, ...]] = {
    "compute.in_service": ("technology", "site", "vintage", "year"),
    "compute.run": ("technology", "site", "vintage", "year", "slice"),
    "compute.placed": ("workload", "site", "year"), "compute.serve": ("workload", "site", "year", "slice"),
    "power.generation": _DISPATCH, "industry.make": _DISPATCH, "storage.charge": _DISPATCH,
    "storage.discharge": _DISPATCH, "launch.throw": _DISPATCH, "launch.flow": ("route", "good", "year"),
    "helium3.dig": ("technology", "deposit", "year", "slice"), "helium3.remaining": ("deposit", "year"),
    "helium3.bought": ("market", "year"), "helium3.sold": ("market", "year"), "compute.unserved": ("tier", "year"),
    **{f"{block}.build": ("technology", "site", "vintage") for block in CAPACITY_UNITS},
    **{f"{block}.installed": _ASSET for block in CAPACITY_UNITS},
    **{f"{block}.in_service": _ASSET for block in CAPACITY_UNITS if block != "compute"},
}  # fmt: skip

#: What the labels of rows stand for, where their columns do not say it.
_ROWS: dict[str, tuple[str, ...]] = {
    "compute.run_limit": ("technology", "site", "vintage", "year", "slice"), "link_capacity": ("site", "year", "slice"),
    "power.generation_limit": _DISPATCH, "industry.make_limit": _DISPATCH, "launch.throw_limit": _DISPATCH,
    "helium3.dig_limit": _DISPATCH, "goods_balance": ("balanced", "body", "year"),
}  # fmt: skip

_FACTORS: dict[tuple[str, str], tuple[Factor, ...]] = {
    ("compute.run_limit", "compute.in_service"): (("compute.availability", 1),),
    ("compute.computing", "compute.run"): (("compute.performance", 1),),
    ("link_capacity", "compute.placed"): (("compute.data_rate", 1),),
    ("link_capacity", "compute.serve"): (("compute.data_rate", 1),),
    ("link_capacity", "link.in_service"): (("link.availability", 1),),
    ("power_balance", "compute.run"): (("compute.overhead", 1),),
    ("power_balance", "industry.make"): (("industry.energy_use", 1),),
    ("power_balance", "helium3.dig"): (("helium3.energy_use", 1),),
    ("power_balance", "launch.throw"): (("launch.energy_use", 1),),
    ("power.generation_limit", "power.in_service"): (("power.availability", 1),),
    ("storage.level_balance", "storage.charge"): (("storage.efficiency_in", 1),),
    ("storage.level_balance", "storage.discharge"): (("storage.efficiency_out", -1),),
    ("storage.charge_limit", "storage.charge"): (("storage.charge_time", 1),),
    ("storage.discharge_limit", "storage.discharge"): (("storage.discharge_time", 1),),
    ("launch.lift_limit", "launch.flow"): (("launch.burden", 1),),
    ("launch.thrown_in_a_year", "launch.flow"): (("launch.burden", 1),),
    ("launch.throw_limit", "launch.in_service"): (("launch.availability", 1),),
    ("industry.make_limit", "industry.in_service"): (("industry.availability", 1),),
    ("helium3.dig_limit", "helium3.in_service"): (("helium3.availability", 1),),
    ("helium3.winning", "helium3.dig"): (("helium3.grade", 1), ("helium3.recovery", 1)),
    ("helium3_balance", "power.generation"): (("power.helium3_use", 1),),
}

_RUNS = (("compute", "run"), ("power", "generation"), ("storage", "discharge"), ("industry", "make"), ("helium3", "dig"))

#: The same for limits, by the quantity that is limited and the column; what a transport costs is a sum, and no product.
_LIMITED: dict[tuple[str, str], tuple[Factor, ...]] = {
    ("compute.capacity", "compute.in_service"): (("compute.performance", 1),),
    ("power.use", "compute.run"): (("compute.overhead", 1),),
    ("power.use", "industry.make"): (("industry.energy_use", 1),),
    ("power.use", "helium3.dig"): (("helium3.energy_use", 1),),
    ("power.use", "launch.throw"): (("launch.energy_use", 1),),
    ("power.fuel", "power.generation"): (("power.fuel_use", 1),),
    ("launch.lift", "launch.flow"): (("launch.burden", 1),),
    ("helium3.burnt", "power.generation"): (("power.helium3_use", 1),),
    ("helium3.left", "helium3.remaining"): (("helium3.grade", 1),),
    ("emissions.released", "power.generation"): (("power.emission_factor", 1),),
    ("emissions.released", "launch.flow"): (("launch.emission_factor", 1), ("launch.burden", 1)),
    **{("land.occupied", f"{block}.installed"): ((f"{block}.land", 1),) for block in CAPACITY_UNITS},
    **{("cost.capital", f"{block}.build"): ((f"{block}.capex", 1),) for block in CAPACITY_UNITS},
    **{("cost.fixed", f"{block}.in_service"): ((f"{block}.fixed_cost", 1),) for block in CAPACITY_UNITS},
    **{("cost.variable", f"{block}.{runs}"): ((f"{block}.variable_cost", 1),) for block, runs in _RUNS},
    ("cost.fuel", "power.generation"): (("power.fuel_use", 1), ("power.fuel_price", 1)),
    ("cost.carbon", "power.generation"): (("finance.carbon_price", 1), ("power.emission_factor", 1)),
    ("cost.carbon", "launch.flow"): (("finance.carbon_price", 1), ("launch.emission_factor", 1), ("launch.burden", 1)),
    ("cost.unserved", "compute.unserved"): (("compute.value", 1),),
    ("cost.purchases", "helium3.bought"): (("helium3.price", 1),),
    ("cost.sales", "helium3.sold"): (("helium3.price", 1),),
}


@dataclass(frozen=True)
class Coefficient:
    """A row of the instance whose number is a factor of coefficients; `entries` are positions in the data of the matrix."""

    row: ParameterRow
    entries: NDArray[np.int64]
    powers: NDArray[np.float64]


@dataclass
class _Gathered:
    row: ParameterRow
    entries: list[int] = field(default_factory=list)
    powers: list[int] = field(default_factory=list)


def coefficients(instance: Instance, lp: LinearProgram) -> list[Coefficient]:
    """Every row of the instance whose number is a factor of coefficients of its program, also of one that has further columns."""
    gatherer = _Gatherer(instance, lp)
    gatherer.gather()
    return [Coefficient(of.row, np.array(of.entries, np.int64), np.array(of.powers, float)) for of in gatherer.found.values()]


class _Gatherer:
    def __init__(self, instance: Instance, lp: LinearProgram) -> None:
        self.instance, self.lp, self.sources = instance, lp, Sources(instance)
        self.quantities = {limit.name: limit.quantity for limit in instance.limits}
        self.found: dict[str, _Gathered] = {}
        self._rows: dict[tuple[str, tuple[Any, ...]], ParameterRow | None] = {}

    def gather(self) -> None:
        """Go through the coefficients of each pair of a family of rows and a family of columns that may have factors."""
        matrix = self.lp.matrix
        starts = np.array([family.start for family in self.lp.columns])
        for rows in (family for family in self.lp.rows if len(family.index)):
            first, last = matrix.indptr[rows.start], matrix.indptr[rows.start + len(rows.index)]
            entries = np.arange(first, last)
            # A family without members starts where the next one does: the last of them is the one that holds the column.
            of_column = np.searchsorted(starts, matrix.indices[first:last], side="right") - 1
            at = np.searchsorted(matrix.indptr, entries, side="right") - 1 - rows.start
            for number in np.unique(of_column):
                columns = self.lp.columns[number]
                if self._may_have_factors(rows.name, columns.name):
                    chosen = of_column == number
                    self._gather(rows, columns, entries[chosen], at[chosen])

    def _may_have_factors(self, rows: str, columns: str) -> bool:
        return columns in _COLUMNS and ((rows, columns) in _FACTORS or rows in ("limit", "goods_balance"))

    def _gather(self, rows: Family, columns: Family, entries: NDArray[np.int64], at: NDArray[np.int64]) -> None:
        for entry, row in zip(entries.tolist(), at.tolist(), strict=True):
            column = self.lp.matrix.indices[entry] - columns.start
            labels = dict(zip(_ROWS.get(rows.name, ()), rows.index[row], strict=False))
            labels |= dict(zip(_COLUMNS[columns.name], columns.index[column], strict=True))
            for key, power in self._factors(rows, columns.name, row, labels):
                source = self._source(key, labels)
                if source is not None:
                    gathered = self.found.setdefault(source.address, _Gathered(source))
                    gathered.entries.append(entry)
                    gathered.powers.append(power)

    def _factors(self, rows: Family, columns: str, row: int, labels: dict[str, Any]) -> Iterator[Factor]:
        if rows.name == "limit":
            yield from _LIMITED.get((self.quantities[rows.index[row][0]], columns), ())
        elif rows.name == "goods_balance":
            yield from self._of_goods(columns, labels)
        else:
            yield from _FACTORS[rows.name, columns]

    def _of_goods(self, columns: str, labels: dict[str, Any]) -> Iterator[Factor]:
        """What is built and what is kept in service takes its mass; a carrier that refuels takes propellant."""
        block, _, what = columns.partition(".")
        good, body = labels["balanced"], labels["body"]
        if columns == "launch.flow":
            route = self.instance.routes[labels["route"]]
            moves = labels["good"] == good and body in (route.destination, self.instance.sites[route.origin])
            if good == "propellant" and route.refuel == body and not moves:
                yield "launch.propellant_use", 1
        elif what in ("build", "in_service"):
            yield f"{block}.mass_{good}", 1
            if what == "in_service":
                yield f"{block}.spares", 1

    def _source(self, key: str, labels: dict[str, Any]) -> ParameterRow | None:
        """The row behind a factor. A fleet that stood before the horizon has a performance of its own, or the first year's."""
        if "deposit" in labels:
            labels = labels | {"site": self.instance.deposits[labels["deposit"]]}
        if "route" in labels:
            route = self.instance.routes[labels["route"]]
            labels = labels | {"technology": route.carrier, "site": route.origin}
        if "site" in labels:
            labels = labels | {"body": self.instance.sites[labels["site"]]}
        own = self.instance.numbers["compute.existing_performance"]
        if key == "compute.performance" and labels["vintage"] == EXISTING and labels["technology"] in own:
            key = "compute.existing_performance"
        index = tuple(labels[name] for name in PARAMETERS[key].index if name not in YEARS)
        if (key, index) not in self._rows:
            self._rows[key, index] = self.sources.row(key, *index)
        return self._rows[key, index]
