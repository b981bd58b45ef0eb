"""The commands about runs that were saved: arguments in, printing out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from planner import errors
from planner.options import EXPORTED, AsJson, Changes, Exported, Grouping, ModelFile, Scenarios
from planner.terminal import load_instance, progress, say

TOLERANCE_HELP = "numbers that differ by no more than this share of the larger (or of 1) are the same; 0: bit for bit"


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (export, draw, explain, reproduce, compare, report):
        app.command()(command)


def export(
    source: Annotated[Path, typer.Argument(metavar="RUN|INSTANCE", help="a run folder, or with --write-model an instance")],
    to: Annotated[Path | None, typer.Option(metavar="PATH", help=f"write the plan: {EXPORTED}")] = None,
    format_: Annotated[Exported | None, typer.Option("--format", help="what to write; else the ending of PATH says")] = None,
    write_model: ModelFile = None,
    scenario: Scenarios = [],  # noqa: B006
    set_: Changes = [],  # noqa: B006
) -> None:
    """Write the plan of a run folder for other programs, or the linear program of an instance for another solver."""
    if (to is None) == (write_model is None):
        raise errors.PlannerError("export writes a plan or a program, expected --to PATH or --write-model FILE")
    if to is not None:
        if scenario or set_:
            raise errors.PlannerError("a run is exported as it was solved, expected no --scenario and no --set beside --to")
        from planner.checked import load_checked
        from planner.exporting import export_plan, format_of

        format_of(to, format_ and format_.value)
        say(f"Written to {export_plan(load_checked(source), to, format_ and format_.value)}.")
    elif format_ is not None:
        raise errors.PlannerError("--format is of what --to writes; a program is written as its ending says, .mps or .lp")
    elif write_model is not None:
        _export_program(source, write_model, scenario, set_)


def _export_program(instance: Path, write_model: Path, scenario: list[str], set_: list[str]) -> None:
    from planner.highs import write_model as export_program
    from planner.pipeline import compile_instance

    program = compile_instance(load_instance(instance, scenario, set_, silent=False))
    export_program(program, write_model)
    rows, columns, nonzeros = program.shape
    say(f"{rows:,} rows x {columns:,} columns, {nonzeros:,} nonzeros written to {write_model}.")


def draw(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="a run folder")],
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="the picture to write, .svg or .png")] = None,
    chart: Annotated[str, typer.Option(metavar="NAME", help="the chart; `overview` is the whole plan on one sheet")] = "overview",
    all_: Annotated[Path | None, typer.Option("--all", metavar="DIR", help="draw every chart, as .svg and .png")] = None,
    dark: Annotated[bool, typer.Option("--dark", help="draw on a dark ground")] = False,
) -> None:
    """Draw the plan of a run folder: one chart, or all of them."""
    if (out is None) == (all_ is None):
        raise errors.PlannerError("draw writes one of two things, expected --out FILE (one chart) or --all DIR (every chart)")
    from planner.charts import save, save_all
    from planner.store import load_plan

    if out is not None:
        say(f"Drawn in {save(load_plan(run), chart, out, dark)}.")
    elif all_ is not None:
        drawn = save_all(load_plan(run), all_, dark)
        say(f"{len(drawn)} pictures drawn in {all_}.")


def explain(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="a run folder")],
    part: Annotated[
        list[str], typer.Option(metavar="NAME", help="binding, price_stack, entry or sensitivity; may be given again; else all")
    ] = [],  # noqa: B006
    out: Annotated[Path | None, typer.Option(metavar="FOLDER", help="write the tables too, as CSV files")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what binds and what it is worth, what computing costs and why, why not the rest, and what matters most."""
    from planner.checked import load_checked
    from planner.explaining import explain as explain_plan
    from planner.folders import OWN_TABLES, refuse_existing
    from planner.store import save_tables

    if out is not None:
        refuse_existing(out, OWN_TABLES)
    found = explain_plan(load_checked(run), part or None)
    if out is not None:
        save_tables(found.tables, out)
    say(json.dumps(found.as_dict(), allow_nan=False) if as_json else found)
    if out is not None and not as_json:
        say(f"\nTables written to {out}.")


def reproduce(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="a run folder")],
    tolerance: Annotated[float, typer.Option(metavar="SHARE", min=0.0, help=TOLERANCE_HELP)] = 1e-9,
    as_json: AsJson = False,
) -> None:
    """Run a run again from its own copy of the instance; exit code 0 if all is the same, 5 if something differs."""
    from planner.reproducing import reproduce as run_again

    with progress(as_json) as tell:
        found = run_again(run, tolerance, tell)
    say(json.dumps(found.as_dict()) if as_json else found)
    if not found.same:
        raise typer.Exit(5)


def compare(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN RUN [RUN ...]", help="run folders; each is held against the first")],
    group: Annotated[Grouping, typer.Option(help="how inputs are grouped into steps; auto takes at most 12")] = Grouping.auto,
    reverse: Annotated[bool, typer.Option("--reverse", help="change the inputs in the opposite order too")] = False,
    no_attribution: Annotated[bool, typer.Option("--no-attribution", help="solve nothing: decisions and inputs alone")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what differs between runs: decisions by year, inputs, and what each input makes of the difference in cost."""
    from planner.checked import load_checked
    from planner.comparing import compare as compare_plans

    if len(runs) < 2:
        raise errors.PlannerError(f"{runs[0]} is one run, expected at least two to compare")
    plans = [load_checked(run) for run in runs]
    with progress(as_json) as tell:
        names = [str(run) for run in runs]
        found = compare_plans(plans, names=names, group=group.value, reverse=reverse, attribution=not no_attribution, watch=tell)
    say(json.dumps([one.as_dict() for one in found]) if as_json else "\n\n\n".join(map(str, found)))


def report(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN [RUN ...]", help="run folders; several are held side by side too")],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.html", help="the page to write; else report.html in the first run folder")
    ] = None,
    charts: Annotated[Path | None, typer.Option(metavar="DIR", help="write every chart too, as .svg and .png")] = None,
) -> None:
    """Write runs as one HTML page that opens without a network: answer, charts, what binds, sources, proof."""
    from planner.checked import load_checked
    from planner.reporting import refuse_target
    from planner.reporting import report as write_report

    target = out or runs[0] / "report.html"
    refuse_target(target)
    plans = [load_checked(run) for run in runs]
    with progress(silent=False) as tell:
        write_report(plans, target, names=[run.resolve().name for run in runs], charts=charts, tell=tell)
    say(f"Written to {target}." + ("" if charts is None else f" Charts drawn in {charts}."))
