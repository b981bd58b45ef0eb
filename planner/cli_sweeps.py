"""The commands of sweeps: arguments in, printing out."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.options import AsJson, Changes, InstanceFolder, Method, Quiet, Scenarios
from planner.terminal import load_instance, say

if TYPE_CHECKING:
    from planner.sweeping.analysis import NoAnalysis, SweepAnalysis
    from planner.sweeping.results import Sweep

#: Where no terminal shows a bar, a line says how far a sweep is each time that so many seconds have gone by.
_LINE_EVERY = 30.0


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(sweep)
    app.command()(analyse)


def sweep(
    instance: InstanceFolder,
    design: Annotated[Path, typer.Option(metavar="FILE.toml", help="which points are planned: docs/sweeps.md has the format")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="the store of the results")],
    scenario: Scenarios = [],  # noqa: B006 - typer copies it
    set_: Changes = [],  # noqa: B006
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="processes of this machine; one a core if not given")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="go on with the points that are missing in DIR")] = False,
    retry: Annotated[
        bool,
        typer.Option("--retry", help="with --resume: also over those that crashed, hung, were stopped, failed or cannot be read"),
    ] = False,
    dask: Annotated[str | None, typer.Option(metavar="ADDRESS", help="a Dask scheduler whose workers solve the points")] = None,
    time_limit: Annotated[float, typer.Option(metavar="S", min=0.001, help="seconds of the solver at a point")] = 600.0,
    check_every: Annotated[int, typer.Option(metavar="N", min=0, help="solve one point in N cold as well; 0: none")] = 50,
    solver: Annotated[Method, typer.Option(help="method of the solver")] = Method.auto,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Plan every point of a design, each from its neighbour's plan, and say what decides."""
    from planner.sweeping.processes import started_early

    with started_early(1 if dask else workers):
        from planner.sweeping.distributing import executor_of
        from planner.sweeping.running import sweep as run_sweep
        from planner.sweeping.writing import get_ready, write_analysis

        loaded = load_instance(instance, scenario, set_, quiet or as_json)
        with _watch(quiet or as_json) as watch, executor_of(dask) as executor, _meanwhile(get_ready, watch) as told:
            found = run_sweep(
                loaded, design, out, workers=workers, executor=executor, resume=resume, retry=retry, time_limit=time_limit,
                check_every=check_every, solver=solver.value, watch=told,
            )  # fmt: skip
    analysis = write_analysis(found)
    if as_json:
        say(_as_json(found, analysis))
    elif not quiet:
        say(found)
        say(f"\n{analysis}\n\nWritten to {out}.")


def analyse(
    store: Annotated[Path, typer.Argument(metavar="DIR", help="the store of a sweep, finished or not")],
    quantity: Annotated[list[str], typer.Option(metavar="NAME", help="a column to ask about; may be given again; else all")] = [],  # noqa: B006
    dark: Annotated[bool, typer.Option("--dark", help="draw on a dark ground")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what the results of a sweep show so far, and draw it."""
    from pandas.api.types import is_numeric_dtype

    from planner.errors import PlannerError
    from planner.instance.problems import nearest
    from planner.sweeping.results import load_sweep
    from planner.sweeping.writing import write_analysis

    found = load_sweep(store)
    for name in quantity:
        if name not in found.results or not is_numeric_dtype(found.results[name]):
            known = [*found.design.quantities, "objective"]
            what = f"{store} has no column {name!r}" + " of numbers" * (name in found.results)
            raise PlannerError(f"{what}, expected one of {', '.join(known)}{nearest(name, known)}")
    analysis = write_analysis(found, tuple(quantity), dark)
    say(_as_json(found, analysis) if as_json else f"{found}\n\n{analysis}\n\nWritten to {store / 'analysis'}.")


def _as_json(found: Sweep, analysis: SweepAnalysis | NoAnalysis) -> str:
    """The facts of a sweep and its analysis as one JSON object."""
    return json.dumps({**found.as_dict(), "analysis": analysis.as_dict()}, allow_nan=False)


@contextmanager
def _watch(silent: bool) -> Iterator[Callable[[int, int], None]]:
    """Progress on standard error: points, rate and time left; a bar on a terminal, else a line now and then."""
    if silent:
        yield lambda finished, all_: None
        return
    if not sys.stderr.isatty():
        yield _lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        TextColumn("points"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeElapsedColumn(),
        TextColumn("left"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("sweep", total=None, rate="")
        pace = _Pace()
        yield lambda finished, all_: bar.update(task, completed=finished, total=all_, rate=pace.said(finished))


@contextmanager
def _meanwhile(do: Callable[[], None], watch: Callable[[int, int], None]) -> Iterator[Callable[[int, int], None]]:
    """The same progress; once there is some, and other processes solve points while this one waits, something is done here.

    It is waited for at the end: two threads that import the same at once may end in a deadlock of imports.
    """
    first: int | None = None
    doing: list[threading.Thread] = []

    def tell(finished: int, all_: int) -> None:
        nonlocal first
        first = finished if first is None else first
        if first < finished < all_ and not doing:
            doing.append(threading.Thread(target=do, name="planner-ready"))
            doing[0].start()
        watch(finished, all_)

    yield tell
    for thread in doing:
        thread.join()


class _Pace:
    """How many points are finished a minute, counted from the first look."""

    def __init__(self) -> None:
        self.began, self.first = time.monotonic(), -1

    def a_second(self, finished: int) -> float:
        """Points a second."""
        if self.first < 0:
            self.began, self.first = time.monotonic(), finished
        return (finished - self.first) / max(time.monotonic() - self.began, 1e-9)

    def said(self, finished: int) -> str:
        """The rate in words; nothing while no point is finished."""
        rate = self.a_second(finished)
        return f"{60 * rate:.3g} a minute" if rate > 0 else ""


def _lines() -> Callable[[int, int], None]:
    pace, last = _Pace(), time.monotonic()

    def tell(finished: int, all_: int) -> None:
        nonlocal last
        rate = pace.a_second(finished)
        if finished < all_ and time.monotonic() - last < _LINE_EVERY:
            return
        last = time.monotonic()
        left = f", {(all_ - finished) / rate / 60:.1f} min left" if rate > 0 and finished < all_ else ""
        print(f"{finished} of {all_} points{f', {pace.said(finished)}' if rate > 0 else ''}{left}", file=sys.stderr, flush=True)

    return tell
