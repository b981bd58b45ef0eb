"""Units: every number and variable of the model has the unit that it is declared with, and no expression adds apples to pears."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyomo.core as pyo
import pytest
from pyomo.core.base.units_container import UnitsError
from pyomo.util.check_units import assert_units_consistent, assert_units_equivalent

import planner
from planner.blocks.compute import add_compute
from planner.blocks.helium3 import add_helium3
from planner.blocks.industry import add_industry
from planner.blocks.launch import add_launch
from planner.blocks.link import add_link
from planner.blocks.power import add_power
from planner.blocks.pyomo_units import pyomo_unit
from planner.blocks.storage import add_storage
from planner.declarations import PARAMETERS, QUANTITIES

BLOCKS = {
    "compute": add_compute, "link": add_link, "power": add_power, "storage": add_storage,
    "launch": add_launch, "industry": add_industry, "helium3": add_helium3,
}  # fmt: skip

#: Parameters of the model that are not rows of a table: their units.
DERIVED = {"weight": "yr", "slice_share": "1", "slice_hours": "h", "discount": "yr", "capital_worth": "1", "content_worth": "1",
           "purchased": "1", "excess": "1", "dearest": "GUSD/kt", "least_cost": "GUSD/kt", "kt_in_t": "t/kt"}  # fmt: skip


@pytest.fixture(scope="module")
def instance() -> planner.Instance:
    """Everything once, and the rows of a fleet in every block."""
    toy = planner.load(Path(__file__).parents[1] / "instances" / "toy")
    given = {(row.block, row.parameter) for row in toy.rows}
    names = ("land", "growth", "fixed_cost", "variable_cost", "spares")
    wanted = [(block, name) for block in BLOCKS for name in names if f"{block}.{name}" in PARAMETERS]
    changes = {f"{block}.{name}": 0.3 for block, name in wanted if (block, name) not in given}
    return toy.replace({**changes, "launch.refuelled.opens": "2035 yr"})


@pytest.fixture(scope="module")
def model(instance: planner.Instance) -> Any:
    return planner.build(instance, units=True)


def _same(component: Any, text: str) -> None:
    """The component was given just this unit: the same dimension and the same size."""
    declared = component._units if component._units is not None else pyo.units.dimensionless
    try:
        assert_units_equivalent(declared, pyomo_unit(text))
    except UnitsError as error:
        raise AssertionError(f"{component.name} is in {declared}, declared in {text}") from error


def _checked(component: Any) -> None:
    for entry in component.values():
        assert_units_consistent(entry)


def test_every_constraint_objective_and_expression_is_consistent(model: Any) -> None:
    kinds = (pyo.Constraint, pyo.Objective, pyo.Expression)
    components = list(model.component_objects(kinds, descend_into=True))
    assert len(components) > 50
    for component in components:
        _checked(component)


def test_everything_of_the_model_is_there_to_be_checked(model: Any) -> None:
    # The toy instance populates every variable and every rule; otherwise the test above would prove less than it says.
    of_uses = ("built_by", "spare_by")  # of every fleet, and with a mass of complex goods and two ways to the body only
    for component in model.component_objects((pyo.Var, pyo.Constraint, pyo.Expression), descend_into=True):
        assert len(component) or component.name.endswith(of_uses), f"{component.name} has no entry in the toy instance"


def test_every_parameter_has_the_unit_of_its_declaration(model: Any) -> None:
    seen = set()
    for component in model.component_objects(pyo.Param, descend_into=True):
        block, _, name = component.name.rpartition(".")
        key = f"{block or 'finance'}.{name}"
        text = DERIVED.get(name) or PARAMETERS[key].unit
        _same(component, text)
        seen.add(key)
    missing = {key for key in PARAMETERS if not key.startswith("time.")} - seen
    assert not missing


def test_every_quantity_has_the_unit_of_its_declaration(model: Any) -> None:
    assert model.quantities.keys() == QUANTITIES.keys()
    for name, components in model.quantities.items():
        for component in components:
            for entry in component.values():
                assert_units_equivalent(entry, pyomo_unit(QUANTITIES[name].unit))


def test_every_variable_has_a_unit(model: Any) -> None:
    named = {id(component): name for name, components in model.quantities.items() for component in components}
    others = {"compute.serve": "ZFLOP/s", "launch.rest": "kt/yr"}
    others |= {f"{block}.{use}_by": "kt/yr" for block in BLOCKS for use in ("built", "spare")}
    for component in model.component_objects(pyo.Var, descend_into=True):
        name = named.get(id(component))
        text = QUANTITIES[name].unit if name else others[component.name]
        _same(component, text)


def test_the_objective_is_money(model: Any) -> None:
    assert_units_equivalent(model.cost.expr, pyomo_unit("GUSD"))


def test_a_wrong_unit_is_found(instance: planner.Instance) -> None:
    # The checks above can fail: power is no energy.
    model = planner.build(instance, units=True)
    model.wrong = pyo.Constraint(expr=sum(model.power.generation.values()) <= sum(model.storage.level.values()))
    with pytest.raises(UnitsError):
        _checked(model.wrong)


def test_units_change_no_number(instance: planner.Instance, model: Any) -> None:
    plain, checked = planner.compile(planner.build(instance)), planner.compile(model)
    assert plain.column_names == checked.column_names
    assert plain.row_names == checked.row_names
    for name in ("cost", "row_lower", "row_upper", "col_lower", "col_upper", "quantity_offset"):
        assert np.array_equal(getattr(plain, name), getattr(checked, name)), name
    for name in ("matrix", "quantity_matrix"):
        difference = abs(getattr(plain, name) - getattr(checked, name))
        assert difference.nnz == 0 or difference.max() <= 1e-15 * abs(getattr(plain, name)).max(), name


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_stands_alone(instance: planner.Instance, block: str) -> None:
    bare = pyo.ConcreteModel()
    bare.checks_units = True
    bare.own = pyo.Block()
    lives = BLOCKS[block](bare.own, instance)
    assert lives.block == block
    for component in bare.component_objects((pyo.Constraint, pyo.Expression), descend_into=True):
        _checked(component)
    for name in ("build", "installed"):
        _same(bare.own.component(name), QUANTITIES[f"{block}.{name}"].unit)
