"""The command `planner`, also as `python -m planner`."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import Any, NoReturn

from planner import streams

# Nothing that takes time is imported here: an interrupt that comes while it is being imported would end in a traceback.

#: The exit code of a command that was stopped.
_STOPPED = 4


def run() -> NoReturn:
    """Run the command line and leave at once with its exit code.

    To clear away a plan and all that was imported takes 0.15 to 0.4 s, and the system does so anyway; a solver that was told
    to stop and has not ends with it.
    """
    _on_interrupt(_leave_early)
    streams.open_all()
    out, _ = streams.forgive()
    try:
        code = _code_of_main()
    except KeyboardInterrupt:  # a second one, while the first is being answered
        code = _STOPPED
    _on_interrupt(_leave)  # from here on only a reader that is slow can take time
    sys.stdout.flush()
    if out.failure is not None:  # a full disk, a reader that left: what was printed is lost, which is no success
        code = code or 1
        if why := streams.unsaid(out.failure):
            print(f"planner: {why}", file=sys.stderr)
    sys.stderr.flush()
    _on_interrupt(signal.SIG_IGN)
    os._exit(code)


def _code_of_main() -> int:
    from planner.cli import main
    from planner.memory import keep_no_large_blocks

    keep_no_large_blocks()
    _on_interrupt(_leave)
    try:
        main()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    return 0


def _on_interrupt(handler: Any) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handler)


def _leave_early(number: int, frame: FrameType | None) -> NoReturn:
    """End before there is anything to save: a line, with `--json` an object too, and the code."""
    try:
        if "--json" in sys.argv[1:]:
            os.write(1, b'{"status": "stopped", "exit_code": 4, "message": "interrupted", "problems": []}\n')
        os.write(2, b"planner: interrupted\n")
    finally:
        os._exit(_STOPPED)


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    os._exit(_STOPPED)


if __name__ == "__main__":
    run()
