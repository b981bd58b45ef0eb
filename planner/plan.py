"""A plan: everything that an optimum says, as tidy frames, with its prices, its ledger and its certificate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from planner.arguments import checked
from planner.certificate import Certificate
from planner.economics import economics
from planner.errors import PlannerError, UnknownName
from planner.frames import quantity_frames
from planner.highs import Basis, Optimum
from planner.instance import Instance
from planner.instance.problems import nearest, one_of
from planner.ledger import ledger, with_own_costs
from planner.lp import LinearProgram
from planner.prices import prices
from planner.ranges import Ranges

if TYPE_CHECKING:
    from planner.charts import Plot
    from planner.explaining import Explanation


class Tables(dict[str, pd.DataFrame]):
    """Tables by name; one that is not there is an `UnknownName`, with the nearest name."""

    def __missing__(self, name: Any) -> pd.DataFrame:
        raise UnknownName(
            f"there is no table {name!r}{nearest(name, self) if isinstance(name, str) else ''}{one_of(self, 'some')}"
        )


class Frames:
    """The tables of a plan, each made when it is first asked for: `tables`, `prices`, `ledger` and `economics`."""

    def __init__(
        self, instance: Instance, lp: LinearProgram, optimum: Optimum, ranges: Ranges | None = None
    ) -> None:
        self._instance, self._lp, self._optimum, self._ranges = instance, lp, optimum, ranges

    @classmethod
    def made(cls, **parts: Any) -> Frames:
        """Tables that were made before, by the names of the properties."""
        frames = cls.__new__(cls)
        frames.__dict__.update({name: Tables(part) if isinstance(part, dict) else part for name, part in parts.items()})
        return frames

    def keep(self, program: LinearProgram) -> None:
        """Have a program at hand from now on, that of tables which were made before."""
        self.__dict__["_lp"] = program

    @property
    def program(self) -> LinearProgram | None:
        """The program that the tables are made from; None where they were made before, and read or sent here."""
        return self.__dict__.get("_lp")

    @cached_property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every quantity, by its name."""
        return Tables(quantity_frames(self._instance, self._lp, self._optimum.values))

    @cached_property
    def prices(self) -> Mapping[str, pd.DataFrame]:
        """The duals of balances and limits as prices."""
        return Tables(prices(self._instance, self._lp, self._optimum, self._ranges))

    @cached_property
    def ledger(self) -> pd.DataFrame:
        """Every cost, by year, block, technology, site, vintage and kind."""
        book = ledger(self._instance, self.tables)
        extension = self._lp.extension
        if extension is None:
            return book
        cost = float(self._lp.cost @ self._optimum.values + self._lp.offset)
        return with_own_costs(self._instance, book, extension.own_costs(self._optimum.values), cost)

    @cached_property
    def economics(self) -> Mapping[str, pd.DataFrame]:
        """What assets earn, and who pays."""
        return Tables(economics(self._instance, self._lp, self._optimum))

    def make(self) -> dict[str, Any]:
        """All of them, by the names of the properties."""
        return {name: getattr(self, name) for name in ("tables", "prices", "ledger", "economics")}

    __getstate__ = make  # a plan that travels leaves its program behind

    def __setstate__(self, parts: dict[str, Any]) -> None:
        self.__dict__.update(parts)


@dataclass(frozen=True, eq=False)
class Plan:
    """The certified answer to an instance.

    `plan["compute.in_service"]` is a quantity's table; `prices`, `ledger` and `economics` (what assets earn, who pays) are
    tables too. `facts` is what
    `summary.json` says: status, objective, sizes, seconds, solver and certificate. `optimum` has the values and duals of the
    program that `planner.compile(planner.build(plan.instance))` is, from which every analysis starts. `frames` makes the tables.
    """

    instance: Instance
    frames: Frames
    facts: Mapping[str, Any]
    optimum: Optimum

    def __repr__(self) -> str:
        """A line: with all its tables it would fill a notebook."""
        proof = "certified" if self.facts["certificate"]["holds"] else "not certified"
        cost = f"{self.objective:,.6g} {self.facts['unit']}"
        years = f"model years {self.instance.years[0]} to {self.instance.years[-1]} ({len(self.instance.years)})"
        name = f"{self.instance.name}, extended" if self.extended else self.instance.name
        return f"<Plan of {name}: {self.facts['status']}, {proof}; {cost}; {years}>"

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Every quantity as a tidy frame, by its name."""
        return self.frames.tables

    @property
    def prices(self) -> Mapping[str, pd.DataFrame]:
        """The prices of balances and limits, undiscounted, in the money of each year."""
        return self.frames.prices

    @property
    def ledger(self) -> pd.DataFrame:
        """Every cost, by year, block, technology, site, vintage and kind; it sums to the objective."""
        return self.frames.ledger

    @property
    def economics(self) -> Mapping[str, pd.DataFrame]:
        """What each asset earns at the plan's own prices, and who pays for everything."""
        return self.frames.economics

    def __getitem__(self, quantity: str) -> pd.DataFrame:
        """The table of a quantity; `UnknownName`, a PlannerError and KeyError, where the model has none of that name."""
        if not isinstance(quantity, str):
            raise PlannerError(f"a plan has its tables by name, such as plan['compute.in_service'], and not by {quantity!r}")
        return self.tables[quantity]

    @property
    def basis(self) -> Basis | None:
        """The basis that the solver ended with, from which a like instance is solved warm; None where it gave none."""
        return self.optimum.basis

    @property
    def extended(self) -> str:
        """What the plan's program had beside that of its instance, in words; empty where it had nothing."""
        return str(self.facts.get("extended", {}).get("words", ""))

    @property
    def objective(self) -> float:
        """Net present cost in GUSD of the price year, at the base year."""
        return float(self.facts["objective"])

    @property
    def placement(self) -> pd.DataFrame:
        """Compute in service in GW: a row a model year, a column a body."""
        table = self["compute.in_service"].pivot_table(
            index="year", columns="body", values="value", aggfunc="sum", fill_value=0.0
        )
        return table.reindex(index=list(self.instance.years), columns=list(self.instance.bodies), fill_value=0.0)

    @property
    def all_tables(self) -> dict[str, pd.DataFrame]:
        """Every table of the plan: quantities by name, then `prices/NAME`, `economics/NAME` and `ledger`."""
        prices = {f"prices/{name}": table for name, table in self.prices.items()}
        economy = {f"economics/{name}": table for name, table in self.economics.items()}
        return {**self.tables, **prices, **economy, "ledger": self.ledger}

    @checked
    def export(self, path: str | Path, format: str | None = None) -> Path:
        """Write the plan as csv, parquet, excel or iamc and return the path; see `planner.export_plan`."""
        written: Path = import_module("planner.exporting").export_plan(self, path, format)
        return written

    @checked
    def explain(self, parts: Iterable[str] | None = None) -> Explanation:
        """What binds, what computing costs and why, why not the rest, and what matters most: see `planner.explain`."""
        explaining = import_module("planner.explaining")  # it stands above plans, and is imported when it is used
        return cast("Explanation", explaining.explain(self, parts))

    @property
    def plot(self) -> Plot:
        """The charts of the plan for a notebook, `plan.plot.power()`; `dir(plan.plot)` names those with something to show."""
        return cast("Plot", import_module("planner.charts").Plot(self))

    def equals(self, other: Plan) -> bool:
        """True where every table, price, ledger entry and fact is the same; how long it took and where it went are no facts."""
        tables, others = self.all_tables, other.all_tables
        same = tables.keys() == others.keys() and all(table.equals(others[name]) for name, table in tables.items())
        facts, theirs = ({k: v for k, v in plan.facts.items() if k not in ("seconds", "out")} for plan in (self, other))
        return same and facts == theirs and self.instance.hash == other.instance.hash


def make_plan(
    instance: Instance,
    lp: LinearProgram,
    optimum: Optimum,
    certificate: Certificate,
    facts: Mapping[str, Any],
    ranges: Ranges | None = None,
) -> Plan:
    """The plan that an optimum of an instance's program is; `ranges` as in `prices.prices`."""
    solver = {"name": "HiGHS", "version": optimum.version, "method": optimum.method, "iterations": optimum.iterations}
    rows, columns, nonzeros = lp.shape
    said = {
        "status": "optimal",
        "objective": certificate.objective,
        "unit": f"GUSD of {instance.finance.price_year} at {instance.finance.base_year}",
        "instance": instance.name,
        "instance_hash": instance.hash,
        "rows": rows,
        "columns": columns,
        "nonzeros": nonzeros,
        "solver": solver,
        "certificate": certificate.as_dict(),
        **({} if lp.extension is None else {"extended": lp.extension.facts()}),
        **facts,
    }
    return Plan(instance, Frames(instance, lp, optimum, ranges), said, optimum)
