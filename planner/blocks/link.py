"""Links: a site far from its users needs capacity to send them what it computed.

Equation (C5), where links and compute meet, stands in `model.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyomo.core as pyo

from planner.blocks import fleet
from planner.blocks.lives import Lives
from planner.blocks.pyomo_units import declare
from planner.parameters import Parameter

if TYPE_CHECKING:
    from planner.instance import Instance

# fmt: off
PARAMETERS = (
    *fleet.parameters("link"),
    Parameter("link", "availability", ("technology", "site", "slice"), "1", "share of the link capacity in service that can be used (clouds, line of sight)",
              default=1.0, upper=1.0),
)

QUANTITIES = fleet.quantities("link")
# fmt: on


def add_link(b: pyo.Block, instance: Instance) -> Lives:
    """Add the fleets of links."""
    lives = fleet.add_fleet(b, instance, "link")
    declare(b, instance, fleet.own(PARAMETERS))
    return lives
