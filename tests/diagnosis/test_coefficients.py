"""Which number is a factor of which coefficient: what the names of rows and columns say, against programs built anew."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

import planner
from planner.diagnosis.coefficients import coefficients
from planner.instance import ParameterRow
from tests import variants
from tests.diagnosis.seeds import INSTANCES, base

#: Limits on every quantity that has a factor, too high to matter.
_LIMITED = {
    "compute.capacity": "ZFLOP/s", "power.use": "GW", "power.fuel": "GW", "launch.lift": "kt/yr", "helium3.burnt": "t/yr",
    "helium3.left": "t", "emissions.released": "Mt/yr", "land.occupied": "km2",
    **dict.fromkeys(("cost.capital", "cost.fixed", "cost.variable", "cost.fuel", "cost.carbon"), "GUSD/yr"),
    **dict.fromkeys(("cost.unserved", "cost.purchases", "cost.sales"), "GUSD/yr"),
}  # fmt: skip

#: What enters coefficients in a way of its own: it is tried by building anew or, what flies on the mean over the year, not at all.
_OWN_WAY = ("annual_failure", "growth", "loss")
_MEANS = "launch.availability"


@cache
def limited() -> planner.Instance:
    """The toy with a limit on everything."""
    with TemporaryDirectory() as place:
        folder = shutil.copytree(INSTANCES / "toy", Path(place) / "toy")
        with (folder / "limits.csv").open("a") as limits:
            for number, (quantity, unit) in enumerate(_LIMITED.items()):
                limits.write(f"high_{number},{quantity},,,year,upper,{unit},1e8,,,assumption: test,,,,,\n")
        return planner.load(folder)


def address(row: ParameterRow) -> str:
    return row.address if row.at else f"{row.address}[]"


def is_factor(row: ParameterRow) -> bool:
    """True where a number may be scaled by itself and can be a factor of a coefficient."""
    own_way = row.parameter in ("share", *_OWN_WAY) or row.declaration.key == _MEANS
    return not row.declaration.whole and row.block != "time" and not own_way


@pytest.mark.parametrize("make", [limited, variants.crossroads], ids=["toy", "crossroads"])
def test_every_factor_is_known_to_its_power_and_nothing_else_moves(make: Callable[[], planner.Instance]) -> None:
    """Every number is scaled by a factor of its own, so that a coefficient that moves by another product has other factors."""
    instance = make()
    if any(row.address == "goods.structural.price" for row in instance.rows):
        instance = instance.replace({"goods.structural.price": 0})  # else capital is a difference, and no product
    program = planner.compile(planner.build(instance))
    known = {of.row.address: of for of in coefficients(instance, program)}
    rows = list(filter(is_factor, instance.rows))
    by = dict(zip((row.address for row in rows), np.random.default_rng(1).uniform(0.97, 0.999, len(rows)), strict=True))
    scaled = instance.replace({address(row): ("*", float(by[row.address])) for row in rows})
    other = planner.compile(planner.build(scaled)).matrix
    expected = np.ones(program.matrix.nnz)
    for name in known.keys() & by.keys():
        np.multiply.at(expected, known[name].entries, by[name] ** known[name].powers)
    assert (other.indices == program.matrix.indices).all()
    rows_of = np.searchsorted(program.matrix.indptr, np.arange(len(expected)), side="right") - 1
    wrong = np.flatnonzero(~np.isclose(other.data, program.matrix.data * expected, rtol=1e-9))
    # Rows of goods beside their balance hold only with it, and their coefficients are sums: nothing of them is looked for.
    beside = ("makers_goods", "excess_goods", "excess_rest")
    names = [program.row_names[row] for row in rows_of]
    wrong = [i for i in wrong if "_by(" not in program.column_names[program.matrix.indices[i]]]
    wrong = [i for i in wrong if not names[i].startswith(beside) and "_by(" not in names[i] and "years_flown" not in names[i]]
    assert [(names[i], program.column_names[program.matrix.indices[i]]) for i in wrong] == []
    assert len(known.keys() & by.keys()) >= 30


def test_a_coefficient_of_several_numbers_is_moved_by_each() -> None:
    instance = limited()
    program = planner.compile(planner.build(instance))
    entries = {of.row.address: set(of.entries.tolist()) for of in coefficients(instance, program)}
    assert entries["helium3.miner.recovery"] & entries["helium3.rich.grade"]
    assert entries["launch.direct.burden"] & entries["launch.rocket.emission_factor"]


def test_factors_of_a_shipped_instance_of_full_size_are_found() -> None:
    instance = base("mandate")
    found = {of.row.address for of in coefficients(instance, planner.compile(planner.build(instance)))}
    assert {
        "compute.rack.performance",
        "compute.overhead[moon]",
        "launch.earth_moon.burden",
        "industry.oxygen_plant.spares",
    } <= found
