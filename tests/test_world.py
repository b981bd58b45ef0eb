"""The instance `world`: as large as it says, solved whole by no test but in a few model years by `test_instances.py`."""

from __future__ import annotations

import pytest

import planner
from planner import coarse_to_fine, coarsening
from planner.lp import LinearProgram
from planner.parting import linking_rows, parts
from planner.pipeline import compile_instance
from tests import freeze


@pytest.fixture(scope="module")
def world() -> planner.Instance:
    return freeze.load("world")


def test_it_is_a_world(world: planner.Instance) -> None:
    placed = {
        s: body
        for s, body in world.sites.items()
        if any(s in t.sites for t in world.technologies.values() if t.block == "compute")
    }
    assert sum(body == "earth" for body in placed.values()) >= 30
    assert sum(body != "earth" for body in placed.values()) >= 8 and len(set(placed.values())) >= 4
    assert len(world.slices["earth"]) == len(world.slices["moon"]) == 24
    assert (world.years[0], world.years[-1] + world.weights[world.years[-1]] - 1) == (2026, 2100)


def test_a_lunar_night_is_354_hours(world: planner.Instance) -> None:
    output, hours = world.numbers["power.availability"], world.numbers["time.hours"]
    for site in ("mare_equator", "mare_tranquillitatis", "procellarum"):
        dark = sum(hours[h] * (1 - output["lunar_pv", site, h]) for h in world.slices["moon"])
        assert dark == pytest.approx(354, abs=9), site


def test_no_two_regions_are_the_same(world: planner.Instance) -> None:
    def numbers(site: str) -> tuple[float, ...]:
        return tuple(
            value
            for name in ("power.availability", "power.variable_cost", "power.fuel_price", "compute.overhead")
            for key, value in world.numbers[name].items()
            if site in key
        )

    regions = world.technologies["rack"].sites
    assert len({numbers(site) for site in regions}) == len(regions)


@pytest.fixture(scope="module")
def program(world: planner.Instance) -> LinearProgram:
    return compile_instance(world)


def test_its_size_is_what_was_frozen(program: LinearProgram) -> None:
    frozen = freeze.frozen()["world"]
    assert program.matrix.shape == (frozen["rows"], frozen["columns"]), freeze.HOW
    assert 500_000 < program.matrix.nnz < 800_000
    assert abs(program.matrix.data).min() >= 1e-4 and abs(program.matrix.data).max() <= 1e4


def test_prices_of_few_slices_let_it_fall_into_small_parts(world: planner.Instance, program: LinearProgram) -> None:
    """A day and a night of winter and of the rest: a fifth of the nonzeros; without linking rows no part is a tenth of it."""
    groups = coarsening._groups(world)
    assert [len({groups[name] for name in world.slices[body]}) for body in ("earth", "moon")] == [4, 2]
    winter = {groups[name] for name in world.slices["earth"] if name.startswith("winter")}
    assert len(winter) == 2 and not winter & {groups[name] for name in world.slices["earth"] if not name.startswith("winter")}
    assert coarsening.merged_slices(world, program).program.matrix.nnz < coarse_to_fine.MUCH_COARSER * program.matrix.nnz
    linking = linking_rows(program, world.sites)
    columns = [len(columns) for _, columns in parts(program, linking)]
    assert linking.sum() < 0.003 * len(linking) and len(columns) > 30 and max(columns) < 0.1 * sum(columns)
