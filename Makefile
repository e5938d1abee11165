# The two commands: make run, make test. Everything else: make.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# The first Python that is new enough; or give one: make run PYTHON=/usr/bin/python3.12
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := -m pip install --quiet --disable-pip-version-check --require-hashes --no-build-isolation
ARGS ?=

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | while IFS=$$'\t' read -r target text; do \
		printf '  make %-12s %s\n' "$$target" "$$text"; done

run: $(VENV)/.run ## Start the bot and print the address of the chat page
	$(BIN)/iopbot run $(ARGS)

test: $(VENV)/.dev ## Run all tests; ARGS='tests/docs -x' picks some
	$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.dev ## Lint, format, types, imports, docs and content
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/docs
	$(BIN)/iopbot check

bench: $(VENV)/.dev ## Measure answers, speed and memory, with the baselines beside them
	$(BIN)/python -m tests.bench $(ARGS)

soak: $(VENV)/.dev ## The long tests: hundreds of kills, floods and restarts
	$(BIN)/python -m pytest -m soak $(ARGS)

demo-matrix: $(VENV)/.dev ## A homeserver and the bot on this machine, to try with any Matrix client
	$(BIN)/python -m tests.matrix.demo

image: ## Build the container image with buildah, start it and look at its health
	deploy/try-image.sh

lock: .venv-lock/.done ## Bring requirements/*.txt up to date; ARGS=--upgrade takes newer versions
	requirements/lock.sh $(ARGS)

clean: ## Remove the virtual environments and everything that tools left behind
	rm -rf $(VENV) .venv-lock .venv-synapse .venv-synapse.lock build dist out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Installed once, and again only when a requirement file has changed.
$(BIN)/python:
	@[ -n "$(PYTHON)" ] || { echo 'Python 3.11, 3.12 or 3.13 is needed: apt-get install python3 python3-venv' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo 'Python lacks its venv module: apt-get install python3-venv' >&2; rm -rf $(VENV); exit 1; }

$(VENV)/.run: requirements/run.txt requirements/build.txt pyproject.toml | $(BIN)/python
	@echo 'Installing what the bot needs (once)'
	@$(BIN)/python $(PIP) -r requirements/build.txt
	@$(BIN)/python $(PIP) -r requirements/run.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	@echo 'Installing what tests and checks need (once)'
	@$(BIN)/python $(PIP) -r requirements/dev.txt
	@touch $@

.venv-lock/.done: requirements/lock.txt
	@$(PYTHON) -m venv .venv-lock
	@.venv-lock/bin/python $(PIP) -r requirements/lock.txt
	@touch $@

.PHONY: help run test check bench soak demo-matrix image lock clean
