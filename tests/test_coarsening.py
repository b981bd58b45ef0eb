"""Coarser programs: fewer years stand for as many, and slices that are alike are one."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import planner
from planner import coarsening
from planner.coarsening import fewer_years, merged_slices
from planner.errors import InstanceError
from planner.highs import solve_program
from planner.lp import Family
from planner.pipeline import compile_instance
from tests.programs import INSTANCES, lp_of, made, mandate


def test_fewer_years_stand_for_as_many() -> None:
    instance = mandate()
    coarse = fewer_years(instance, 3)
    assert coarse.years == instance.years[::3]
    assert sum(coarse.weights.values()) == sum(instance.weights.values())
    assert len({year for limit in coarse.limits for year in limit.values if year} - set(coarse.years)) == 0
    assert compile_instance(coarse).matrix.nnz < made("mandate")[0].matrix.nnz / 2


def test_years_too_few_for_a_rate_of_growth_are_refused() -> None:
    with pytest.raises(InstanceError, match="may grow more than"):
        fewer_years(planner.load(INSTANCES / "world"), 9)


def sliced(bodies: dict[str, list[list[str]]], shares: dict[str, float], numbers: dict[str, dict[Any, float]]) -> Any:
    """What merging looks at of an instance: the cycles of each body, the shares of slices, and numbers."""
    return SimpleNamespace(
        slices={body: tuple(name for ring in rings for name in ring) for body, rings in bodies.items()},
        previous={name: ring[place - 1] for rings in bodies.values() for ring in rings for place, name in enumerate(ring)},
        numbers={"time.share": shares, **numbers},
    )


def three_seasons() -> tuple[Any, list[str], dict[str, float]]:
    """Summer and autumn are alike, and so are evening and night."""
    rings = [[f"{season}_{part}" for part in ("day", "evening", "night")] for season in ("summer", "autumn", "winter")]
    names = [name for ring in rings for name in ring]
    shares = dict(zip(names, [0.04, 0.06, 0.1, 0.05, 0.1, 0.15, 0.1, 0.15, 0.25], strict=True))
    sun = dict(zip(names, [0.9, 0.1, 0.0, 0.8, 0.1, 0.0, 0.3, 0.05, 0.0], strict=True))
    wind = dict(zip(names, [0.2, 0.3, 0.3, 0.3, 0.3, 0.3, 0.6, 0.6, 0.6], strict=True))
    numbers = {("pv", "pole", name): value for name, value in sun.items()}
    numbers |= {("wind", "pole", name): value for name, value in wind.items()}
    return (
        sliced({"earth": rings}, shares, {"power.availability": numbers, "power.capex": {("pv", "pole", 2030): 5.0}}),
        names,
        shares,
    )


def test_merged_slices_are_means_by_shares_of_the_year() -> None:
    """Nine slices become four: the day and the rest, of summer with autumn and of winter."""
    inf = math.inf
    instance, names, shares = three_seasons()
    entries = np.hstack([np.diag(np.arange(1.0, 10.0)), -np.arange(0.1, 1.0, 0.1)[:, None]])
    lp = replace(
        lp_of(entries.tolist(), [-inf] * 8 + [1], [4, 7, 8, inf, 1, 2, 3, 4, inf], [(0, 9), (0, inf), (1, 5), *[(0, inf)] * 6, (0, inf)]),
        columns=(Family("run", "", 0, [("pv", name) for name in names]), Family("build", "", 9, [("pv", 2030)])),
        rows=(Family("limit", "(P1)", 0, [("pv", name) for name in names]),),
    )  # fmt: skip
    merged = merged_slices(instance, lp)
    program = merged.program
    assert program.column_names == [
        "run(pv,summer_day)",
        "run(pv,summer_evening)",
        "run(pv,winter_day)",
        "run(pv,winter_evening)",
        "build(pv,2030)",
    ]
    assert program.row_names == [
        "limit(pv,summer_day)",
        "limit(pv,summer_evening)",
        "limit(pv,winter_day)",
        "limit(pv,winter_evening)",
    ]
    groups = [[0, 3], [1, 2, 4, 5], [6], [7, 8]]
    weights = [[shares[names[place]] for place in group] for group in groups]
    for row, (group, weight) in enumerate(zip(groups, weights, strict=True)):
        expected = [0.0] * 5
        expected[row] = np.average([place + 1.0 for place in group], weights=weight)
        expected[4] = -np.average([(place + 1) / 10 for place in group], weights=weight)
        np.testing.assert_allclose(program.matrix.toarray()[row], expected, rtol=1e-14)
    assert program.cost.tolist() == [1 + 4, 2 + 3 + 5 + 6, 7, 8 + 9, 10]
    assert program.row_upper.tolist() == pytest.approx([inf, (7 * 0.06 + 8 * 0.1 + 1 * 0.1 + 2 * 0.15) / 0.41, 3, inf])
    assert program.row_lower.tolist() == pytest.approx([-inf, -inf, -inf, -inf])
    assert (program.col_lower.tolist(), program.col_upper.tolist()) == ([0, 1, 0, 0, 0], [9, 5, inf, inf, inf])
    # A merged row is the mean of its rows, so that each has its share of the price.
    prices = merged.prices(np.array([-9.0, -4.1, -2.0, -8.0]))
    assert prices.tolist() == pytest.approx([-4, -0.6, -1, -5, -1, -1.5, -2, -3, -5])


def test_one_season_stands_for_all_where_slices_are_few() -> None:
    """Four of six slices would be hardly fewer, four of eight are."""
    for seasons, left in ((2, 2), (3, 4), (4, 4)):
        rings = [
            [f"{season}_{part}" for part in ("day", "evening", "night")[: 3 if seasons < 4 else 2]] for season in range(seasons)
        ]
        names = [name for ring in rings for name in ring]
        sun = {("pv", "pole", name): 1.0 - 0.2 * int(name[0]) if name.endswith("day") else 0.0 for name in names}
        groups = coarsening._groups(sliced({"earth": rings}, dict.fromkeys(names, 1 / len(names)), {"power.availability": sun}))
        assert len(set(groups.values())) == left
        assert {groups[name] for name in names if name.endswith("day")}.isdisjoint(groups[n] for n in names if "day" not in n)


def test_a_single_cycle_falls_into_two_spells_that_follow_one_another() -> None:
    """The night that goes over midnight is one, and a bright hour within it stays in it."""
    names = [f"hour_{number}" for number in range(12)]
    sun = {("pv", "pole", name): value for name, value in zip(names, [0, 0, 0.3, 0.8, 1, 0.9, 0.7, 0, 0, 0.9, 0, 0], strict=True)}
    instance = sliced(
        {"moon": [names], "orbit": [["always"]]}, dict.fromkeys([*names, "always"], 1 / 12), {"power.availability": sun}
    )
    groups = coarsening._groups(instance)
    spells = {group: [name for name in names if groups[name] == group] for group in groups.values()}
    assert spells.pop("always") == [] and groups["always"] == "always"
    assert sorted(spells.values(), key=len) == [names[3:7], names[:3] + names[7:]]
    assert all(group in members for group, members in spells.items())


def test_cycles_of_unlike_length_are_not_one() -> None:
    rings = [["day", "night"], ["long_day", "noon", "long_night"]]
    names = [name for ring in rings for name in ring]
    numbers = {("pv", "pole", name): value for name, value in zip(names, [1, 0, 0.8, 1, 0], strict=True)}
    groups = coarsening._groups(sliced({"earth": rings}, dict.fromkeys(names, 0.2), {"power.availability": numbers}))
    assert [groups[name] for name in names] == ["day", "night", "long_day", "long_day", "long_night"]


def test_seasons_that_are_alike_merge_without_loss(tmp_path: Path) -> None:
    """Where no slice of a group differs from another, merging them changes no cost."""
    from tests.worlds import CHIPS, world

    hours = {"all": None, "one": ("earth", 0.2, 4.8), "two": ("earth", 0.5, 12), "three": ("earth", 0.3, 7.2)}
    instance = world(tmp_path, CHIPS, slices=hours)
    lp = compile_instance(instance)
    merged = merged_slices(instance, lp).program
    assert merged.matrix.nnz < lp.matrix.nnz
    assert solve_program(merged, "simplex").objective == pytest.approx(solve_program(lp, "simplex").objective, rel=1e-9)
