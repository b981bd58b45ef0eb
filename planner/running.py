"""Running a solver so that it ends: by itself, on Ctrl-C, or because it goes round in circles."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from planner.errors import SolverLimit

if TYPE_CHECKING:
    import highspy

#: Seconds that an interrupted solver is given to stop: it looks up at every iteration, but the first-order method never does.
GRACE = 0.7

#: How often whoever waits for a solver wakes, in seconds: the system may hand Ctrl-C to any thread, and Python hears it once
#: its main thread wakes.
_WAKE = 0.1

#: The name of the thread in which the solver works.
_SOLVER_THREAD = "planner-solver"

#: How often the simplex method may look up without an iteration. It does so a few times at each refactorisation; on badly
#: scaled programs HiGHS was seen to refactorise for ever, which no limit of iterations ends.
PATIENCE = 10_000

#: What tells the runs of a context to stop, where they have more to listen to than Ctrl-C.
_TOLD: ContextVar[threading.Event | None] = ContextVar("_TOLD", default=None)

#: Whether the runs of a context look up: see `unwatched`.
_WATCHED: ContextVar[bool] = ContextVar("_WATCHED", default=True)


@contextmanager
def stopped_together() -> Iterator[Callable[[], None]]:
    """Gives what stops all runs that are begun meanwhile in this context or a copy of it: Ctrl-C reaches the main thread only."""
    told = threading.Event()
    before = _TOLD.set(told)
    try:
        yield told.set
    finally:
        _TOLD.reset(before)


@contextmanager
def unwatched() -> Iterator[None]:
    """Meanwhile runs with a limit of time do not look up: nobody can interrupt them, and they may go round in circles until then.

    For a process that answers the points of a sweep, which its parent ends: looking up at every iteration takes 3 % of a short
    solve. It is asked for, and not guessed from what the process does with SIGINT: whoever starts planner by `nohup` or in the
    background of a script has it ignored as well.
    """
    before = _WATCHED.set(False)
    try:
        yield
    finally:
        _WATCHED.reset(before)


def run_to_an_end(highs: highspy.Highs, reached: Callable[[], dict[str, Any]]) -> highspy.HighsStatus | None:
    """Run the solver in a thread of its own and wait: Ctrl-C then reaches whoever waits, and the solver is told to stop.

    Returns what it says, or None where it said nothing. Raises SolverLimit on Ctrl-C, with what it has `reached`. Where it
    goes round in circles it is told to stop as well, and its model status is `kInterrupt`.

    Every run has a new thread, also where nobody can interrupt it: HiGHS keeps its scheduler for each thread that runs it, and
    refuses a later run there that asks for another number of threads.
    """
    iterations, idle = 0, 0
    ended: list[highspy.HighsStatus] = []
    done, stop, told = threading.Event(), threading.Event(), _TOLD.get()

    def look_up(event: Any, simplex: bool) -> None:
        nonlocal iterations, idle
        count = max(event.data_out.simplex_iteration_count, event.data_out.ipm_iteration_count)
        idle = idle + 1 if simplex and count == iterations else 0
        iterations = max(iterations, count)
        if stop.is_set() or idle > PATIENCE or (told is not None and told.is_set()):
            event.interrupt()

    def work() -> None:
        try:
            ended.append(highs.run())
        finally:
            done.set()

    if _WATCHED.get() or not math.isfinite(highs.getOptionValue("time_limit")[1]):
        highs.cbSimplexInterrupt.subscribe(lambda event: look_up(event, simplex=True))
        highs.cbIpmInterrupt.subscribe(lambda event: look_up(event, simplex=False))
    began = time.perf_counter()
    threading.Thread(target=work, name=_SOLVER_THREAD, daemon=True).start()
    try:
        while not done.wait(_WAKE):
            pass
    except KeyboardInterrupt as interrupt:
        stop.set()
        stopped = done.wait(GRACE)
        known = {"reason": "interrupt", "seconds": time.perf_counter() - began, "iterations": iterations}
        raise stopped_early(known | (reached() if stopped else {})) from interrupt
    return ended[0] if ended else None


def stopped_early(known: dict[str, Any]) -> SolverLimit:
    """The error that says why the solver stopped and what is known."""
    cost = f"the best plan so far costs {known['objective']:.6g}" if "objective" in known else "no plan was found so far"
    reached = f"{known['iterations']:,} iterations in {known['seconds']:.1f} s; {cost}"
    return SolverLimit(f"HiGHS stopped before it had an optimum: {known['reason']} ({reached})", known)
