"""How the cost of a plan moves with its instance, and that the same instance written otherwise has the same plan."""

from __future__ import annotations

import csv
import dataclasses
import random
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import planner
from planner.declarations import PARAMETERS
from planner.instance.limits import limit_unit
from tests import variants
from tests.solved import MAKES, THOROUGH, solved

INSTANCES = pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)

#: Parameters of which more never raises the cost, and those of which more never lowers it.
HELPS = {"performance", "existing_performance", "availability", "max_build", "growth", "seed", "efficiency_in", "efficiency_out", "recovery",
         "tonnage", "grade", "initial_stock", "size", "existing"}  # fmt: skip
HURTS = {"capex", "fixed_cost", "variable_cost", "fuel_price", "fuel_use", "emission_factor", "helium3_use", "overhead", "data_rate", "value", "price",
         "delivery_cost", "burden", "propellant_use", "energy_use", "mass_complex", "mass_structural", "spares", "charge_time", "discharge_time",
         "land", "carbon_price", "demand"}  # fmt: skip


# How the cost moves


def direction(instance: planner.Instance, address: str) -> int:
    """-1 where more of the row can only lower the cost, 1 where it can only raise it, 0 where neither is sure."""
    block, *_, name = address.split("[")[0].split(".")
    if block == "limits":
        limit = next(limit for limit in instance.limits if f"limits.{limit.name}.{limit.bound}" == address)
        return (-1 if limit.bound == "upper" else 1) * (1 if min(limit.values.values()) >= 0 else -1)
    if name == "price" and any(address == f"helium3.{market}.price[]" for market in sold_at(instance)):
        return -1
    if name == "demand" and any(limit.quantity == "compute.placed" for limit in instance.limits):
        return 0
    return -1 if name in HELPS else 1 if name in HURTS else 0


def sold_at(instance: planner.Instance) -> list[str]:
    return [name for name, market in instance.markets.items() if market.side == "sell"]


@settings(parent=THOROUGH, max_examples=30)
@given(data=st.data())
def test_more_of_a_good_thing_never_costs_more(data: st.DataObject) -> None:
    make = data.draw(st.sampled_from(list(MAKES.values())))
    instance, before = make(), solved(make).objective
    address = data.draw(st.sampled_from([a for a in variants.addresses(instance) if direction(instance, a)]))
    factor = data.draw(st.floats(1.01, 3))
    parameter = PARAMETERS.get(".".join(address.split("[")[0].split(".")[:: len(address.split("[")[0].split(".")) - 1]))
    less = parameter is not None and parameter.upper < 2
    after = planner.solve(instance.replace({address: ("*", 1 / factor if less else factor)})).objective
    sign = direction(instance, address) * (-1 if less else 1)
    assert sign * (after - before) >= -1e-7 * abs(before), address


@THOROUGH
@given(make=st.sampled_from(list(MAKES.values())), factor=st.floats(0.05, 20))
def test_all_money_scales_the_cost(make: Callable[[], planner.Instance], factor: float) -> None:
    instance = make()
    money = [row.address if row.at else f"{row.address}[]" for row in instance.rows if "GUSD" in row.declaration.unit]
    money += [row.address for row in instance.limit_rows if row.quantity.startswith("cost.")]
    scaled = planner.solve(instance.replace({address: ("*", factor) for address in money}))
    assert scaled.objective == pytest.approx(factor * solved(make).objective, rel=1e-8)


@INSTANCES
def test_overriding_by_itself_changes_nothing(make: Callable[[], planner.Instance]) -> None:
    instance = make()
    same = instance.replace({address: ("*", 1.0) for address in variants.addresses(instance)})
    same = same.replace({address: ("+", 0.0) for address in variants.addresses(instance)})
    texts = {
        row.address if row.at else f"{row.address}[]": f"{row.value!r} {row.unit}"
        for row in instance.rows
        if row.value is not None
    }
    same = same.replace(texts)
    assert same.numbers == instance.numbers
    assert same.hash == instance.hash
    assert planner.solve(same).objective == solved(make).objective


# The same instance written otherwise


def rewritten(folder: Path, change: Callable[[str, list[dict[str, str]]], Iterable[dict[str, str]]]) -> planner.Instance:
    """The instance of a folder with the rows of each table changed; comments are left out."""
    for path in [*folder.glob("*.csv"), *folder.glob("parameters/*.csv")]:
        with path.open(newline="") as file:
            reader = csv.DictReader(line for line in file if line.strip(" ,\r\n") and not line.startswith("#"))
            rows, header = list(reader), reader.fieldnames or []
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, header)
            writer.writeheader()
            writer.writerows(change(path.stem, rows))
    return planner.load(folder)


@INSTANCES
def test_other_units_and_another_order_change_nothing(make: Callable[[], planner.Instance], tmp_path: Path) -> None:
    """Every number in the model's own unit, every table but the ring of slices shuffled."""
    shuffler, units = random.Random(7), make().units

    def change(table: str, rows: list[dict[str, str]]) -> list[dict[str, str]]:
        for row in rows if "unit" in (rows or [{}])[0] else []:
            model = (
                PARAMETERS[f"{table}.{row['parameter']}"].unit if "parameter" in row else limit_unit(row["quantity"], row["over"])
            )
            factor, row["unit"] = units.factor(row["unit"], model), model
            for column, text in row.items():
                if (column in ("value", "low", "high") or column.isdigit()) and text and not text.startswith("*"):
                    row[column] = repr(float(text) * factor)
        return rows if table == "slices" else shuffler.sample(rows, len(rows))

    same = rewritten(variants.written(make, tmp_path), change)
    for name, numbers in make().numbers.items():
        assert same.numbers[name] == pytest.approx(numbers, rel=1e-14), name
    assert planner.solve(same).objective == pytest.approx(solved(make).objective, rel=1e-10)


@pytest.mark.parametrize(
    ("make", "site"),
    [(make, site) for make in MAKES.values() for site in make().sites],
    ids=[site for make in MAKES.values() for site in make().sites],
)
def test_a_site_in_two_halves_changes_nothing(make: Callable[[], planner.Instance], site: str, tmp_path: Path) -> None:
    """Two sites of the same kind, with half of what stood there, of what can be ordered there and of its regolith."""
    halves = {site: (f"{site}_a", f"{site}_b")}
    for name, route in make().routes.items():
        if route.origin == site:
            halves[name] = (f"{name}_a", f"{name}_b")
    for name, at in make().deposits.items():
        if at == site:
            halves[name] = (f"{name}_a", f"{name}_b")

    def change(table: str, rows: list[dict[str, str]]) -> list[dict[str, str]]:
        if table in ("technologies", "limits"):
            both = {old: " ".join(new) for old, new in halves.items()}
            swap = lambda text: " ".join(both.get(word, word) for word in text.split())
            return [{**row, **{column: swap(row[column]) for column in ("at", "item") if row.get(column)}} for row in rows]
        result = []
        for row in rows:
            cells = {column for column in ("site", "route", "origin", "deposit", "item") if row.get(column) in halves}
            place, slash, slice_ = (row.get("at") or "").partition("/")
            divided = bool(cells) or place in halves
            for i in (0, 1) if divided else ():
                half = {column: halves[row[column]][i] for column in cells} | (
                    {"at": halves[place][i] + slash + slice_} if place in halves else {}
                )
                result.append({**row, **half})
            result += [] if divided else [row]
        return result

    split = rewritten(variants.written(make, tmp_path), change)
    new = {half for pair in halves.values() for half in pair}
    numbers = dict(split.numbers)
    for key in numbers:
        if key.endswith((".existing", ".max_build")):
            numbers[key] = {index: value / 2 if index[1] in new else value for index, value in numbers[key].items()}
    numbers["helium3.tonnage"] = {d: value / 2 if d in new else value for d, value in numbers["helium3.tonnage"].items()}
    assert len(split.sites) == len(make().sites) + 1
    assert planner.solve(dataclasses.replace(split, numbers=numbers)).objective == pytest.approx(solved(make).objective, rel=1e-8)


def test_copies_of_the_toy_stand_alone(tmp_path: Path) -> None:
    """The folder can be copied anywhere: the variants above are written from it."""
    assert planner.load(shutil.copytree(variants.TOY, tmp_path / "copy")).hash == variants.toy().hash
