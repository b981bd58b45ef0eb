"""Python code run as a reader would: in an interpreter of its own that has imported nothing yet."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT


def run_fresh(code: str, folder: Path) -> list[str]:
    """The lines that some code prints, run in a folder; fails where it ends in an error or warns."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    said = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert said.returncode == 0, f"{code}\n{said.stderr}"
    return said.stdout.splitlines()
