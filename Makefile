# Needs Python >= 3.11 with venv, git and make. Everything else is installed into .venv/.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test lint format check lock docs bench people calibrate clean

run: .venv/run  ## set up, hunt through the example traffic, print verdicts, write the report
	$(BIN)/stillwatch hunt examples/day --report stillwatch-report.html

test: .venv/test lint  ## everything CI asks: linter, formatter, types, tests
	$(BIN)/pytest -n auto

lint: .venv/test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: .venv/test
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: .venv/test  ## reading speed against a bare JSON parser, and memory; takes some minutes
	$(BIN)/python -m benchmarks.reading

people: .venv/test  ## error and coverage of the number of people
	$(BIN)/python benchmarks/people.py

calibrate: .venv/test  ## false alarms among honest accounts
	$(BIN)/python benchmarks/calibrate.py
	$(BIN)/python benchmarks/levels.py

lock: .venv/test  ## resolve dependencies anew and write the lock files
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--upgrade --all-extras --group dev pyproject.toml -o requirements/test.txt
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
		-c requirements/test.txt pyproject.toml -o requirements/run.txt

docs: .venv/run  ## write the catalogue of signals from their declarations
	$(BIN)/python docs/catalogue.py

.venv/bin/pip:
	$(PYTHON) -m venv .venv || { echo "Install Python's venv module first (Debian: apt install python3-venv)."; exit 1; }

.venv/run: .venv/bin/pip requirements/run.txt pyproject.toml
	$(BIN)/pip install --quiet --require-hashes -r requirements/run.txt
	$(BIN)/pip install --quiet --no-deps --editable .
	touch $@

.venv/test: .venv/run requirements/test.txt
	$(BIN)/pip install --quiet --require-hashes -r requirements/test.txt
	touch $@

clean:
	rm -rf .venv .stillwatch stillwatch-report.html
