"""Time: the model years, and the slices of each body's own cycle.

A model year stands for the calendar years up to the next one. A slice stands for a share of the year and lasts some
hours each time it occurs (a lunar night: 354 h).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyomo.core as pyo

from planner.blocks.pyomo_units import unit
from planner.parameters import Parameter

if TYPE_CHECKING:
    from planner.instance import Instance

# fmt: off
PARAMETERS = (
    Parameter("time", "share", ("slice",), "1", "share of the year that the slice stands for; the shares of a body add up to 1",
              required=True, open_below=True, upper=1.0),
    Parameter("time", "hours", ("slice",), "h", "length of one occurrence of the slice", required=True, open_below=True),
)
# fmt: on


def add_time(block: pyo.Block, instance: Instance) -> None:
    """Give a block the calendar years that each model year stands for, and the shares and hours of the slices."""
    block.weight = pyo.Param(instance.years, initialize=instance.weights, **unit(block, "yr"))
    block.slice_share = pyo.Param(
        list(instance.numbers["time.share"]), initialize=instance.numbers["time.share"], **unit(block, "1")
    )
    block.slice_hours = pyo.Param(
        list(instance.numbers["time.hours"]), initialize=instance.numbers["time.hours"], **unit(block, "h")
    )
