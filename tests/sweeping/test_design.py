"""A design file becomes the points that it says; a bad one is answered with every problem in its place."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest

import planner
from planner.errors import InstanceError
from planner.sweeping.design import instance_at, instances_of
from tests.sweeping.functions import THREE, design_of, toy_instance


def test_a_grid_is_every_combination(tmp_path: Path) -> None:
    design = design_of(
        'method = "grid"\nlevels = 3\n[[factor]]\nvary = "launch.rocket.price"\nscale = "log"\nlow = 100\nhigh = 400\n'
        '[[factor]]\nvary = "compute.rack.capex*"\nvalues = [1, 1.5]\n',
        tmp_path,
    )
    assert [point.values for point in design.points] == [
        pytest.approx(pair) for pair in [(100, 1), (100, 1.5), (200, 1), (200, 1.5), (400, 1), (400, 1.5)]
    ]
    assert [point.number for point in design.points] == list(range(6))
    changed = instance_at(instances_of(design, toy_instance()), design.points[3])
    rows = {row.address: row.value for row in changed.rows}
    assert rows["launch.rocket.price"] == pytest.approx(200) and rows["compute.rack.capex"] == pytest.approx(30_000)


def test_an_own_factor_and_a_shared_one_compose_on_one_address(tmp_path: Path) -> None:
    text = (
        'method = "grid"\n[[factor]]\nname = "all steel"\nvary = ["compute.rack.capex", "launch.rocket.price"]\nvalues = [0.5, 2]\n'
        '[[factor]]\nname = "price"\nvary = "launch.rocket.price"\nvalues = [100, 300]\n'
    )
    design = design_of(text, tmp_path)
    assert design.points[1].changes == (
        ("launch.rocket.price", "=", 300.0), ("compute.rack.capex", "*", 0.5), ("launch.rocket.price", "*", 0.5),
    )  # fmt: skip
    instances = instances_of(design, toy_instance())
    found = [{row.address: row.value for row in instance_at(instances, point).rows} for point in design.points]
    assert [numbers["launch.rocket.price"] for numbers in found] == [50, 150, 200, 600]
    assert [numbers["compute.rack.capex"] for numbers in found] == [10_000, 10_000, 40_000, 40_000]


def test_ranges_are_the_rows_own_and_patterns_name_rows(tmp_path: Path) -> None:
    design = design_of('method = "latin_hypercube"\npoints = 8\n' + THREE, tmp_path)
    price, rack, worth = design.factors
    assert (price.varied.low, price.varied.high, price.scale) == (80, 500, "log")
    assert (rack.varied.low, rack.varied.high, rack.scale) == (15_000, 30_000, "linear")
    assert [law.address for law in worth.varied.laws] == ["compute.training_cheap.value", "compute.training_dear.value"]
    assert (worth.varied.low, worth.varied.high) == (0.5, 2)
    for place, factor in enumerate(design.factors):
        strata = sorted(math.floor(8 * factor.share(point.values[place])) for point in design.points)
        assert strata == list(range(8))  # a Latin hypercube: one point in each eighth


def test_every_row_with_a_range(tmp_path: Path) -> None:
    text = 'method = "morris"\npoints = 4\n[[factor]]\nvary = "launch.rocket.price"\n[ranged]\nwithout = "*dear*"\n'
    design = design_of(text, tmp_path)
    names = [factor.name for factor in design.factors]
    assert names == ["launch.rocket.price", "compute.rack.capex", "compute.training_cheap.value"]
    assert len(design.points) == 4 * (3 + 1)


def test_a_list_of_scenarios(tmp_path: Path) -> None:
    text = (
        'method = "scenarios"\nquantities = "launch.payload@2036"\n[[factor]]\nname = "price"\nvary = "launch.rocket.price"\n'
        '[[scenario]]\nname = "as it is"\n[[scenario]]\nname = "dear"\nvalues = { price = 400 }\n'
        '[scenario.scale]\n"launch.rocket.price" = 1.25\n"compute.rack.capex" = 2\n[[scenario]]\nname = "cap"\n'
        'set = { "limits.earth_ceiling.upper" = 4 }\n'
    )
    design = design_of(text, tmp_path)
    assert [point.name for point in design.points] == ["as it is", "dear", "cap"]
    assert math.isnan(design.points[0].values[0]) and design.points[0].changes == ()
    prices = [
        next(row.value for row in instance_at(instances_of(design, toy_instance()), point).rows if row.item == "rocket" and row.parameter == "price")
        for point in design.points
    ]  # fmt: skip
    assert prices == [190, 500, 190]
    assert instance_at(instances_of(design, toy_instance()), design.points[2]).limit_rows[-1].value == 4


def test_whole_numbers_are_drawn_alike(tmp_path: Path) -> None:
    text = 'method = "sobol"\npoints = 64\n[[factor]]\nvary = "launch.rocket.lifetime"\nlow = 2\nhigh = 5\n'
    years = [point.values[0] for point in design_of(text, tmp_path).points]
    assert {year: years.count(year) for year in sorted(set(years))} == {2: 16, 3: 16, 4: 16, 5: 16}


def test_scenarios_are_laid_under_every_point(tmp_path: Path, toy: Path) -> None:
    (toy / "scenarios").mkdir()
    (toy / "scenarios" / "cheap.toml").write_text('[scale]\n"launch.rocket.price" = 0.5\n')
    instance = planner.load(toy).replace({"compute.rack.capex": ("*", 0.5)})
    text = 'method = "grid"\nscenarios = "cheap"\n[[factor]]\nvary = "launch.rocket.price*"\nvalues = [1, 3]\n'
    design = design_of(text, tmp_path, instance)
    changed = instance_at(instances_of(design, instance), design.points[1])
    rows = {row.address: row.value for row in changed.rows}
    assert changed.scenarios == ("cheap",)
    assert rows["launch.rocket.price"] == pytest.approx(285) and rows["compute.rack.capex"] == 10_000


def test_the_fingerprint_is_of_what_a_design_means(tmp_path: Path) -> None:
    text = 'method = "sobol"\npoints = 8\n' + THREE
    design = design_of(text, tmp_path)
    assert design.fingerprint == design_of("# as before\n" + text.replace("points", "points  "), tmp_path).fingerprint
    assert design.fingerprint != design_of("seed = 2\n" + text, tmp_path).fingerprint
    assert design.fingerprint != design_of(text.replace("points = 8", "points = 16"), tmp_path).fingerprint
    assert design.fingerprint != replace(design, quantities=("compute.in_service@2036",)).fingerprint


BAD = """method = "sobol"
points = 100
seed = -1
sceanrios = ["x"]
scenarios = ["wet"]
quantities = ["compute.in_servce@2036", "compute.in_service[mon]@2036"]
levels = 4
[[factor]]
vary = "launch.rockt.price"
[[factor]]
name = "worth"
vary = "compute.*.valeu"
low = "x"
[[factor]]
vary = "compute.rack.capex"
low = -3
[[factor]]
vary = "power.gas.fuel_price"
[[factor]]
low = 3
[[factor]]
name = "status"
vary = "compute.rack.capex"
scale = "log"
low = 0
high = 2
values = [1, 2]
[[correlation]]
factors = ["status", "worht"]
rank = 0.5
[ranged]
rows = "nothing.*"
"""

EXPECTED = [
    "2:1: points is 100, expected a power of two, such as 64 or 128",
    "3:1: seed is -1, expected at least 0",
    "4:1: unknown key 'sceanrios', did you mean 'scenarios'?",
    "5:1: toy has no scenario 'wet'",
    "6:1: unknown quantity 'compute.in_servce', did you mean 'compute.in_service'?",
    "6:1: 'compute.in_service[mon]@2036': 'mon' is no place",
    "7:1: sobol takes no levels, only grid and morris",
    "9:1: 'launch.rockt.price': unknown technology 'rockt', did you mean 'rocket'?",
    "12:1: 'compute.*.valeu' names no row, did you mean 'compute.*.value'?",
    "13:1: low is 'x', expected a number",
    "16:1: at -3 USD/kW",
    "18:1: 'power.gas.fuel_price' states no range of its own, expected low and high",
    "19:3: vary is missing",
    "22:1: a factor is called 'status', the name of another column",
    "23:1: 'compute.rack.capex' is set by 'compute.rack.capex' and by 'status'",
    "27:1: values stand beside low, high or levels, expected either",
    "27:1: sobol takes no values of a factor, only grid",
    "29:1: 'worht' is no factor",
    "32:1: 'nothing.*' names no row",
]


def test_every_problem_of_a_bad_file_at_once(tmp_path: Path) -> None:
    with pytest.raises(InstanceError) as found:
        design_of(BAD, tmp_path)
    said = [re.sub(r"^.*design\.toml:", "", line) for line in str(found.value).splitlines()]
    for problem in EXPECTED:
        assert any(line.startswith(problem) for line in said), f"{problem}\n--\n" + "\n".join(said)
    assert said[-1].endswith("problems found") and len(said) <= len(EXPECTED) + 2


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("method = 'sobel'\n", "1:1: method is 'sobel', did you mean 'sobol'?, expected one of grid, scenarios"),
        ("method = 'sobol'\n" + THREE, "1:1: points is missing, expected the number of points, a power of two"),
        ("method = 'sobol'\npoints = 4\n", "1:1: a design by sobol has no factor"),
        ("method = 'scenarios'\n", "1:1: a list of scenarios is empty"),
        ("method = 'morris'\nlevels = 5\npoints = 4\n" + THREE, "2:1: levels is 5, expected an even number"),
        ("method = 'grid'\n[[factor]]\nvary = 'launch.rocket.price'\n", "2:3: a factor of a grid has no levels"),
        ("method = 'sobol'\npoints = 4\nfactor = 3\n", "3:1: factor is no list of sections, expected [[factor]] above each"),
        ("method = 'sobol'\npoints = [\n", "not TOML"),
        ("method = 'saltelli'\npoints = 4\n" + THREE + "[[correlation]]\nfactors = ['rack', 'launch price']\nrank = 0.5\n", "saltelli takes no correlation"),
        ("method = 'grid'\nlevels = 200\n" + THREE, "8000000 points, expected at most 1000000"),
        ("method = 'scenarios'\n[[scenario]]\nname = 'a'\n[[scenario]]\nname = 'a'\nset = { 'launch.rockt.price' = 3 }\n", "5:1: a second scenario 'a'"),
        ("method = 'scenarios'\n" + THREE + "[[scenario]]\nname = 'a'\nvalues = { 'launch price' = 0 }\n", "15:1: launch price is 0, and its scale is log, expected a number above 0"),
        ("method = 'sobol'\npoints = 4\n[[factor]]\nvary = 'compute.rack.capex'\n[[factor]]\nname = 'b'\nvary = 'compute.rack.capex[]'\n", "7:1: 'compute.rack.capex[]' is set by 'compute.rack.capex' and by 'b'"),
        ("method = 'sobol'\npoints = 4\n[[factor]]\nname = 'seconds'\nvary = 'compute.rack.capex'\n", "4:1: a factor is called 'seconds', the name of another column"),
        ("method = 'sobol'\npoints = 4\nquantities = ['launch.payload@2036']\n[[factor]]\nname = 'launch.payload@2036'\nvary = 'compute.rack.capex'\n", "5:1: a factor is called 'launch.payload@2036', the name of another column"),
        ("method = 'scenarios'\n[[scenario]]\nname = 'a'\nset = { 'launch.rockt.price' = 3 }\n", "2:3: 'launch.rockt.price': unknown technology 'rockt'"),
    ],
)  # fmt: skip
def test_what_a_method_cannot_do_is_said(text: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(InstanceError, match=re.escape(problem)):
        design_of(text, tmp_path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    from planner.sweeping.design import read_design

    with pytest.raises(InstanceError, match=r"none\.toml:1:1: cannot be read"):
        read_design(tmp_path / "none.toml", toy_instance())


@pytest.mark.parametrize(
    "address", ["compute.rack.capex", "compute.rack.capex[]", "compute.rack.capex[]*", "compute.rack.capex@2036"]
)
def test_a_row_that_a_factor_moves_is_none_of_the_ranged(address: str, tmp_path: Path) -> None:
    text = f'method = "sobol"\npoints = 2\n[[factor]]\nvary = "{address}"\nlow = 9000\nhigh = 20000\n[ranged]\nrows = "compute.*.*"\n'
    design = design_of(text, tmp_path)
    moved = [law.address for factor in design.factors[1:] for law in factor.varied.laws]
    assert moved and "compute.rack.capex" not in moved


def test_two_factors_may_set_a_row_and_a_place_or_a_year_of_it(tmp_path: Path) -> None:
    text = 'method = "sobol"\npoints = 2\n'
    for address in ("compute.rack.capex", "compute.rack.capex@2030", "compute.rack.capex@2036"):
        text += f'[[factor]]\nvary = "{address}"\nlow = 10000\nhigh = 20000\n'
    assert len(design_of(text, tmp_path).factors) == 3
