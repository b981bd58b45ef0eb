"""What a number is in a model year of several calendar years: their mean, or that of the year of ordering."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

import planner
from planner.instance import Instance
from tests.folders import write_instance

YEARS = (2030, 2033, 2035)  # for 3, 2 and 5 calendar years, to 2039

#: A line from 2030 over 2032 to 2037: 3, 6, 9 | 8, 7 | 6, 5, 4, 4, 4.
LINE, MEANS = {2030: 3, 2032: 9, 2037: 4}, [6, 7.5, 4.6]

#: Falls by 1 a year from 10 in 2030 to 1 in 2039.
FALL = {2030: 10, 2039: 1}

Make = Callable[..., Instance]


def stated(numbers: dict[int, float], unit: str) -> dict[int, str]:
    return {year: f"{number} {unit}" for year, number in numbers.items()}


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def make(
        numbers: dict[str, Any],
        scenarios: Iterable[str] = (),
        limit: dict[Any, Any] | None = None,
        overlays: dict[str, str] | None = None,
    ) -> Instance:
        """An instance of one site with further numbers; `overlays` are the texts of scenarios."""
        plain = {
            "finance.discount_rate": "0.1 1/yr", "compute.overhead": "1 1", "compute.chip.capex": "1 GUSD/GW", "compute.chip.lifetime": "30 yr",
            "compute.chip.performance": "1 ZFLOP/s/GW", "compute.chat.demand": "1 ZFLOP/s", "power.grid.capex": "1 GUSD/GW", "power.grid.lifetime": "30 yr",
        }  # fmt: skip
        folder = write_instance(
            tmp_path / "steps", years=YEARS, last=2039, bodies={"earth": {"users": True}}, sites={"here": "earth"},
            slices={"day": ("earth", 1, 24)}, workloads={"chat": "firm"}, numbers={**plain, **numbers},
            technologies=[("chip", "compute", "here", ""), ("grid", "power", "here", "")],
            limits=[{"limit": "cap", "quantity": "power.output", "unit": "GW", **limit}] if limit else (),
        )  # fmt: skip
        (folder / "scenarios").mkdir(exist_ok=True)
        for name, text in (overlays or {}).items():
            (folder / "scenarios" / f"{name}.toml").write_text(text)
        return planner.load(folder, list(scenarios))

    return make


def of(instance: Instance, key: str, *index: str) -> list[float]:
    return [instance.numbers[key][(*index, year)] for year in instance.years]


@pytest.mark.parametrize(
    ("address", "unit", "index"),
    [
        ("compute.chat.demand", "ZFLOP/s", ("chat",)),
        ("compute.chat.value", "GUSD/yr/(ZFLOP/s)", ("chat",)),
        ("power.grid.fixed_cost", "GUSD/yr/GW", ("grid", "here")),
        ("power.grid.fuel_price", "GUSD/(GW*yr)", ("grid", "here")),
        ("power.grid.max_build", "GW/yr", ("grid", "here")),
        ("finance.carbon_price[earth]", "GUSD/Mt", ("earth",)),
        ("goods.structural.price", "GUSD/kt", ("structural",)),
    ],
)
def test_a_number_of_a_year_is_the_mean_over_its_calendar_years(
    address: str, unit: str, index: tuple[str, ...], make: Make
) -> None:
    block, parameter = address.split("[")[0].split(".")[:: 1 if address.count(".") == 1 else 2]
    assert of(make({address: stated(LINE, unit)}), f"{block}.{parameter}", *index) == pytest.approx(MEANS)


def test_existing_that_falls_within_a_step(make: Make) -> None:
    """4, 3, 2 | 1, 0 | 0: a share of 1/2 of the second step and nothing of the third."""
    instance = make({"power.grid.existing": stated({2030: 4, 2034: 0}, "GW")})
    assert of(instance, "power.existing", "grid", "here") == pytest.approx([3, 0.5, 0])


def test_a_limit_is_the_mean_over_the_calendar_years(make: Make) -> None:
    assert make({}, limit=LINE).limits[0].values == pytest.approx(dict(zip(YEARS, MEANS, strict=True)))


def test_the_years_of_a_limit_count_by_the_first_of_a_model_year(make: Make) -> None:
    """2036 to 2039 lie in the model year 2035, which begins before: a limit from 2036 on holds in no model year."""
    assert make({}, limit={**LINE, "first_year": 2031}).limits[0].values == pytest.approx({2033: 7.5, 2035: 4.6})
    assert make({}, limit={**LINE, "last_year": 2034}).limits[0].values == pytest.approx({2030: 6, 2033: 7.5})
    with pytest.raises(planner.InstanceError, match="no model year lies between first_year and last_year"):
        make({}, limit={**LINE, "first_year": 2036})


def test_a_step_of_one_year_takes_that_years_number(make: Make) -> None:
    years = {"years": "[horizon]\nyears = [2030, 2031, 2034]\nlast = 2034\n"}
    instance = make({"compute.chat.demand": stated(LINE, "ZFLOP/s")}, ["years"], overlays=years)
    assert of(instance, "compute.demand", "chat") == pytest.approx([3, (6 + 9 + 8) / 3, 7])


@pytest.mark.parametrize(
    ("address", "unit", "index"),
    [
        ("power.grid.capex", "GUSD/GW", ("grid", "here")),
        ("power.grid.mass_structural", "kt/GW", ("grid", "here")),
        ("compute.chip.performance", "ZFLOP/s/GW", ("chip",)),
    ],
)
@pytest.mark.parametrize(
    ("first_year", "expected"),
    [
        (None, {2030: 10, 2033: 7, 2035: 5}),
        (2020, {2030: 10, 2033: 7, 2035: 5}),
        (2031, {2030: 9, 2033: 7, 2035: 5}),
        (2032, {2030: 8, 2033: 7, 2035: 5}),
        (2033, {2030: 10, 2033: 7, 2035: 5}),
        (2036, {2030: 10, 2033: 7, 2035: 4}),
        (2039, {2030: 10, 2033: 7, 2035: 1}),
        (2045, {2030: 10, 2033: 7, 2035: 5}),
    ],
)
def test_a_number_of_a_vintage_is_that_of_its_year_of_ordering(
    address: str, unit: str, index: tuple[str, ...], first_year: int | None, expected: dict[int, float], make: Make
) -> None:
    block, item, parameter = address.split(".")
    dates = {f"{block}.{item}.first_year": f"{first_year} yr"} if first_year else {}
    numbers = make({address: stated(FALL, unit), **dates}).numbers[f"{block}.{parameter}"]
    assert {year: numbers[(*index, year)] for year in expected} == pytest.approx(expected)


def test_a_first_year_that_is_set_moves_the_numbers_of_vintages(make: Make) -> None:
    """Also where only the date changes, and the row of the numbers is the one that was known."""
    instance = make({"power.grid.capex": stated(FALL, "GUSD/GW"), "power.grid.first_year": "2030 yr"})
    later = instance.replace({"power.grid.first_year": 2037})
    assert later.numbers["power.capex"]["grid", "here", 2035] == pytest.approx(3)
    assert instance.numbers["power.capex"]["grid", "here", 2035] == pytest.approx(5)
    assert later.numbers["compute.capex"] == instance.numbers["compute.capex"]


@pytest.mark.parametrize(("change", "expected"), [("10 ZFLOP/s", 10), (("*", 2), 15), (("+", 1), 8.5)])
def test_a_change_at_a_model_year_changes_its_mean_alone(change: Any, expected: float, make: Make) -> None:
    instance = make({"compute.chat.demand": stated(LINE, "ZFLOP/s")})
    changed = instance.replace({"compute.chat.demand@2033": change})
    assert of(changed, "compute.demand", "chat") == pytest.approx([6, expected, 4.6])
    assert of(changed.replace({"compute.chat.demand@2035": "1 ZFLOP/s"}), "compute.demand", "chat") == pytest.approx(
        [6, expected, 1]
    )


@pytest.mark.parametrize("year", YEARS)
def test_a_change_at_a_model_year_of_a_constant_row(year: int, make: Make) -> None:
    changed = make({}).replace({f"compute.chat.demand@{year}": "5 ZFLOP/s"})
    assert of(changed, "compute.demand", "chat") == [5 if y == year else 1 for y in YEARS]


def test_a_change_of_a_scenario_at_a_model_year(make: Make) -> None:
    overlay = {"more": '[scale]\n"compute.chat.demand@2035" = 3\n'}
    instance = make({"compute.chat.demand": stated(LINE, "ZFLOP/s")}, ["more"], overlays=overlay)
    assert of(instance, "compute.demand", "chat") == pytest.approx([6, 7.5, 13.8])


def test_a_change_of_a_limit_at_a_model_year(make: Make) -> None:
    changed = make({}, limit=LINE).replace({"limits.cap.upper@2033": ("*", 2)})
    assert changed.limits[0].values == pytest.approx({2030: 6, 2033: 15, 2035: 4.6})


def test_a_change_at_a_model_year_of_what_is_ordered_within_it(make: Make) -> None:
    instance = make({"power.grid.capex": stated(FALL, "GUSD/GW"), "power.grid.first_year": "2031 yr"})
    for year, others in {2030: {2033: 7, 2035: 5}, 2035: {2030: 9, 2033: 7}}.items():
        numbers = instance.replace({f"power.grid.capex@{year}": "20 GUSD/GW"}).numbers["power.capex"]
        assert {y: numbers["grid", "here", y] for y in YEARS} == pytest.approx({year: 20, **others})


def test_a_year_within_a_step_cannot_be_changed_by_itself(make: Make) -> None:
    with pytest.raises(planner.AddressError, match="2034 cannot be changed by itself, expected one of 2030, 2033, 2035"):
        make({}).replace({"compute.chat.demand@2034": "5 ZFLOP/s"})


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({2030: 1, 2038: 9}, [2, 4.5, (6 + 7 + 8 + 9 + 9) / 5]),  # within the last model year
        ({2030: 1, 2039: 10}, [2, 4.5, 8]),  # its last calendar year
        ({2030: 1, 2041: 12}, [2, 4.5, 8]),  # off the horizon: the line is drawn to it
        ({2030: 1, 2038: 9, 2041: 3}, [2, 4.5, (6 + 7 + 8 + 9 + 7) / 5]),
        ({2027: 4, 2032: 9}, [8, 9, 9]),
    ],
)
def test_years_stated_after_the_start_of_the_last_model_year_count(
    row: dict[int, float], expected: list[float], make: Make
) -> None:
    assert of(make({"compute.chat.demand": stated(row, "ZFLOP/s")}), "compute.demand", "chat") == pytest.approx(expected)


def test_a_shorter_horizon_keeps_the_years_that_draw_the_line(make: Make) -> None:
    """2035 and 2036 lie on the way from 2034 to 2039: 12 and 14."""
    shorter = {"shorter": "[horizon]\nlast = 2036\n"}
    row = stated({2030: 10, 2034: 10, 2039: 20}, "ZFLOP/s")
    instance = make({"compute.chat.demand": row}, ["shorter"], overlays=shorter)
    assert instance.weights == {2030: 3, 2033: 2, 2035: 2}
    assert of(instance, "compute.demand", "chat") == pytest.approx([10, 10, 13])
