"""A design of a stranger's takes bounded time and memory: what it asks for is counted before it is made."""

from __future__ import annotations

import itertools
import os
import re
import time
import tracemalloc
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from planner.errors import InstanceError
from planner.instance.patterns import matches as fits
from planner.sweeping.design import read_design
from tests.sweeping.functions import design_of, toy_instance

PRICE = '[[factor]]\nvary = "launch.rocket.price*"\nlow = 0.5\nhigh = 2\n'
MANY = "".join(
    f'[[factor]]\nname = "f{n}"\nvary = "compute.rack.capex@{year}*"\nlow = 0.5\nhigh = 2\n'
    for n, year in enumerate((2030, 2031, 2032, 2033, 2034, 2036))
)

TOO_MUCH = {
    "levels of a factor": ('method = "grid"\n' + PRICE + "levels = 1000000000\n", "levels is 1000000000, expected at most 1000000"),
    "levels above": ('method = "grid"\nlevels = 20000000\n' + PRICE, "levels is 20000000, expected at most 1000000"),
    "levels together": ('method = "grid"\nlevels = 2000\n' + MANY, f"{2000**6} points, expected at most 1000000"),
    "levels of [ranged]": ('method = "grid"\n[ranged]\nlevels = 1001\n', "points, expected at most 1000000"),
    "points": ('method = "sobol"\npoints = 1048576\n' + PRICE, "points is 1048576, expected at most 1000000"),
    "points of trajectories": ('method = "morris"\npoints = 1000000\n' + PRICE, "2000000 points, expected at most 1000000"),
    "changes": ('method = "latin_hypercube"\npoints = 900000\n[[factor]]\nvary = "*.capex"\nlow = 0.5\nhigh = 2\n', "changes, expected at most 2000000"),
    "factors": ('method = "sobol"\npoints = 2\n' + '[[factor]]\nvary = "x"\n' * 1_001, "1001 sections [[factor]], expected at most 1000"),
    "scenarios": ('method = "scenarios"\n' + '[[scenario]]\nname = "x"\n' * 1_001, "1001 sections [[scenario]], expected at most 1000"),
    "texts": ('method = "sobol"\npoints = 2\n[ranged]\nrows = [' + '"*",' * 1_001 + "]\n", "expected at most 1000 of them"),
    "quantities": ('method = "sobol"\npoints = 2\nquantities = [' + '"x",' * 101 + "]\n" + PRICE, "expected at most 100 of them"),
    "a long text": (f'method = "sobol"\npoints = 2\n[[factor]]\nvary = "{"a" * 301}"\n', "expected at most 300 characters"),
    "blanks in a law": (f'method = "sobol"\npoints = 2\n[[factor]]\nvary = "x=1 +{" " * 20_000}1{" " * 20_000}x"\n', "'x=1 + 1 x' is no law"),
    "blanks in a quantity": (f'method = "sobol"\npoints = 2\nquantities = "x{" " * 20_000}!"\n' + PRICE, "'x !'"),
    "stars": (f'method = "grid"\n[[factor]]\nvary = "launch.{"*" * 200}rocket.pricex"\nvalues = [0.5, 2]\n', "names no row"),
    "parted stars": (f'method = "grid"\n[[factor]]\nvary = "{"*a" * 100}x"\nvalues = [0.5, 2]\n', "names no row"),
    "stars of [ranged]": (f'method = "sobol"\npoints = 2\n[ranged]\nrows = "{"*c*" * 60}x"\n', "names no row"),
}  # fmt: skip


@pytest.mark.parametrize("what", TOO_MUCH)
def test_what_is_too_much_is_refused_before_it_is_made(what: str, tmp_path: Path) -> None:
    text, problem = TOO_MUCH[what]
    toy_instance()
    tracemalloc.start()
    began = time.process_time()
    with pytest.raises(InstanceError, match=re.escape(problem)):
        design_of(text, tmp_path)
    taken, peak = time.process_time() - began, tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert taken < 20 and peak < 60_000_000


def test_a_factor_with_too_many_levels_is_one_problem(tmp_path: Path) -> None:
    with pytest.raises(InstanceError) as found:
        design_of(TOO_MUCH["levels of a factor"][0], tmp_path)
    assert len(found.value.problems) == 1


@pytest.mark.parametrize("way", ["pipe", "device"])
def test_a_design_that_is_no_file(way: str, tmp_path: Path) -> None:
    path = tmp_path / "design.toml"
    os.mkfifo(path) if way == "pipe" else path.symlink_to("/dev/zero")
    with pytest.raises(InstanceError, match=r"design\.toml:1:1: cannot be read: it is no file"):
        read_design(path, toy_instance())


def test_a_pattern_names_what_it_names_in_any_shell() -> None:
    texts = ["".join(signs) for length in range(5) for signs in itertools.product("ab", repeat=length)]
    patterns = ["".join(signs) for length in range(5) for signs in itertools.product("ab*", repeat=length)]
    assert any(fits(pattern, text) for pattern in patterns for text in texts)
    for pattern, text in itertools.product(patterns, texts):
        assert fits(pattern, text) == fnmatchcase(text, pattern), (pattern, text)


def test_a_pattern_takes_linear_time() -> None:
    began = time.process_time()
    assert not fits("*a" * 20_000 + "*b", "a" * 40_000)
    assert time.process_time() - began < 2
