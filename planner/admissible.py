"""What a model may hold that is to be solved as a linear program; everything else is refused by name, all of it at once.

A component that the compiler does not read would be left out without a word: an integer domain, a set of which one may be
positive, a disjunction. So would a component of planner's own that one of the caller's replaced.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pyomo.core as pyo
from pyomo.core.expr.visitor import identify_variables

from planner.errors import PlannerError

if TYPE_CHECKING:
    from planner.instance import Instance

#: The types of components that the compiler reads, and those that state nothing about a plan.
_READ = {"Var", "Constraint", "Objective", "Expression", "Param", "Block"}
_SILENT = {"Set", "RangeSet", "SetOf", "Suffix", "BuildCheck", "BuildAction", "ExternalFunction", "SetProduct"}

#: So many names are listed of those of which the same is to be said.
_MOST_NAMES = 5


class Origin:
    """The instance that a model was built from; copies of the model share it."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance

    def __deepcopy__(self, memo: dict[int, Any]) -> Origin:
        return self


def keep_own(model: pyo.ConcreteModel, instance: Instance) -> None:
    """Remember what a model was built from, and every component, so that one which is replaced or removed is missed."""
    model.origin = Origin(instance)
    model.planned = [(block, component) for block in _blocks(model) for component in block.component_map().values()]


def check_model(model: pyo.ConcreteModel) -> None:
    """Raise PlannerError, with every reason, where a model is not one that a linear program can state."""
    problems = [*_missing(model), *_of_other_types(model), *_not_continuous(model)]
    if problems:
        raise PlannerError("\n".join(problems))


def not_of_the_model(expression: Any, columns: Iterable[int], name: str) -> PlannerError:
    """What is said of an expression with a variable that is no column: it stands on no block of the model."""
    known = set(columns)
    names = dict.fromkeys(v.name for v in identify_variables(expression, include_fixed=False) if id(v) not in known)
    listed = _listed(list(names))
    return PlannerError(f"{name} uses {listed}, not a variable of this model: add it first, as model.NAME = Var(...)")


def _blocks(model: pyo.ConcreteModel) -> Iterator[Any]:
    yield from model.block_data_objects(descend_into=True)


def _missing(model: pyo.ConcreteModel) -> Iterator[str]:
    """Components of planner's own that are not where they were put."""
    for block, component in getattr(model, "planned", ()):
        name = component.local_name
        found = block.component(name)
        if found is component or (found is None and component.parent_block() is block):
            continue
        if block is not model and model.component(block.local_name) is not block:
            continue  # the block itself is named
        full = name if block is model else f"{block.name}.{name}"
        if found is None:
            yield f"{full} was removed from the model: deactivate a constraint instead, and fix a variable"
        else:
            yield f"{full} is the name of a component of planner's own, and one of yours replaced it: give yours another name"


def _of_other_types(model: pyo.ConcreteModel) -> Iterator[str]:
    found: dict[str, list[str]] = {}
    for block in _blocks(model):
        for component in block.component_map().values():
            type_ = component.ctype.__name__
            if type_ not in _READ | _SILENT and component.active:
                found.setdefault(type_, []).append(component.name)
    for type_, names in found.items():
        yield f"{_listed(names)}: a linear program has no place for a {type_}"


def _not_continuous(model: pyo.ConcreteModel) -> Iterator[str]:
    """Variables that may not take every value between two bounds; a fixed one is a number, if its domain has it."""
    found: dict[str, list[str]] = {}
    continuous: dict[int, bool] = {}
    for component in model.component_objects(pyo.Var, descend_into=True):
        for variable in component.values():
            domain = variable.domain
            known = continuous.get(id(domain))
            if known is None:
                known = continuous[id(domain)] = _is_interval(domain)
            if not known and not (variable.fixed and variable.value in domain):
                said = f"fixed at {variable.value}, outside of {domain.name}" if variable.fixed else f"in {domain.name}"
                found.setdefault(said, []).append(variable.name)
    for said, names in found.items():
        linear = "" if said.startswith("fixed") else ": only continuous variables are solved for, expected Reals or an interval"
        yield f"{_listed(names)} {'is' if len(names) == 1 else 'are'} {said}{linear}"


def _is_interval(domain: Any) -> bool:
    """Whether a domain has every number between its ends."""
    ranges = list(domain.ranges())
    return len(ranges) == 1 and ranges[0].__class__.__name__ == "NumericRange" and ranges[0].step == 0


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more
