"""What `summary.json` of a run folder must say, each field of its type; more may stand beside it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from planner.foreign import Unfit

#: Rows, columns and nonzeros of a program, and the characters of a text.
_MOST, _LONGEST = 50_000_000, 10_000

Number = Annotated[float, Field(allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=_MOST)]
Whole = Annotated[int, Field(ge=0, le=2**62)]
Text = Annotated[str, Field(max_length=_LONGEST)]
Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class _Facts(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="allow")


class _Solver(_Facts):
    name: Text
    version: Text
    method: Text
    iterations: Whole


class _Measure(_Facts):
    absolute: Number
    scaled: Number
    tolerance: Number
    where: Text


class _Certificate(_Facts):
    holds: bool
    primal_infeasibility: _Measure
    dual_infeasibility: _Measure
    complementarity: _Measure
    gap: _Measure
    objective: Number
    dual_objective: Number
    mantissa_bits: Whole


class _ExactCertificate(_Facts):
    holds: bool
    primal_infeasibility: Number
    dual_infeasibility: Number
    gap: Number
    objective: Number
    dual_objective: Number
    rounds: Whole


class _Options(_Facts):
    solver: Text
    threads: Whole | None
    time_limit: Number | None
    exact: bool = False
    ranging: bool = False
    warm_start: bool = False
    scenarios: list[Text]
    changes: list[Text]


class _Provenance(_Facts):
    instance_hash: Hash
    versions: dict[Text, Text]
    options: _Options
    platform: dict[Text, Text]


class _Seconds(_Facts):
    __pydantic_extra__: dict[str, Number]
    solve: Number


class _Summary(_Facts):
    status: Literal["optimal"]
    objective: Number
    unit: Text
    instance: Text
    instance_hash: Hash
    rows: Count
    columns: Count
    nonzeros: Count
    solver: _Solver
    certificate: _Certificate
    exact_certificate: _ExactCertificate | None = None
    seconds: _Seconds
    provenance: _Provenance | None = None
    out: Text | None = None


def check_facts(facts: dict[str, Any]) -> None:
    """Raise Unfit where the facts of a run lack something or have it of another type; every fault is named."""
    refuse_unless(_Summary, facts, "summary.json")


def refuse_unless(model: type[BaseModel], found: Any, file: str) -> None:
    """Raise Unfit with what is wrong in a file, the first few faults."""
    try:
        model.model_validate(found)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False)
        said = [_in_words(fault) for fault in faults[:5]]
        more = f" and {len(faults) - 5} more" if len(faults) > 5 else ""
        raise Unfit(f"{file}: {'; '.join(said)}{more}") from None


_EXPECTED = {
    "float_type": "a number", "int_type": "a whole number", "int_from_float": "a whole number",
    "finite_number": "a finite number", "string_type": "text", "bool_type": "true or false", "list_type": "a list",
    "dict_type": "an object", "model_type": "an object", "model_attributes_type": "an object", "tuple_type": "a list",
    "string_pattern_mismatch": "64 digits of a hash", "string_too_long": "a shorter text",
    "less_than_equal": "a smaller number", "greater_than_equal": "a larger number",
}  # fmt: skip


def _in_words(fault: Any) -> str:
    """`solver.iterations is 'x', expected a whole number`."""
    key, kind = ".".join(map(str, fault["loc"])), fault["type"]
    if kind == "missing":
        return f"{key} is missing"
    if kind == "literal_error":
        return f"{key} is {str(fault['input'])[:60]!r}, which it cannot be"
    return f"{key} is {str(fault['input'])[:60]!r}, expected {_EXPECTED.get(kind, 'something else')}"
