"""The largest sizes of an instance: so much time and memory may what a stranger sends take, and no more.

Each is far above what a person edits and far below what stops a machine. docs/instance-format.md states them.
"""

from __future__ import annotations

import re

from planner.parameters import with_unit

#: Bytes of a table and of instance.toml or a scenario; dots on one line of these (a dotted key costs their square).
LARGEST_FILE = 20_000_000
LARGEST_TOML = 256_000
MOST_DOTS = 500

#: Characters of a cell and of a name.
LONGEST_CELL = 10_000
LONGEST_NAME = 64

#: What a name is made of.
NAME = re.compile(r"[a-z][a-z0-9_]*")
EXPECTED_NAME = f"lower-case letters, digits and _, beginning with a letter, at most {LONGEST_NAME}"

#: Rows of a table that says what exists or of limits.csv, of a survival table, and of a file of parameters; columns.
MOST_THINGS = 2_000
MOST_AGES = 20_000
MOST_ROWS = 50_000
MOST_COLUMNS = 700

#: Cells of all tables of all layers, folders of a chain of `extends`, and scenarios of one.
MOST_CELLS = 2_000_000
LONGEST_CHAIN = 10

#: Calendar years from the first to the last of a horizon, and those that one model year stands for.
MOST_YEARS = 300
LONGEST_STEP = 100

#: The sizes between which every number other than nought lies, in the unit of the model; a growth in one step.
SMALLEST = 1e-9
LARGEST = 1e10
MOST_GROWTH = 1e6

#: Bodies, units of an instance's own, and numbers that a scenario changes.
MOST_BODIES = 100
MOST_UNITS = 50
MOST_CHANGES = 1_000

#: Technologies at sites times model years, and this times the slices of the site's body.
MOST_ASSET_YEARS = 100_000
MOST_ENTRIES = 1_000_000


def is_name(text: str) -> bool:
    """True where something may be called so."""
    return NAME.fullmatch(text) is not None and len(text) <= LONGEST_NAME


def sane_sizes(unit: str, factor: float) -> str:
    """What is expected of every number, in a unit of which `factor` makes the model's own."""
    most = with_unit(f"{LARGEST / factor:.9g}", unit)
    return f"expected 0 or a size between {SMALLEST / factor:.9g} and {most}, beyond which a solver cannot be trusted"


def most_rows(table: str) -> int:
    """How many rows a table may have; what is no table of structure holds parameters."""
    if table == "survival":
        return MOST_AGES
    return MOST_ROWS if table == "parameters" else MOST_THINGS
