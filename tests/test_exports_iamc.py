"""The IAMC export: pyam reads it, its trees close, and each of its figures is one of the plan's tables."""

from __future__ import annotations

import gc
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import planner
from planner.exporting.iamc import COLUMNS, iamc_table
from tests.solved import solved
from tests.variants import crossroads, toy

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the libraries that pyam imports
    pyam = pytest.importorskip("pyam", reason="pyam is not installed")

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module", params=[toy, crossroads], ids=["toy", "crossroads"])
def plan(request: pytest.FixtureRequest) -> planner.Plan:
    return solved(request.param)


@pytest.fixture(scope="module")
def read(plan: planner.Plan, tmp_path_factory: pytest.TempPathFactory) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pyam.IamDataFrame(plan.export(tmp_path_factory.mktemp("iamc") / "plan.iamc.csv"))


def test_pyam_reads_the_same_from_csv_and_workbook(plan: planner.Plan, read: Any, tmp_path: Path) -> None:
    book = pyam.IamDataFrame(plan.export(tmp_path / "plan.iamc.xlsx"))
    gc.collect()  # pyam leaves the file open: what is said of that is said in this test
    pd.testing.assert_frame_equal(book.data, read.data)
    assert plan.objective in book.meta.iloc[0].tolist()
    assert "planner" in str(book)  # pyam can print it
    assert read.model == [f"planner {planner.__version__}"] and read.year == list(plan.instance.years)


def test_every_sum_of_a_variable_closes(read: Any) -> None:
    sums = [
        name
        for name in read.variable
        if not name.startswith("Price|") and any(other.startswith(f"{name}|") for other in read.variable)
    ]
    assert {"Cost", "Power|Output", "Compute|In service", "Goods|Needed"} <= set(sums)
    assert [name for name in sums if read.check_aggregate(name) is not None] == []


def test_every_sum_of_a_region_closes(plan: planner.Plan, read: Any) -> None:
    table = read.timeseries().droplevel(["model", "scenario", "unit"]).fillna(0.0)
    within = {body: [region for region in read.region if region.startswith(f"{body}|")] for body in plan.instance.bodies}
    within["World"] = [body for body in plan.instance.bodies if body in read.region]
    for region, parts in within.items():
        placed = set(read.filter(region=parts).variable) if parts else set()
        names = sorted(name for name in placed if not name.startswith("Price|") and name != "Cost")
        sums = table[table.index.get_level_values("region").isin(parts)].groupby("variable").sum()
        pd.testing.assert_frame_equal(table.xs(region, level="region").loc[names], sums.loc[names])
        for name in {"Power|Output", "Compute|Placed", "Cost|Capital"} & placed:
            assert read.check_aggregate_region(name, region=region, subregions=parts) is None


def test_figures_are_those_of_the_tables(plan: planner.Plan) -> None:
    wide = iamc_table(plan).set_index(["Variable", "Region"])
    years = [str(year) for year in plan.instance.years]
    assert list(iamc_table(plan).columns) == [*COLUMNS, *years]

    def said(variable: str, region: str) -> dict[int, float]:
        return {int(year): value for year, value in wide.loc[(variable, region), years].dropna().items()}

    share = plan.instance.numbers["time.share"]
    charge = plan["storage.charge"]
    body = charge["body"].iloc[0]
    averaged = (charge["value"] * charge["slice"].map(share)).groupby([charge["body"], charge["year"]]).sum()
    assert said("Storage|Charge", body) == pytest.approx(averaged[body].to_dict())
    assert said("Compute|In service", "World") == pytest.approx(plan.placement.sum(axis=1).to_dict())
    spent = pd.concat([table for name, table in plan.tables.items() if name.startswith("cost.")]).groupby("year")["value"].sum()
    assert said("Cost", "World") == pytest.approx(spent.to_dict())
    demand = plan.prices["demand"].query("workload == @name", local_dict={"name": next(iter(plan.instance.workloads))})
    first = f"Price|Demand|{next(iter(plan.instance.workloads))}"
    assert said(first, "World") == pytest.approx(dict(zip(demand["year"], demand["value"], strict=True)))


def test_every_quantity_and_price_is_there(plan: planner.Plan) -> None:
    table = iamc_table(plan)
    assert not table.duplicated(["Variable", "Region"]).any() and not (table["Unit"] == "").any()
    words = {"|".join(name.split("|")[:2]).lower().replace(" ", "_").replace("helium-3", "helium3") for name in table["Variable"]}
    assert {name.replace(".", "|") for name, entries in plan.tables.items() if len(entries)} <= words
    assert {f"price|{name.split('.')[0]}" for name, entries in plan.prices.items() if "year" in entries} <= words


def test_money_bears_its_price_year_and_changes_tell_scenarios_apart() -> None:
    plan = solved(toy)
    changed = planner.solve(toy().replace({"launch.rocket.price": ("*", 0.5)}))
    table, other = iamc_table(plan), iamc_table(changed)
    money = table[table["Variable"].str.startswith("Cost")]
    assert set(money["Unit"]) == {f"GUSD_{plan.instance.finance.price_year}/yr"}
    assert table["Scenario"].iloc[0] == "toy" and other["Scenario"].iloc[0].startswith("toy + 1 change (")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        both = pyam.concat([pyam.IamDataFrame(table), pyam.IamDataFrame(other)])
    assert len(both.scenario) == 2
