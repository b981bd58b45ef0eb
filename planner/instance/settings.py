"""instance.toml and the overlays in scenarios/: what may stand in them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from planner.instance.sizes import LONGEST_NAME, LONGEST_STEP, MOST_BODIES, MOST_CHANGES, MOST_UNITS, MOST_YEARS

Good = Literal["complex", "structural", "propellant"]
Name = Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$", max_length=LONGEST_NAME)]
Year = Annotated[int, Field(ge=1900, le=2500)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class HorizonSection(_Section):
    """The calendar years that are planned: `first`, `last` and `step`, or a list of `years`."""

    first: Year | None = None
    last: Year | None = None
    step: Annotated[int, Field(ge=1, le=LONGEST_STEP)] | None = None
    years: Annotated[list[Year], Field(min_length=1, max_length=MOST_YEARS)] | None = None


class FinanceSection(_Section):
    """Conventions of money. The discount rate is a parameter: `finance.discount_rate`."""

    currency: Literal["USD"] = Field("USD", description="the money of the model; other money is a unit under [units]")
    price_year: Year | None = Field(None, description="the year in whose money every result is")
    base_year: Year | None = Field(None, description="the year to which is discounted; the first year if left out")
    payments: Literal["start", "mid", "end"] = Field("mid", description="when a year's payments fall")
    capital_falls: Literal["start", "mid", "end"] = Field("start", description="when the capital of a year falls")
    capital: Literal["upfront", "annuity"] = "upfront"
    end_of_horizon: Literal["straight_line", "sinking_fund", "annuities_dropped", "none"] = "sinking_fund"


class BodySection(_Section):
    """A body: whether users live there, and the goods to be had there without limit."""

    users: bool = False
    supplies: list[Good] = []


class InstanceFile(_Section):
    """instance.toml."""

    title: str | None = Field(None, min_length=1, max_length=200)
    description: str | None = Field(None, max_length=10_000)
    extends: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        None, description="the folder of another instance, relative to this one"
    )
    horizon: HorizonSection | None = None
    finance: FinanceSection | None = None
    bodies: dict[Name, BodySection] = Field({}, max_length=MOST_BODIES)
    units: dict[str, str] = Field(
        {}, max_length=MOST_UNITS, description="units of this instance's own, such as GW_2026 = '17.1 ZFLOP/s'"
    )


class ScenarioFile(InstanceFile):
    """scenarios/NAME.toml: an overlay."""

    extends: str | None = Field(None, min_length=1, max_length=LONGEST_NAME, description="another scenario, laid under this one")
    set: dict[str, float | int | str] = Field({}, max_length=MOST_CHANGES, description="addresses and their new values")
    scale: dict[str, float | int] = Field({}, max_length=MOST_CHANGES, description="addresses and the factors of their values")
    shift: dict[str, float | int | str] = Field(
        {}, max_length=MOST_CHANGES, description="addresses and what is added to their values"
    )


def schema() -> dict[str, Any]:
    """The JSON Schema of instance.toml."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **InstanceFile.model_json_schema()}
