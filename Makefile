# Two commands: `make publish` and `make test`. Everything lives in .venv; nothing is installed twice.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

VENDOR := src/hankelod/site/assets/vendor/oxigraph.wasm.gz

.PHONY: publish test check assets bench clean

publish: $(VENV)/installed
	@$(MAKE) --silent assets || echo "the publication goes without its SPARQL page"
	$(BIN)/hankelod publish

test: $(VENV)/installed-test
	@$(MAKE) --silent assets || echo "the tests of the SPARQL page will be skipped"
	$(BIN)/python -m pytest -n auto

check: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# What pages load of others' code, from npm and a wheel: built once, then the publication has its SPARQL page, and its
# search finds words in all their forms.
assets: $(VENV)/bin/python
	@if [ ! -e $(VENDOR) ] || [ browser/assets.json -nt $(VENDOR) ]; then \
	  if command -v npm >/dev/null; then $(BIN)/python browser/build.py; \
	  else echo "npm is not here"; exit 1; fi; \
	fi

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/installed-test: pyproject.toml tests/clients/package.json $(VENV)/morph-kgc/installed | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,dev,zstd]'
	@if command -v npm >/dev/null; then \
	  npm install --prefix tests/clients --no-package-lock --no-fund --no-audit --loglevel=error; \
	else echo "npm is not here: the tests with clients in JavaScript will be skipped"; fi
	touch $(VENV)/installed $@

# Side by side with other tools, then docs/benchmarks.md out of the results. `make bench BENCHMARKS=mapping` runs one.
BENCHMARKS := startup commits imports validation reports mapping engines publication serving sites

bench: $(VENV)/installed-bench
	@for each in $(BENCHMARKS); do $(BIN)/python bench/$$each.py || exit 1; done
	$(BIN)/python bench/report.py

# What cannot be installed is named as absent in the tables.
$(VENV)/installed-bench: pyproject.toml $(VENV)/morph-kgc/installed | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dask,serve,zstd]'
	-$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	touch $@

# morph-kgc has an environment of its own: it wants older versions of rdflib and pyoxigraph. Where it cannot be
# installed, its tests are skipped.
$(VENV)/morph-kgc/installed: bench/morph-kgc.txt | $(VENV)/bin/python
	-$(PYTHON) -m venv $(VENV)/morph-kgc && \
	  $(VENV)/morph-kgc/bin/python -m pip install --quiet --disable-pip-version-check --requirement bench/morph-kgc.txt
	mkdir -p $(VENV)/morph-kgc
	touch $@

clean:
	rm -rf $(VENV) dist tests/clients/node_modules src/hankelod/site/assets/vendor
