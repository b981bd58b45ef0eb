"""Parameters and variables as Pyomo sees them, with their units.

Pyomo keeps units only on mutable parameters, which make expressions slower to build and to compile. A model is
therefore built with plain parameters, and with mutable ones that carry units where its units are to be checked
(`planner.build(instance, units=True)`). Variables carry their units always.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

import pyomo.core as pyo
from pyomo.core.base.units_container import units
from pyomo.core.expr.numvalue import native_numeric_types

from planner.parameters import Parameter
from planner.units import default_units

if TYPE_CHECKING:
    from planner.instance import Instance

units.set_pint_registry(default_units().registry)


@cache
def pyomo_unit(text: str) -> Any:
    """The Pyomo unit that a text such as `GUSD/(GW*yr)` names."""
    powers = default_units().quantity(text).unit_items()
    return math.prod((getattr(units, name) ** power for name, power in powers), start=units.dimensionless)


def unit(block: pyo.Block, text: str) -> dict[str, Any]:
    """The options of a Param: mutable and with its unit, where the model checks units; none otherwise."""
    checked = getattr(block.model(), "checks_units", False)
    return {"mutable": True, "units": pyomo_unit(text)} if checked else {}


def amount(block: pyo.Block, value: float, text: str) -> Any:
    """A number in an expression, with its unit where the model checks units."""
    checked = getattr(block.model(), "checks_units", False)
    return value * pyomo_unit(text) if checked else value


def declare(block: pyo.Block, instance: Instance, parameters: Iterable[Parameter]) -> None:
    """Add a Param to the block for each parameter, with the numbers of the instance, in the parameter's unit."""
    for parameter in parameters:
        numbers = instance.numbers[parameter.key]
        options = unit(block, parameter.unit)
        if parameter.index:
            block.add_component(parameter.name, pyo.Param(list(numbers), initialize=numbers, within=pyo.Reals, **options))
        else:
            block.add_component(parameter.name, pyo.Param(initialize=numbers[None], within=pyo.Reals, **options))


def positive(block: pyo.Block, name: str, index: Iterable[Any], text: str, **options: Any) -> pyo.Var:
    """Add a variable that is not negative, with its unit."""
    variable = pyo.Var(list(index), within=pyo.NonNegativeReals, units=pyomo_unit(text), **options)
    block.add_component(name, variable)
    return variable


def within(block: pyo.Block, lower: Any, body: Any, upper: Any) -> Any:
    """What a rule returns for lower <= body <= upper (None: no bound), where the body may have come out empty.

    An empty row that holds is left out. One that does not is kept, as a row without variables, for the solver to find
    infeasible like any other and not for Pyomo to stop at.
    """
    if body.__class__ not in native_numeric_types:
        return lower, body, upper
    if (lower is None or pyo.value(lower) <= body) and (upper is None or body <= pyo.value(upper)):
        return pyo.Constraint.Skip
    if block.component("nothing") is None:
        block.nothing = pyo.Expression(expr=0.0)
    return lower, block.nothing + body, upper
