"""Every parameter and quantity that the blocks and the balances declare."""

from __future__ import annotations

from planner.blocks import compute, goods, helium3, industry, launch, link, money, power, storage, time
from planner.parameters import Parameter
from planner.quantities import Quantity

#: Quantities of the balances, which stand in `model.py` and join the blocks.
BALANCE_QUANTITIES = (
    Quantity("power.use", ("purpose", "site", "year"), "GW", "power drawn, averaged over the year, by purpose"),
    Quantity("goods.needed", ("good", "body", "year"), "kt/yr", "goods that go into what is built and kept in service"),
    Quantity("goods.arrived", ("good", "body", "year"), "kt/yr", "goods landed"),
    Quantity("goods.made", ("good", "body", "year"), "kt/yr", "goods made on the body"),
    Quantity("goods.departed", ("good", "body", "year"), "kt/yr", "goods that leave, propellant for passing carriers included"),
    Quantity("emissions.released", ("technology", "site", "year"), "Mt/yr", "CO2 released"),
    Quantity("land.occupied", ("technology", "site", "year"), "km2", "land occupied by what stands"),
)

_BLOCKS = (time, compute, link, power, storage, launch, goods, industry, helium3, money)

#: Every parameter, by `block.name`.
PARAMETERS: dict[str, Parameter] = {parameter.key: parameter for block in _BLOCKS for parameter in block.PARAMETERS}

#: Every quantity, by name.
QUANTITIES: dict[str, Quantity] = {
    quantity.name: quantity
    for quantity in (*(q for block in _BLOCKS if hasattr(block, "QUANTITIES") for q in block.QUANTITIES), *BALANCE_QUANTITIES)
}
