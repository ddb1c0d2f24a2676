# Needs Python >= 3.11 with venv, git and make. Everything else is installed into .venv/.

PYTHON ?= python3
BIN := .venv/bin

# Tests with a real browser and with real clients run where chromium and npm are there; those with
# the vendors' SDKs in an environment of their own.
BROWSER := $(shell command -v chromium 2>/dev/null)
NPM := $(shell command -v npm 2>/dev/null)
LEFT_OUT := not sdks and not faces$(if $(BROWSER),, and not browser)$(if $(NPM),, and not clients)
# The release whose hidden mark is decoded in tests, apart from the current one.
MARKED := @anthropic-ai/claude-code@2.1.169
CLIENTS := @anthropic-ai/claude-code@2.1.330 @openai/codex@0.169.0

# LiteLLM and Envoy's parts have an environment of their own.
EXTRAS := $(foreach extra,audit client embeddings gateway mitmproxy proxy range shared,--extra $(extra))

.PHONY: run test lint format check lock docs bench people calibrate scoreboard clean

run: .venv/run  ## set up, hunt through the example traffic, print verdicts, write the report
	$(BIN)/stillwatch hunt examples/day --report stillwatch-report.html

test: .venv/test .venv/sdks/installed .venv/faces/installed $(if $(NPM),.venv/clients/installed) lint  ## linter, formatter, types, tests
	$(BIN)/pytest -n auto -m "$(LEFT_OUT)"
	STILLWATCH_PYTHON=$(abspath $(BIN)/python) .venv/sdks/bin/python -m pytest -m sdks \
		tests/client tests/gateway/clients
	.venv/faces/bin/python -m pytest -m faces --ignore tests/gateway/live tests/gateway

lint: .venv/test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: .venv/test
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: .venv/test .venv/faces/installed  ## reading speed and memory, the gateway beside its peers; takes some minutes
	$(BIN)/python -m benchmarks.reading
	$(BIN)/python -m benchmarks.gateway --litellm .venv/faces/bin/python
	$(BIN)/python -m benchmarks.live_state

people: .venv/test  ## error and coverage of the number of people
	$(BIN)/python benchmarks/people.py

calibrate: .venv/test  ## false alarms among honest accounts
	$(BIN)/python benchmarks/calibrate.py
	$(BIN)/python benchmarks/levels.py

scoreboard: .venv/test  ## hunt and published methods on the reporting scenarios; takes an hour
	$(BIN)/python benchmarks/scoreboard.py build/scoreboard

lock: .venv/test  ## resolve dependencies anew and write the lock files
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--upgrade $(EXTRAS) --group dev pyproject.toml -o requirements/test.txt
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
		-c requirements/test.txt pyproject.toml -o requirements/run.txt
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--upgrade --extra proxy --group sdks pyproject.toml -o requirements/sdks.txt
	$(BIN)/uv pip compile --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--upgrade --extra envoy --extra translate --group faces pyproject.toml -o requirements/faces.txt

docs: .venv/run  ## write the catalogue of signals from their declarations
	$(BIN)/python docs/catalogue.py

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv .venv || { echo "Install Python's venv module first (Debian: apt install python3-venv)."; exit 1; }

.venv/clients/installed: Makefile
	mkdir -p .venv/clients
	npm install --prefix .venv/clients --no-audit --no-fund --loglevel=error $(CLIENTS)
	npm install --prefix .venv/clients/marked --no-audit --no-fund --loglevel=error $(MARKED)
	touch $@

.venv/sdks/installed: requirements/sdks.txt pyproject.toml
	$(PYTHON) -m venv .venv/sdks
	.venv/sdks/bin/pip install --quiet --require-hashes -r requirements/sdks.txt
	.venv/sdks/bin/pip install --quiet --no-deps --editable .
	touch $@

.venv/faces/installed: requirements/faces.txt pyproject.toml
	$(PYTHON) -m venv .venv/faces
	.venv/faces/bin/pip install --quiet --require-hashes -r requirements/faces.txt
	.venv/faces/bin/pip install --quiet --no-deps --editable .
	touch $@

.venv/run: .venv/bin/pip requirements/run.txt pyproject.toml
	$(BIN)/pip install --quiet --require-hashes -r requirements/run.txt
	$(BIN)/pip install --quiet --no-deps --editable .
	touch $@

.venv/test: .venv/run requirements/test.txt
	$(BIN)/pip install --quiet --require-hashes -r requirements/test.txt
	touch $@

clean:
	rm -rf .venv .stillwatch stillwatch-report.html
