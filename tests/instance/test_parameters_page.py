"""The page of every parameter and quantity: it is what the code gives, and says of each what the code does."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

import planner
from planner.declarations import PARAMETERS, QUANTITIES
from planner.instance.limit_rows import labels, selection_problems
from planner.instance.write_parameters import parameters_text
from planner.parameters import CAPACITY_UNITS
from tests.conftest import ROOT

FILE = Path(__file__).parents[2] / "docs" / "parameters.md"
_ROW = re.compile(r"^\| `([\w.]+)` \|(.*)\|$", re.MULTILINE)


def rows(part: str) -> list[tuple[str, list[str]]]:
    """What the first cell of every row of a part of the page names, and its other cells."""
    before, _, after = FILE.read_text(encoding="utf-8").partition("\n## Quantities\n")
    text = {"parameters": before, "quantities": after}[part]
    return [(name, [cell.strip().replace("`", "") for cell in cells.split("|")]) for name, cells in _ROW.findall(text)]


def stated() -> dict[str, list[str]]:
    return dict(rows("parameters"))


def test_the_page_is_current() -> None:
    assert FILE.read_text(encoding="utf-8") == parameters_text(), "run: python -m planner.instance.write_parameters"


def test_every_parameter_stands_in_it_once() -> None:
    """As a reader finds it: by block, item and name, and `BLOCK` is each block with technologies."""
    said: list[str] = []
    for address, _ in rows("parameters"):
        block, *item, name = address.split(".") if "." in address else ("", "", "")
        for each in CAPACITY_UNITS if block == "BLOCK" else [block] if block else []:
            said.append(f"{each}.{name}")
            kind = PARAMETERS[said[-1]].item_kind if said[-1] in PARAMETERS else ""
            assert item == ([kind.upper()] if kind else []), address
    assert Counter(said) == Counter(list(PARAMETERS))


def test_every_quantity_stands_in_it_once() -> None:
    assert Counter(name for name, _ in rows("quantities")) == Counter(list(QUANTITIES))


def test_every_block_has_its_units_of_what_all_technologies_have() -> None:
    said = stated()
    names = said["BLOCK"]
    for address in (address for address in said if address.startswith("BLOCK.")):
        unit, name = said[address][1], address.rpartition(".")[2]
        for block in CAPACITY_UNITS:
            told = said[block][names.index(unit)] if "CAPACITY" in unit else unit
            assert told == PARAMETERS[f"{block}.{name}"].unit, (address, block)


@pytest.mark.parametrize(
    ("address", "cells"),
    [
        ("finance.discount_rate", ["the instance", "1/yr", "**must be stated**", "at least -0.5 and at most 2"]),
        ("time.SLICE.hours", ["each slice", "h", "**must be stated**", "above 0"]),
        ("compute.overhead", ["each site", "1", "**must be stated**", "at least 1"]),
        ("compute.TIER.value", ["each tier, by year", "GUSD/yr/(ZFLOP/s)", "absent", "at least 0"]),
        ("compute.TECHNOLOGY.availability", ["each technology, each site, each slice", "1", "1", "at least 0 and at most 1"]),
        ("BLOCK.TECHNOLOGY.capex", ["each technology, each site, by year of order", "GUSD/CAPACITY", "**must be stated**", "at least 0"]),
        ("BLOCK.TECHNOLOGY.lead_time", ["each technology, each site", "yr", "0", "a whole number of years at least 0 and at most 100"]),
        ("launch.ROUTE.opens", ["each route", "yr", "absent", "a calendar year from 1900 to 2500"]),
    ],
)  # fmt: skip
def test_a_row_says_what_was_declared(address: str, cells: list[str]) -> None:
    assert stated()[address][:4] == cells


def test_a_limit_may_name_the_labels_and_places_that_the_page_tells() -> None:
    structure = planner.load(ROOT / "instances" / "toy").structure
    bodies = tuple(structure.slices)
    for name, (item, at, index, *_) in rows("quantities"):
        quantity = QUANTITIES[name]
        assert item == ", ".join(labels(structure, quantity)), name
        assert index == ", ".join(quantity.index), name
        for kind, places in (("site", structure.sites), ("body", bodies)):
            problems = [selection_problems(quantity, [], [place], structure, bodies) for place in places]
            counted = any("is not counted at" not in str(found) for found in problems)
            assert counted == (kind in re.findall(r"\w+", at)), (name, kind)
