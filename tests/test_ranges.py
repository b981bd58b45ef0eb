"""Prices to either side of a bound: the slopes of the least cost, found again by moving the bound and solving."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import planner
from planner.explaining.binding import binding, shown
from planner.explaining.words import figures
from planner.highs import solve_program
from planner.lp import LinearProgram
from planner.pipeline import compile_instance
from planner.prices import priced_rows
from planner.ranges import kinked, price_ranges
from tests.conftest import Said

ROOT = Path(__file__).parents[1]

#: Two plants of one running cost; the first has just what is demanded.
TWO_PLANTS = {
    "instance.toml": """title = "two plants"
[horizon]
years = [2020]
last = 2020
[finance]
currency = "USD"
price_year = 2025
base_year = 2020
payments = "start"
capital_falls = "start"
capital = "upfront"
end_of_horizon = "none"
[bodies.land]
users = true
supplies = ["complex", "structural", "propellant"]
""",
    "sites.csv": "site,body,note\nhere,land,\n",
    "slices.csv": "slice,body,cycle,note\nall,land,,\n",
    "technologies.csv": "technology,block,at,makes,note\nload,compute,here,,\na,power,here,,\nb,power,here,,\n",
    "workloads.csv": "workload,kind,note\nwork,firm,\n",
    "parameters/compute.csv": "load,,capex,GUSD/GW,0\nload,,lifetime,yr,100\nload,,performance,ZFLOP/s/GW,1\n,,overhead,1,1\nwork,,demand,ZFLOP/s,3\n",
    "parameters/finance.csv": ",,discount_rate,1/yr,0\n",
    "parameters/power.csv": "".join(
        f"{k},,capex,GUSD/GW,0\n{k},,lifetime,yr,1\n{k},,last_year,yr,2019\n{k},,existing,GW,3\n{k},,variable_cost,GUSD/(GW*yr),{cost}\n"
        for k, cost in (("a", 2), ("b", 2))
    ),
    "parameters/time.csv": "all,,share,1,1\nall,,hours,h,8760\n",
}  # fmt: skip


def two_plants(folder: Path, second: float) -> planner.Instance:
    """The second plant costs `second` to run."""
    for name, text in TWO_PLANTS.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.parent.name == "parameters":
            rows = [f"{line},,,assumption: a test," for line in text.splitlines()]
            text = "\n".join(["item,at,parameter,unit,value,low,high,source,note", *rows]) + "\n"
        path.write_text(text)
    return planner.load(folder).replace({"power.b.variable_cost": f"{second} GUSD/(GW*yr)"})


def test_a_price_that_is_the_same_to_both_sides_is_not_one_of_several(tmp_path: Path) -> None:
    plan = planner.solve(two_plants(tmp_path, 2), ranging=True)
    (price,) = plan.prices["demand"].to_dict("records")
    assert (price["value"], price["below"], price["above"], price["degenerate"]) == pytest.approx((2, 2, 2, False))
    assert min(price["less"], price["more"]) == 0  # the basis has to change, and the price has not
    assert not any(table["degenerate"].any() for table in plan.prices.values())


def test_a_price_with_two_sides_has_both(tmp_path: Path, run: Callable[..., Said]) -> None:
    plan = planner.solve(two_plants(tmp_path / "in", 5), ranging=True)
    (price,) = plan.prices["demand"].to_dict("records")
    assert (price["below"], price["above"], price["degenerate"]) == pytest.approx((2, 5, True)) and 2 <= price["value"] <= 5
    (power,) = plan.prices["power_balance"].to_dict("records")
    assert (power["below"], power["above"]) == pytest.approx((2e6 / 8760, 5e6 / 8760))
    table, _ = binding(plan, compile_instance(plan.instance))
    lines = shown(table).set_index("what")
    assert tuple(lines.loc["demand: work", ["of one less", "of one more"]]) == ("2", "5")
    folder = str(planner.save_plan(plan, tmp_path / "run"))
    said = run("explain", folder, "--part", "binding")
    assert "of one less" in said.out and said.code == 0
    assert run("report", folder, "--out", str(tmp_path / "page.html")).code == 0
    assert "of one more" in (tmp_path / "page.html").read_text()


def test_where_no_plan_follows_there_is_no_price(tmp_path: Path) -> None:
    instance = two_plants(tmp_path, 5).replace({"power.b.existing": 0})
    (price,) = planner.solve(instance, ranging=True).prices["demand"].to_dict("records")
    assert price["below"] == pytest.approx(2) and price["above"] == np.inf and price["degenerate"]


def test_a_limit_that_is_worth_less_and_less() -> None:
    """A limit raised as far as its worth holds: the last unit is worth more than one more would be, and both are shown."""
    toy = planner.load(ROOT / "instances" / "toy")
    held = planner.solve(toy, ranging=True).prices["limit"].query("limit == 'earth_ceiling' and value > 0 and more > 0").iloc[0]
    raised = toy.replace({f"limits.earth_ceiling.upper@{held['year']}": ("+", f"{float(held['more'])!r} GW")})
    plan = planner.solve(raised, ranging=True)
    kink = plan.prices["limit"].query(f"limit == 'earth_ceiling' and year == {held['year']}").iloc[0]
    assert kink["degenerate"] and kink["below"] == pytest.approx(held["value"]) and kink["above"] < 0.999 * kink["below"]
    table, sentences = binding(plan, compile_instance(raised))
    both = f"one of several prices: {figures(kink['below'])} for one less, {figures(kink['above'])} for one more"
    own = table[(table["name"] == "earth_ceiling, upper") & (table["year"] == held["year"])].iloc[0]
    assert (own["below"], own["above"], own["degenerate"]) == (kink["below"], kink["above"], True)
    said = "\n".join([*sentences, planner.summary(plan)])
    assert ("one of several prices" in said) == (both in said)


@pytest.mark.parametrize("seed", range(3))
def test_both_slopes_are_those_of_the_cost(seed: int) -> None:
    """Each bound is moved a little to both sides and the program solved again."""
    program = compile_instance(planner.load(ROOT / "instances" / "toy"))
    optimum = solve_program(program)
    ranges = price_ranges(program, optimum, priced_rows(program))
    flagged = np.flatnonzero(~np.isnan(ranges.below) & (np.minimum(ranges.less, ranges.more) <= 1e-9))
    two = kinked(ranges.below, ranges.above)[flagged]
    assert 0 < two.sum() < len(flagged)
    step, tried = 1e-6, 0
    for row in flagged[seed::3]:
        for side, slopes in ((-1, ranges.below), (1, ranges.above)):
            cost = _moved(program, int(row), side * step)
            assert np.isinf(cost) == np.isinf(slopes[row])
            if np.isfinite(cost):
                assert side * (cost - optimum.objective) / step == pytest.approx(slopes[row], rel=1e-4, abs=1e-4)
                tried += 1
    assert tried > 5


def _moved(program: LinearProgram, row: int, by: float) -> float:
    moved = np.where(np.arange(len(program.row_lower)) == row, by, 0.0)
    try:
        return solve_program(
            replace(program, row_lower=program.row_lower + moved, row_upper=program.row_upper + moved)
        ).objective  # fmt: skip
    except planner.Infeasible:
        return np.inf
