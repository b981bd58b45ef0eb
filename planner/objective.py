"""The quantities by name, and the objective that their costs make.

(M1) objective = sum over y of D_y * every yearly cost + sum over vintages of the present worth of their payments
                 - what is credited of the landing and making of their goods
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyomo.core as pyo

from planner.blocks.lives import Lives
from planner.blocks.money import yearly_discount
from planner.blocks.pyomo_units import unit
from planner.parameters import CAPACITY_UNITS

if TYPE_CHECKING:
    from planner.instance import Instance


def name_quantities(m: pyo.ConcreteModel) -> dict[str, list[pyo.Component]]:
    """The components that make up each quantity, by the name under which it is declared."""
    blocks = {block: m.component(block) for block in CAPACITY_UNITS}

    def everywhere(name: str) -> list[pyo.Component]:
        return [b.component(name) for b in blocks.values() if b.component(name) is not None]

    own = {
        "compute": ("run", "capacity", "placed", "unserved"),
        "power": ("generation", "output", "fuel"),
        "storage": ("charge", "discharge", "level"),
        "launch": ("flow", "payload", "sent", "lift", "throw"),
        "industry": ("make", "output"),
        "helium3": ("dig", "mined", "remaining", "left", "bought", "sold", "stock"),
    }
    named = {
        f"{block}.{name}": [b.component(name)]
        for block, b in blocks.items()
        for name in ("build", "installed", "in_service", *own.get(block, ()))
    }
    named |= {
        "compute.serve": [m.compute.computed],
        "helium3.burnt": [m.power.helium3_burnt],
        "helium3.shipped": [m.helium3_shipped],
        "power.use": [m.power_use],
        "emissions.released": [m.emissions_released],
        "land.occupied": everywhere("land_occupied"),
        "cost.carbon": [m.cost_carbon],
        "cost.goods": [m.cost_goods],
        "goods.content": everywhere("content"),
    }
    named |= {f"goods.{name}": [m.component(f"goods_{name}")] for name in ("needed", "arrived", "made", "departed")}
    named |= {
        f"cost.{name}": everywhere(f"cost_{name}")
        for name in ("capital", "fixed", "spares", "variable", "fuel", "transport", "purchases", "sales", "unserved")
    }
    return named


def add_objective(m: pyo.ConcreteModel, instance: Instance) -> None:
    """Add the objective: every cost quantity at its weight, and nothing beside them."""
    discount = yearly_discount(instance)
    m.discount = pyo.Param(instance.years, initialize=discount, **unit(m, "yr"))
    for name, schedules in (("capital_worth", Lives.payments), ("content_worth", Lives.credits)):
        worth = {
            vintage: sum(p.amount * p.factor for p in payments)
            for lives in m.lives.values()
            for vintage, payments in schedules(lives, instance)
        }
        m.add_component(name, pyo.Param(list(worth), initialize=worth, **unit(m, "1")))
    yearly = [
        m.discount[index[-1]] * component[index]
        for name, components in m.quantities.items()
        if name.startswith("cost.") and name != "cost.capital"
        for component in components
        for index in component
    ]
    capital = [
        m.capital_worth[k, s, v] * m.weight[v] * component[k, s, v]
        for component in m.quantities["cost.capital"]
        for k, s, v in component
    ]
    content = [
        m.content_worth[k, s, v] * m.weight[v] * component[k, s, v]
        for component in m.quantities["goods.content"]
        for k, s, v in component
        if (k, s, v) in m.content_worth
    ]
    m.cost = pyo.Objective(expr=pyo.quicksum([*yearly, *capital, *content]), doc="(M1)")
