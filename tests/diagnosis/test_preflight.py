"""What is seen at first sight: hopeless findings are infeasible for sure, warnings are not, shipped instances have none."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import planner
from planner.diagnosis.preflight import preflight
from tests.diagnosis.seeds import INSTANCES, base
from tests.folders import instance_of


@pytest.fixture
def toy(tmp_path: Path) -> Callable[..., planner.Instance]:
    """The toy with lines of its files replaced."""

    def edited(*edits: tuple[str, str, str]) -> planner.Instance:
        folder = shutil.copytree(INSTANCES / "toy", tmp_path / "toy")
        for file, old, new in edits:
            text = (folder / file).read_text()
            assert old in text
            (folder / file).write_text(text.replace(old, new, 1))
        return planner.load(folder)

    return edited


SHIPPED = [
    (folder.name, scenario)
    for folder in sorted(INSTANCES.iterdir())
    for scenario in ("", *(path.stem for path in sorted(folder.glob("scenarios/*.toml"))))
]


@pytest.mark.parametrize(("name", "scenario"), SHIPPED)
def test_shipped_instances_have_no_finding(name: str, scenario: str) -> None:
    found = preflight(planner.load(INSTANCES / name, scenario or ()))
    # Limits of `world` begin inside the long model years of its scenario `coarse`.
    assert [finding for finding in found if "inside a model year" not in finding.message] == []


def test_demand_that_no_site_may_serve() -> None:
    instance = base("bound").replace({"compute.delay[plains]": "0.6 s"})
    (finding,) = preflight(instance)
    assert finding.hopeless and (finding.file, finding.line) == ("parameters/compute.csv", 25)
    assert "chat must be served from 2030 on" in finding.message
    assert "plains is 0.6 s away and it tolerates 0.5 s (parameters/compute.csv:29)" in finding.message
    with pytest.raises(planner.Infeasible) as raised:
        planner.solve(instance)
    assert raised.value.diagnosis.findings == (finding,)
    priced = planner.load(INSTANCES / "toy").replace({"compute.delay[plains]": "0.6 s"})
    (warning,) = preflight(priced)
    assert not warning.hopeless and planner.solve(priced).facts["status"] == "optimal"


def test_limit_below_what_stands() -> None:
    instance = base("floors").replace({"limits.racks_standing.upper": "2 GW"})
    (finding,) = preflight(instance)
    assert finding.hopeless and "racks_standing allows 2 of compute.installed in 2030, and 3 stand already" in finding.message
    with pytest.raises(planner.Infeasible):
        planner.solve(instance)


def test_limits_that_contradict_one_another(toy: Callable[..., planner.Instance]) -> None:
    line = "floor,compute.in_service,rack,plains,year,lower,GW,6,,,assumption: test,,,,,\nearth_ceiling,"
    instance = toy(("limits.csv", "earth_ceiling,", line))
    (finding,) = preflight(instance)
    assert (
        finding.hopeless
        and "floor asks for more compute.in_service in 2030 than earth_ceiling allows (limits.csv:3)" in finding.message
    )
    with pytest.raises(planner.Infeasible):
        planner.solve(instance)


def test_goods_that_nothing_delivers(toy: Callable[..., planner.Instance]) -> None:
    instance = toy(
        ("routes.csv", "direct,rocket,plains,moon,complex structural,", "direct,rocket,plains,moon,structural,"),
        ("routes.csv", "refuelled,rocket,plains,moon,complex structural,", "refuelled,rocket,plains,moon,structural,"),
    )
    found = {finding.message.partition(":")[0] for finding in preflight(instance)}
    assert "rack can never be built at basin" in found and "driver can never be built at basin" not in found
    assert not any(finding.hopeless for finding in preflight(instance))
    assert planner.solve(instance)["compute.installed"].query("body == 'moon'")["value"].max() < 1e-9


def test_idle_technologies(toy: Callable[..., planner.Instance]) -> None:
    instance = toy(
        ("technologies.csv", "solar,power,plains basin", "solar,power,plains"), ("technologies.csv", "fusion,power,plains basin", "fusion,power,plains"),
        ("parameters/power.csv", "solar,basin,capex,USD/kW,1800,,,assumption: toy,,,\n", ""), ("parameters/power.csv", "fusion,basin,capex,USD/kW,4500,,,assumption: toy,,,\n", ""),
        ("parameters/power.csv", "solar,moon,mass_complex,kg/kW,2,,,assumption: toy,,,\n", ""), ("parameters/power.csv", "solar,moon,mass_structural,kg/kW,5,,,assumption: toy,,,\n", ""),
        ("parameters/power.csv", "solar,night,availability,1,0,,,assumption: toy,,,\n", ""), ("deposits.csv", "poor,basin", "poor,plains"),
    )  # fmt: skip
    found = [finding.message for finding in preflight(instance)]
    assert (
        "rack has no power at basin: no plant can stand there" in found
        and "battery has no power at basin: no plant can stand there" in found
    )
    assert "poor can never be dug: no miner can stand at plains" in found
    late = planner.load(INSTANCES / "toy").replace({"power.fusion.first_year": "2050 yr"})
    assert [finding.message for finding in preflight(late)] == ["fusion can be ordered in no model year (2030 to 2036)"]


def test_a_limit_of_one_label_says_nothing_of_two(toy: Callable[..., planner.Instance]) -> None:
    """The lower one counts all that a route carries, the upper one only a part of it."""
    lines = (
        "low,launch.flow,direct,,year,lower,kt/yr,0.2,,,assumption: test,,2033,2033,,\n"
        "high,launch.flow,direct structural,,year,upper,kt/yr,0.1,,,assumption: test,,2033,2033,,\nearth_ceiling,"
    )
    instance = toy(("limits.csv", "earth_ceiling,", lines))
    assert preflight(instance) == [] and planner.solve(instance).facts["status"] == "optimal"
    lines = lines.replace("low,launch.flow,direct,", "low,launch.flow,direct structural,")
    shutil.rmtree(instance.folder)
    (finding,) = preflight(toy(("limits.csv", "earth_ceiling,", lines)))
    assert finding.hopeless and "low asks for more launch.flow in 2033 than high allows" in finding.message


@pytest.mark.parametrize(("demand", "plan"), [("3 ZFLOP/s", False), ("0 ZFLOP/s", True)])
def test_an_instance_without_technologies(demand: str, plan: bool, tmp_path: Path) -> None:
    """Its program has rows and no columns, which HiGHS calls empty and nothing else."""
    instance = instance_of(
        tmp_path / "empty", years=[2030, 2031], bodies={"earth": {"users": True}}, sites={"here": "earth"},
        slices={"all": ("earth", 1.0, 24)}, workloads={"chat": "flexible"}, technologies=[],
        numbers={"finance.discount_rate": "0.05 1/yr", "compute.chat.demand": demand},
    )  # fmt: skip
    program = planner.compile(planner.build(instance))
    assert program.matrix.shape[1] == 0 < program.matrix.shape[0]
    for method in ("auto", "simplex", "ipm"):
        if plan:
            assert planner.solve(instance, solver=method).objective == 0
            assert not any(finding.hopeless for finding in preflight(instance))
        else:
            with pytest.raises(planner.Infeasible) as raised:
                planner.solve(instance, solver=method)
            assert "compute.chat.demand" in str(raised.value.diagnosis)
            (finding,) = (finding for finding in preflight(instance) if finding.hopeless)
            assert finding.message.endswith("no site may serve it: no technology of compute is at any site")


def test_what_stands_makes_and_carries_though_it_can_never_be_built(tmp_path: Path) -> None:
    """A foundry that takes complex goods, of which the Moon has none, stands there already: racks can be made of its steel."""
    numbers = {
        "finance.discount_rate": "0.05 1/yr", "compute.chat.demand": "1 ZFLOP/s", "compute.rack.performance": "1 ZFLOP/s/GW",
        "compute.rack.capex": "1 GUSD/GW", "compute.rack.lifetime": "5 yr", "compute.rack.mass_structural": "10 kt/GW",
        "compute.overhead": "1 1", "power.pile.capex": "1 GUSD/GW", "power.pile.lifetime": "9 yr", "power.pile.existing": "9 GW",
        "power.pile.mass_complex": "1 kt/GW", "industry.foundry.capex": "1 GUSD/(kt/yr)", "industry.foundry.lifetime": "9 yr",
        "industry.foundry.mass_complex": "1 kt/(kt/yr)", "industry.foundry.existing": "50 kt/yr",
    }  # fmt: skip
    instance = instance_of(
        tmp_path / "standing", years=[2030, 2031], bodies={"moon": {"users": True}}, sites={"basin": "moon"},
        slices={"all": ("moon", 1.0, 24)}, workloads={"chat": "flexible"},
        technologies=[
            ("rack", "compute", "basin", ""), ("pile", "power", "basin", ""), ("foundry", "industry", "basin", "structural"),
        ],
        numbers=numbers,
    )  # fmt: skip
    assert planner.solve(instance).facts["status"] == "optimal"
    assert not any(finding.hopeless or "rack" in finding.message for finding in preflight(instance))
    without = instance.replace({"industry.foundry.existing": "0 kt/yr"})
    assert any(finding.hopeless for finding in preflight(without))
    with pytest.raises(planner.Infeasible):
        planner.solve(without)


def test_what_comes_to_the_moon_for_nothing(toy: Callable[..., planner.Instance]) -> None:
    """Masses that nobody stated are nought: what has none needs no launch, which an instance rarely means."""
    instance = toy()
    built = [name for name, t in instance.technologies.items() if any(instance.sites[s] == "moon" for s in t.sites)]
    assert "rack" in built and not instance.bodies["moon"].supplies
    light = instance.replace({
        row.address: 0.0 for row in instance.rows if row.parameter in ("mass_complex", "mass_structural") and row.item in ("rack", "beam")
    })  # fmt: skip
    (finding,) = [finding for finding in preflight(light) if "mass_complex" in finding.message]
    assert not finding.hopeless and finding.file == "technologies.csv"
    assert finding.message.startswith("no mass_complex or mass_structural is stated of what is built on moon: ")
    assert set(finding.message.partition("moon: ")[2].partition(";")[0].split(", ")) == {"beam", "rack"}


def test_growth_that_starts_from_nothing(toy: Callable[..., planner.Instance]) -> None:
    instance = toy()
    without = instance.replace({"compute.rack.seed[moon]": "0 GW"})
    (finding,) = preflight(without)
    assert not finding.hopeless and finding.file == "parameters/compute.csv"
    assert finding.message.startswith("rack can never be built on moon: its growth starts from nothing")
    built = planner.solve(without)["compute.build"]
    assert built[(built["body"] == "moon") & (built["technology"] == "rack")]["value"].abs().max() < 1e-9
    standing = without.replace({"compute.rack.existing[basin]": "0.1 GW"})
    assert preflight(standing) == []
