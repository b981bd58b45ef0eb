"""Instances: a folder of text files in, a frozen `Instance` in the units of the model out."""

from planner.instance.conventions import Body, Conventions, Finance, Horizon
from planner.instance.instance import Instance
from planner.instance.limits import Limit, limit_unit
from planner.instance.loading import load
from planner.instance.rows import Bound, LimitRow, ParameterRow
from planner.instance.settings import schema
from planner.instance.structure import Market, Route, Structure, Technology

__all__ = [
    "Body",
    "Bound",
    "Conventions",
    "Finance",
    "Horizon",
    "Instance",
    "Limit",
    "LimitRow",
    "Market",
    "ParameterRow",
    "Route",
    "Structure",
    "Technology",
    "limit_unit",
    "load",
    "schema",
]
