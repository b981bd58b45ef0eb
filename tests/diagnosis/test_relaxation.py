"""The least relaxation: what a movement costs, and what would do by itself."""

from __future__ import annotations

import numpy as np
import pytest

import planner
from planner.diagnosis.givens import Given, givens
from planner.diagnosis.relaxation import Deadline, Elastic, changes, make_elastic, mends_alone, relax
from planner.highs import solve_program
from tests.diagnosis.seeds import base


def elastic_of(change: dict[str, object]) -> Elastic:
    instance = base("bound").replace(change)
    program = planner.compile(planner.build(instance))
    return make_elastic(program, givens(instance, program))


@pytest.fixture(scope="module")
def capped() -> Elastic:
    """The toy in which chat must be served and Earth may hold only 2 GW."""
    return elastic_of({"limits.earth_ceiling.upper": "2 GW"})


def costs_of(elastic: Elastic, given: Given) -> list[tuple[float, float]]:
    """How far each piece of a given goes, and what a unit of it costs."""
    j = elastic.givens.index(given)
    own = np.flatnonzero(elastic.owners == j)
    return [(float(elastic.program.col_upper[elastic.columns + i]), float(elastic.slopes[i])) for i in own]


@pytest.mark.parametrize("ratio", [1.05, 1.5, 2, 3, 5, 10, 20])
def test_a_cut_costs_about_as_much_as_a_raise_of_the_same_ratio(capped: Elastic, ratio: float) -> None:
    demand = next(given for given in capped.givens if given.kind == "demand" and given.value > 0)
    left, cost = demand.most * (1 - 1 / ratio), 0.0
    for length, slope in costs_of(capped, demand):
        cost += min(left, length) * slope / demand.most
        left -= min(left, length)
    assert left == pytest.approx(0, abs=1e-12) and cost == pytest.approx(ratio - 1, rel=0.25)
    ceiling = next(given for given in capped.givens if given.address == "limits.earth_ceiling.upper")
    assert costs_of(capped, ceiling) == [(np.inf, 1.0)]


def test_pieces_of_a_number_make_up_the_whole_of_it(capped: Elastic) -> None:
    for given in capped.givens:
        assert sum(length for length, _ in costs_of(capped, given)) == pytest.approx(given.most)


def test_what_does_by_itself_moves_as_little_as_it_can(capped: Elastic) -> None:
    least = relax(capped, Deadline(60))
    found = mends_alone(capped, "limits.earth_ceiling.upper", Deadline(60), least)
    assert [(change.year, change.after) for change in found] == [(2036, 2.188)]
    assert mends_alone(capped, "limits.co2_cap.upper", Deadline(60), least) == []


def test_a_demand_is_not_cut_to_nought_where_a_limit_may_be_doubled() -> None:
    elastic = elastic_of({"limits.earth_ceiling.upper": "1 GW"})
    moved = changes(elastic, relax(elastic, Deadline(60)))
    assert [(change.address, change.after) for change in moved if change.after < 0.2 * change.before] == []
    assert "limits.earth_ceiling.upper" in {change.address for change in moved}


def test_every_relaxation_goes_on_from_the_last(capped: Elastic) -> None:
    """Other costs leave the plan that was there, so that no search for one is needed."""
    least = relax(capped, Deadline(60))
    dearer = capped.with_costs((1 + np.arange(len(capped.sizes)) % 3) / capped.sizes)
    cold = solve_program(dearer, "simplex")
    warm = solve_program(dearer, "simplex", start=least.basis, primal=True)
    assert warm.objective == pytest.approx(cold.objective, rel=1e-9)
    assert warm.iterations < cold.iterations
