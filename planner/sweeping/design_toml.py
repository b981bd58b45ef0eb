"""Design files as text: which keys may stand where, and every problem with its place."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from planner.errors import InstanceError, PlannerError
from planner.instance.problems import Problems, nearest
from planner.instance.sizes import LARGEST_TOML
from planner.instance.text_files import read_text
from planner.instance.toml_files import TomlFile, TomlSource, parsed

#: Points of a design, and factors: far above what can be solved, far below what stops a machine.
MOST_POINTS, MOST_FACTORS = 1_000_000, 1_000

#: What all points together do to addresses: a tenth of a kilobyte each.
MOST_CHANGES = 2_000_000

#: [[scenario]] sections, each of which is tried on the instance when a design is read; quantities; texts of one list.
MOST_LISTED, MOST_QUANTITIES, MOST_TEXTS = 1_000, 100, 1_000

#: Characters of an address, a law, a pattern or a quantity.
LONGEST_TEXT = 300


def _in_one(text: str) -> str:
    return " ".join(text.split())


Number = Annotated[float, Field(allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=120)]
Levels = Annotated[int, Field(ge=2, le=MOST_POINTS)]
# Blanks are made one: expressions that look for them anywhere try every way to part many.
Text = Annotated[str, AfterValidator(_in_one), Field(max_length=LONGEST_TEXT)]
Texts = Annotated[list[Text], Field(max_length=MOST_TEXTS)]
Numbers = Annotated[dict[Text, Number], Field(max_length=MOST_TEXTS)]
Method = Literal["grid", "scenarios", "latin_hypercube", "sobol", "saltelli", "morris"]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class FactorSection(_Section):
    """[[factor]]: what one number of a point moves."""

    vary: Annotated[Texts, Field(min_length=1)]
    name: Name | None = None
    low: Number | None = None
    high: Number | None = None
    scale: Literal["linear", "log"] | None = None
    values: Annotated[list[Number], Field(min_length=2)] | None = None
    levels: Levels | None = None

    _vary = field_validator("vary", mode="before")(_as_list)


class RangedSection(_Section):
    """[ranged]: every row with a low and a high that some patterns name, each a factor of its own."""

    rows: Texts = ["*"]
    without: Texts = []
    scale: Literal["linear", "log"] | None = None
    levels: Levels | None = None

    _rows = field_validator("rows", "without", mode="before")(_as_list)


class CorrelationSection(_Section):
    """[[correlation]]: a rank correlation between two factors."""

    factors: Annotated[list[str], Field(min_length=2, max_length=2)]
    rank: Annotated[float, Field(gt=-1, lt=1)]


class ScenarioSection(_Section):
    """[[scenario]]: a point of a list of scenarios."""

    name: Name
    scenarios: Texts = []
    values: Numbers = {}
    set: Numbers = {}
    scale: Numbers = {}
    shift: Numbers = {}

    _scenarios = field_validator("scenarios", mode="before")(_as_list)


class DesignSection(_Section):
    """What stands above all sections."""

    method: Method
    points: Annotated[int, Field(ge=1, le=MOST_POINTS)] | None = None
    levels: Levels | None = None
    second_order: bool | None = None
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 1
    scenarios: Texts = []
    quantities: Annotated[list[Text], Field(min_length=1, max_length=MOST_QUANTITIES)] | None = None

    _lists = field_validator("scenarios", "quantities", mode="before")(_as_list)


#: The sections of a design file; all but [ranged] may come several times.
SECTIONS: dict[str, type[_Section]] = {
    "factor": FactorSection, "ranged": RangedSection, "correlation": CorrelationSection, "scenario": ScenarioSection,
}  # fmt: skip

_S = TypeVar("_S", bound=_Section)


class DesignText:
    """A design file as read: its sections with their places, each None where it is not to be used."""

    def __init__(self, path: Path, problems: Problems) -> None:
        self.problems, self.name = problems, str(path)
        text = read_text(path, self.name, LARGEST_TOML, problems)
        source = TomlSource((text or "").replace("\r\n", "\n"))
        problems.sources[self.name] = source
        found = None if text is None else parsed(source.text, self.name, problems)
        data, unfit = found or ({}, [])
        self._toml = TomlFile(self.name, data, source)
        for keys, message in unfit:
            self.add(keys, message)
        self.readable = found is not None and not unfit
        self.broken: set[tuple[str, ...]] = set()
        self._broken_keys: set[tuple[str, ...]] = set()
        #: How many combinations the levels of a grid's factors have, whose levels are made only while they are not too many.
        self.combinations = 1
        above = {key: value for key, value in data.items() if key not in SECTIONS}
        self.top = self._section((), DesignSection, above) if self.readable else None
        self.factors = self._entries("factor", FactorSection, MOST_FACTORS)
        self.correlations = self._entries("correlation", CorrelationSection, MOST_FACTORS)
        self.scenarios = self._entries("scenario", ScenarioSection, MOST_LISTED)
        ranged = data.get("ranged") if self.readable else None
        self.ranged = None if ranged is None else self._section(("ranged",), RangedSection, ranged)

    def add(self, path: tuple[str, ...], message: str) -> None:
        """Add a problem at a key."""
        self._toml.add(self.problems, path, message)

    def add_each(self, path: tuple[str, ...], error: PlannerError, before: str = "") -> None:
        """Add what an error says, a problem a line, at a key."""
        found = [p.message for p in error.problems] if isinstance(error, InstanceError) else str(error).split("\n")
        for message in dict.fromkeys(found):
            self.add(path, before + message)

    def is_broken(self, *paths: tuple[str, ...]) -> bool:
        """Whether one of these keys is wrong, so that it is no problem of its own that it says nothing."""
        return not self._broken_keys.isdisjoint(paths)

    def states(self, *path: str) -> bool:
        """Whether the file has a key at the top or in [ranged]."""
        data: Any = self._toml.data
        for key in path:
            data = data.get(key) if isinstance(data, dict) else None
        return data is not None

    def _entries(self, name: str, model: type[_S], most: int) -> list[_S | None]:
        found = self._toml.data.get(name, []) if self.readable else []
        if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
            self.add((name,), f"{name} is no list of sections, expected [[{name}]] above each")
            return []
        if len(found) > most:
            self.add((name, str(most)), f"{len(found)} sections [[{name}]], expected at most {most}")
            found = found[:most]
        return [self._section((name, str(i)), model, entry) for i, entry in enumerate(found)]

    def _section(self, path: tuple[str, ...], model: type[_S], data: Any) -> _S | None:
        """A section, without the keys that are wrong; None where it cannot do without one of them."""
        if not isinstance(data, dict):
            self.add(path, f"{path[0]} is {data!r}, expected a section [{path[0]}]")
            return None
        try:
            return model.model_validate(data)
        except ValidationError as error:
            faults = error.errors(include_url=False)
        self.broken.add(path)
        self._broken_keys |= {(*path, str(fault["loc"][0])) for fault in faults}
        for fault in faults:
            self.add((*path, *map(str, fault["loc"])), _in_words(fault, model))
        wrong = {fault["loc"][0] for fault in faults}
        try:
            return model.model_validate({key: value for key, value in data.items() if key not in wrong})
        except ValidationError:
            return None


def _in_words(fault: Any, model: type[BaseModel]) -> str:
    """What is wrong with a key and what was expected there."""
    kind, found, key = fault["type"], fault["input"], ".".join(str(step) for step in fault["loc"] if not isinstance(step, int))
    limits = fault.get("ctx", {})
    counted = "characters" if isinstance(found, str) else "of them"
    known = list(model.model_fields) if model is not DesignSection else [*model.model_fields, *SECTIONS]
    if kind == "extra_forbidden":
        return f"unknown key '{key}'{nearest(key, known)} (expected {', '.join(known)})"
    if kind == "missing":
        return f"{key} is missing"
    if kind == "literal_error":
        choices = [word.strip("' ") for word in str(limits["expected"]).replace(" or ", ", ").split(",")]
        return f"{key} is {str(found)[:60]!r}{nearest(str(found), choices)}, expected one of {', '.join(choices)}"
    expected = {
        "int_type": "a whole number", "int_from_float": "a whole number", "float_type": "a number",
        "finite_number": "a finite number",
        "string_type": "text in quotes", "list_type": "a list in brackets", "dict_type": "a section of numbers",
        "bool_type": "true or false", "string_too_short": "a name",
        "string_too_long": f"at most {limits.get('max_length')} characters",
        "too_short": f"at least {limits.get('min_length')} of them", "too_long": f"at most {limits.get('max_length')} {counted}",
        "greater_than_equal": f"at least {limits.get('ge')}", "less_than_equal": f"at most {limits.get('le')}",
        "greater_than": f"more than {limits.get('gt'):g}" if "gt" in limits else "",
        "less_than": f"less than {limits.get('lt'):g}" if "lt" in limits else "",
    }.get(kind, fault["msg"])  # fmt: skip
    shown = str(found).lower() if isinstance(found, bool) else repr(found)
    return f"{key} is {shown[:60]}, expected {expected}"
