"""A plan: everything that an optimum says, as tidy frames, with its prices, its ledger and its certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from planner.certificate import Certificate
from planner.frames import quantity_frames
from planner.highs import Basis, Optimum
from planner.instance import Instance
from planner.ledger import ledger
from planner.lp import LinearProgram
from planner.prices import prices


@dataclass(frozen=True, eq=False)
class Plan:
    """The certified answer to an instance.

    `plan["compute.in_service"]` is a quantity's table; `prices` and `ledger` are tables too. `facts` is what
    `summary.json` says: status, objective, sizes, seconds, solver and certificate.
    """

    instance: Instance
    tables: Mapping[str, pd.DataFrame]
    prices: Mapping[str, pd.DataFrame]
    ledger: pd.DataFrame
    facts: Mapping[str, Any]
    basis: Basis | None = None

    def __getitem__(self, quantity: str) -> pd.DataFrame:
        """The table of a quantity; KeyError where the model has none of that name."""
        return self.tables[quantity]

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

    def equals(self, other: Plan) -> bool:
        """True where every table, price, ledger entry and fact is the same; how long it took and where it went are no facts."""
        tables = {**self.tables, **{f"prices/{k}": v for k, v in self.prices.items()}, "ledger": self.ledger}
        others = {**other.tables, **{f"prices/{k}": v for k, v in other.prices.items()}, "ledger": other.ledger}
        same = tables.keys() == others.keys() and all(table.equals(others[name]) for name, table in tables.items())
        facts, theirs = ({k: v for k, v in plan.facts.items() if k not in ("seconds", "out")} for plan in (self, other))
        return same and facts == theirs and self.instance.hash == other.instance.hash


def make_plan(
    instance: Instance, lp: LinearProgram, optimum: Optimum, certificate: Certificate, facts: Mapping[str, Any]
) -> Plan:
    """The plan that an optimum of an instance's program is."""
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
    return Plan(instance, tables, prices(instance, lp, optimum), ledger(instance, tables), said, optimum.basis)
