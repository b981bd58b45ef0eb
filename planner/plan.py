"""A plan: everything that an optimum says, as tidy frames, with its prices, its ledger and its certificate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from planner.certificate import Certificate
from planner.economics import economics
from planner.frames import quantity_frames
from planner.highs import Basis, Optimum
from planner.instance import Instance
from planner.ledger import ledger
from planner.lp import LinearProgram, Vector
from planner.prices import prices

if TYPE_CHECKING:
    from planner.charts import Plot
    from planner.explaining import Explanation


@dataclass(frozen=True, eq=False)
class Plan:
    """The certified answer to an instance.

    `plan["compute.in_service"]` is a quantity's table; `prices`, `ledger` and `economics` (what assets earn, who pays) are
    tables too. `facts` is what
    `summary.json` says: status, objective, sizes, seconds, solver and certificate. `optimum` has the values and duals of the
    program that `planner.compile(planner.build(plan.instance))` is, from which every analysis starts.
    """

    instance: Instance
    tables: Mapping[str, pd.DataFrame]
    prices: Mapping[str, pd.DataFrame]
    ledger: pd.DataFrame
    economics: Mapping[str, pd.DataFrame]
    facts: Mapping[str, Any]
    optimum: Optimum

    def __getitem__(self, quantity: str) -> pd.DataFrame:
        """The table of a quantity; KeyError where the model has none of that name."""
        return self.tables[quantity]

    @property
    def basis(self) -> Basis | None:
        """The basis that the solver ended with, from which a like instance is solved warm; None where it gave none."""
        return self.optimum.basis

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

    def export(self, path: str | Path, format: str | None = None) -> Path:
        """Write the plan as csv, parquet, excel or iamc and return the path; see `planner.export_plan`."""
        written: Path = import_module("planner.exporting").export_plan(self, path, format)
        return written

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
    ranges: tuple[Vector, Vector] | None = None,
) -> Plan:
    """The plan that an optimum of an instance's program is; `ranges` as in `prices.prices`."""
    tables = quantity_frames(instance, lp, optimum.values)
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
        **facts,
    }
    priced = prices(instance, lp, optimum, ranges)
    return Plan(instance, tables, priced, ledger(instance, tables), economics(instance, lp, optimum), said, optimum)
