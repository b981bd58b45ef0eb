"""What leaves no column where one is needed: zeros, dates, slices and lead times are named with their row and what would help."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

import planner
from planner.diagnosis import Change, Diagnosis
from planner.diagnosis.preflight import preflight
from tests.diagnosis.absences import BROKEN, base
from tests.diagnosis.test_seeds import has_plan
from tests.folders import instance_of


def diagnosis_of(instance: planner.Instance) -> Diagnosis:
    with pytest.raises(planner.Infeasible) as raised:
        planner.solve(instance)
    found = raised.value.diagnosis
    assert isinstance(found, Diagnosis)
    return found


@cache
def diagnosis(number: int) -> Diagnosis:
    return diagnosis_of(base().replace(dict([BROKEN[number]])))


def plain(change: Change) -> str:
    """The address of a change without the brackets that stand for every place."""
    return change.address.removesuffix("[]")


def test_the_chain_has_a_plan_and_is_broken_in_twenty_ways_of_many_kinds() -> None:
    assert has_plan(base()) and not any(finding.hopeless for finding in preflight(base()))
    assert len(dict(BROKEN)) == len(BROKEN) >= 20
    assert len({address.partition("[")[0].rpartition(".")[2] for address, _ in BROKEN}) >= 10


@pytest.mark.parametrize("number", range(len(BROKEN)), ids=[address for address, _ in BROKEN])
def test_the_row_at_fault_and_what_would_help_are_named(number: int) -> None:
    """The issue asks for eighteen of twenty; all are."""
    address, value = BROKEN[number]
    row = next(row for row in base().rows if row.address == address)
    line = next(line for line in diagnosis(number).sentences if f"{address} were" in line)
    assert f"({row.file}:{row.line}, changed by replace)" in line and row.file != "replace"
    part = next(part for part in diagnosis(number).alone if plain(part[0]) == address)
    assert has_plan(
        base().replace({address: value}).replace({change.target: (change.operation, change.after) for change in part})
    )


def test_what_is_absent_is_said_to_be_part_of_the_conflict() -> None:
    said = {address: str(diagnosis(number)) for number, (address, _) in enumerate(BROKEN)}
    assert "nothing of gas can be used: its availability is 0 (power.gas.availability, " in said["power.gas.availability"]
    assert "nothing of solar at day can be used" in said["power.solar.availability[day]"]
    assert "gas stands 2 yr after it is ordered (power.gas.lead_time, " in said["power.gas.lead_time"]
    assert "solar can be ordered from 2039 on (power.solar.first_year, " in said["power.solar.first_year"]
    assert "up is flown until 2029 (launch.up.closes, " in said["launch.up.closes"]
    assert "there is no helium-3 in sea: its grade is 0 t/Mt (helium3.sea.grade, " in said["helium3.sea.grade"]


def test_two_numbers_of_which_neither_would_do_alone_are_named_together() -> None:
    instance = base().replace({"industry.furnace.availability": "0 1", "launch.up.opens": "2035 yr"})
    found = diagnosis_of(instance)
    (part,) = found.jointly
    assert {plain(change) for change in part} == {"industry.furnace.availability", "launch.up.opens"} <= set(found.addresses)
    assert not {change.address for each in found.alone for change in each} & {change.address for change in part}
    for change in part:
        assert not has_plan(instance.replace({change.target: (change.operation, change.after)}))
    assert has_plan(instance.replace({change.target: (change.operation, change.after) for change in part}))
    after = str(found).partition("There would be a plan with all of these:")[2]
    assert (
        "industry.furnace.availability were 0.1, instead of 0 (" in after
        and "launch.up.opens were 2030, instead of 2035 (" in after
    )
    assert [{change["set"].partition("[]=")[0] for change in each} for each in found.as_dict()["jointly"]] == [
        {"industry.furnace.availability", "launch.up.opens"}
    ]


def hopeless(instance: planner.Instance) -> str:
    """What is found at first sight; it must be true."""
    (finding,) = [finding for finding in preflight(instance) if finding.hopeless]
    assert not has_plan(instance)
    return finding.message


def simple(folder: Path, **numbers: str) -> planner.Instance:
    """Chat on sunlight, which shines by day, and batteries."""
    return instance_of(
        folder, years=[2030, 2032], last=2033, bodies={"earth": {"users": True, "supplies": ["complex", "structural"]}},
        sites={"plains": "earth"}, slices={"day": ("earth", 0.5, 12), "night": ("earth", 0.5, 12)}, cycles={"day": "sun", "night": "sun"},
        technologies=[("rack", "compute", "plains", ""), ("pv", "power", "plains", ""), ("cell", "storage", "plains", "")],
        workloads={"chat": "firm"},
        numbers={
            "finance.discount_rate": "0.05 1/yr", "compute.chat.demand": "1 ZFLOP/s", "compute.overhead": "1 1",
            "compute.rack.performance": "1 ZFLOP/s/GW", "compute.rack.capex": "1 GUSD/GW", "compute.rack.lifetime": "5 yr",
            "power.pv.capex": "1 GUSD/GW", "power.pv.lifetime": "5 yr", "power.pv.availability[day]": "1 1", "power.pv.availability[night]": "0 1",
            "storage.cell.capex": "1 GUSD/GWh", "storage.cell.lifetime": "5 yr", "storage.cell.charge_time": "4 h", "storage.cell.discharge_time": "4 h",
            **numbers,
        },
    )  # fmt: skip


def test_what_no_site_can_serve_is_seen_before_anything_is_solved(tmp_path: Path) -> None:
    good = simple(tmp_path / "simple")
    assert preflight(good) == [] and has_plan(good)
    dark = hopeless(good.replace({"power.pv.availability[day]": "0 1"}))
    assert "no power plant at plains can be used (the availability of pv is 0: parameters/power.csv:4" in dark
    late = hopeless(good.replace({"compute.rack.lead_time": "2 yr"}))
    assert "must be served from 2030 on" in late and "no accelerator can stand at plains in 2030 (rack: lead_time is 2 (" in late
    gone = hopeless(good.replace({"power.pv.last_year": "2030 yr", "power.pv.lifetime": "1 yr"}))
    assert "must be served in 2032 (it has no value), and no site may serve it then" in gone
    assert "last_year is 2030 (" in gone and "lifetime is 1 (parameters/power.csv:3, " in gone
    assert "pv: max_build is 0 (" in hopeless(good.replace({"power.pv.max_build": "0 GW/yr"}))
    both = hopeless(good.replace({"compute.rack.lead_time": "2 yr", "power.pv.availability[day]": "0 1"}))
    assert "no accelerator can stand at plains" in both and " and no power plant at plains can be used" in both


def test_a_slice_without_power_is_named(tmp_path: Path) -> None:
    """A firm workload is served in every slice; a flexible one in those that have power."""
    good = simple(tmp_path / "simple")
    unstored = hopeless(good.replace({"storage.cell.first_year": "2032 yr"}))
    assert "no power plant at plains gives anything in night in 2030, and no storage that can stand there carries any" in unstored
    assert "the availability of pv is 0: parameters/power.csv:5" in unstored
    slices = tmp_path / "simple" / "slices.csv"
    slices.write_text(slices.read_text().replace("night,earth,sun", "night,earth,moon"))
    assert "gives anything in night" in hopeless(planner.load(tmp_path / "simple"))
    workloads = tmp_path / "simple" / "workloads.csv"
    workloads.write_text(workloads.read_text().replace("firm", "flexible"))
    flexible = planner.load(tmp_path / "simple")
    assert not any(finding.hopeless for finding in preflight(flexible)) and has_plan(flexible)
