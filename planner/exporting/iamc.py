"""The IAMC format: one wide table of Model, Scenario, Region, Variable, Unit and a column a year, as pyam reads it.

A region is a body, a site as `body|site`, or `World`, every body together. A variable is a tree with `|`. What lies higher in
either tree is the sum of what lies below it, as a limit counts it; prices are not summed.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import pandas as pd

from planner.exporting.excel import write_sheets
from planner.exporting.tables import about, write_csv
from planner.exporting.yearly import with_places, yearly
from planner.plan import Plan
from planner.quantities import DIMENSIONS

#: The columns before the years.
COLUMNS = ("Model", "Scenario", "Region", "Variable", "Unit")

#: Every body together: the name that pyam's checks of regions expect.
WORLD = "World"

_NO_LABELS = ("body", "site", "year", "value", "unit")
#: What labels are called where tables of several quantities are one: as many as a quantity has at most, beside places and year.
_LABELS = tuple(f"label {number}" for number in range(1, len(DIMENSIONS)))
_NAMES = {"helium3": "Helium-3"}


def iamc_table(plan: Plan) -> pd.DataFrame:
    """Every quantity of the plan and every yearly price as a wide table; money bears its price year, `GUSD_2025/yr`."""
    parts = [*_quantities(plan), *_prices(plan)]
    table = pd.concat(parts, ignore_index=True)
    table["value"] = table["value"] + 0.0  # no negative nought
    table["unit"] = table["unit"].str.replace("USD", f"USD_{plan.instance.finance.price_year}")
    wide = table.pivot(index=["variable", "region", "unit"], columns="year", values="value").reset_index()
    wide = wide.rename(columns={"variable": "Variable", "region": "Region", "unit": "Unit"})
    wide.insert(0, "Model", model_name(plan))
    wide.insert(1, "Scenario", scenario_name(plan))
    wide.columns = [str(name) for name in wide.columns]
    return wide[[*COLUMNS, *map(str, plan.instance.years)]]


def model_name(plan: Plan) -> str:
    """`planner` with the version that made the plan."""
    return f"planner {plan.facts['provenance']['versions']['planner']}"


def scenario_name(plan: Plan) -> str:
    """The instance, its scenarios, and where numbers were changed how many and a mark that tells such changes apart."""
    options = plan.facts["provenance"]["options"]
    changes = options["changes"]
    mark = sha256("\n".join(changes).encode()).hexdigest()[:8]
    changed = [f"{len(changes)} change{'s' if len(changes) > 1 else ''} ({mark})"] if changes else []
    return " + ".join([str(plan.facts["instance"]), *options["scenarios"], *changed])


def _quantities(plan: Plan) -> Iterator[pd.DataFrame]:
    """Every quantity and its sums over labels, by site, by body and everywhere; all costs together as well."""
    leaves = pd.concat([_leaves(plan, name) for name, table in plan.tables.items() if len(table)], ignore_index=True)
    spent = leaves[leaves["root"].str.startswith("Cost|")].assign(root="Cost", depth=0)
    # Of all costs together some are at no site (freight) and some at no body (unserved demand): they count further up.
    for part in (leaves, spent):
        for depth in range(part["depth"].max() + 1):
            for level in (["body", "site"], ["body"], []):
                yield _summed(part[part["depth"] >= depth].dropna(subset=level), list(_LABELS[:depth]), level)


def _leaves(plan: Plan, name: str) -> pd.DataFrame:
    """The entries of a quantity in common columns: its words, how many labels it has, these, its places, year, unit, value."""
    table = with_places(plan.instance, yearly(plan.instance, plan.tables[name]))
    labels = [column for column in table.columns if column not in _NO_LABELS]
    common = table.rename(columns=dict(zip(labels, _LABELS, strict=False)))
    return common.assign(root=_words(name), depth=len(labels))


def _summed(leaves: pd.DataFrame, labels: list[str], level: list[str]) -> pd.DataFrame:
    sums = leaves.groupby(["root", *labels, *level, "year", "unit"], sort=False, as_index=False)["value"].sum()
    sums["variable"] = _path([], sums, ["root", *labels])
    sums["region"] = _path([], sums, level) if level else WORLD
    return sums[["variable", "region", "unit", "year", "value"]]


def _prices(plan: Plan) -> Iterator[pd.DataFrame]:
    for name, table in plan.prices.items():
        if "year" not in table or not len(table):
            continue
        leaves = with_places(plan.instance, yearly(plan.instance, table))
        places = [column for column in ("body", "site") if column in leaves]
        # A deposit's or a carrier's name is a label of the price as well as a place.
        labels = [column for column in leaves.columns if column not in _NO_LABELS]
        leaves["variable"] = _path(["Price", _words(name)], leaves, labels)
        leaves["region"] = _path([], leaves, places) if places else WORLD
        yield leaves[["variable", "region", "unit", "year", "value"]]


def _path(before: Sequence[str], table: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    parts = (itertools.repeat(name, len(table)) for name in before)
    return ["|".join(path) for path in zip(*parts, *(table[column].tolist() for column in columns), strict=True)]


def _words(name: str) -> str:
    """`compute.in_service` as `Compute|In service`."""
    return "|".join(_NAMES.get(part, part.replace("_", " ").capitalize()) for part in name.split("."))


def write_iamc(plan: Plan, path: Path) -> None:
    """Write the table as .csv, or as .xlsx with the sheets `data` and `meta`, as pyam reads them, and `about`."""
    table = iamc_table(plan)
    if path.suffix.lower() == ".csv":
        write_csv(table, path)
        return
    # Numbers alone: with pandas 3, pyam 3.2 cannot print what has text among its indicators.
    named = {"model": model_name(plan), "scenario": scenario_name(plan)}
    meta = pd.DataFrame([{**named, f"objective ({plan.facts['unit']})": plan.objective}])
    write_sheets(path, {"data": table, "meta": meta}, {"about": (("what", "value"), about(plan))})
