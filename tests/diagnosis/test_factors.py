"""What coefficients are made of: the formulas of a program, against programs built anew, and which numbers are tried."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

import planner
from planner.diagnosis.factors import _Search
from planner.diagnosis.givens import givens
from planner.diagnosis.relaxation import Deadline, make_elastic
from planner.instance import ParameterRow
from planner.recorded import record
from tests import variants
from tests.diagnosis.seeds import INSTANCES, base

#: Limits on every quantity that has a factor, too high to matter.
_LIMITED = {
    "compute.capacity": "ZFLOP/s", "power.use": "GW", "power.fuel": "GW", "launch.lift": "kt/yr", "helium3.burnt": "t/yr",
    "helium3.left": "t", "emissions.released": "Mt/yr", "land.occupied": "km2",
    **dict.fromkeys(("cost.capital", "cost.fixed", "cost.variable", "cost.fuel", "cost.carbon"), "GUSD/yr"),
    **dict.fromkeys(("cost.unserved", "cost.purchases", "cost.sales"), "GUSD/yr"),
}  # fmt: skip

#: Dates, lives and shares of a whole are not scaled.
_WHOLES = ("share", "hours")


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


def may_be_scaled(row: ParameterRow) -> bool:
    one = 1.0 in row.values  # by which nothing is multiplied, so that another number is another structure
    return not row.declaration.whole and row.parameter not in _WHOLES and not one


@pytest.mark.parametrize("make", [limited, variants.crossroads], ids=["toy", "crossroads"])
def test_programs_at_other_numbers_are_those_built_anew(make: Callable[[], planner.Instance]) -> None:
    """Every number is scaled by a factor of its own, so that a coefficient that moves by another formula is another."""
    instance = make()
    rows = list(filter(may_be_scaled, instance.rows))
    by = np.random.default_rng(1).uniform(0.97, 0.999, len(rows))
    scaled = instance.replace({address(row): ("*", float(times)) for row, times in zip(rows, by, strict=True)})
    recorded = record(instance)
    foretold, built = recorded.program_of(scaled), planner.compile(planner.build(scaled))
    assert foretold is not None
    assert (built.matrix.indices == foretold.matrix.indices).all()
    moved = ~np.isclose(built.matrix.data, recorded.program.matrix.data, rtol=1e-9)
    assert moved.sum() > 300
    np.testing.assert_allclose(foretold.matrix.data, built.matrix.data, rtol=1e-9)
    for name in ("cost", "row_lower", "row_upper", "col_lower", "col_upper"):
        np.testing.assert_allclose(getattr(foretold, name), getattr(built, name), rtol=1e-9, atol=1e-12)


def tried(instance: planner.Instance) -> dict[str, set[int]]:
    """The coefficients that hang on each row that may be tried, by its address."""
    recorded = record(instance)
    elastic = make_elastic(recorded.program, givens(instance, recorded.program, recorded))
    search = _Search(instance, elastic, recorded, Deadline(60.0))
    jacobian = recorded.formulas.jacobian(recorded.matrix).tocsc()
    column = {key: place for place, key in enumerate(recorded.formulas.given)}
    entries = {
        row.address: {i for key in keys for i in jacobian[:, [column[key]]].tocoo().row.tolist()}
        for row, keys in search._rows_of_numbers()
    }
    return {address: some for address, some in entries.items() if some}


def test_a_coefficient_of_several_numbers_is_moved_by_each() -> None:
    entries = tried(limited())
    assert entries["helium3.miner.recovery"] & entries["helium3.rich.grade"]
    assert entries["launch.direct.burden"] & entries["launch.rocket.emission_factor"]
    assert len(entries) >= 30


def test_factors_of_a_shipped_instance_of_full_size_are_found() -> None:
    assert {
        "compute.rack.performance",
        "compute.overhead[moon]",
        "launch.earth_moon.burden",
        "industry.oxygen_plant.spares",
    } <= tried(base("mandate")).keys()
