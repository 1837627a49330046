# Everything here is a call of build/, which also works where there is no make.
PYTHON ?= python3
ROWS ?= 500000
SEED ?= 1

.PHONY: run test check lint format lock sample bench bench-catalogue stalls stalls-table startup stalls-webhooks screenshots campaign campaign-crash campaign-webhooks bench-webhooks package

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

bench-catalogue: ## how fast a catalogue of ten million products answers, first made in DATA=folder
	.venv/bin/python build/bench_catalogue.py $(if $(DATA),--data $(DATA))

stalls: ## the longest stall of the window while it imports
	.venv/bin/python build/measure_stalls.py $(ROWS)

stalls-webhooks: ## how late the window's timers come while it delivers 500,000 events
	.venv/bin/python build/measure_delivery_stalls.py

startup: ## how long a start takes, part by part (source tree and dist/; needs Xvfb)
	.venv/bin/python build/measure_startup.py

stalls-table: ## the product table on a large catalogue (ROWS, 500,000 without)
	.venv/bin/python build/measure_table.py $(if $(ROWS),--rows $(ROWS))

screenshots: ## the pictures of the window, in three sizes, light and dark (needs Xvfb and openbox)
	.venv/bin/python build/screenshots.py

campaign: ## all slow tests: fault injection and fuzzing
	$(PYTHON) build/dev.py test -m campaign

campaign-crash: ## kill imports and servers at random moments
	$(PYTHON) build/dev.py test -m campaign tests/core/importer/test_crash_campaign.py

campaign-webhooks: ## two dispatchers, kill -9, restarts, random 503s: nothing lost, nothing out of order
	$(PYTHON) build/dev.py test -m campaign -s tests/core/webhooks

bench-webhooks: ## what webhooks cost an import, and how fast they are delivered
	.venv/bin/python build/bench_webhooks.py

package: ## the packaged program and its archives, in dist/
	$(PYTHON) build/package.py
