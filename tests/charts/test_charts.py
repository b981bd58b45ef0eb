"""Every chart: its table adds up to what the plan says, its axes bear units, and a label has one colour wherever it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest

import planner
from planner import charts
from planner.charts.colours import PALETTE, colours, contrast, on_dark, paler, vintages
from planner.charts.panels import grouped, named_years
from planner.plan import Frames
from tests.variants import crossroads
from tests.worlds import PLANTS, world

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def plan() -> planner.Plan:
    return planner.solve(planner.load(ROOT / "instances" / "toy"))


#: The quantities that a chart's table adds up to, year by year.
ADDED = {
    "compute": ["compute.in_service"],
    "vintages": ["compute.in_service"],
    "power": ["power.output"],
    "launched": ["launch.flow"],
    "made": ["industry.output"],
    "helium3_stock": ["helium3.left", "helium3.stock"],
    "demand": ["compute.placed", "compute.unserved"],
    "helium3_flows": [f"helium3.{name}" for name in ("mined", "bought", "burnt", "sold", "shipped", "shipped")],
}


@pytest.mark.parametrize("name", ADDED)
def test_a_table_adds_up_to_its_quantities(plan: planner.Plan, name: str) -> None:
    table = charts.CHARTS[name].table(plan)
    said = pd.concat([plan[quantity] for quantity in ADDED[name]]).groupby("year")["value"].sum()
    assert dict(table.groupby("year")["value"].sum().reindex(said.index, fill_value=0.0)) == pytest.approx(dict(said), abs=1e-6)
    assert set(table["unit"]) == {charts.CHARTS[name].unit} == set(plan[ADDED[name][0]]["unit"])


def test_costs_add_up_to_the_objective(plan: planner.Plan) -> None:
    table = charts.CHARTS["costs"].table(plan)
    assert table["value"].sum() == pytest.approx(plan.objective)
    assert dict(table.groupby("kind")["undiscounted"].sum()) == pytest.approx(
        dict(plan.ledger.groupby("kind")["undiscounted"].sum())
    )


def test_demand_is_what_was_asked_for(plan: planner.Plan) -> None:
    asked = plan.instance.numbers["compute.demand"]
    said = charts.CHARTS["demand"].table(plan).groupby(["workload", "year"])["value"].sum()
    assert dict(said) == pytest.approx(asked, abs=1e-6)


def test_each_table_of_prices_is_that_of_the_plan(plan: planner.Plan) -> None:
    for name, of in (("compute_prices", "demand"), ("goods_prices", "goods_balance"), ("helium3_prices", "helium3_balance")):
        assert charts.CHARTS[name].table(plan)["value"].sum() == pytest.approx(plan.prices[of]["value"].sum())
    share = plan.instance.numbers["time.share"]
    power = plan.prices["power_balance"]
    said = (power["value"] * power["slice"].map(share)).groupby([power["site"], power["year"]]).sum()
    averaged = charts.CHARTS["power_prices"].table(plan).set_index(["site", "year"])["value"]
    assert dict(averaged) == pytest.approx(dict(said))


def test_a_cycle_of_dispatch_balances_on_the_average(plan: planner.Plan) -> None:
    for site in plan.instance.sites:
        table = charts.CHARTS["dispatch"].table(plan, site=site, year=2034)
        hours = table["value"] * (table["end"] - table["begin"])
        flows = hours.groupby(table["flow"]).sum() / (table["end"].max() - table["begin"].min())
        output = plan["power.output"]
        said = output[(output["site"] == site) & (output["year"] == 2034)]["value"].sum()
        assert flows["generated"] == pytest.approx(said)
        for flow, quantity in (("charged", "storage.charge"), ("discharged", "storage.discharge")):
            moved = plan[quantity]
            here = moved[(moved["site"] == site) & (moved["year"] == 2034)]["value"].sum()
            assert table[table["flow"] == flow]["value"].sum() == pytest.approx(here)
        used = plan["power.use"]
        drawn = used[(used["site"] == site) & (used["year"] == 2034)]["value"].sum()
        assert drawn <= said + flows.get("discharged", 0.0) - flows.get("charged", 0.0) + 1e-6
        assert flows["accelerators run"] <= drawn + 1e-9
    assert set(charts.CHARTS["dispatch"].table(plan)["body"]) == {"moon"}
    with pytest.raises(planner.PlannerError, match="no site or model year nowhere"):
        charts.CHARTS["dispatch"].draw(plan, site="nowhere")


def test_what_binds_is_what_has_a_price(plan: planner.Plan) -> None:
    table = charts.CHARTS["binding"].table(plan)
    limits = plan.prices["limit"]
    bound = limits[limits["value"].abs() > 1e-6]
    drawn = table[table["kind"] == "limit"]
    assert dict(zip(zip(drawn["what"], drawn["year"], strict=True), drawn["value"], strict=True)) == {
        (limit.replace("_", " "), year): value
        for limit, year, value in zip(bound["limit"], bound["year"], bound["value"], strict=True)
    }
    assert set(table.groupby(["kind", "what"])["share"].max()) == {1.0}
    assert {"growth", "goods", "power", "demand", "helium-3"} <= set(table["kind"])


def test_prices_of_nothing_do_not_bind(plan: planner.Plan) -> None:
    limits = plan.prices["limit"]
    nothing = replace(plan, frames=Frames.made(**plan.frames.make() | {"prices": {"limit": limits.assign(value=1e-12)}}))
    assert charts.CHARTS["binding"].table(nothing).empty
    assert "binding" not in charts.available(nothing)


def _within(spec: Any) -> Iterator[dict[str, Any]]:
    """Every object of a specification."""
    if isinstance(spec, dict):
        yield spec
        for key, part in spec.items():
            if key != "datasets":
                yield from _within(part)
    elif isinstance(spec, list):
        for part in spec:
            yield from _within(part)


def _specs(plan: planner.Plan) -> dict[str, dict[str, Any]]:
    made = {name: chart.draw(plan).to_dict() for name, chart in charts.CHARTS.items()}
    return made | {"overview": charts.overview(plan).to_dict()}


def test_axes_of_amounts_bear_units(plan: planner.Plan) -> None:
    unit = re.compile(r", (GW|GUSD|USD/|MUSD/|ZFLOP/s|kt/yr|t/yr|t\b)")
    for name, spec in _specs(plan).items():
        encodings = [part["encoding"] for part in _within(spec) if "encoding" in part]
        said = [str(e[axis]["title"]) for e in encodings for axis in ("x", "y") if e.get(axis, {}).get("title")]
        amounts = [title for title in said if title not in ("year", "hours since the cycle began")]
        assert all(unit.search(title) for title in amounts), (name, amounts)
        assert amounts or name == "binding", name
        assert len(amounts) < len(said) or name == "tornado", name


def test_a_label_has_one_colour_in_all_charts(plan: planner.Plan) -> None:
    found: dict[tuple[str, str], set[str]] = {}
    for spec in _specs(plan).values():
        for colour in (
            part["color"] for part in _within(spec) if isinstance(part.get("color"), dict) and "field" in part["color"]
        ):
            scale = colour["scale"]
            for label, shade in zip(scale.get("domain", ()), scale.get("range", ()), strict=False):
                found.setdefault((colour["field"], str(label)), set()).add(shade)
    assert all(len(shades) == 1 for shades in found.values())
    for kind in ("site", "technology", "good", "workload"):
        known = colours(plan.instance, kind)
        drawn = {label: next(iter(shades)) for (field, label), shades in found.items() if field == kind}
        assert drawn and drawn == {label: known[label] for label in drawn}
        assert len(set(drawn.values())) == len(drawn)
    assert colours(plan.instance, "good")["structural"] == colours(plan.instance, "freight")["structural made"]


def test_no_label_is_drawn_without_a_colour(plan: planner.Plan) -> None:
    for name, spec in _specs(plan).items():
        labelled = [part for part in _within(spec) if "name" in part.get("data", {}) and isinstance(part.get("encoding"), dict)]
        for part in labelled:
            colour = part["encoding"].get("color", {})
            if "domain" in colour.get("scale", {}) and colour["type"] == "nominal":
                rows = spec["datasets"][part["data"]["name"]]
                assert {row[colour["field"]] for row in rows} <= set(colour["scale"]["domain"]), name


def test_a_line_chart_has_a_legend(plan: planner.Plan) -> None:
    picture = charts.svg(plan, "compute_prices")
    for workload in plan.instance.workloads:
        assert f">{workload}</text>" in picture


def test_dark_and_light_differ_in_ground_and_ink(plan: planner.Plan) -> None:
    light, dark = charts.svg(plan, "made"), charts.svg(plan, "made", dark=True)
    assert "#ffffff" in light and "#16181c" not in light
    assert "#16181c" in dark and "#ffffff" not in dark
    assert 'stroke="white"' in light and 'stroke="white"' not in dark and 'stroke="#16181c"' in dark


def test_every_colour_is_seen_on_the_dark_ground(plan: planner.Plan) -> None:
    kinds = ("body", "site", "technology", "good", "freight", "workload", "demand", "vintage", "cost", "flow", "stock")
    for colour in {*PALETTE, *(shade for kind in kinds for shade in colours(plan.instance, kind).values())}:
        assert contrast(on_dark(colour), 0.0091) >= 3, colour
    assert contrast("#ffffff", 0.0) == pytest.approx(21) and on_dark("#E69F00") == paler("#E69F00", 0)
    assert on_dark("#004C77") != on_dark("#0072B2")
    picture = charts.svg(plan, "vintages", dark=True)
    assert "#440154" not in picture and on_dark("#440154") in picture


def test_a_phone_is_shown_every_panel_beneath_the_other(plan: planner.Plan) -> None:
    for name in charts.available(plan):
        narrow, wide = (ElementTree.fromstring(charts.svg(plan, name, narrow=narrow)) for narrow in (True, False))
        assert float(narrow.attrib["width"]) <= 345 < float(wide.attrib["width"]), name
        assert _words(narrow) >= {word for word in _words(wide) if word.isidentifier()} - {"earth_and_moon"}, name
        marks = [sum(1 for _ in picture.iter(f"{SVG}path")) for picture in (narrow, wide)]
        assert marks[0] > 0.5 * marks[1], name


SVG = "{http://www.w3.org/2000/svg}"


def _words(picture: ElementTree.Element) -> set[str]:
    return {word for text in picture.iter(f"{SVG}text") for word in str(text.text).replace(":", " ").split()}


def test_little_mass_is_drawn_in_tonnes(plan: planner.Plan) -> None:
    table = charts.CHARTS["launched"].table(plan)
    helium3 = table[table["good"] == "helium3"]["value"].max()
    assert 0 < helium3 < 0.01
    spec = charts.CHARTS["launched"].draw(plan).to_dict()
    drawn = [rows for rows in spec["datasets"].values() if max(row["value"] for row in rows) == pytest.approx(1e3 * helium3)]
    titles = [part["encoding"]["y"]["title"] for part in _within(spec) if "y" in part.get("encoding", {})]
    assert drawn and titles.count("mass delivered, t/yr") == 1


def test_payments_between_model_years_are_drawn_with_the_year_before(plan: planner.Plan) -> None:
    table = charts.CHARTS["costs"].table(plan)
    assert set(table["year"]) - set(plan.instance.years)
    spec = charts.CHARTS["costs"].draw(plan).to_dict()
    rows = next(rows for rows in spec["datasets"].values() if "year" in rows[0])
    assert {row["year"] for row in rows} <= set(plan.instance.years)
    assert sum(row["value"] for row in rows) == pytest.approx(plan.objective)


@pytest.mark.parametrize(
    ("years", "named"),
    [
        (range(2026, 2034), list(range(2026, 2034))),
        (range(2026, 2051, 3), [2026, 2032, 2038, 2044, 2050]),
        (range(2026, 2051), [2030, 2035, 2040, 2045, 2050]),
        (range(2026, 2082), [2030, 2040, 2050, 2060, 2070, 2080]),
    ],
)
def test_an_axis_of_columns_names_years_that_it_has(years: range, named: list[int]) -> None:
    assert named_years(years) == named


def test_notebooks_are_given_the_charts_by_name(plan: planner.Plan) -> None:
    assert dir(plan.plot) == sorted(["overview", *charts.available(plan)])
    assert set(charts.available(plan)) == set(charts.CHARTS)
    assert plan.plot.power().to_dict()["title"]["text"] == "Power by source"
    assert "plains (earth), 2031" in str(plan.plot.dispatch(site="plains", year=2031).to_dict())
    with pytest.raises(AttributeError, match="no chart 'powers'"):
        plan.plot.powers()


def test_a_plan_that_stays_on_earth_has_no_charts_of_what_it_lacks(tmp_path: Path) -> None:
    plan = planner.solve(world(tmp_path / "earth", PLANTS))
    missing = set(charts.CHARTS) - set(charts.available(plan))
    assert missing >= {"helium3_flows", "helium3_stock", "helium3_prices", "launched", "made", "goods_prices"}
    assert {"compute", "power", "dispatch", "costs", "demand"} <= set(charts.available(plan))
    assert charts.svg(plan, "overview").startswith("<svg")
    for name in charts.available(plan):
        assert charts.svg(plan, name).startswith("<svg")
    for name in missing:
        with pytest.raises(planner.PlannerError, match="nothing to show"):
            charts.svg(plan, name)


def test_small_labels_are_drawn_together_and_nothing_is_lost() -> None:
    table = pd.DataFrame(
        [(year, f"k{i}", 100.0 / 10**i) for year in (2030, 2031) for i in range(6)], columns=["year", "technology", "value"]
    )
    drawn = grouped(table, "technology")
    assert list(drawn["technology"].unique()) == ["k0", "k1", "k2", "other"]
    assert drawn["value"].sum() == pytest.approx(table["value"].sum())


def test_vintages_of_a_long_horizon_are_drawn_in_spans() -> None:
    instance = planner.load(ROOT / "instances" / "accelerated")
    named = vintages(instance)
    assert set(named) == {"existing", *map(str, instance.years)}
    assert len(set(named.values())) <= 10
    assert len(set(colours(instance, "vintage").values())) == len(set(named.values()))


def test_one_model_year_is_drawn_as_bars_and_points(tmp_path: Path) -> None:
    plan = planner.solve(world(tmp_path / "earth", PLANTS))
    assert plan.plot.power().to_dict()["concat"][0]["mark"]["type"] == "bar"
    assert plan.plot.compute_prices().to_dict()["concat"][0]["mark"] == {"type": "line", "point": True}


def test_every_chart_of_three_bodies_is_drawn() -> None:
    plan = planner.solve(crossroads())
    names = charts.available(plan)
    assert len(names) >= 12
    for name in names:
        assert "NaN" not in charts.svg(plan, name), name
