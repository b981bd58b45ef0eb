"""The command line: arguments in, printing out; everything else is done elsewhere."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from planner import cli_runs, cli_studies, cli_sweeps, errors
from planner.endings import interruptible
from planner.options import (
    AsJson,
    Certify,
    Changes,
    InstanceFolder,
    Method,
    ModelFile,
    Quiet,
    Scenarios,
    Version,
)
from planner.terminal import (
    count_by_status,
    edits_of,
    load_instance,
    progress,
    refuse_hopeless,
    say,
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

#: What a command comes to that is interrupted outside of a solve.
_INTERRUPTED = errors.SolverLimit("interrupted")


def main() -> None:
    """Run the command line and leave with its exit code.

    0 done, 1 unexpected, 2 bad usage or instance, 3 no plan, 4 stopped, 5 a reproduced run differs.
    """
    as_json = "--json" in sys.argv[1:]  # also where the rest of the line cannot be read
    came: list[int] = []
    try:
        with _pyomo_silent(), interruptible(came):
            app(standalone_mode=True)
    except errors.PlannerError as error:
        sys.exit(say_failure(error, as_json))
    except KeyboardInterrupt:
        sys.exit(say_failure(_INTERRUPTED, as_json))
    except SystemExit as ended:
        if came and ended.code:  # typer makes a silent exit out of an interrupt
            sys.exit(say_failure(_INTERRUPTED, as_json))
        if as_json and ended.code == 2:
            say_ending("bad_usage", 2, "the command line cannot be read: see standard error")
        sys.exit(ended.code)
    except BrokenPipeError:
        sys.exit(1)
    except Exception as error:
        if came:  # whoever imports in a `try` may make another error out of an interrupt
            sys.exit(say_failure(_INTERRUPTED, as_json))
        logging.getLogger("planner").debug("unexpected", exc_info=True)
        message = errors.printable(f"unexpected failure: {type(error).__name__}: {error}")
        print(f"planner: {message}", file=sys.stderr)
        if as_json:
            say_ending("unexpected", 1, message)
        sys.exit(1)


@contextmanager
def _pyomo_silent() -> Iterator[None]:
    """Meanwhile Pyomo logs nothing: it would do so on standard output, where one JSON object may be asked for.

    What fails is raised too. Only the command line is silent: in a library, what Pyomo logs is its user's to set.
    """
    logger = logging.getLogger("pyomo")  # known before Pyomo is imported, which leaves the level alone
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)


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
    from planner.folders import refuse_existing
    from planner.highs import write_model as export_program
    from planner.pipeline import Stopwatch, compile_instance, solve_compiled

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
            loaded = load_instance(instance, scenario, set_, quiet or as_json)
        warn_of(loaded, quiet or as_json)
        program = compile_instance(loaded, stopwatch)
        if write_model is not None:
            export_program(program, write_model)
        plan = solve_compiled(
            loaded,
            program,
            solver=solver.value,
            threads=threads,
            time_limit=time_limit,
            exact=certify is Certify.exact,
            ranging=ranging,
            stopwatch=stopwatch,
        )
        with stopwatch.step("tables"):
            plan.frames.make()
        if out is not None:
            from planner.store import save_plan  # what needs tables is imported once the solver has let go of its memory

            with stopwatch.step("write"):
                save_plan(plan, out, "".join(log))
    if as_json:
        say(json.dumps({**plan.facts, "out": None if out is None else str(out)}))
    elif not quiet:
        from planner.digest import summary

        say(summary(plan))
        say(f"\nWritten to {out}." if out is not None else "\nNothing written: --out DIR keeps the plan.")


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
    loaded = load_instance(instance, scenario, set_, quiet or as_json)  # first: a bad instance is answered at once

    from planner.pipeline import compile_instance

    findings = warn_of(loaded, quiet or as_json)
    refuse_hopeless(findings)
    program = compile_instance(loaded)
    rows, columns, nonzeros = program.shape
    facts: dict[str, Any] = {
        "status": "ok", "instance": loaded.name, "instance_hash": loaded.hash,
        "rows_read": loaded.counts["read"], "rows_made": loaded.counts["added"], "rows_used": loaded.counts["used"],
        **{name: len(getattr(loaded, name)) for name in ("years", "sites", "technologies", "limits")},
        "numbers": count_by_status(loaded.rows), "rows": rows, "columns": columns, "nonzeros": nonzeros,
        "warnings": [str(finding) for finding in findings if not finding.hopeless], "changed": edits_of(loaded),
    }  # fmt: skip
    ranges = []
    if numerics:
        from planner.conditioning import numerics_report

        ranges = numerics_report(loaded)
        facts["numerics"] = [asdict(found) for found in ranges]
    if as_json:
        say(json.dumps(facts))
    elif not quiet:
        numbers = ", ".join(f"{count} {status}" for status, count in facts["numbers"].items())
        warned = len(facts["warnings"])
        say(f"{loaded.title}: no problem found" + (f", {warned} warning{'s' * (warned > 1)}." if warned else "."))
        made = f" ({facts['rows_made']} of them made by changes)" if facts["rows_made"] else ""
        say(f"{facts['rows_read']} rows read{made}, {facts['rows_used']} used; numbers: {numbers}.")
        counted = ", ".join(f"{facts[name]} {name}" for name in ("sites", "technologies", "limits"))
        say(f"{facts['years']} model years, {counted}.")
        say(f"{rows:,} rows x {columns:,} columns, {nonzeros:,} nonzeros.")
        for found in ranges:
            say(found)


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

    loaded = load_instance(instance, scenario, set_, as_json)
    records, text = quantities_shown() if quantities else parameters_shown(loaded, address)
    say(json.dumps(records) if as_json else text)


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
        say(json.dumps({"a": a.hash, "b": b.hash, "same": a.hash == b.hash, "differences": listed}))
    else:
        lines = [errors.printable(str(difference)) for difference in found]
        number = f"{len(found)} difference{'s' if len(found) > 1 else ''}" if found else "No difference"
        say("\n".join([*lines, f"{number}."]))


cli_runs.register(app)
cli_studies.register(app)
cli_sweeps.register(app)
