"""Public functions take numbers of every kind, and answer arguments of another kind in words and by what is had from them."""

from __future__ import annotations

import inspect
import pickle
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import planner
from planner.arguments import checked
from tests.conftest import TOY

INSTANCE = planner.load(TOY)
PLAN = planner.solve(INSTANCE)
PRICE = "launch.rocket.price"

NUMBERS = [
    np.int64(200),
    np.int8(100),
    np.uint16(200),
    np.float32(200),
    np.float64(200),
    Decimal("200"),
    Fraction(200),
    200,
    200.0,
]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: type(number).__name__)
def test_a_number_of_any_kind_is_a_number(number: Any) -> None:
    expected = INSTANCE.replace({PRICE: float(number)}).hash
    assert INSTANCE.replace({PRICE: number}).hash == INSTANCE.replace({PRICE: ("=", number)}).hash == expected
    assert planner.load(TOY, changes={PRICE: number}).hash == expected


@pytest.mark.parametrize("number", [np.int64(2), Decimal("2"), Fraction(2)])
def test_sessions_and_options_take_them_too(number: Any) -> None:
    assert planner.Session(INSTANCE, check_every=number).solve({PRICE: ("*", number)}).objective > PLAN.objective
    assert planner.solve(INSTANCE, threads=np.int64(1), time_limit=Decimal(50)).objective == PLAN.objective


@pytest.mark.parametrize(
    "wrong", [True, np.bool_(True), None, [1], np.array([1.0, 2.0]), Decimal("nan"), float("inf"), 10**400, Decimal("1e999")],
    ids=lambda wrong: repr(wrong)[:20],
)  # fmt: skip
def test_what_is_no_finite_number_is_refused(wrong: Any) -> None:
    with pytest.raises(planner.AddressError, match=r"is replaced by|is no finite number"):
        INSTANCE.replace({PRICE: wrong})


@pytest.mark.parametrize(("call", "said"), [
    (lambda: planner.solve(TOY), r"solve: instance is .*, expected an instance: planner\.load\('.*toy'\)"),
    (lambda: planner.build(str(TOY)), r"build: instance is .*, expected an instance: planner\.load\('.*toy'\)"),
    (lambda: planner.solve(PLAN), r"expected an instance: the plan's \.instance"),
    (lambda: planner.solve(None), "solve: instance is None, expected an instance"),
    (lambda: planner.Session(TOY), r"Session: instance is .*, expected an instance: planner\.load"),
    (lambda: planner.compile(INSTANCE), r"compile: model is <Instance .*, expected a Pyomo model: planner\.build\(instance\)"),
    (lambda: planner.summary(INSTANCE), r"summary: plan is <Instance .*, expected a plan: planner\.solve\(instance\)"),
    (lambda: planner.report(["runs/a"], "a.html"), r"report: plans is \['runs/a'\], expected a plan or a list of plans"),
    (lambda: planner.compare([PLAN, 3]), r"compare: plans is \[.*, expected a list of plans"),
    (lambda: planner.certify(INSTANCE, PLAN.optimum), r"certify: lp is .*, expected a program: planner\.compile\(planner\.build\(instance\)\)"),
    (lambda: planner.refine(planner.compile(planner.build(INSTANCE)), PLAN), r"expected an optimum: the plan's \.optimum"),
    (lambda: planner.load(INSTANCE), "load: path is <Instance .*, expected a path$"),
    (lambda: planner.load(TOY, 3), "load: scenarios is 3, expected a list of texts"),
    (lambda: planner.load(TOY, changes=3), "3 is no change, expected text such as ADDRESS=VALUE or a mapping"),
    (lambda: planner.load_plan(3), "load_plan: folder is 3, expected a path$"),
    (lambda: planner.pareto(INSTANCE, "emissions.released", points="many"), "pareto: points is 'many', expected a whole number"),
    (lambda: planner.pareto(INSTANCE, "emissions.released", points=2.5), "pareto: points is 2.5, expected a whole number"),
    (lambda: planner.solve(INSTANCE, time_limit="1 h"), "solve: time_limit is '1 h', expected a number"),
    (lambda: planner.breakeven(INSTANCE, PRICE, None), "breakeven: until is None, expected a text"),
    (lambda: PLAN.explain(3), r"Plan\.explain: parts is 3, expected a list of texts"),
    (lambda: PLAN.explain("sensitivty"), "no part of an explanation is called 'sensitivty'; there are .*, did you mean 'sensitivity'\\?"),
    (lambda: PLAN[3], r"a plan has its tables by name, such as plan\['compute\.in_service'\], and not by 3"),
    (lambda: PLAN["compute.biuld"], "there is no table 'compute.biuld', did you mean 'compute.build'?"),
    (lambda: PLAN.prices["power_balanc"], "there is no table 'power_balanc', did you mean 'power_balance'?"),
])  # fmt: skip
def test_another_kind_of_argument_is_answered_in_words(call: Callable[[], Any], said: str) -> None:
    with pytest.raises(planner.PlannerError, match=said):
        call()


def test_a_text_is_a_list_of_one() -> None:
    assert list(PLAN.explain("binding").tables) == list(PLAN.explain(["binding"]).tables) == ["binding"]
    mandate = Path(TOY).parent / "mandate"
    assert planner.load(mandate, "free").hash == planner.load(mandate, ["free"]).hash


def test_a_name_that_is_not_there_is_a_key_error_too() -> None:
    with pytest.raises(KeyError):
        PLAN["compute.biuld"]
    assert PLAN.tables.get("compute.biuld") is None and "compute.build" in PLAN.tables


def test_a_public_function_is_the_one_of_its_module_with_its_arguments_checked() -> None:
    functions = [getattr(planner, name) for name in planner.__all__ if inspect.isfunction(getattr(planner, name))]
    assert len(functions) > 20
    for function in functions:
        assert pickle.loads(pickle.dumps(function)) is function
        assert inspect.signature(function) == inspect.signature(function.__wrapped__) and function.__doc__


def test_what_a_signature_leaves_open_is_not_looked_at() -> None:
    def call(number: "float", anything: "Callable[[str], None] | None", other: "dict") -> tuple[Any, ...]:  # noqa: UP037
        return number, anything, other

    assert checked(call)(Decimal(1), 3, "x") == (1.0, 3, "x")
