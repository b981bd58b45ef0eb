"""The command line: arguments in, printing out; everything else is done elsewhere."""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from planner import cli_studies, errors
from planner.endings import interruptible
from planner.options import (
    EXPORTED,
    AsJson,
    Certify,
    Changes,
    Exported,
    Grouping,
    InstanceFolder,
    Method,
    ModelFile,
    Quiet,
    Scenarios,
    Version,
)
from planner.terminal import (
    count_by_status,
    load_instance,
    progress,
    refuse_hopeless,
    say_ending,
    say_failure,
    solver_log,
    warn_of,
    without_plan,
)

# What a command needs is imported when it runs: --help and bad usage answer at once.

app = typer.Typer(
    name="planner", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Plan where compute is placed, on Earth, the Moon or elsewhere, each year, at least cost.",
)  # fmt: skip


cli_studies.register(app)


def main() -> None:
    """Run the command line and leave with its exit code.

    0 done, 1 unexpected, 2 bad usage or instance, 3 no plan, 4 stopped, 5 a reproduced run differs.
    """
    as_json = "--json" in sys.argv[1:]  # also where the rest of the line cannot be read
    with interruptible() as came:
        try:
            app(standalone_mode=True)
        except errors.PlannerError as error:
            _leave(say_failure(error, as_json))
        except KeyboardInterrupt:
            _leave(say_failure(errors.SolverLimit("interrupted"), as_json))
        except SystemExit as ended:
            if came and ended.code:  # typer makes a silent exit out of an interrupt
                _leave(say_failure(errors.SolverLimit("interrupted"), as_json))
            if as_json and ended.code == 2:
                say_ending("bad_usage", 2, "the command line cannot be read: see standard error")
            _leave(ended.code)
        except BrokenPipeError:
            sys.stderr.close()
            sys.exit(1)
        except Exception as error:
            logging.getLogger("planner").debug("unexpected", exc_info=True)
            message = f"unexpected failure: {type(error).__name__}: {error}"
            print(f"planner: {message}", file=sys.stderr)
            if as_json:
                say_ending("unexpected", 1, message)
            sys.exit(1)


def _leave(code: Any) -> NoReturn:
    """Leave with an exit code, at once where the solver was told to stop and has not."""
    solver = sys.modules.get("planner.running")  # not imported for this: it costs a fifth of a second
    if solver is not None and any(thread.name == solver.SOLVER_THREAD for thread in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 0 if code is None else 1)
    sys.exit(code)


@app.callback()
def _options(version: Version = False) -> None:
    """Options of the program itself."""


@app.command()
def solve(
    instance: InstanceFolder,
    scenario: Scenarios = [],  # noqa: B006 - typer copies it
    set_: Changes = [],  # noqa: B006
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="write a run folder")] = None,
    solver: Annotated[Method, typer.Option(help="method of the solver; auto chooses by size")] = Method.auto,
    threads: Annotated[int | None, typer.Option(metavar="N", min=1, help="threads of the solver")] = None,
    time_limit: Annotated[float | None, typer.Option(metavar="S", min=0.0, help="seconds that the solver may take")] = None,
    certify: Annotated[Certify, typer.Option(help="exact: check the basis in rational arithmetic as well")] = Certify.extended,
    ranging: Annotated[bool, typer.Option("--ranging", help="say how far each price holds, and which are degenerate")] = False,
    write_model: ModelFile = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Find the least-cost plan, prove it, and say what it is."""
    from planner.digest import summary
    from planner.highs import write_model as export_program
    from planner.pipeline import Stopwatch, compile_instance
    from planner.pipeline import solve as solve_instance
    from planner.store import refuse_existing, save_plan

    if out is not None:
        refuse_existing(out)
    loaded = program = None
    with (
        progress(quiet or as_json) as tell,
        solver_log() as log,
        without_plan(lambda: (loaded, program), out, log) as steps,
    ):
        stopwatch = Stopwatch(tell)
        stopwatch.seconds = steps
        with stopwatch.step("read"):
            loaded = load_instance(instance, scenario, set_)
        warn_of(loaded, quiet or as_json)
        program = compile_instance(loaded, stopwatch)
        if write_model is not None:
            export_program(program, write_model)
        plan = solve_instance(
            loaded,
            solver=solver.value,
            threads=threads,
            time_limit=time_limit,
            exact=certify is Certify.exact,
            ranging=ranging,
            stopwatch=stopwatch,
            program=program,
        )
        if out is not None:
            with stopwatch.step("write"):
                save_plan(plan, out, "".join(log))
    if as_json:
        print(json.dumps({**plan.facts, "out": None if out is None else str(out)}))
    elif not quiet:
        print(summary(plan))
        print(f"\nWritten to {out}." if out is not None else "\nNothing written: --out DIR keeps the plan.")


@app.command()
def check(
    instance: InstanceFolder,
    scenario: Scenarios = [],  # noqa: B006
    set_: Changes = [],  # noqa: B006
    numerics: Annotated[bool, typer.Option("--numerics", help="report the ranges of the program's numbers as well")] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Validate an instance, count what it holds and say how large its program is, without solving it."""
    loaded = load_instance(instance, scenario, set_)  # first: a bad instance is answered at once

    from planner.pipeline import compile_instance

    findings = warn_of(loaded, quiet or as_json)
    refuse_hopeless(findings)
    program = compile_instance(loaded)
    rows, columns, nonzeros = program.shape
    facts: dict[str, Any] = {
        "status": "ok", "instance": loaded.name, "instance_hash": loaded.hash,
        "rows_read": loaded.counts["read"], "rows_used": loaded.counts["used"],
        **{name: len(getattr(loaded, name)) for name in ("years", "sites", "technologies", "limits")},
        "numbers": count_by_status(loaded.rows), "rows": rows, "columns": columns, "nonzeros": nonzeros,
        "warnings": [str(finding) for finding in findings if not finding.hopeless],
    }  # fmt: skip
    ranges = []
    if numerics:
        from planner.conditioning import numerics_report

        ranges = numerics_report(loaded, program)
        facts["numerics"] = [asdict(found) for found in ranges]
    if as_json:
        print(json.dumps(facts))
    elif not quiet:
        numbers = ", ".join(f"{count} {status}" for status, count in facts["numbers"].items())
        print(f"{loaded.title}: no problem found.")
        print(f"{facts['rows_read']} rows read, {facts['rows_used']} used; numbers: {numbers}.")
        counted = ", ".join(f"{facts[name]} {name}" for name in ("sites", "technologies", "limits"))
        print(f"{facts['years']} model years, {counted}.")
        print(f"{rows:,} rows x {columns:,} columns, {nonzeros:,} nonzeros.")
        for found in ranges:
            print(found)


@app.command()
def show(
    instance: InstanceFolder,
    address: Annotated[
        str | None, typer.Argument(metavar="ADDRESS", help="a parameter's address; all of them where none is given")
    ] = None,
    scenario: Scenarios = [],  # noqa: B006
    set_: Changes = [],  # noqa: B006
    quantities: Annotated[bool, typer.Option("--quantities", help="show the quantities that limits may bound instead")] = False,
    as_json: AsJson = False,
) -> None:
    """Show a parameter or all of them: value, unit, range, source, meaning."""
    from planner.showing import parameters_shown, quantities_shown

    loaded = load_instance(instance, scenario, set_)
    records, text = quantities_shown() if quantities else parameters_shown(loaded, address)
    print(json.dumps(records) if as_json else text)


@app.command()
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
        from planner.exporting import export_plan, format_of
        from planner.store import load_plan

        format_of(to, format_ and format_.value)
        print(f"Written to {export_plan(load_plan(source), to, format_ and format_.value)}.")
    elif format_ is not None:
        raise errors.PlannerError("--format is of what --to writes; a program is written as its ending says, .mps or .lp")
    elif write_model is not None:
        _export_program(source, write_model, scenario, set_)


def _export_program(instance: Path, write_model: Path, scenario: list[str], set_: list[str]) -> None:
    from planner.highs import write_model as export_program
    from planner.pipeline import compile_instance

    program = compile_instance(load_instance(instance, scenario, set_))
    export_program(program, write_model)
    rows, columns, nonzeros = program.shape
    print(f"{rows:,} rows x {columns:,} columns, {nonzeros:,} nonzeros written to {write_model}.")


@app.command()
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
        print(f"Drawn in {save(load_plan(run), chart, out, dark)}.")
    elif all_ is not None:
        drawn = save_all(load_plan(run), all_, dark)
        print(f"{len(drawn)} pictures drawn in {all_}.")


@app.command()
def explain(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="a run folder")],
    part: Annotated[
        list[str], typer.Option(metavar="NAME", help="binding, price_stack, entry or sensitivity; may be given again; else all")
    ] = [],  # noqa: B006
    out: Annotated[Path | None, typer.Option(metavar="FOLDER", help="write the tables too, as CSV files")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what binds and what it is worth, what computing costs and why, why not the rest, and what matters most."""
    from planner.explaining import explain as explain_plan
    from planner.store import load_plan, refuse_existing, save_tables

    if out is not None:
        refuse_existing(out)
    found = explain_plan(load_plan(run), part or None)
    if out is not None:
        save_tables(found.tables, out)
    print(json.dumps(found.as_dict(), allow_nan=False) if as_json else found)
    if out is not None and not as_json:
        print(f"\nTables written to {out}.")


TOLERANCE_HELP = "numbers that differ by no more than this share of the larger (or of 1) are the same; 0: bit for bit"


@app.command()
def reproduce(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="a run folder")],
    tolerance: Annotated[float, typer.Option(metavar="SHARE", min=0.0, help=TOLERANCE_HELP)] = 1e-9,
    as_json: AsJson = False,
) -> None:
    """Run a run again from its own copy of the instance; exit code 0 if all is the same, 5 if something differs."""
    from planner.reproducing import reproduce as run_again

    with progress(as_json) as tell:
        found = run_again(run, tolerance, tell)
    print(json.dumps(found.as_dict()) if as_json else found)
    if not found.same:
        raise typer.Exit(5)


@app.command()
def diff(
    first: Annotated[Path, typer.Argument(metavar="INSTANCE", help="folder of the first instance")],
    second: Annotated[Path, typer.Argument(metavar="INSTANCE", help="folder of the second instance")],
    scenario_a: Annotated[list[str], typer.Option(metavar="NAME", help="a scenario of the first; may be given again")] = [],  # noqa: B006
    scenario_b: Annotated[list[str], typer.Option(metavar="NAME", help="a scenario of the second; may be given again")] = [],  # noqa: B006
    as_json: AsJson = False,
) -> None:
    """List what differs between two instances: every address with both values."""
    from planner.differing import differences

    a, b = load_instance(first, scenario_a, []), load_instance(second, scenario_b, [])
    found = differences(a, b)
    if as_json:
        listed = [vars(difference) for difference in found]
        print(json.dumps({"a": a.hash, "b": b.hash, "same": a.hash == b.hash, "differences": listed}))
    else:
        lines = [errors.printable(str(difference)) for difference in found]
        number = f"{len(found)} difference{'s' if len(found) > 1 else ''}" if found else "No difference"
        print("\n".join([*lines, f"{number}."]))


@app.command()
def compare(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN RUN [RUN ...]", help="run folders; each is held against the first")],
    group: Annotated[Grouping, typer.Option(help="how inputs are grouped into steps; auto takes at most 12")] = Grouping.auto,
    reverse: Annotated[bool, typer.Option("--reverse", help="change the inputs in the opposite order too")] = False,
    no_attribution: Annotated[bool, typer.Option("--no-attribution", help="solve nothing: decisions and inputs alone")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what differs between runs: decisions by year, inputs, and what each input makes of the difference in cost."""
    from planner.comparing import compare as compare_plans
    from planner.store import load_plan

    if len(runs) < 2:
        raise errors.PlannerError(f"{runs[0]} is one run, expected at least two to compare")
    plans = [load_plan(run) for run in runs]
    with progress(as_json) as tell:
        names = [str(run) for run in runs]
        found = compare_plans(plans, names=names, group=group.value, reverse=reverse, attribution=not no_attribution, watch=tell)
    print(json.dumps([one.as_dict() for one in found]) if as_json else "\n\n\n".join(map(str, found)))
