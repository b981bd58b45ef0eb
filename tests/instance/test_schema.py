"""The JSON Schema of instance.toml."""

from __future__ import annotations

import json
from pathlib import Path

from planner.instance import schema
from planner.instance.write_schema import schema_text

FILE = Path(__file__).parents[2] / "docs" / "instance.schema.json"


def test_the_file_is_current() -> None:
    assert FILE.read_text(encoding="utf-8") == schema_text(), "run: python -m planner.instance.write_schema"


def test_it_names_every_key() -> None:
    assert set(schema()["properties"]) == {"title", "description", "extends", "horizon", "finance", "bodies", "units"}
    assert json.loads(FILE.read_text(encoding="utf-8"))["additionalProperties"] is False
