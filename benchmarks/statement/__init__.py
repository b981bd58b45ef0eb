"""The whole formulation a third time, written as a user of linopy would: labelled arrays, whole equations at once.

From the equations of docs/formulation.md and the numbers of an `Instance` alone; nothing of `planner.blocks`, `planner.model` or
`planner.lp` is used. `reading.py` turns numbers into arrays, `lives.py` has the life of vintages and what money is worth,
`goods.py` what goods cost, `losses.py` what is lost beyond the least, the others one topic of equations each.
"""

from __future__ import annotations

import linopy

from benchmarks.statement.balances import add_balances
from benchmarks.statement.compute import add_compute
from benchmarks.statement.energy import add_power, add_storage
from benchmarks.statement.fleets import add_fleet
from benchmarks.statement.goods import Goods
from benchmarks.statement.helium3 import add_helium3
from benchmarks.statement.launch import add_industry, add_launch
from benchmarks.statement.limits import add_limits
from benchmarks.statement.reading import Reading
from benchmarks.statement.terms import Statement
from planner.instance import Instance


def linopy_model(instance: Instance) -> linopy.Model:
    """The linopy model of an instance, with its objective in GUSD at the base year."""
    linopy.options["semantics"] = "v1"
    reading = Reading(instance)
    statement = Statement(linopy.Model(sparse=True, force_dim_names=True), reading, Goods(reading))
    for add in (add_compute, add_link, add_power, add_storage, add_launch, add_industry, add_helium3):
        add(statement)
    add_balances(statement)
    add_limits(statement)
    statement.model.add_objective(statement.total_cost())
    return statement.model


def add_link(st: Statement) -> None:
    """Links are a fleet and no more; (C5) stands with the balances."""
    add_fleet(st, "link")
