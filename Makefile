# Needs make and Python 3.11 or newer with its venv module; everything else is installed into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Each test worker starts a PostgreSQL and a Valkey of its own.
WORKERS ?= 2
ARGS ?=

# For authors to read and tests to use; nobody runs it.
REFERENCE := plugins/reference
MEMBER_FILES := core/pyproject.toml tenants/pyproject.toml api/pyproject.toml \
	$(filter-out $(REFERENCE)/%,$(wildcard plugins/*/pyproject.toml))
MEMBERS := $(patsubst %/pyproject.toml,%,$(MEMBER_FILES))
RUN_STAMP := $(VENV)/.installed-run
DEV_STAMP := $(VENV)/.installed-dev
INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	$(foreach file,$(MEMBER_FILES),--no-emit-package $(shell sed -n 's/^name = "\(.*\)"/\1/p' $(file))) \
	--custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help run test lint bench docs lock setup clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: $(RUN_STAMP) ## Set up and run the demonstration (options: make run ARGS=--once)
	@$(BIN)/huifang demo $(ARGS)

test: lint ## Set up, check and test everything (options for pytest in ARGS)
	@$(BIN)/pytest -n $(WORKERS) --dist loadfile $(ARGS)

lint: $(DEV_STAMP) ## Check style, types and the direction of imports
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(DEV_STAMP) ## Measure (options: make bench ARGS=--help)
	@$(BIN)/python -m bench $(ARGS)

docs: $(DEV_STAMP) ## Write anew what is made from the code: openapi.yaml, docs/plugin-api.md, docs/requirements.md
	@$(BIN)/huifang openapi -o openapi.yaml
	@$(BIN)/python docs/plugin_api.py
	@$(BIN)/python docs/requirements.py

lock: $(DEV_STAMP) ## Write the locked requirements anew (newest versions: make lock ARGS=--upgrade)
	$(LOCK) $(ARGS) requirements.in -o requirements.txt
	$(LOCK) $(ARGS) -c requirements.txt requirements-dev.in -o requirements-dev.txt

setup: $(RUN_STAMP) $(DEV_STAMP) ## Install all that running and testing need

clean: ## Remove the environment and all caches; data in ~/.huifang stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	find . -name __pycache__ -not -path '*/node_modules/*' -type d -prune -exec rm -rf {} +

# A link to an interpreter that was since removed counts as missing: then nothing counts as installed either.
$(shell test -x $(BIN)/python || rm -f $(RUN_STAMP) $(DEV_STAMP))

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Huifang needs Python 3.11 or newer: install it, or name it with make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "This Python can't make environments: apt-get install python3-venv (Debian, Ubuntu), then try again"; exit 1; }
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)

# The locked files name everything, so pip has nothing to resolve: left to itself, the pip of Python 3.11 reads past the pin of
# a package that another one asks for with an extra, takes the newest release, and then misses its hash.
# The members come last, also without dependencies: every third party is the locked one.
$(RUN_STAMP): requirements.txt pyproject.toml $(MEMBER_FILES) | $(BIN)/python
	@echo "Setting up $(VENV) (once, about a minute) ..."
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV)
	@$(INSTALL) --no-deps --require-hashes -r requirements.txt
	@$(INSTALL) --no-deps --no-build-isolation $(foreach member,$(MEMBERS) .,-e ./$(member))
	@$(BIN)/python -m pip check -q --disable-pip-version-check
	@touch $@

$(DEV_STAMP): requirements-dev.txt $(REFERENCE)/pyproject.toml $(RUN_STAMP)
	@echo "Installing what the tests need (once) ..."
	@$(INSTALL) --no-deps --require-hashes -r requirements-dev.txt
	@$(INSTALL) --no-deps --no-build-isolation -e ./$(REFERENCE)
	@touch $@
