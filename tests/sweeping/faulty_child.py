"""A child that dies or hangs on purpose: at point 3 for ever, at point 5 always, at point 7 the first time."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from planner.sweeping import answering, child
from planner.sweeping.ordering import Step
from planner.sweeping.points import Point

answer = answering.Answerer.answer


def fail(self: answering.Answerer, point: Point, step: Step) -> dict[str, Any]:
    if point.number == 3:
        time.sleep(1_000)
    first = Path(sys.argv[1]) / "seven"
    if point.number == 7 and not first.exists():
        first.touch()
        os.kill(os.getpid(), signal.SIGSEGV)
    if point.number == 5:
        os.kill(os.getpid(), signal.SIGSEGV)
    return answer(self, point, step)


if __name__ == "__main__":
    answering.Answerer.answer = fail  # type: ignore[method-assign]
    child.main()
