"""Files and folders that appear whole or not at all, and never in place of others."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from planner.errors import PlannerError

#: Why a run, tables, an export and a study are not written where something is.
OWN_FOLDER, OWN_TABLES = "a run is written to a folder of its own", "tables are written to a folder of their own"
NOTHING_OVER, NO_STUDY_OVER = "an export overwrites nothing", "a study overwrites nothing"


@contextmanager
def placed(target: Path, otherwise: str) -> Iterator[Path]:
    """A path beside the target to write a file or folder to, moved to its place once all is written, or removed.

    `otherwise` as in `refuse_existing`. Raises PlannerError where something came there meanwhile or it cannot be written.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except OSError as error:
        raise PlannerError(f"{target} cannot be written: {error.strerror}") from error
    try:
        yield scratch / target.name
        refuse_existing(target, otherwise)
        os.rename(scratch / target.name, target)
    except OSError as error:
        raise PlannerError(f"{target} cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def whole_folder(target: Path, otherwise: str = OWN_FOLDER) -> Iterator[Path]:
    """A folder, such as that of a run, to write to, moved to its place once all is written, or removed; errors as `placed`."""
    refuse_existing(target, otherwise)
    with placed(target, otherwise) as scratch:
        scratch.mkdir()
        scratch.chmod(0o755)
        yield scratch


def refuse_existing(target: Path, otherwise: str = OWN_FOLDER) -> None:
    """Raise PlannerError where a file or folder exists already, or none can be made: better before a long solve than after it.

    `otherwise` says what is expected in its place.
    """
    if os.path.lexists(target):  # False, and no error, where nobody may look: then nothing can be made there either
        raise PlannerError(f"{target} exists already; {otherwise}")
    there = next(folder for folder in target.absolute().parents if os.path.lexists(folder))
    try:
        os.rmdir(tempfile.mkdtemp(prefix=f".{target.name}.", dir=there))
    except OSError as error:
        raise PlannerError(f"{target} cannot be written: {error.strerror}") from None
