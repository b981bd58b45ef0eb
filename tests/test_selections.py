"""Limits and conditions select by the labels of a quantity's own index, and one that selects nothing is refused."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import planner
from planner.declarations import QUANTITIES
from planner.instance.labels import labels
from planner.studies.conditions import parse_condition
from tests.conftest import TOY

Limited = Callable[..., planner.Instance]

SHIPPED = [
    ("toy", None),
    ("accelerated", "coarse"),
    ("accelerated", "orbit"),
    ("thousand_terawatts", "lunar_chips"),
    ("mandate", None),
]


@pytest.fixture
def limited(tmp_path: Path) -> Limited:
    """The toy with one more limit."""

    def add(quantity: str, item: str, at: str, unit: str, value: str = "5", bound: str = "upper") -> planner.Instance:
        folder = shutil.copytree(TOY, tmp_path / "toy")
        with (folder / "limits.csv").open("a") as file:
            file.write(f"burn,{quantity},{item},{at},year,{bound},{unit},{value},,,assumption: test,,,,,\n")
        return planner.load(folder)

    return add


@pytest.mark.parametrize(("name", "scenario"), SHIPPED)
def test_every_label_of_the_program_may_be_named(name: str, scenario: str | None) -> None:
    """What stands in the index of a quantity is among its labels, so that a limit can select each of its entries."""
    instance = planner.load(Path(TOY).parent / name, scenario or ())
    program = planner.compile(planner.build(instance))
    seen = 0
    for quantity, families in program.quantities.items():
        allowed = labels(instance.structure, QUANTITIES[quantity])
        for place, dimension in enumerate(QUANTITIES[quantity].index):
            found = {key[place] for family in families for key in family.index}
            if dimension in allowed:
                assert found <= allowed[dimension].keys(), (quantity, dimension)
                seen += len(found)
    assert seen > 100


def test_helium3_is_burnt_by_plants(limited: Limited) -> None:
    bound = planner.solve(limited("helium3.burnt", "fusion", "moon", "kg/yr"))
    free = planner.solve(planner.load(TOY))
    assert bound.objective > free.objective * 1.01
    burnt = bound["helium3.burnt"].query("body == 'moon'").groupby("year")["value"].sum()
    assert burnt.max() <= 0.005 + 1e-9 < free["helium3.burnt"].query("body == 'moon'").groupby("year")["value"].sum().max()


def test_miners_burn_nothing(limited: Limited) -> None:
    with pytest.raises(planner.InstanceError, match=r"limits\.csv:5:20: 'miner' is no label of helium3\.burnt .*fusion"):
        limited("helium3.burnt", "miner", "moon", "kg/yr")
    with pytest.raises(planner.PlannerError, match=r"'miner' is no place and no label of helium3\.burnt"):
        parse_condition("helium3.burnt[miner, moon]@2034 > 0.1", planner.load(TOY))
    parse_condition("helium3.burnt[fusion, moon]@2034 > 0.1", planner.load(TOY))


@pytest.mark.parametrize(("quantity", "item", "at", "unit", "said"), [
    ("helium3.burnt", "gas", "", "kg/yr", "selects nothing of helium3.burnt: no power.helium3_use is stated of gas"),
    ("emissions.released", "solar", "", "Mt/yr", "selects nothing of emissions.released: no power.emission_factor is stated of solar"),
    ("goods.made", "complex", "moon", "kt/yr", "selects nothing of goods.made in the program of this instance"),
    ("power.use", "launch", "earth", "GW", "selects nothing of power.use in the program of this instance"),
])  # fmt: skip
def test_a_limit_that_selects_no_column_is_refused(
    quantity: str, item: str, at: str, unit: str, said: str, limited: Limited
) -> None:
    instance = limited(quantity, item, at, unit)
    with pytest.raises(planner.InstanceError, match=rf"limits\.csv:5:1: 'burn' {re.escape(said)}"):
        planner.solve(instance)


def test_a_condition_that_selects_no_column_is_refused() -> None:
    with pytest.raises(planner.PlannerError, match=r"'helium3\.burnt\[gas\]@2034' selects nothing of helium3\.burnt"):
        planner.breakeven(planner.load(TOY), "launch.rocket.price", "helium3.burnt[gas]@2034 > 0.1")
    with pytest.raises(planner.PlannerError, match=r"selects nothing of helium3\.burnt"):
        planner.pareto(planner.load(TOY), "helium3.burnt[gas]")


def test_a_limit_without_effect_by_dates_or_a_stated_0_holds_by_itself(limited: Limited) -> None:
    """Scenarios change dates and numbers, and a limit that is then met by itself is no slip."""
    late = limited("power.build", "fusion", "moon", "GW/yr").replace({"power.fusion.first_year": "2050 yr"})
    assert planner.solve(late).facts["status"] == "optimal"
    clean = planner.load(TOY).replace({"power.*.emission_factor": 0, "launch.*.emission_factor": 0})
    assert planner.solve(clean).facts["status"] == "optimal"


def test_a_label_of_two_kinds_is_refused(tmp_path: Path) -> None:
    folder = shutil.copytree(TOY, tmp_path / "toy")
    for file in ("routes.csv", "parameters/launch.csv"):
        text = (folder / file).read_text()
        (folder / file).write_text(re.sub(r"^direct,", "complex,", text, flags=re.MULTILINE))
    instance = planner.load(folder)
    with pytest.raises(planner.PlannerError, match=r"'complex' is the name of a route and of a good in launch\.flow"):
        parse_condition("launch.flow[complex] > 1 kt/yr", instance)
    parse_condition("launch.payload[complex] > 1 kt/yr", instance)
    with (folder / "limits.csv").open("a") as file:
        file.write("x,launch.flow,complex,,year,upper,kt/yr,5,,,assumption: test,,,,,\n")
    with pytest.raises(planner.InstanceError, match=r"limits\.csv:5:15: 'complex' is the name of a route and of a good"):
        planner.load(folder)
