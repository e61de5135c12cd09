# Two commands: `make publish` and `make test`. Everything lives in .venv; nothing is installed twice.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: publish test check bench clean

publish: $(VENV)/installed
	$(BIN)/hankelod publish

test: $(VENV)/installed-test
	$(BIN)/python -m pytest -n auto

check: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/installed-test: pyproject.toml tests/node/package.json | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,dev,zstd]'
	@if command -v npm >/dev/null; then \
	  npm install --prefix tests/node --no-package-lock --no-fund --no-audit --loglevel=error; \
	else echo "npm is not here: the tests with clients in JavaScript will be skipped"; fi
	touch $(VENV)/installed $@

bench: $(VENV)/installed-test
	$(BIN)/python bench/startup.py

clean:
	rm -rf $(VENV) dist tests/node/node_modules
