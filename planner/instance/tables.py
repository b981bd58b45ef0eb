"""The tables of an instance: their columns, and what makes a row of them one of a kind."""

from __future__ import annotations

from dataclasses import dataclass

from planner.declarations import PARAMETERS


@dataclass(frozen=True)
class Table:
    """Columns that must be there, columns that may be, whether columns of years may follow, and the key of a row."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    key: tuple[str, ...]
    years: bool = False


STRUCTURE = {
    "sites": Table(("site", "body"), ("note",), ("site",)),
    "slices": Table(("slice", "body"), ("cycle", "note"), ("slice",)),
    "technologies": Table(("technology", "block", "at"), ("makes", "note"), ("technology",)),
    "workloads": Table(("workload", "kind"), ("note",), ("workload",)),
    "tiers": Table(("tier", "workload"), ("note",), ("tier",)),
    "routes": Table(("route", "carrier", "origin", "destination", "goods"), ("refuel", "note"), ("route",)),
    "deposits": Table(("deposit", "site"), ("note",), ("deposit",)),
    "markets": Table(("market", "body", "side"), ("note",), ("market",)),
    "survival": Table(("technology", "age", "share", "source"), ("note",), ("technology", "age")),
    "prices": Table(("year", "index", "source"), ("note",), ("year",)),
}
LIMITS = Table(
    ("limit", "quantity", "over", "bound", "unit", "source"),
    ("item", "at", "value", "low", "high", "note", "first_year", "last_year"),
    ("limit", "bound"),
    years=True,
)
PARAMETER_ROWS = Table(
    ("parameter", "unit", "source"), ("item", "at", "value", "low", "high", "note"), ("item", "at", "parameter"), years=True
)

#: The tables that stand beside instance.toml, each in a file of its name.
BESIDE = {**STRUCTURE, "limits": LIMITS}

#: The tables without which there is nothing to plan.
NEEDED = ("sites", "slices", "technologies", "workloads")

#: The files of parameters/, one a block.
BLOCKS = tuple(dict.fromkeys(parameter.block for parameter in PARAMETERS.values()))
TECHNOLOGY_BLOCKS = ("compute", "link", "power", "storage", "launch", "industry", "helium3")
GOODS = ("complex", "structural", "propellant", "helium3")
