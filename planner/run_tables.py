"""What the tables of a run folder must be: their columns, and labels that the instance of the run has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.types as types

from planner import foreign
from planner.declarations import QUANTITIES
from planner.economics import ASSETS
from planner.foreign import Unfit
from planner.instance import Instance
from planner.ledger import COLUMNS
from planner.prices import PRICES

_LEDGER = "ledger.parquet"

#: The columns in which every number is finite: of how far a price holds, some are not.
_FINITE = ("value", "undiscounted", "discounted", "built", "cost", "worth", "profit")

#: What a column is made of, by its name; every other column is text.
_Kind = Callable[[Any], bool]
_Labels = Mapping[str, frozenset[Any]]
_KINDS: dict[str, _Kind] = {
    **dict.fromkeys((*_FINITE, "less", "more", "below", "above"), types.is_float64),
    "year": types.is_int64, "at_most": types.is_boolean, "degenerate": types.is_boolean,
}  # fmt: skip


#: What the prices of a caller's own constraint have at least.
_OWN_PRICES = ("value", "unit")


def read_tables(folder: Path, instance: Instance) -> dict[str, Any]:
    """The tables of a run folder, by the names of the properties of `planner.plan.Frames`.

    Raises Unfit where one is missing, is no table within bounds, lacks a column, or names what the instance has not.
    """
    known = _labels(instance)
    quantities = {name: (*_index(quantity.index), "value", "unit") for name, quantity in QUANTITIES.items()}
    prices = {name: (*_index(price.index), "value", "unit") for name, price in PRICES.items()}
    economics = {"assets": ASSETS, "settlement": ("source", "label", "discounted")}
    found = {
        "tables": _folder(folder / "tables", quantities, known), "prices": _folder(folder / "prices", prices, known),
        "economics": _folder(folder / "economics", economics, known),
        "ledger": _table(folder / _LEDGER, _LEDGER, COLUMNS, known),
    }  # fmt: skip
    for part, needed in (("tables", quantities), ("economics", economics)):  # a plan has every quantity, if without entries
        if missing := [name for name in needed if name not in found[part]]:
            raise Unfit(f"{part}: it has no {missing[0]}.parquet")
    return found


def _index(names: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of an index: beside a site stands its body."""
    return tuple(column for name in names for column in ((name, "body") if name == "site" else (name,)))


def _folder(folder: Path, expected: Mapping[str, tuple[str, ...]], known: _Labels) -> dict[str, pd.DataFrame]:
    found = {}
    for path in foreign.entries(folder):
        if path.suffix == ".parquet":
            file = f"{folder.name}/{path.name}"
            if path.stem not in expected and folder.name != "prices":
                raise Unfit(f"{file}: a plan has no such table")
            found[path.stem] = _table(path, file, expected.get(path.stem, _OWN_PRICES), known)
    return found


def _table(path: Path, file: str, columns: tuple[str, ...], known: _Labels) -> pd.DataFrame:
    try:
        found = foreign.table(path)
        kinds = {name: _KINDS.get(name, types.is_large_string) for name in columns}
        foreign.fits(path.name, found, kinds)
        for name in set(found.column_names) - set(kinds):
            if name not in _KINDS and not types.is_large_string(found[name].type):
                raise Unfit(f"{path.name}: its column {name} is {found[name].type}")
        _check_labels(path.name, found, known)
        if file != _LEDGER:
            _check_once(path.name, found, [name for name in columns if name not in _KINDS or name == "year"])
    except Unfit as error:
        raise Unfit(f"{file}{str(error).removeprefix(path.name)}") from None
    return found.to_pandas()


def _check_labels(file: str, found: Any, known: _Labels) -> None:
    import pyarrow.compute as pc

    for name in found.column_names:
        if name in known and (strange := set(found[name].unique().to_pylist()) - known[name]):
            raise Unfit(f"{file}: its instance has no {name} '{min(map(str, strange))}'")
        if name in _FINITE and not pc.all(pc.is_finite(found[name]), min_count=0).as_py():
            raise Unfit(f"{file}: {name} has values that are no numbers")


def _check_once(file: str, found: Any, index: list[str]) -> None:
    """An entry stands in a table once; in a ledger a cost may have several parts that are called alike."""
    if index and found.group_by(index).aggregate([]).num_rows < found.num_rows:
        raise Unfit(f"{file}: it has two rows of the same {', '.join(index)}")


def _labels(instance: Instance) -> dict[str, frozenset[Any]]:
    """What may stand in a column; in the ledger and in what earns, what a cost does not have is empty."""
    structure = instance.structure
    vintages = {str(year) for year in instance.years} | {"existing"}
    named: dict[str, Any] = {
        "technology": instance.technologies, "site": instance.sites, "body": instance.bodies, "workload": structure.workloads,
        "tier": structure.tiers, "route": instance.routes, "deposit": structure.deposits, "market": structure.markets,
        "vintage": vintages, "slice": [one for slices in structure.slices.values() for one in slices],
        "limit": [limit.name for limit in instance.limits],
    }  # fmt: skip
    return {name: frozenset({"", *labels}) for name, labels in named.items()}
