# make run shows it; make check and make test are what CI runs.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup run test check format bench docs shots clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## make .venv and install everything, when something changed

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' > /dev/null 2>&1 || { \
	  echo "Whiteslip needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) --version 2>&1)."; \
	  echo "Name another one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || { echo "Making .venv with $$($(PYTHON) --version) …"; $(PYTHON) -m venv .venv || { \
	  echo "No virtual environment could be made; on Debian and Ubuntu: apt install python3-venv"; rm -rf .venv; exit 1; }; }
	@echo "Installing Whiteslip and what it needs; the first time this takes a minute or two …"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check -e '.[dev]' -c constraints.txt
	@touch $@

run: setup ## start it with a small world to look at
	@echo "Starting Whiteslip with a demonstration world; stop it with Ctrl-C."
	@$(BIN)/whiteslip up --demo

test: setup ## every test, on JOBS=2 cores
	@echo "Running the tests on $(JOBS) cores, each with a PostgreSQL of its own …"
	@$(BIN)/pytest -n $(JOBS) --dist loadfile $(ARGS)

check: setup ## lint, format, types, import rules, SQL, tidiness
	@echo "ruff: lint"
	@$(BIN)/ruff check src tests
	@echo "ruff: format"
	@$(BIN)/ruff format --check src tests
	@echo "basedpyright: types"
	@$(BIN)/basedpyright
	@echo "import-linter: who imports whom"
	@$(BIN)/lint-imports --no-logo > .venv/imports.txt || { cat .venv/imports.txt; exit 1; }
	@tail -n 1 .venv/imports.txt
	@echo "sqlfluff: SQL"
	@$(BIN)/sqlfluff lint --disable-progress-bar --processes $(JOBS) src
	@echo "tidiness: shape, streams, hygiene, links"
	@$(BIN)/pytest -q -p no:cacheprovider tests/test_tidy.py tests/test_docs.py
	@echo "All checks passed."

format: setup ## put code and SQL into their layout
	@$(BIN)/ruff check --fix --quiet src tests || true
	@$(BIN)/ruff format src tests
	@$(BIN)/sqlfluff fix --quiet --disable-progress-bar --processes $(JOBS) src

bench: setup ## measure it against pgbench on this machine
	@for what in checkout http end-of-day; do $(BIN)/whiteslip bench $$what $(ARGS) || exit 1; done

docs: setup ## check that links resolve and commands exist
	@echo "Checking links, anchors and commands in the documentation …"
	@$(BIN)/pytest -q -p no:cacheprovider tests/test_docs.py

shots: setup ## a screenshot of every page, into shots/
	@$(BIN)/pytest -q -p no:cacheprovider tests/browser/shots.py

clean: ## remove what was built; the data in .whiteslip stay
	@echo "Removing .venv, caches and build output …"
	@rm -rf .venv build dist src/*.egg-info .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
