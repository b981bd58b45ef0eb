"""Values that can be read and are most likely a slip: each gives a warning with its file and line.

A value that can mean nothing else is a problem, and refused where it is read. Here stand those that an instance may mean, if
rarely. All look at the resolved numbers alone, build nothing and take milliseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.instance.slips import demand, fleets, limits, money, names, places, power, trade
from planner.instance.slips.look import Look

if TYPE_CHECKING:
    from planner.instance.findings import Finding
    from planner.instance.instance import Instance


def slips(instance: Instance) -> list[Finding]:
    """Every likely slip of an instance, in the order of the files."""
    look = Look(instance)
    topics = (demand, fleets, limits, money, names, places, power, trade)
    return sorted({found for topic in topics for check in topic.CHECKS for found in check(look)})
