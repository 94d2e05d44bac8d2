# Two commands, each enough alone: `make run` and `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
LOCK   := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header
# The day the sample newsroom is made for: any other works too (digest run weekly).
AT     ?= 2026-03-02T12:00:00Z

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test faults check format golden pictures judges-setup judges bench lock wheel clean

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.run ## the virtual environment, with what `digest` needs
setup-dev: $(VENV)/.dev ## the same, with what the checks and tests need

run: $(VENV)/.run ## an edition of the sample newsroom (config.yaml, articles/) into out/
	@$(BIN)/digest run weekly --at $(AT)

test: $(VENV)/.dev ## the tests, with branch coverage: all of core/ must be covered
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 3 --dist worksteal --cov --cov-report=term:skip-covered $(ARGS)
	@test -n "$(ARGS)" || $(BIN)/python -m coverage report --include='digest/core/*' --fail-under=100 --skip-covered

faults: $(VENV)/.dev ## delivery under kills and troubles, every time zone, a simulated year of killed daemons: an hour and more
	$(BIN)/python tests/faults/delivery_faults.py
	$(BIN)/python tests/faults/every_zone.py
	$(BIN)/python tests/faults/simulated_time.py

check: $(VENV)/.dev ## ruff, mypy (benchmarks too) and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.dev ## lay the code out, mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

golden: $(VENV)/.dev ## write the golden files anew (then read the diff)
	$(BIN)/python -m pytest -q tests -k golden --no-cov --write-golden

pictures: $(VENV)/.dev ## take the pictures of docs/templates.md anew, with Chromium
	$(BIN)/python tests/looks/docs_pictures.py

judges-setup: ## what npm brings of the outside judges, pinned; the rest: CONTRIBUTING.md
	cd tests/judges && npm ci --ignore-scripts

judges: $(VENV)/.dev ## ask outside judges (HTML, accessibility, spam, feeds); writes docs/quality.md
	$(BIN)/python tests/judges/judging.py --write docs/quality.md $(ARGS)

bench: $(VENV)/.dev ## measure, each figure beside a reference
	$(BIN)/python -m benchmarks

lock: $(VENV)/.dev ## lock the dependencies anew, with hashes, naming no index
	$(PIP) install uv
	printf 'hatchling\neditables\n' > $(VENV)/build.in
	$(LOCK) pyproject.toml $(VENV)/build.in -o requirements.txt
	$(LOCK) pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt

wheel: $(VENV)/.dev ## the wheel, into dist/
	$(BIN)/python -m hatchling build -t wheel

clean: ## remove what was made (not the virtual environment)
	rm -rf out dist digest.db digest.db-wal digest.db-shm .coverage

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("digest needs Python 3.11 or newer; this is " + sys.version.split()[0] + " (set PYTHON=...)") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt pyproject.toml | $(VENV)/bin/python
	@echo "Setting up $(VENV) ..."
	@$(PIP) install --require-hashes -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@echo "Adding the tools for checks and tests ..."
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@
