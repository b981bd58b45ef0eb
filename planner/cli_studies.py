"""The commands that ask what would have to be true: arguments in, printing out."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from planner.options import AsJson, Changes, InstanceFolder, Scenarios
from planner.terminal import edits_of, load_instance, progress, say

Vary = Annotated[
    list[str],
    typer.Option(
        "--vary", metavar="ADDRESS", help="what is varied: ADDRESS, ADDRESS* (a factor) or ADDRESS=A+B*t; several move together"
    ),
]
Low = Annotated[float | None, typer.Option("--from", metavar="LOW", help="low end of the range; else that of the row")]
High = Annotated[float | None, typer.Option("--to", metavar="HIGH", help="high end of the range; else that of the row")]
Until = Annotated[str, typer.Option("--until", metavar="CONDITION", help="such as 'compute.in_service[moon]@2050 > 5 GW'")]
Accuracy = Annotated[
    float, typer.Option("--accuracy", metavar="SHARE", help="how near to the threshold, as a share of its value")
]
TableFile = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="write it as .csv or .json")]
StudyFile = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="write it as .csv, .json, .svg or .png")]


class Sense(StrEnum):
    """Which way a quantity is better."""

    least = "least"
    most = "most"


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(breakeven)
    app.command("value-function")(value_function)
    app.command()(frontier)
    app.command()(pareto)


def breakeven(
    instance: InstanceFolder,
    vary: Vary,
    until: Until,
    low: Low = None,
    high: High = None,
    accuracy: Accuracy = 1e-3,
    scenario: Scenarios = [],  # noqa: B006 - typer copies it
    set_: Changes = [],  # noqa: B006
    out: TableFile = None,
    as_json: AsJson = False,
) -> None:
    """Find the value of a parameter at which the plan changes its mind."""
    from planner.studies.breakeven import breakeven as find

    _check(out, drawn=False)
    loaded = load_instance(instance, scenario, set_, as_json)
    with progress(as_json) as tell:
        found = find(loaded, vary, until, low, high, accuracy, tell)
    _tell(found, loaded, out, as_json)


def value_function(
    instance: InstanceFolder,
    vary: Vary,
    low: Low = None,
    high: High = None,
    most: Annotated[int, typer.Option(metavar="N", min=1, help="the most breakpoints")] = 300,
    scenario: Scenarios = [],  # noqa: B006
    set_: Changes = [],  # noqa: B006
    out: StudyFile = None,
    as_json: AsJson = False,
) -> None:
    """Find the least cost as a function of a cost or of a limit, with all its breakpoints."""
    from planner.studies.value_function import value_function as find

    _check(out)
    loaded = load_instance(instance, scenario, set_, as_json)
    with progress(as_json) as tell:
        found = find(loaded, vary, low, high, most, tell)
    _tell(found, loaded, out, as_json)


def frontier(
    instance: InstanceFolder,
    x: Annotated[str, typer.Option("--x", metavar="ADDRESS=LOW..HIGH:N", help="what is varied across, at N values")],
    y: Annotated[str, typer.Option("--y", metavar="ADDRESS=LOW..HIGH", help="what is varied until the condition switches")],
    until: Until = "compute.in_service[moon] > 0",
    accuracy: Accuracy = 1e-2,
    scenario: Scenarios = [],  # noqa: B006
    set_: Changes = [],  # noqa: B006
    out: StudyFile = None,
    as_json: AsJson = False,
) -> None:
    """Find the line, across two parameters, at which the plan changes its mind."""
    from planner.studies.frontier import frontier as find

    _check(out)
    loaded = load_instance(instance, scenario, set_, as_json)
    with progress(as_json) as tell:
        found = find(loaded, x, y, until, accuracy, tell)
    _tell(found, loaded, out, as_json)


def pareto(
    instance: InstanceFolder,
    against: Annotated[
        str, typer.Option(metavar="QUANTITY", help="QUANTITY[place or item]@year, or a ratio of two; no @: over the horizon")
    ],
    sense: Annotated[Sense, typer.Option(help="whether less of it is better, or more")] = Sense.least,
    points: Annotated[int, typer.Option(metavar="N", min=2, help="points of the front")] = 9,
    scenario: Scenarios = [],  # noqa: B006
    set_: Changes = [],  # noqa: B006
    out: StudyFile = None,
    as_json: AsJson = False,
) -> None:
    """Find what less, or more, of a quantity costs: a Pareto front under limits on it."""
    from planner.studies.pareto import pareto as find

    _check(out)
    loaded = load_instance(instance, scenario, set_, as_json)
    with progress(as_json) as tell:
        found = find(loaded, against, points, sense.value, tell)
    _tell(found, loaded, out, as_json)


def _check(out: Path | None, drawn: bool = True) -> None:
    """Refuse a file that could not be written before anything is solved for it."""
    if out is not None:
        from planner.folders import NO_STUDY_OVER, refuse_existing
        from planner.studies.files import check_file

        refuse_existing(out, NO_STUDY_OVER)
        check_file(out, drawn)


def _tell(found: Any, instance: Any, out: Path | None, as_json: bool) -> None:
    if out is not None:
        from planner.studies.files import save_study

        save_study(found, out)
    say(json.dumps({**found.as_dict(), "changed": edits_of(instance)}, allow_nan=False) if as_json else found)
    if out is not None and not as_json:
        say(f"Written to {out}.")
