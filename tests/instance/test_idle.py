"""What can never be used in any model year: a warning, and where it stands."""

from __future__ import annotations

import pytest

import planner
from planner.diagnosis.preflight import preflight
from tests.diagnosis.seeds import INSTANCES


@pytest.mark.parametrize(("changes", "said"), [
    ({"launch.refuelled.opens": "2040 yr"},
     "parameters/launch.csv:22, changed by replace: refuelled is flown in no model year (2030 to 2036): launch.refuelled.opens is 2040"),
    ({"launch.homeward.closes": "2029 yr"},
     "added by replace: homeward is flown in no model year (2030 to 2036): launch.homeward.closes is 2029"),
    ({"launch.direct.opens": "2038 yr", "launch.direct.closes": "2039 yr"},
     "added by replace: direct is flown in no model year (2030 to 2036): launch.direct.opens is 2038 and launch.direct.closes is 2039"),
    ({"power.fusion.first_year": "2050 yr"},
     "parameters/power.csv:22, changed by replace: fusion can be ordered in no model year (2030 to 2036)"),
    ({"storage.battery.last_year": "2020 yr"}, "added by replace: battery can be ordered in no model year (2030 to 2036)"),
])  # fmt: skip
def test_what_opens_too_late_or_closes_too_early_is_a_warning(changes: dict[str, str], said: str) -> None:
    toy = planner.load(INSTANCES / "toy")
    assert preflight(toy) == []
    findings = [finding for finding in preflight(toy.replace(changes)) if "no model year" in finding.message]
    assert [str(finding) for finding in findings] == [said]
    assert not findings[0].hopeless


def test_what_is_open_in_one_model_year_is_no_warning() -> None:
    toy = planner.load(INSTANCES / "toy")
    assert preflight(toy.replace({"launch.direct.opens": "2035 yr", "launch.direct.closes": "2035 yr"})) == []  # half of 2034 and 2035
    assert preflight(toy.replace({"launch.direct.opens": "2036 yr", "launch.refuelled.closes": "2032 yr"})) == []
    standing = toy.replace({"compute.rack.last_year": "2020 yr"})
    assert preflight(standing) == [], "what stands already can be used"
