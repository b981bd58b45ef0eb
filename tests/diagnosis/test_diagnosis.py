"""What a diagnosis says: sentences in the user's words, conflicts that cannot spare a number, changes rounded the way they move."""

from __future__ import annotations

import pickle
import shutil
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest

import planner
from planner.diagnosis import Change, Diagnosis
from planner.diagnosis.conflict import filter_out
from planner.diagnosis.givens import givens
from planner.diagnosis.relaxation import Deadline, changes, make_elastic, outwards, relax
from tests import variants
from tests.diagnosis.seeds import INSTANCES, base

#: Variants of the toy, each with a number that leaves no plan.
BROKEN: tuple[tuple[str, str, str | tuple[str, float]], ...] = (
    ("bound", "limits.earth_ceiling.upper", "2 GW"),
    ("bound", "limits.co2_cap.upper@2036", "0.05 Mt/yr"),
    ("floors", "limits.lunar_base.lower", "12 GW"),
    ("floors", "helium3.clinics.size", "2 kg/yr"),
    ("floors", "compute.rack.existing[plains]@2030", "11 GW"),
    ("floors", "helium3.rich.tonnage", "0.001 Mt"),
    ("bound", "power.fusion.max_build", "0 GW/yr"),
    ("bound", "compute.rack.performance", ("*", 0.3)),
    ("bound", "compute.rack.last_year", "2031 yr"),
)


@cache
def diagnosis(number: int) -> Diagnosis:
    name, address, value = BROKEN[number]
    with pytest.raises(planner.Infeasible) as raised:
        planner.solve(base(name).replace({address: value}))
    found = raised.value.diagnosis
    assert isinstance(found, Diagnosis)
    return found


@pytest.mark.parametrize("number", (0, 1, 2, 3))
def test_conflict_is_irreducible_and_found_by_both_ways(number: int) -> None:
    name, address, value = BROKEN[number]
    instance = base(name).replace({address: value})
    lp = planner.compile(planner.build(instance))
    elastic = make_elastic(lp, givens(instance, lp))
    optimum = relax(elastic, Deadline(30))
    conflict = diagnosis(number).conflict
    assert conflict is not None and conflict.irreducible
    named = {(given.address, given.year) for given in conflict.givens}
    members = [j for j, given in enumerate(elastic.givens) if (given.address, given.year) in named]
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
    assert changes(elastic, relax(elastic, Deadline(30)), Deadline(30)) == []


def test_sentences_name_workload_year_limit_and_places() -> None:
    text = str(diagnosis(0))
    assert "chat asks for 35 ZFLOP/s in 2036 (compute.chat.demand, parameters/compute.csv:25)" in text
    assert "no compute.chat_all.value says" in text
    assert "it tolerates 0.5 s of delay (parameters/compute.csv:29), too little for basin" in text
    assert "earth_ceiling allows at most 2 GW in 2036" in text
    assert "limits.earth_ceiling.upper were 2.188 GW in 2036, instead of 2 GW (limits.csv:2, changed by replace)" in text
    assert "compute.rack.performance were 1.094 times what it is (parameters/compute.csv:7)" in text
    assert "market" in str(diagnosis(3)) and "helium3.clinics.size" in str(diagnosis(3))
    assert "what stands already of rack at plains" in str(diagnosis(4))
    assert "the deposit holds 0.001 Mt (helium3.rich.tonnage" in str(diagnosis(5))


def test_numbers_that_move_no_bound_are_named_too() -> None:
    assert "compute.rack.performance were 2." in str(diagnosis(7)) and "times what it is" in str(diagnosis(7))
    assert "compute.rack.last_year were 2034, instead of 2031 (added by replace)" in str(diagnosis(8))


def test_remedies_come_with_the_least_change_first() -> None:
    for number in range(len(BROKEN)):
        furthest = [max(change.distance for change in part) for part in diagnosis(number).alone]
        assert furthest == sorted(furthest)


@pytest.mark.parametrize("number", range(len(BROKEN)))
def test_json_says_how_to_set_what_mends(number: int) -> None:
    name, address, value = BROKEN[number]
    instance = base(name).replace({address: value})
    alone = diagnosis(number).as_dict()["alone"]
    assert alone
    for part in alone:
        told = [change["set"] for change in part]
        planner.solve(instance.replace(dict(_operation(text) for text in told)))


def _operation(text: str) -> tuple[str, tuple[str, float]]:
    address, _, value = text.partition("=")
    return (address[:-1], ("*", float(value))) if address.endswith("*") else (address, ("=", float(value)))


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


def test_a_change_counts_by_its_ratio_and_a_date_by_its_years() -> None:
    def change(before: float, after: float, unit: str = "GW") -> Change:
        return Change("limit", "limits.cap.upper", None, before, after, unit, "limits.csv", 2)

    assert change(2, 20).distance == pytest.approx(change(20, 2).distance) == pytest.approx(np.log(10))
    assert change(2, 0).distance == change(0, 2).distance == pytest.approx(np.log(1000))
    assert change(2031, 2036, "yr").distance == pytest.approx(0.5)
    assert change(5, 10, "yr").distance == pytest.approx(np.log(2))


def test_what_earns_without_end_is_told() -> None:
    with pytest.raises(planner.Unbounded) as raised:
        planner.solve(variants.earning())
    found = raised.value.diagnosis
    assert "finance.discount_rate" in found.addresses
    assert "ordering solar at plains in 2036" in str(found) and "no max_build or limit bounds it" in str(found)
    bounded = {f"power.{gain.labels[0]}.max_build" for gain in found.gains}
    assert bounded <= set(found.addresses)


def test_what_an_order_earns_is_told_for_each_of_its_years() -> None:
    """An order is of so much a year: the toy's last model year stands for two, and a GW earns half of what GW/yr earns."""
    instance = variants.earning()
    program = planner.compile(planner.build(instance))
    with pytest.raises(planner.Unbounded) as raised:
        planner.solve(instance)
    gains = raised.value.diagnosis.gains
    orders = next(family for family in program.columns if family.name == "power.build")
    assert instance.weights[2036] == 2 and gains
    for gain in gains:
        if gain.quantity == "power.build":
            cost = program.cost[orders.start + list(orders.index).index(gain.labels)]
            assert gain.earns * instance.weights[gain.labels[-1]] == pytest.approx(-cost, rel=1e-9)
    assert "each unit earns 0.3965 GUSD more than it costs" in str(raised.value.diagnosis)


def generic(name: str, changes: dict[str, Any]) -> str:
    """What is said where rows name no item: the demands of the toy, in which chat must be served, or the seeds of growth."""
    with TemporaryDirectory() as place:
        folder = shutil.copytree(INSTANCES / "toy", Path(place) / "toy")
        compute = folder / "parameters" / "compute.csv"
        lines = compute.read_text().splitlines(keepends=True)
        if name == "demand":
            dropped = ("chat_all,,value", "agents_all,,value", "chat,,demand", "agents,,demand", "training,,demand")
            lines = [line for line in lines if not line.startswith(dropped)] + [",,demand,ZFLOP/s,,,,assumption: test,,15,,,35\n"]
        else:
            with (folder / "limits.csv").open("a") as limits:
                limits.write("lunar_base,compute.in_service,,moon,year,lower,GW,9,,,assumption: seed,,2031,,,\n")
            lines = [line.replace("rack,moon,seed,GW,0.5", ",moon,seed,GW,0.01") for line in lines]
        compute.write_text("".join(lines))
        with pytest.raises(planner.Infeasible) as raised:
            planner.solve(planner.load(folder).replace(changes))
        return str(raised.value.diagnosis)


def test_a_demand_of_all_workloads_is_told_for_those_that_conflict() -> None:
    """Agents may be served far away and training left, unless agents bear no delay either."""
    for most, more in (("2 GW", {}), ("3 GW", {"compute.max_delay": "0.5 s"})):
        text = generic("demand", {"limits.earth_ceiling.upper": most, **more})
        asked = {
            line[4:].split(" asks")[0]: line for line in text.splitlines() if "ZFLOP/s in 20" in line and " asks for " in line
        }
        assert set(asked) == ({"chat", "agents"} if more else {"chat"})
        for workload, line in asked.items():
            assert f"and must be served: no compute.{workload}_all.value says" in line and "(compute.demand, " in line
            assert "it tolerates 0.5 s of delay" in line and "too little for basin" in line


def test_a_seed_of_all_technologies_is_told_for_what_grows_from_it() -> None:
    assert "growth of rack starts from a seed of 0.01 GW (compute.seed[moon], " in generic("seed", {})
