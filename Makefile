# The commands for people and for CI. `make help` lists them.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
JOBS   ?= auto

.DEFAULT_GOAL := help
.PHONY: help setup run test check fmt bench styles train lock clean

help: ## List the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 14

setup: $(STAMP) ## Make .venv with everything in it (Python 3.11, 3.12 or 3.13)

$(STAMP): requirements/dev.txt pyproject.toml clients/liminal/pyproject.toml clients/freeplay/pyproject.toml packages/thorough/pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
		|| { echo "Sluice needs Python 3.11 to 3.13; name one: make PYTHON=python3.11 setup"; exit 1; }
	@echo "Setting up $(VENV); the first time takes about a minute."
	@$(PYTHON) -m venv $(VENV)
	@awk '/^uv==/ {on = 1} on {print} on && !/\\$$/ {exit}' requirements/dev.txt > $(VENV)/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/uv.txt
	@# uv takes a quarter of pip's time; pip knows this machine's own index, if it has one.
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes \
		-r requirements/dev.txt 2>/dev/null \
		|| $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
		--editable . --editable clients/liminal --editable clients/freeplay --editable packages/thorough
	@touch $(STAMP)

run: setup ## Start the server at http://127.0.0.1:8321 on SQLite in ./var
	@$(BIN)/sluice serve

test: setup ## Run every test (on PostgreSQL too, where one can be started or reached)
	@PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n $(JOBS) --dist loadscope --no-loadscope-reorder

check: setup ## Formatting, lint, types, import contracts, sizes, payload linter, documentation
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache | tail -n 3
	@$(BIN)/python tools/no_payload.py
	@$(BIN)/python tools/size_report.py
	@$(BIN)/python tools/docs_check.py

fmt: setup ## Format the code and mend what can be mended by itself
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

bench: setup ## Measure speed (see docs/benchmarks.md)
	@$(BIN)/python -m benchmarks

train: setup ## Train the tagger of names anew (see docs/tagger.md; up to two hours)
	@$(PYTHON) -m venv $(VENV)-train
	@echo "Installing what training needs; some gigabytes."
	@$(VENV)-train/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/train.txt
	@PYTHONPATH=src:packages/thorough/src $(VENV)-train/bin/python -m training

styles: ## Build the dashboard's style sheet (needs Node; its result is committed)
	@cd tools/styles && npm install --silent --no-package-lock --no-audit --no-fund && npm run --silent build

lock: setup ## Pin the dependencies anew, with hashes
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--extra dev pyproject.toml clients/liminal/pyproject.toml clients/freeplay/pyproject.toml \
		-o requirements/dev.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		-c requirements/dev.txt pyproject.toml -o requirements/runtime.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--extra train -c requirements/dev.txt pyproject.toml -o requirements/train.txt

clean: ## Remove what setup, tests and builds made (never ./var, which holds your data)
	@rm -rf $(VENV) .compat .pytest_cache .mypy_cache .ruff_cache .hypothesis dist build
