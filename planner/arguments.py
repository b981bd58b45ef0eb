"""Arguments of the public functions: numbers of any kind are taken, and what is of another kind is refused in words.

Kinds are those that the signature states: `Instance`, `float | None`, `Sequence[str]`... A number of numpy, a Decimal or a
Fraction becomes one of Python, and a text where a list of texts is wanted is a list of one. What a signature leaves open is not
looked at.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar

from planner.errors import PlannerError

_F = TypeVar("_F", bound=Callable[..., Any])

#: What is not of the kind that is wanted.
_UNFIT = object()

#: Things of planner, by their class in a signature: in words, and how one is had from a path, an instance or a plan.
_THINGS: dict[str, tuple[str, dict[str, str]]] = {
    "Instance": ("an instance", {"path": "planner.load({})", "Plan": "the plan's .instance"}),
    "Plan": ("a plan", {"path": "planner.load_plan({})", "Instance": "planner.solve(instance)"}),
    "LinearProgram": (
        "a program",
        {"Instance": "planner.compile(planner.build(instance))", "ConcreteModel": "planner.compile(model)"},
    ),
    "Optimum": ("an optimum", {"Plan": "the plan's .optimum"}),
    "ConcreteModel": ("a Pyomo model", {"Instance": "planner.build(instance)"}),
    "Design": ("a design", {}),
    "DataFrame": ("a DataFrame", {}),
}


def checked(function: _F, home: str = "") -> _F:
    """The function with its arguments checked; raises PlannerError for another kind. `home` is the module that offers it."""
    signature = inspect.signature(function)
    kinds = {name: kind for name, parameter in signature.parameters.items() if (kind := _kinds(parameter.annotation))}
    name = function.__qualname__.removesuffix(".__init__")

    @wraps(function)
    def call(*arguments: Any, **named: Any) -> Any:
        given = signature.bind(*arguments, **named)
        for argument, wanted in kinds.items():
            if argument in given.arguments:
                given.arguments[argument] = _of_kind(given.arguments[argument], wanted, f"{name}: {argument}")
        return function(*given.args, **given.kwargs)

    call.__module__ = home or function.__module__
    return call  # type: ignore[return-value]


def _kinds(annotation: Any) -> tuple[str, ...]:
    """The kinds that an annotation names; none where one of them is not known here."""
    parts = tuple(part.strip() for part in annotation.split(" | ")) if isinstance(annotation, str) else ()
    kinds = tuple(part if part.endswith("]") else part.rpartition(".")[2] for part in parts)
    return kinds if all(kind in _TAKEN or kind in _THINGS for kind in kinds) else ()


def _of_kind(value: Any, kinds: tuple[str, ...], what: str) -> Any:
    for kind in kinds:
        taken = _TAKEN[kind](value) if kind in _TAKEN else value if kind in _classes(value) else _UNFIT
        if taken is not _UNFIT:
            return taken
    raise PlannerError(f"{what} is {_shown(value)}, expected {_expected(value, kinds)}")


def _expected(value: Any, kinds: tuple[str, ...]) -> str:
    """What was expected, and how it is had from what was given."""
    found = {*_classes(value), *(["path"] if isinstance(value, str | os.PathLike) else [])}
    words = []
    for kind in (kind for kind in kinds if kind != "str" or "Path" not in kinds):
        thing, ways = _THINGS.get(kind, (_WORDS.get(kind, ""), {}))
        way = next((way.format(repr(os.fspath(value))) if "{}" in way else way for of, way in ways.items() if of in found), "")
        words += [f"{thing}: {way}" if way else thing] if thing else []
    return " or ".join(dict.fromkeys(words))


def _classes(value: Any) -> set[str]:
    """The names of the classes of a value, without importing any."""
    return {found.__name__ for found in type(value).__mro__}


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _text(value: Any) -> Any:
    return value if isinstance(value, str) else _UNFIT


def _path(value: Any) -> Any:
    return value if isinstance(value, os.PathLike) else _UNFIT


def _nothing(value: Any) -> Any:
    return None if value is None else _UNFIT


def _number(value: Any) -> Any:
    from planner.instance.numerals import plain

    found = plain(value)
    return _UNFIT if found is None else found


def _whole(value: Any) -> Any:
    found = _number(value)
    return int(found) if found is not _UNFIT and found == round(found) else _UNFIT


def _texts(value: Any) -> Any:
    """A list of texts; a text is a list of one."""
    return _list(value, str, _text)


def _plans(value: Any) -> Any:
    """A list of plans; a plan is a list of one."""
    return _list(value, object, lambda each: each if "Plan" in _classes(each) else _UNFIT)


def _list(value: Any, single: type, each: Callable[[Any], Any]) -> Any:
    if isinstance(value, single) and each(value) is not _UNFIT:
        return (value,)
    if isinstance(value, str | bytes) or not isinstance(value, Iterable):
        return _UNFIT
    found = tuple(value)
    return found if all(each(one) is not _UNFIT for one in found) else _UNFIT


_TAKEN: dict[str, Callable[[Any], Any]] = {
    "str": _text, "Path": _path, "None": _nothing, "float": _number, "int": _whole, "Sequence[str]": _texts,
    "Iterable[str]": _texts, "Sequence[Plan]": _plans, "Iterable[Plan]": _plans,
}  # fmt: skip

_WORDS = {
    "str": "a text", "Path": "a path", "float": "a number", "int": "a whole number", "Sequence[str]": "a list of texts",
    "Iterable[str]": "a list of texts", "Sequence[Plan]": "a list of plans", "Iterable[Plan]": "a list of plans",
}  # fmt: skip
