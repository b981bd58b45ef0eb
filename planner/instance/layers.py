"""From folders to layers: the instance that is extended, the instance, then each scenario."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from planner.instance.csv_files import Record, read_table
from planner.instance.problems import Problems, nearest, one_of
from planner.instance.settings import InstanceFile, ScenarioFile
from planner.instance.sizes import LONGEST_CHAIN, LONGEST_NAME, most_rows
from planner.instance.tables import BESIDE, BLOCKS, NEEDED, PARAMETER_ROWS
from planner.instance.toml_files import TomlFile, TomlSource, read_toml


@dataclass
class Layer:
    """What one folder or scenario says, as read: rows by table, rows of parameters by block, and its TOML file."""

    toml: TomlFile
    tables: dict[str, list[Record]] = field(default_factory=dict)
    parameters: dict[str, list[Record]] = field(default_factory=dict)

    @property
    def settings(self) -> dict[str, Any]:
        """The data of its TOML file."""
        return self.toml.data

    @property
    def rows_read(self) -> int:
        """How many rows its tables have."""
        return sum(map(len, self.tables.values())) + sum(map(len, self.parameters.values()))

    @property
    def is_scenario(self) -> bool:
        """True for a scenario, False for the folder of an instance."""
        return PurePosixPath(self.toml.file).name != "instance.toml"

    def add(self, problems: Problems, path: tuple[str, ...], message: str) -> None:
        """Add a problem at a key of its TOML file."""
        self.toml.add(problems, path, message)


def read_layers(folder: Path, scenarios: tuple[str, ...], problems: Problems) -> list[Layer]:
    """Every layer, the first laid lowest; a layer that cannot be read is a problem and left out."""
    folder = folder.resolve()
    if not _is_instance(folder):
        problems.at("instance.toml", 1, 1, _no_instance(folder))
        return []
    chain = _chain(folder, problems)
    layers = [layer for place, toml in chain if (layer := _read_folder(place, _shown(place, folder), toml, problems))]
    for table in NEEDED:
        if layers and not problems.unreadable and not any(table in layer.tables for layer in layers):
            problems.at(f"{table}.csv", 1, 1, "the file is missing")
            problems.lose(f"{table}.csv")
    if layers and not problems.unreadable and not any(layer.parameters for layer in layers):
        problems.at(
            "parameters", 1, 1, f"the folder is missing, expected one file a block: {', '.join(f'{b}.csv' for b in BLOCKS)}"
        )
        for block in BLOCKS:
            problems.lose(f"parameters/{block}.csv")
    read: list[str] = []
    for number, name in enumerate(scenarios, 1):
        layers += _read_scenario(name, number, [place for place, _ in reversed(chain)], folder, read, (), problems)
    return layers


def _no_instance(folder: Path) -> str:
    """Why a path is no instance."""
    if folder.is_file():
        where = "the folder that it is in" if folder.name == "instance.toml" else "the folder of an instance"
        return f"'{folder.name}' is a file, expected {where}"
    what = f"instance.toml in '{folder.name}'" if folder.is_dir() else f"folder '{folder.name}'"
    return f"there is no {what}, expected the folder of an instance"


def _shown(place: Path, folder: Path) -> str:
    """How the files of `place` are called in messages: relative to the instance, or to the folder around it."""
    return "" if place == folder else Path(os.path.relpath(place, folder.parent)).as_posix() + "/"


def _chain(folder: Path, problems: Problems) -> list[tuple[Path, TomlFile]]:
    """The folders from the outermost that is extended to the instance itself."""
    chain: list[tuple[Path, TomlFile]] = []
    place = folder
    while True:
        toml = read_toml(place / "instance.toml", f"{_shown(place, folder)}instance.toml", InstanceFile, problems)
        if toml is None:
            problems.unreadable = f"{_shown(place, folder)}instance.toml"
            return [(place, TomlFile(f"{_shown(place, folder)}instance.toml", {}, TomlSource(""))), *chain[::-1]]
        chain.append((place, toml))
        extends = toml.data.get("extends")
        if extends is None:
            return chain[::-1]
        found = None if Path(extends).is_absolute() else _resolved(place / extends)
        wrong = ""
        if found in [seen for seen, _ in chain]:
            wrong = f"'{extends}' leads back to this instance: a circle of extends"
        elif len(chain) == LONGEST_CHAIN:
            wrong = f"a chain of more than {LONGEST_CHAIN} instances that extend one another"
        elif found is None or not _is_instance(found):
            wrong = f"'{extends}' is no instance, expected the relative path of a folder with an instance.toml"
        if wrong or found is None:
            toml.add(problems, ("extends",), wrong)
            problems.unreadable, problems.settings_broken = extends, True
            return chain[::-1]
        place = found


def _resolved(path: Path) -> Path | None:
    """The path without links and dots, or None where no file can be there."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):  # a circle of links; a name that the system refuses
        return None


def _is_instance(folder: Path) -> bool:
    """True where the folder has an instance.toml of its own, and not a link to a file elsewhere."""
    file = _resolved(folder / "instance.toml")
    try:
        return file is not None and file.is_file() and file.is_relative_to(folder)
    except OSError:
        return False


def _read_folder(place: Path, shown: str, toml: TomlFile, problems: Problems) -> Layer | None:
    layer = Layer(toml)
    _read_tables(layer, place, place, shown, problems)
    overlays = place / "scenarios"
    for entry in sorted(overlays.iterdir()) if overlays.is_dir() else []:
        if entry.is_dir() and not (overlays / f"{entry.name}.toml").is_file():
            problems.at(f"{shown}scenarios/{entry.name}", 1, 1, f"a folder of tables without its scenarios/{entry.name}.toml")
    return layer


def _read_tables(layer: Layer, place: Path, root: Path, shown: str, problems: Problems) -> None:
    """Read the tables in `place`, which lie within `root`, the folder of an instance."""
    for path in sorted(path for path in place.iterdir() if path.suffix.lower() == ".csv"):
        if path.stem not in BESIDE or path.suffix != ".csv":
            expected = ", ".join(f"{name}.csv" for name in BESIDE)
            _add_unknown_file(shown + path.name, BESIDE, expected, problems)
        elif _is_within(path, root, shown + path.name, problems):
            layer.tables[path.stem] = read_table(path, shown + path.name, BESIDE[path.stem], most_rows(path.stem), problems)
    folder = place / "parameters"
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        name = f"parameters/{path.name}"
        if path.name.startswith("."):
            continue
        if path.suffix != ".csv" or path.stem not in BLOCKS:
            expected = ", ".join(f"{block}.csv" for block in BLOCKS)
            _add_unknown_file(shown + name, BLOCKS, expected, problems)
        elif _is_within(path, root, shown + name, problems):
            layer.parameters[path.stem] = read_table(path, shown + name, PARAMETER_ROWS, most_rows("parameters"), problems)


def _add_unknown_file(file: str, known: Iterable[str], expected: str, problems: Problems) -> None:
    """A problem, and whatever the file may have been meant for is not read."""
    for name in known:
        if nearest(PurePosixPath(file).name, [f"{name}.csv"]):
            problems.lose(file, name)
    problems.at(
        file, 1, 1, f"unknown file{nearest(PurePosixPath(file).name, [f'{name}.csv' for name in known])} (expected {expected})"
    )


def _is_within(path: Path, root: Path, shown: str, problems: Problems) -> bool:
    file = _resolved(path)
    within = file is not None and file.is_file() and file.is_relative_to(root)
    if not within:
        problems.at(shown, 1, 1, "not a file within the folder of the instance")
        problems.lose(shown)
    return within


def _read_scenario(
    name: str,
    number: int,
    folders: list[Path],
    folder: Path,
    read: list[str],
    above: tuple[str, ...],
    problems: Problems,
    asked_by: TomlFile | None = None,
) -> list[Layer]:
    """The layers of a scenario, the `number`-th asked for: those it extends first. Looked for in the instance, then below."""
    file = f"scenarios/{name}.toml"
    fits = re.fullmatch(r"[A-Za-z0-9_-]+", name) and len(name) <= LONGEST_NAME
    place = next((place for place in folders if fits and (place / file).is_file()), None)
    if place is None:
        known = sorted({path.stem for place in folders for path in place.glob("scenarios/*.toml")})
        problems.unreadable = f"scenario '{name}'"
        message = f"{folder.name} has no scenario '{name}'{nearest(name, known)}{one_of(known)}"
        if asked_by:
            asked_by.add(problems, ("extends",), message)
        else:
            problems.at("--scenario", number, 1, message)
        return []
    if name in above:
        if asked_by:
            asked_by.add(problems, ("extends",), f"'{name}' leads back to this scenario: a circle of extends")
        return []
    if name in read:
        return []
    read.append(name)
    shown = _shown(place, folder)
    if len(above) == LONGEST_CHAIN:
        problems.at(shown + file, 1, 1, f"a chain of more than {LONGEST_CHAIN} scenarios that extend one another")
        return []
    if not _is_within(place / file, place, shown + file, problems):
        return []
    toml = read_toml(place / file, shown + file, ScenarioFile, problems)
    if toml is None:
        problems.unreadable = shown + file
        return []
    under: list[Layer] = []
    if "extends" in toml.data:
        under = _read_scenario(toml.data["extends"], number, folders, folder, read, (*above, name), problems, toml)
    layer = Layer(toml)
    if (place / "scenarios" / name).is_dir():
        _read_tables(layer, place / "scenarios" / name, place, f"{shown}scenarios/{name}/", problems)
    return [*under, layer]
