# Everything here is a call of build/, which also works where there is no make.
PYTHON ?= python3
ROWS ?= 500000
SEED ?= 1

.PHONY: run test check lint format lock sample bench

run: ## open the window
	$(PYTHON) build/dev.py run

test: ## the tests
	$(PYTHON) build/dev.py test

check: ## formatting, lint, types, import contracts, tests
	$(PYTHON) build/dev.py check

lint: ## the same without the tests
	$(PYTHON) build/dev.py lint

format: ## format the code and sort its imports
	.venv/bin/ruff check --fix --select I .
	.venv/bin/ruff format .

lock: ## write the hashed locks again from pyproject.toml
	.venv/bin/python build/lock.py

sample: ## a large file: make sample ROWS=500000
	$(PYTHON) build/make_sample.py --rows $(ROWS) --seed $(SEED) large_$(ROWS).csv

bench: ## imports as ratios to a bare COPY, and peak memory
	$(PYTHON) build/dev.py bench
