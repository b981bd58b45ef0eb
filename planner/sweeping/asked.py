"""What `sweep.json` and `design.json` of a store must say, each field of its type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from planner.foreign import Unfit
from planner.run_facts import Hash, Number, Text, Whole, refuse_unless
from planner.sweeping.points import Design

#: Bytes of sweep.json.
LARGEST_FACTS = 10_000_000

Operation = Literal["=", "*", "+"]


class _Said(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class Facts(_Said):
    """`sweep.json`; more may stand in it."""

    model_config = ConfigDict(strict=True, frozen=True, extra="allow")

    instance: Text
    instance_hash: Hash
    scenarios: list[Text]
    changes: list[Text]
    design: Hash
    points: Whole
    time_limit: Number
    check_every: Whole
    solver: Text
    versions: dict[Text, Text]
    unit: Text
    token: Text


class _Law(_Said):
    address: Text
    operation: Operation
    base: Number
    slope: Number


class _Varied(_Said):
    name: Text
    unit: Text
    laws: Annotated[list[_Law], Field(min_length=1)]
    low: Number
    high: Number
    present: Number | None
    about_range: Text
    whole: bool


class _Factor(_Said):
    name: Text
    varied: _Varied
    scale: Literal["linear", "log"]
    levels: list[Number]


# The changes of points are millions: lists of them are checked without a model.
class _Point(_Said):
    number: Whole
    values: list[float]
    scenarios: list[Text]
    changes: list[Any]
    name: Text


class _Settings(_Said):
    base: Whole | None
    levels: Whole | None
    second_order: bool
    correlations: list[Annotated[list[Any], Field(min_length=3, max_length=3)]]
    left_out: dict[Text, Text]
    units: dict[Text, Text]


class _Design(_Said):
    method: Literal["grid", "scenarios", "latin_hypercube", "sobol", "saltelli", "morris"]
    factors: list[_Factor]
    points: list[_Point]
    quantities: list[Text]
    seed: Whole
    settings: _Settings


def check_facts(facts: dict[str, Any]) -> None:
    """Raise Unfit where the facts of a sweep lack something or have it of another type."""
    refuse_unless(Facts, facts, "sweep.json")


def check_said(said: dict[str, Any]) -> None:
    """Raise Unfit where a design has another form than `design_files.as_dict` gives it."""
    refuse_unless(_Design, said, "design.json")
    for point in said["points"]:
        if len(point["values"]) != len(said["factors"]):
            raise Unfit(f"design.json: point {point['number']} has {len(point['values'])} values, expected one a factor")
        for change in point["changes"]:
            if not _is_change(change):
                raise Unfit(
                    f"design.json: point {point['number']} changes {str(change)[:60]}, expected address, operation, number"
                )
    for pair in said["settings"]["correlations"]:
        if [type(part) for part in pair] != [str, str, float]:
            raise Unfit(f"design.json: a correlation is {str(pair)[:60]}, expected two factors and a number")


def _is_change(change: Any) -> bool:
    kinds = [type(part) for part in change] if isinstance(change, list) else []
    return kinds in ([str, str, float], [str, str, int]) and change[1] in ("=", "*", "+")


def check_design(design: Design, columns: Sequence[str]) -> None:
    """Raise Unfit where a design has points out of order, ranges without points, or two columns of a name."""
    if [point.number for point in design.points] != list(range(len(design.points))):
        raise Unfit("design.json: its points are not numbered from 0")
    for factor in design.factors:
        varied = factor.varied
        if varied.low >= varied.high or (factor.scale == "log" and varied.low <= 0):
            raise Unfit(f"design.json: the range of '{factor.name}' runs from {varied.low:g} to {varied.high:g} ({factor.scale})")
    names = [*columns, *(factor.name for factor in design.factors), *design.quantities]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise Unfit(f"design.json: '{twice[0]}' is the name of two columns")
