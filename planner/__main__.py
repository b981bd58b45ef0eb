"""The command `planner`, also as `python -m planner`."""

from __future__ import annotations

import logging
import os
import sys
from typing import NoReturn

from planner.cli import main
from planner.memory import keep_no_large_blocks


def run() -> NoReturn:
    """Run the command line and leave at once with its exit code.

    To clear away a plan and all that was imported takes 0.15 to 0.4 s, and the system does so anyway; a solver that was told
    to stop and has not ends with it.
    """
    keep_no_large_blocks()
    code = None
    try:
        main()
    except SystemExit as ended:
        code = ended.code
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:  # a full disk: what was said is lost, which is no success
            code = code or 1
        except ValueError:  # closed
            pass
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)


if __name__ == "__main__":
    run()
