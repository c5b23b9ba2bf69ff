# Everything starts here. `make demo` and `make test` set up what they need on a fresh machine.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# Tests of screens wait more than they compute.
WORKERS ?= $(shell echo $$((2 * $$(getconf _NPROCESSORS_ONLN))))
# They start the program some thousand times, and it is not to be compiled each time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test test-postgres check bench pictures messages keys lock clean

$(VENV)/.ready: requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	touch $@

$(VENV)/.ready-dev: $(VENV)/.ready requirements-dev.txt
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	touch $@

demo: $(VENV)/.ready ## a made-up municipality to try everything on; ARGS=--headless prints the whole routine
	$(BIN)/kk2 demo $(ARGS)

test: $(VENV)/.ready-dev ## all tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

test-postgres: $(VENV)/.ready-dev ## the same, with every store in PostgreSQL
	KK2_TEST_BACKEND=postgresql $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

check: $(VENV)/.ready-dev ## style, types and import direction
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.ready-dev ## ratios, measured side by side in one run
	$(BIN)/python -m tests.benchmarks $(ARGS)

messages: $(VENV)/.ready-dev ## texts that are new in the code into the catalogues of data/languages/, and these compiled
	$(BIN)/python -m tests.languages

pictures: $(VENV)/.ready-dev ## docs/pictures/ made anew from the running program
	$(BIN)/python docs/make_pictures.py

keys: $(VENV)/.ready-dev ## docs/taster.md made anew from the program's key bindings
	$(BIN)/python -m docs.make_keys

lock: $(VENV)/.ready-dev ## new locked requirements from pyproject.toml
	$(BIN)/python -m pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-emit-find-links --strip-extras --extra postgres -o requirements.txt pyproject.toml
	$(BIN)/pip-compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-emit-find-links --strip-extras --extra postgres --extra dev -o requirements-dev.txt pyproject.toml

clean: ## remove what was set up
	rm -rf $(VENV) demo-home .pytest_cache .mypy_cache .ruff_cache .hypothesis
