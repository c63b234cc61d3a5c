# Everything that one does with Plaza. `make help` lists it.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help up test test-browser test-faults test-events rehearse check bench bench-headline bench-growth \
	bench-paper demo-reset demo-sale pictures proof-fresh lock clean

BIN := .venv/bin
INSTALLED := .venv/.installed
PYTEST := $(BIN)/pytest
# Three processes on two cores: tests wait a quarter of their time, for a clock or a page.
TEST_PROCESSES ?= 3
# What production must bring along; `check --deploy` looks at settings, so no service is asked.
PRODUCTION := PLAZA_ENV=production SECRET_KEY=$$(printf 'not-a-secret-%s-' {1..5}) \
	SITE_URL=https://plaza.example ALLOWED_HOSTS=plaza.example \
	DATABASE_URL=postgresql://plaza@127.0.0.1:1/plaza \
	REDIS_URL=redis://127.0.0.1:1/0 REDIS_GATE_URL=redis://127.0.0.1:1/1 \
	STRIPE_SECRET_KEY=sk_live_check STRIPE_PUBLISHABLE_KEY=pk_live_check \
	STRIPE_WEBHOOK_SECRET=whsec_check

help: ## List these commands
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1|/' | column -t -s '|'

$(INSTALLED): requirements.lock
	@.ci/venv

up: $(INSTALLED) ## Start everything; Ctrl-C stops it (PORT=8123 for another port)
	@$(BIN)/python manage.py up

test: $(INSTALLED) ## All tests; those with a browser skip where there is no Chromium
	$(PYTEST) -n $(TEST_PROCESSES)

test-browser: $(INSTALLED) ## Only the tests that drive Chromium
	$(PYTEST) -m browser

test-faults: $(INSTALLED) ## 30 sales while servers are killed, by seed (SEED=17 repeats one)
	FAULT_RUNS=30 SEED=$(SEED) $(PYTEST) -v -n $(TEST_PROCESSES) tests/faults/test_a_sale_lives_through_faults.py

test-events: $(INSTALLED) ## 10,000 of Stripe's events in any order, thrice each (SEED=17 repeats one)
	EVENTS=10000 SEED=$(or $(SEED),$$RANDOM) LOG_LEVEL=WARNING $(PYTEST) -v -p no:logging \
		tests/payments/test_events_in_any_order_end_in_the_same_books.py

rehearse: $(INSTALLED) ## A sale with thousands of people while servers are killed (SEED=17)
	$(BIN)/python -W ignore -m tests.faults.seeded --seed $(or $(SEED),$$RANDOM) \
		--people 3000 --seconds 20

check: $(INSTALLED) ## Lint, format, types, layers, migrations, deployment, tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(PRODUCTION) $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(MAKE) --no-print-directory test

bench: $(INSTALLED) ## Speed beside limits and rivals, reduced size (NAME=claim for one)
	$(BIN)/python -m benchmarks $(NAME)

bench-headline: $(INSTALLED) ## 1,300,000 reserve, 240,000 want 50,000 units: the sale of 2012
	$(BIN)/python -m benchmarks reserve claim --size full

bench-growth: $(INSTALLED) ## What an operation costs with 10,000 to 1,000,000 people
	$(BIN)/python -m benchmarks growth

bench-paper: $(INSTALLED) ## Write the last figures into docs/performance.md and docs/scaling.md
	$(BIN)/python -m benchmarks.paper

demo-reset: $(INSTALLED) ## Empty the running stack and load the demo world anew
	$(BIN)/python manage.py demo_reset

demo-sale: $(INSTALLED) ## 5,000 people and 100 units on the running stack
	$(BIN)/python manage.py demo_sale

pictures: $(INSTALLED) ## Screenshots of the running stack into var/pictures
	$(BIN)/python manage.py pictures

proof-fresh: ## Clone, then both README commands with empty caches, as a user and as root
	.ci/proof-fresh

lock: ## Write requirements.lock anew from pyproject.toml
	.ci/lock

clean: ## Remove .venv, caches and all local data in var/
	@if [ -e var/run/launcher.lock ] && ! flock -n var/run/launcher.lock true; then \
		echo "Plaza runs in this checkout: stop it first." >&2; exit 1; fi
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
