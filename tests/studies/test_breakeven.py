"""Thresholds that are known by hand are found, and what has none is said to have none."""

from __future__ import annotations

from pathlib import Path

import pytest
from scipy.optimize import brentq

import planner
from planner.errors import AddressError, InstanceError, PlannerError
from planner.studies import programs
from tests.studies.merit_order import CAPEX, LIFETIME, VARIABLE, level, merit_order
from tests.worlds import discount, worth


def test_a_cost_at_which_a_rival_enters(tmp_path: Path) -> None:
    instance = merit_order(tmp_path)
    found = planner.breakeven(instance, "power.plant.variable_cost", "power.output[first] > 0", 0.1, 1.0, accuracy=1e-6)
    assert found.value == pytest.approx(level("first"), rel=1e-6)
    assert found.parts == {"cost"} and found.linear and found.varied.unit == "GUSD/(GW*yr)"
    (switch,) = found.switches
    assert (switch.below.state, switch.above.state) == (False, True)
    assert switch.above.at - switch.below.at <= 1e-6 * switch.above.at


@pytest.mark.parametrize(
    ("until", "expected"),
    [("power.output[plant] > 0", 3.2), ("power.output[plant]@2030 > 500 MW", 3.6), ("power.output[grid] <= 2.5", 2.0)],
)
def test_a_demand_at_which_more_is_needed(tmp_path: Path, until: str, expected: float) -> None:
    dear = {"power.plant.variable_cost": "3 GUSD/(GW*yr)"}
    found = planner.breakeven(merit_order(tmp_path, numbers=dear), "compute.work.demand", until, 1, 6, accuracy=1e-5)
    assert found.value == pytest.approx(expected, rel=1e-5)
    assert found.parts == {"right-hand side"}


def test_a_rate_that_enters_no_number_linearly(tmp_path: Path) -> None:
    instance = merit_order(tmp_path, numbers={"power.first.variable_cost": "0.1 GUSD/(GW*yr)"})

    def dearer(rate: float) -> float:
        per_capital = worth(2030, LIFETIME, 2031, rate=rate) / discount(2030, rate=rate)
        return (CAPEX["first"] - CAPEX["plant"]) * per_capital + 0.1 - VARIABLE["plant"]

    found = planner.breakeven(instance, "finance.discount_rate", "power.output[first] > 0", 0.01, 0.3, accuracy=1e-4)
    assert not found.linear
    assert found.value == pytest.approx(brentq(dearer, 0.01, 0.3), rel=1e-4)
    assert found.switches[0].below.state is True, "dearer money is against the plant that costs more to build"


def test_a_law_moves_several_numbers_and_every_switch_is_told(tmp_path: Path) -> None:
    base = level("first")
    laws = [f"power.plant.variable_cost={base - 0.2}+0.2*t", "power.second.capex*=1.15"]
    found = planner.breakeven(merit_order(tmp_path), laws, "power.output[first] > 0", 0, 2, accuracy=1e-4)
    assert found.value == pytest.approx(1.0, rel=1e-4)
    # `first` is between a rising and a falling rival, and is used in the middle alone.
    free = {f"power.{name}.{p}": t for name in ("first", "second") for p, t in (("max_build", "100 GW/yr"),)}
    capital = {f"power.{name}.capex": "3 GUSD/GW" for name in ("first", "second")}
    instance = merit_order(tmp_path / "free", numbers={**free, **capital, "power.first.variable_cost": "1.8 GUSD/(GW*yr)"})
    laws = ["power.plant.variable_cost=1+t", "power.second.variable_cost=3-1*t"]
    found = planner.breakeven(instance, laws, "power.output[first] > 0", 0, 2, accuracy=1e-4)
    assert [switch.value for switch in found.switches] == pytest.approx([0.8, 1.2], rel=1e-4)
    assert "switches 2 times" in str(found) and found.value is not None


def test_no_threshold_is_an_answer(tmp_path: Path) -> None:
    instance = merit_order(tmp_path)
    for until, word in (("power.output[plant] > 0", "true"), ("power.output[plant] > 6", "false")):
        found = planner.breakeven(instance, "power.plant.variable_cost", until, 0.1, 1.0)
        assert found.value is None and f"is {word} at both ends" in str(found)


def test_where_plans_cease_is_told_beside_the_threshold(tmp_path: Path) -> None:
    instance = merit_order(tmp_path, numbers={"power.plant.last_year": "2000 yr"})
    found = planner.breakeven(instance, "compute.work.demand", "power.output[second] > 0", 0.4, 10, accuracy=1e-4)
    threshold, edge = found.switches
    assert found.value == pytest.approx(1.6, rel=1e-4) and threshold.is_threshold
    assert edge.value == pytest.approx(3.2, rel=1e-4) and edge.above.state is None
    assert f"There is no plan to ask above {edge.below.at:.6g}" in str(found)
    none = planner.breakeven(instance, "compute.work.demand", "power.output[second] > 0", 4, 10)
    assert none.value is None and "No point of the range has a plan" in str(none)


def test_ranges(tmp_path: Path) -> None:
    instance = planner.load(Path(__file__).parents[2] / "instances" / "toy")
    until = "compute.in_service[moon] > 0"
    own = planner.breakeven(instance, "launch.rocket.price", until, accuracy=0.1)
    assert (own.varied.low, own.varied.high, own.varied.present) == (80, 500, 190) and "own low and high" in str(own)
    wide = planner.breakeven(merit_order(tmp_path), "power.plant.variable_cost", "power.output[first] > 0", accuracy=0.1)
    assert (wide.varied.low, wide.varied.high) == pytest.approx((0.023, 2.3)) and "states no range" in str(wide)
    factor = planner.breakeven(
        merit_order(tmp_path / "b"), "power.plant.variable_cost*", "power.output[first] > 0", accuracy=1e-4
    )
    assert factor.value == pytest.approx(level("first") / 0.23, rel=1e-4)
    assert (factor.varied.low, factor.varied.high, factor.varied.unit) == (0.1, 10, "")


def test_whole_numbers_are_asked_at_whole_numbers(tmp_path: Path) -> None:
    first = merit_order(
        tmp_path / "b", years=[2030, 2031], numbers={"power.plant.first_year": "2029 yr", "power.plant.last_year": "2040 yr"}
    )
    found = planner.breakeven(first, "power.plant.first_year", "power.output[plant]@2030 > 0", 2028, 2033)
    (switch,) = found.switches
    assert (switch.below.at, switch.above.at) == (2030, 2031), "a plant of 2031 gives nothing in 2030"


def test_what_is_put_together_is_held_against_what_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    instance = merit_order(tmp_path, numbers={"power.first.variable_cost": "0.1 GUSD/(GW*yr)"})
    differing, asked = programs._differing, iter([True])
    monkeypatch.setattr(programs, "_differing", lambda one, other: [] if next(asked, False) else differing(one, other))
    with pytest.raises(PlannerError, match="built anew"):
        # The rate is not linear: were the first comparison not made, programs put together would be wrong, and the last solves say so.
        planner.breakeven(instance, "finance.discount_rate", "power.output[first] > 0", 0.01, 0.3, accuracy=1e-4)


@pytest.mark.parametrize(
    ("vary", "low", "high", "said"),
    [
        ("power.plnt.capex", None, None, "did you mean 'plant'"),
        ("power.plant.capex=2*x", 0, 1, "is no law"),
        ("power.plant.capex=1+t", None, 1, "both ends of t"),
        ("power.plant.capex", 3, 2, "a low end below a high one"),
        ("power.plant.capex & power.plant.capex", 1, 2, "varied twice"),
        ("no address", None, None, "is no address"),
    ],
)
def test_what_cannot_be_varied(tmp_path: Path, vary: str, low: float | None, high: float | None, said: str) -> None:
    with pytest.raises(AddressError, match=said):
        planner.breakeven(merit_order(tmp_path), vary, "power.output[first] > 0", low, high)


def test_values_that_the_instance_refuses_and_accuracies_that_cannot_be_kept(tmp_path: Path) -> None:
    instance = merit_order(tmp_path)
    with pytest.raises(InstanceError):
        planner.breakeven(instance, "power.plant.capex", "power.output[first] > 0", -1, 2)
    with pytest.raises(PlannerError, match="accuracy"):
        planner.breakeven(instance, "power.plant.capex", "power.output[first] > 0", 1, 2, accuracy=0)
    with pytest.raises(PlannerError, match="nothing would change"):
        planner.breakeven(instance, "compute.chip.capex", "power.output[first] > 0", 1, 2)  # no chip is built: all stand already
