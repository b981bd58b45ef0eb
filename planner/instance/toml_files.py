"""Reading instance.toml and scenarios, with the place of every key."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from planner.instance import settings
from planner.instance.problems import Problems, nearest
from planner.instance.sizes import EXPECTED_NAME, LARGEST_TOML, LONGEST_STEP, MOST_DOTS
from planner.instance.text_files import read_text, unwanted

#: What tomllib says of a value that goes on, such as 2030-2036.
_MORE_TEXT = "Expected newline or end of document after a statement"

#: The sections of a scenario whose keys are addresses.
_CHANGES = ("set", "scale", "shift")

#: No more of a value is shown.
_LONGEST_SHOWN = 60

_KEY = r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)"""
_PATH = rf"{_KEY}(?:\s*\.\s*{_KEY})*"
_TABLE = re.compile(rf"\s*\[\s*({_PATH})\s*\]")
_ENTRY = re.compile(rf"\s*\[\[\s*({_PATH})\s*\]\]")
_ASSIGNMENT = re.compile(rf"\s*({_PATH})\s*=")


@dataclass
class TomlSource:
    """The text of a TOML file, to look up where a key stands."""

    text: str
    _places: dict[tuple[str, ...], tuple[int, int]] = field(default_factory=dict)

    def position(self, line: int, field: str | int | None) -> tuple[int, int]:
        """Where the text on a line begins."""
        lines = self.text.splitlines()
        content = lines[line - 1] if line <= len(lines) else ""
        return line, len(content) - len(content.lstrip()) + 1

    def place(self, path: tuple[str, ...]) -> tuple[int, int]:
        """Line and column of the key at `path`, or of the innermost table around it."""
        if not self._places:
            self._places = _places(self.text)
        while path and path not in self._places:
            path = path[:-1]
        return self._places[path]


@dataclass(frozen=True)
class TomlFile:
    """A file that was read: its name in messages, its data as given, and where its keys stand."""

    file: str
    data: dict[str, Any]
    source: TomlSource

    def add(self, problems: Problems, path: tuple[str, ...], message: str) -> None:
        """Add a problem at a key."""
        problems.at(self.file, *self.source.place(path), message)


def read_toml(path: Path, file: str, model: type[BaseModel], problems: Problems) -> TomlFile | None:
    """The file's data, without what is not as `model` says; None where it is no TOML at all."""
    text = read_text(path, file, LARGEST_TOML, problems)
    if text is None:
        problems.settings_broken = True
        return None
    source = TomlSource(text.replace("\r\n", "\n"))
    problems.sources[file] = source
    found = parsed(source.text, file, problems)
    if found is None:
        problems.settings_broken = True
        return None
    data, unfit = found
    result = TomlFile(file, data, source)
    for keys, message in unfit:
        problems.settings_broken = True
        result.add(problems, keys, message)
    try:
        checked = model.model_validate(data)
    except ValidationError as error:
        problems.settings_broken = True
        for fault in _one_each(error.errors(include_url=False)):
            _add_fault(result, fault, model, problems)
            _leave_out(data, fault["loc"])
            if fault["loc"][0] in ("bodies", "units") and _value_at(data, tuple(map(str, fault["loc"][:2]))) is None:
                problems.lose(file, str(fault["loc"][0]))
        checked = model.model_validate(data)
    return TomlFile(file, checked.model_dump(exclude_unset=True), source)


def parsed(text: str, file: str, problems: Problems) -> tuple[dict[str, Any], list[tuple[tuple[str, ...], str]]] | None:
    """The data of a TOML text and the keys with unfit text, or None and a problem."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > MOST_DOTS:
            problems.at(file, number, 1, f"more than {MOST_DOTS} dots on a line, expected keys that a person can read")
            return None
    try:
        data = tomllib.loads(text)
        return data, list(_unfit_texts(data, ()))
    except RecursionError:
        problems.at(file, 1, 1, "not TOML of use: brackets within brackets without end")
    except ValueError as error:
        if not isinstance(error, tomllib.TOMLDecodeError):  # what Python says of thousands of digits
            problems.at(file, 1, 1, "not TOML: Exceeds the limit of 4300 digits for a number")
            return None
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        row, column = (int(place[1]), int(place[2])) if place else (text.count("\n") + 1, 1)
        said = re.sub(r" ?[(]at .*[)]", "", str(error))
        hint = " (text stands in quotes, a list in brackets)" if said in ("Invalid value", _MORE_TEXT) else ""
        problems.at(file, row, column, f"not TOML: {said}{hint}")
    return None


def _unfit_texts(data: Any, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """The keys whose name or text holds a control character, and what is wrong with it."""
    if isinstance(data, dict):
        for key, value in data.items():
            if unwanted(key):
                yield keys, f"a key with {unwanted(key)}"
            yield from _unfit_texts(value, (*keys, key))
    elif isinstance(data, list):
        for value in data:
            yield from _unfit_texts(value, keys)
    elif isinstance(data, str) and unwanted(data):
        yield keys, unwanted(data)


def _one_each(faults: Iterable[Any]) -> Iterator[Any]:
    """The faults, of a change only the first: there is one for each kind of value that it might have been and is not."""
    seen: set[tuple[str, ...]] = set()
    for fault in faults:
        key = tuple(map(str, fault["loc"][:2]))
        if key[0] not in _CHANGES or key not in seen:
            yield fault
        seen.add(key)


def _add_fault(toml: TomlFile, fault: Any, model: type[BaseModel], problems: Problems) -> None:
    path = tuple(str(step) for step in fault["loc"] if step != "[key]")
    key = path[-1]
    if fault["type"] == "extra_forbidden":
        known = list(_fields_at(model, path[:-1]))
        toml.add(problems, path, f"unknown key '{key}'{nearest(key, known)} (expected {', '.join(known)})")
        for section in ("bodies", "units") if len(path) == 1 else ():
            if nearest(key, [section]):
                problems.lose(toml.file, section)
    elif len(path) > 1 and path[0] in _CHANGES and isinstance(_value_at(toml.data, path[:2]), dict):
        toml.add(problems, path, "an address must stand in quotes, because of its dots")
    elif len(path) > 1 and path[0] in _CHANGES:
        expected = "a factor" if path[0] == "scale" else 'a number, or text such as "200 USD/kg"'
        toml.add(problems, path, f"'{path[1]}' is {_shown(_value_at(toml.data, path[:2]))}, expected {expected}")
    else:
        toml.add(problems, path, _fault_in_words(path, fault))


def _fault_in_words(path: tuple[str, ...], fault: Any) -> str:
    """What stands at a key and what was expected there."""
    kind, found, limits = fault["type"], fault["input"], fault.get("ctx", {})
    name = ".".join(step for step in path if not step.isdigit())
    if kind == "string_pattern_mismatch":
        return f"{name} is no name, expected {EXPECTED_NAME}"
    if kind in ("too_short", "too_long", "string_too_short", "string_too_long"):
        return f"{name} {_wrong_length(kind, found, limits)}"
    if isinstance(found, dict | list):
        shown = "a section" if isinstance(found, dict) else "a list"
    else:
        shown = _shown(found)
    return f"{name} is {shown}, expected {_expected(name, path[-1], fault)}"


def _expected(name: str, key: str, fault: Any) -> str:
    """What was expected at a key, with the whole number that was likely meant."""
    kind, found = fault["type"], fault["input"]
    if kind in ("int_type", "int_from_float", "less_than_equal", "greater_than_equal"):
        expected = f"a whole number from 1 to {LONGEST_STEP}" if key == "step" else "a year from 1900 to 2500"
        if isinstance(found, float) and found.is_integer():
            return f"a whole number without a decimal point, did you mean {found:.0f}?"
        return expected + (f", did you mean {found.year}?" if isinstance(found, date) else "")
    return {
        "literal_error": str(fault.get("ctx", {}).get("expected", "")).replace("'", ""), "bool_type": "true or false",
        "string_type": "text in quotes", "list_type": "a list in brackets",
    }.get(kind, f"a section [{name}]")  # fmt: skip


def _wrong_length(kind: str, found: Any, limits: Mapping[str, Any]) -> str:
    """That a text, a list or a section is empty or too long."""
    what = "character" if isinstance(found, str) else "item"
    if kind.endswith("short"):
        return f"is empty, expected one {what} at least"
    return f"has {len(found)} {what}s, expected at most {limits['max_length']} {what}s"


def _shown(found: Any) -> str:
    """A value as TOML writes it, cut where it is long."""
    if isinstance(found, bool):
        return str(found).lower()
    return (found.isoformat() if isinstance(found, date | time) else repr(found))[:_LONGEST_SHOWN]


def _leave_out(data: Any, path: tuple[str | int, ...]) -> None:
    """Take the key that is wrong out of the data, so that the rest can be read and its problems found as well."""
    depth = {"bodies": 3, "horizon": 2, "finance": 2, "units": 2, "set": 2, "scale": 2, "shift": 2}.get(str(path[0]), 1)
    steps = [step for step in path if step != "[key]"][:depth]
    for step in steps[:-1]:
        if not isinstance(data.get(step), dict):
            data.pop(step, None)
            return
        data = data[step]
    data.pop(steps[-1], None)


def _fields_at(model: type[BaseModel], path: tuple[str, ...]) -> tuple[str, ...]:
    """The keys that may stand in the table at `path`."""
    if not path:
        return tuple(model.model_fields)
    section = {"horizon": "HorizonSection", "finance": "FinanceSection", "bodies": "BodySection"}[path[0]]
    return tuple(getattr(settings, section).model_fields)


def _value_at(data: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        data = data.get(step) if isinstance(data, dict) else None
    return data


def _places(text: str) -> dict[tuple[str, ...], tuple[int, int]]:
    places: dict[tuple[str, ...], tuple[int, int]] = {(): (1, 1)}
    table: tuple[str, ...] = ()
    entries: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := _ENTRY.match(line):
            keys = _keys(header[1])
            table = (*keys, str(entries.setdefault(keys, 0)))
            entries[keys] += 1
            for end in range(len(table), 0, -1):
                places.setdefault(table[:end], (number, header.start(1) + 1))
        elif header := _TABLE.match(line):
            table = _within(_keys(header[1]), entries)
            for end in range(len(table), 0, -1):
                places.setdefault(table[:end], (number, header.start(1) + 1))
        elif key := _ASSIGNMENT.match(line):
            path = table + _keys(key[1])
            places.setdefault(path, (number, key.start(1) + 1))
            for end in range(len(table) + 1, len(path)):
                places.setdefault(path[:end], (number, key.start(1) + 1))
    return places


def _keys(path: str) -> tuple[str, ...]:
    return tuple(key[1:-1] if key[0] in "\"'" else key for key in re.findall(_KEY, path))


def _within(keys: tuple[str, ...], entries: dict[tuple[str, ...], int]) -> tuple[str, ...]:
    """The keys of a table within the entry of an array that was begun last: [scenario.set] after [[scenario]]."""
    for end in range(len(keys) - 1, 0, -1):
        if keys[:end] in entries:
            return (*keys[:end], str(entries[keys[:end]] - 1), *keys[end:])
    return keys
