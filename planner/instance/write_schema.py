"""Write docs/instance.schema.json: `python -m planner.instance.write_schema [FILE]`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from planner.instance.settings import schema


def schema_text() -> str:
    """The JSON Schema of instance.toml as it stands in docs/instance.schema.json."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1] if len(sys.argv) > 1 else "docs/instance.schema.json").write_text(schema_text(), encoding="utf-8")
