"""The least relaxation: what a movement costs, and what would do by itself."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

import planner
from planner.diagnosis import Change, Diagnosis, relaxation
from planner.diagnosis.givens import Given, givens
from planner.diagnosis.relaxation import Deadline, Elastic, changes, make_elastic, mends_alone, relax
from planner.errors import SolverLimit
from planner.highs import solve_program
from tests.diagnosis.seeds import base
from tests.variants import TOY


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
    moved = changes(elastic, relax(elastic, Deadline(60)), Deadline(60))
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


#: In 2036 Earth has room for 24.81104 ZFLOP/s of chat, to which its demand must be cut; and nearly all of that must be served.
_SERVED = """\
chat_room,compute.placed,chat,earth,year,upper,ZFLOP/s,24.81104,,,assumption: seed,,2036,,,
chat_kept,compute.placed,chat,,year,lower,ZFLOP/s,{kept},,,assumption: seed,,2036,,,
"""

#: Beside it, two limits that contradict one another.
_STEEL = """\
steel_there,goods.made,structural,moon,year,lower,kt/yr,0.5,,,assumption: seed,,2034,,,
steel_room,goods.made,structural,moon,year,upper,kt/yr,0.4,,,assumption: seed,,2034,,,
"""


def without_a_plan(place: Path, limits: str) -> planner.Instance:
    """The toy in which chat must be served, with limits added and less room on Earth."""
    folder = shutil.copytree(TOY, place / "toy")
    compute = folder / "parameters" / "compute.csv"
    lines = compute.read_text().splitlines(keepends=True)
    compute.write_text("".join(line for line in lines if not line.startswith("chat_all,,value")))
    with (folder / "limits.csv").open("a") as table:
        table.write(limits)
    return planner.load(folder).replace({"limits.earth_ceiling.upper": "1.55069 GW"})


def proposed(instance: planner.Instance) -> Diagnosis:
    with pytest.raises(planner.Infeasible) as raised:
        planner.solve(instance)
    assert isinstance(raised.value.diagnosis, Diagnosis)
    return raised.value.diagnosis


def made(instance: planner.Instance, changes: tuple[Change, ...]) -> planner.Plan:
    return planner.solve(instance.replace({change.target: (change.operation, change.after) for change in changes}))


@pytest.mark.parametrize(
    ("kept", "demand"), [("24.8", 24.81), ("24.811", 24.811), ("24.81103", 24.8110399), ("24.81104", 24.81104)]
)
@pytest.mark.parametrize("beside", ["", _STEEL])
def test_what_is_proposed_together_holds_together(tmp_path: Path, kept: str, demand: float, beside: str) -> None:
    """A demand that is rounded down may be less than what must be served of it: it is rounded to as many digits as it takes."""
    instance = without_a_plan(tmp_path, _SERVED.format(kept=kept) + beside)
    found = proposed(instance)
    parts = [part for part in (found.relaxation, *found.alone) if any(change.kind == "demand" for change in part)]
    assert parts and bool(beside) == (len({change.address for change in found.relaxation}) > 1)
    for part in parts:
        cut = {change.year: change.after for change in part if change.kind == "demand"}
        assert cut[2036] == pytest.approx(demand, rel=1e-12)
        assert made(instance, part).objective > 0
    assert re.search(rf"{demand:.12g} ZFLOP/s (in|from \d+ to) 2036, instead of 20 to 35 ZFLOP/s", str(found))
    told = [change["set"] for change in found.as_dict()["relaxation"]]
    assert f"compute.chat.demand[]@2036={demand:.12g}" in told
    room = [change.after for change in found.relaxation if change.address == "limits.steel_room.upper"]
    assert room == ([0.5001, 0.5001] if beside else []), "what gives room alone needs no more digits"


def test_where_no_time_is_left_to_know_numbers_stay_as_they_are(tmp_path: Path) -> None:
    instance = without_a_plan(tmp_path, _SERVED.format(kept="24.811"))
    program = planner.compile(planner.build(instance))
    elastic = make_elastic(program, givens(instance, program))
    least = relax(elastic, Deadline(60))

    def late(*_: object) -> None:
        raise SolverLimit("no time was left")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(relaxation, "solve_elastic", late)
        cut = {change.year: change.after for change in changes(elastic, least, Deadline(0)) if change.kind == "demand"}
    assert cut[2036] == pytest.approx(24.81104, rel=1e-9) and cut[2036] != 24.81
