"""What a quantity is: a named linear expression of the model, said once, in the file of the block that defines it.

The objective, the limits, the result tables and every analysis use these quantities and nothing beside them, so that
no reported number can disagree with the one that was optimised. All of them are yearly rates (or states of a year):
over a horizon they are added up with the number of calendar years that each model year stands for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from planner.parameters import CAPACITY_UNITS

#: Everything a quantity may be indexed by, in the order of the columns of its table.
DIMENSIONS = (
    "technology",
    "workload",
    "tier",
    "route",
    "good",
    "deposit",
    "market",
    "purpose",
    "body",
    "site",
    "vintage",
    "year",
    "slice",
)


@dataclass(frozen=True)
class Quantity:
    """A quantity's name (`block.name`), the dimensions of its index, its unit and its meaning."""

    name: str
    index: tuple[str, ...]
    unit: str
    meaning: str

    def of(self, block: str) -> Quantity:
        """This declaration for another block, with that block's unit of capacity in place of `{capacity}`."""
        return replace(self, name=f"{block}.{self.name}", unit=self.unit.replace("{capacity}", CAPACITY_UNITS[block]))
