# Everything runs in a virtual environment of the project's own: Python 3.11 or newer and make are all that is needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed

.PHONY: plan test lint bench fuzz freeze schema parameters clean

## plan: solve the main instance and say what it found
plan: $(INSTALLED)
	rm -rf runs/accelerated
	$(BIN)/planner solve instances/accelerated --out runs/accelerated

## test: what CI runs
test: lint
	$(BIN)/python -m pytest --cov --cov-report=term:skip-covered

## lint: style, types and the direction of imports
lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

## bench: planner beside linopy, Pyomo's interfaces and HiGHS alone; how cost grows; every step of every instance (BENCH="peers --world")
bench: $(INSTALLED)
	$(BIN)/python -m benchmarks $(BENCH)

## fuzz: thousands of instances, run folders, stores and designs broken at random; each must end with a message and a code (FUZZ="--count 500 --seed 7")
fuzz: $(INSTALLED)
	$(BIN)/python -m tests.fuzz $(FUZZ)

## freeze: write down anew what every instance costs, after a change of results that CHANGELOG.md gives the reason of
freeze: $(INSTALLED)
	$(BIN)/python -m tests.freeze

## schema: the JSON Schema of instance.toml, from the code
schema: $(INSTALLED)
	$(BIN)/python -m planner.instance.write_schema

## parameters: the page of every parameter and quantity, from the code
parameters: $(INSTALLED)
	$(BIN)/python -m planner.instance.write_parameters

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
	touch $@

clean:
	rm -rf $(VENV) runs .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage *.egg-info
