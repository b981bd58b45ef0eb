"""The process that answers points: it reads a job and points from its standard input and writes rows to its standard output.

A process of its own is what makes a crash of the solver, or a solver that hangs, the matter of one point. It ends with the
process that started it, however that one ends.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.sweeping.answering import Answerer

#: How often a child looks whether its parent is still there, and how long it waits for another point, in seconds.
_LOOK, _IDLE = 0.5, 300.0


def main() -> None:
    """Answer until the parent hangs up."""
    rows = Connection(os.dup(1), readable=False)
    os.dup2(2, 1)  # whatever the solver prints must not come between the rows
    asked = Connection(os.dup(0), writable=False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which stops its children
    parent = os.getppid()
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    try:
        _serve(asked, rows)
    except (EOFError, BrokenPipeError):
        sys.exit(0)


def _end_with(parent: int) -> None:
    """End this process where its parent is gone, also in the middle of a solve."""
    while os.getppid() == parent:
        time.sleep(_LOOK)
    os._exit(1)


def _serve(asked: Connection, rows: Connection) -> None:
    from planner.running import unwatched
    from planner.sweeping.answering import Answerer

    answerer = Answerer(asked.recv())
    rows.send("ready")
    with unwatched():
        while asked.poll(_IDLE):
            rows.send(_answered(answerer, *asked.recv()))


def _answered(answerer: Answerer, what: str, given: Any) -> Any:
    """What the parent is sent for what it asks."""
    match what:
        case "begin":
            return answerer.begin(given)
        case "build":
            return answerer.build(given)
        case "know":
            return answerer.know(given)
        case "start":
            return answerer.start_of(given)
        case "bases":
            return answerer.bases(given)
        case _:
            return answerer.answer(*given)


if __name__ == "__main__":
    main()
