"""Twenty infeasible instances: each diagnosis names the number that was changed, or one that mends it, and what it proposes mends."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
import pytest

import planner
from planner.diagnosis import Change, Diagnosis
from planner.diagnosis.conflict import filter_out
from planner.diagnosis.givens import givens
from planner.diagnosis.relaxation import Deadline, changes, make_elastic, outwards, relax
from tests.diagnosis.seeds import SEEDS, base


@cache
def broken(number: int) -> planner.Instance:
    name, address, value = SEEDS[number]
    return base(name).replace({address: value})


@cache
def diagnosis(number: int) -> Diagnosis:
    with pytest.raises(planner.Infeasible) as raised:
        planner.solve(broken(number))
    found = raised.value.diagnosis
    assert isinstance(found, Diagnosis)
    return found


def mends(number: int, changed: Iterable[Change]) -> bool:
    try:
        planner.solve(broken(number).replace({change.target: (change.operation, change.after) for change in changed}))
    except planner.Infeasible:
        return False
    return True


@pytest.mark.parametrize("name", sorted({name for name, _, _ in SEEDS}))
def test_bases_have_a_plan(name: str) -> None:
    assert planner.solve(base(name)).facts["status"] == "optimal"


@pytest.mark.parametrize("number", range(len(SEEDS)))
def test_every_remedy_mends(number: int) -> None:
    found = diagnosis(number)
    assert found.complete and found.relaxation and found.alone
    assert mends(number, found.relaxation)
    for part in found.alone:
        assert len({change.address for change in part}) == 1
        assert mends(number, part), part[0].address


def test_half_a_remedy_does_not_mend() -> None:
    change = diagnosis(0).alone[0][0]
    assert not mends(0, [Change(**{**change.__dict__, "after": (change.before + change.after) / 2})])


def test_diagnoses_name_the_number_or_one_that_mends_it() -> None:
    assert len(SEEDS) == 20
    told = []
    for number, (_, address, _) in enumerate(SEEDS):
        found = diagnosis(number)
        told.append(address.split("@")[0] in found.addresses or any(mends(number, part) for part in found.alone))
    assert sum(told) >= 18


def test_most_diagnoses_name_the_very_number() -> None:
    """A number that only enters coefficients (a performance, a delay) is not among those that give."""
    named = [address for number, (_, address, _) in enumerate(SEEDS) if address.split("@")[0] in diagnosis(number).addresses]
    assert len(named) >= 15, named


@pytest.mark.parametrize("number", (0, 1, 11, 13))
def test_conflict_is_irreducible_and_found_by_both_ways(number: int) -> None:
    instance = broken(number)
    lp = planner.compile(planner.build(instance))
    elastic = make_elastic(lp, givens(instance, lp))
    optimum = relax(elastic, Deadline(30))
    conflict = diagnosis(number).conflict
    assert conflict is not None and conflict.irreducible
    members = [
        j
        for j, given in enumerate(elastic.givens)
        if any((given.address, given.year) == (g.address, g.year) for g in conflict.givens)
    ]
    kept, done = filter_out(elastic, members, Deadline(30))
    assert done and kept == members
    proving = set(np.flatnonzero(np.abs(optimum.duals) > 1e-9))
    wider = [j for j, g in enumerate(elastic.givens) if proving & (set(g.rows) | {elastic.bound_row(c) for c in g.columns})]
    found, done = filter_out(elastic, wider, Deadline(30))
    assert done and found and set(found) <= set(wider)
    assert filter_out(elastic, wider, Deadline(0))[1] is False


def test_the_least_relaxation_of_a_feasible_instance_is_none() -> None:
    instance = base("bound")
    lp = planner.compile(planner.build(instance))
    elastic = make_elastic(lp, givens(instance, lp))
    assert changes(elastic, relax(elastic, Deadline(30))) == []


def test_sentences_name_workload_year_limit_and_places() -> None:
    text = str(diagnosis(0))
    assert "chat asks for 35 ZFLOP/s in 2036 (compute.chat.demand, parameters/compute.csv:25)" in text
    assert "no compute.chat_all.value says" in text
    assert "it tolerates 0.5 s of delay (parameters/compute.csv:29), too little for basin" in text
    assert "earth_ceiling allows at most 2 GW in 2036" in text
    assert "limits.earth_ceiling.upper were 2.188 GW in 2036, instead of 2 GW" in text
    assert "market" in str(diagnosis(13)) and "helium3.clinics.size" in str(diagnosis(13))
    assert "what stands already of rack at plains" in str(diagnosis(15))


def test_the_error_pickles_with_its_diagnosis() -> None:
    error = planner.Infeasible("no plan", diagnosis(0))
    again: Any = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error) and again.diagnosis == error.diagnosis
    assert again.diagnosis.as_dict() == diagnosis(0).as_dict()


@pytest.mark.parametrize(("value", "way", "rounded"), [
    (2.18741, 1, 2.188), (2.18741, -1, 2.187), (0.0, 1, 0.0), (1500.0, 1, 1500.0), (123456.0, 1, 123500.0), (-3.00001, -1, -3.001), (2e-7, 1, 2e-7),
])  # fmt: skip
def test_proposals_are_rounded_the_way_they_move(value: float, way: int, rounded: float) -> None:
    assert outwards(value, way) == pytest.approx(rounded, rel=1e-12)


def test_what_earns_without_end_is_told() -> None:
    with pytest.raises(planner.Unbounded) as raised:
        planner.solve(planner.load(planner_toy()).replace({"finance.discount_rate": "-0.3 1/yr"}))
    found = raised.value.diagnosis
    assert "finance.discount_rate" in found.addresses
    assert "ordering solar at plains in 2036" in str(found) and "no max_build or limit bounds it" in str(found)
    bounded = {f"power.{gain.labels[0]}.max_build" for gain in found.gains}
    assert bounded <= set(found.addresses)


def planner_toy() -> str:
    from tests.diagnosis.seeds import INSTANCES

    return str(INSTANCES / "toy")
