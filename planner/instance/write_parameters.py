"""Write docs/parameters.md, every parameter and quantity: `python -m planner.instance.write_parameters [FILE]`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from planner.blocks import compute, fleet, goods, helium3, industry, launch, link, money, power, storage, time
from planner.declarations import PARAMETERS, QUANTITIES
from planner.instance.labels import PURPOSES
from planner.instance.parameter_rows import parameters_of
from planner.instance.tables import GOODS, TECHNOLOGY_BLOCKS
from planner.parameters import CAPACITY_UNITS, ITEMS, Parameter
from planner.quantities import Quantity

#: The files of the blocks in the order of the page; what a block is about is the first line of its docstring.
_MODULES = (time, money, compute, link, power, storage, launch, goods, industry, helium3)

#: What stands for a block, and for its unit of capacity, in what is said once for all technologies.
_ANY_BLOCK, _CAPACITY = "BLOCK", "CAPACITY"

#: How the index of a parameter is said, but for its item.
_PLACES = {"site": "each site", "body": "each body", "year": "by year", "vintage": "by year of order"}

#: The dimensions of a quantity that no label in `item` selects.
_NO_LABELS = ("site", "body", "vintage", "year", "slice")

#: What `at` may name where a quantity has a dimension that is at a place.
_AT = {
    "site": "site or body",
    "body": "body",
    "deposit": "site or body of the deposit",
    "route": "body of destination",
    "market": "body of the market",
}

_TOP = """\
# Parameters and quantities

Everything that a row of [`parameters/*.csv`](instance-format.md#parameters) may give, and everything that a row of
[`limits.csv`](instance-format.md#limits), a [sweep](sweeps.md) or a [threshold](thresholds.md) may name. `make parameters`
writes this page from the code.

## Parameters

The first column is the [address](instance-format.md#parameters) of a parameter; capitals stand for a name of the instance. In
the file of the block, which bears its name, `power.TECHNOLOGY.capex` is a row with the technology in `item` and `capex` in
`parameter`.

* **Of what**: a number for each of these. One row can give many of them: an empty `item` stands for every item of the block, an
  empty `at` for every place. Where it says *each site*, `at` may name a site, or a body for all its sites: the sites are those
  where the technology may stand, and for a parameter without an item those where one of the block may. Where it says *each
  body*, `at` may name a body. Where it says *each slice* after an item, `at` may also name a slice, or `site/slice`. Where it
  says *by year* or *by year of order* (of the year in which the thing is ordered), columns of years may take the place of
  `value`. A tier is a row of `tiers.csv`, or a workload that has none there.
* **Unit**: that of the model. A row may be in any unit that converts into it; plain `USD` is money of `price_year`, and a plain
  number has the unit `1`.
* **If not stated**: a number that *must be stated* is asked for each of what it is of; where the instance has nothing of the
  kind, for nothing. Of the others the default is told, or *absent*: there is no number then, and what it would do is not done,
  or is done as its meaning says.
* **Range**: in the unit of the model. Besides, every number is 0 or of [a size from 1e-9 to
  1e10](instance-format.md#largest-sizes-and-what-a-file-may-not-do).
"""

_QUANTITIES = """\
## Quantities

What a plan says of itself, in rates of a year or states of a year; every one has a table in the plan. A limit, a sweep or a
threshold selects some entries and adds them up by year, entries of a slice averaged over the year, those of all vintages
together.

* **`item`** may name labels of these kinds; without one of a kind, all are counted. The goods are {goods}, the purposes
  {purposes}; other labels are names of the instance.
* **`at`** may name these places, and must be empty where none stands here; without one, all are counted.
* In a sweep or a threshold both stand in brackets behind the name, the year behind them: `compute.in_service[rack, moon]@2050`.
* **Unit**: that of a year; over the horizon it is times a year.
"""


def parameters_text() -> str:
    """The page of parameters and quantities as it stands in docs/parameters.md."""
    shared = _shared()
    parts = [_TOP]
    for module in _MODULES:
        block = module.PARAMETERS[-1].block
        if block == TECHNOLOGY_BLOCKS[0]:
            parts.append(_every_technology(shared))
        own = [parameter for parameter in parameters_of(block).values() if not _is_one_of(shared, parameter)]
        parts.append(_section(module, block, own))
    parts += [_QUANTITIES.format(goods=_listed(GOODS), purposes=_listed(PURPOSES)), _quantities(QUANTITIES.values())]
    return "\n".join(parts)


def _shared() -> list[Parameter]:
    """What every block with technologies declares alike, but for its unit of capacity."""
    return [
        parameter
        for parameter in fleet.PARAMETERS
        if all(PARAMETERS.get(f"{block}.{parameter.name}") == parameter.of(block) for block in TECHNOLOGY_BLOCKS)
    ]


def _is_one_of(shared: list[Parameter], parameter: Parameter) -> bool:
    """True where the parameter is already said for all technologies."""
    return parameter.block in TECHNOLOGY_BLOCKS and any(parameter == each.of(parameter.block) for each in shared)


def _every_technology(shared: list[Parameter]) -> str:
    """What all technologies have, said once, with the units that each block has for it."""
    forms = dict.fromkeys(("{capacity}", *(parameter.unit for parameter in shared if "{capacity}" in parameter.unit)))
    named = [form.replace("{capacity}", _CAPACITY) for form in forms]
    units = [
        (f"`{block}`", *(f"`{Parameter(block, '', (), form, '').of(block).unit}`" for form in forms))
        for block in TECHNOLOGY_BLOCKS
    ]
    said = [replace(parameter, block=_ANY_BLOCK, unit=parameter.unit.replace("{capacity}", _CAPACITY)) for parameter in shared]
    return "\n".join(
        (
            "### Every technology\n",
            f"Every technology has these, in the file of its block: `{_ANY_BLOCK}` is one of {_listed(TECHNOLOGY_BLOCKS)}.\n",
            _parameters(said),
            f"`{_CAPACITY}` is the unit in which the block counts what is built:\n",
            _table((f"`{_ANY_BLOCK}`", *(f"`{name}`" for name in named)), units),
        )
    )


def _section(module: ModuleType, block: str, own: list[Parameter]) -> str:
    """The parameters of a block that are its own."""
    about = [(module.__doc__ or "").partition("\n")[0]]
    if block in CAPACITY_UNITS:
        about += [
            f"Capacity is counted in {CAPACITY_UNITS[block]}.",
            "What [every technology](#every-technology) has comes besides.",
        ]
    return "\n".join((f"### {block}\n", f"`parameters/{block}.csv`. {' '.join(about)}\n", _parameters(own)))


def _parameters(parameters: Iterable[Parameter]) -> str:
    header = ("parameter", "of what", "unit", "if not stated", "range", "meaning")
    return _table(header, (_parameter(parameter) for parameter in parameters))


def _parameter(parameter: Parameter) -> tuple[str, ...]:
    """The row of a parameter."""
    kind = parameter.item_kind
    address = ".".join((parameter.block, *([kind.upper()] if kind else []), parameter.name))
    default = "absent" if parameter.default is None else f"{parameter.default:g}"
    return (
        f"`{address}`",
        _of_what(parameter.index),
        f"`{parameter.unit}`",
        "**must be stated**" if parameter.required else default,
        parameter.range_in("", 1.0),
        parameter.meaning,
    )


def _of_what(index: tuple[str, ...]) -> str:
    """An index in words, such as `each technology, each site, by year`."""
    said = [f"each {label}" if label in ITEMS else _PLACES[label] for label in index]
    return ", ".join(said) or "the instance"


def _quantities(quantities: Iterable[Quantity]) -> str:
    """Every quantity, those of a name's first word together."""
    groups: dict[str, list[Quantity]] = {}
    for quantity in quantities:
        groups.setdefault(quantity.name.partition(".")[0], []).append(quantity)
    header = ("quantity", "`item`", "`at`", "its table is by", "unit", "meaning")
    return _table(header, (_quantity(quantity) for group in groups.values() for quantity in group))


def _quantity(quantity: Quantity) -> tuple[str, ...]:
    """The row of a quantity."""
    items = [dimension for dimension in quantity.index if dimension not in _NO_LABELS]
    places = [_AT[dimension] for dimension in quantity.index if dimension in _AT]
    return (
        f"`{quantity.name}`",
        ", ".join(items),
        ", ".join(places),
        ", ".join(quantity.index),
        f"`{quantity.unit}`",
        quantity.meaning,
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table of the page."""
    head, *lines = ("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in (header, *rows))
    return "".join((head, "|---" * len(header) + "|\n", *lines))


if __name__ == "__main__":
    Path(sys.argv[1] if len(sys.argv) > 1 else "docs/parameters.md").write_text(parameters_text(), encoding="utf-8")
