# Needs Python 3.11+ with venv, make and git; everything else comes from requirements.lock.

PYTHON ?= python3
MINUTES ?= 5
WORKERS ?= 2
ARGS ?=

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PYTEST := -m pytest -n $(WORKERS)

.DEFAULT_GOAL := help
.PHONY: help setup lint check test demo story storm bench bench-large lock format clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

setup: $(STAMP)  ## build .venv from the lock

$(STAMP): $(BIN)/python requirements.lock pyproject.toml
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)

lint: setup  ## format, lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --strict src
	$(BIN)/lint-imports

check: lint  ## lint, then unit and property tests of the heart: about a minute
	SYNCLINE_PROFILE=check $(BIN)/python $(PYTEST) -q -m "not slow and not outside"

test: lint  ## all of them, the heart under branch coverage, then simulations, crashes and property tests with the long budget
	$(BIN)/coverage erase
	SYNCLINE_PROFILE=check $(BIN)/coverage run $(PYTEST) -q -m "not slow"
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report
	SYNCLINE_PROFILE=test $(BIN)/python $(PYTEST) -m "slow or hypothesis"

demo: setup  ## both sandboxes, a company at work in them, and the hub between, live (ARGS="--seconds 60 --headless")
	$(BIN)/syncline demo $(ARGS)

story: setup  ## one seeded simulation: three systems that lag and fail, told line by line (ARGS="...")
	$(BIN)/python -m syncline.testing.demo $(ARGS)

storm: setup  ## simulations from random seeds (MINUTES=5)
	$(BIN)/python -m syncline.testing.storm --minutes $(MINUTES)

bench: setup  ## measure
	$(BIN)/python bench/bench.py
	$(BIN)/python bench/door_bench.py
	$(BIN)/python bench/webhook_bench.py
	$(BIN)/python bench/audit_bench.py
	$(BIN)/python bench/match_bench.py

bench-large: setup  ## measure with many records
	$(BIN)/python bench/bench.py --large

format: setup  ## write the format and the safe fixes
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(BIN)/python  ## resolve the newest versions into requirements.lock
	@test -x $(BIN)/uv || $(PIP) install uv
	$(BIN)/uv pip compile pyproject.toml --all-extras --group dev --upgrade \
		--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		--no-annotate --custom-compile-command "make lock" --quiet --output-file requirements.lock
	@! grep -n '://' requirements.lock

clean:  ## remove caches, builds and storm state; .venv stays
	rm -rf .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache .storm build dist htmlcov
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
