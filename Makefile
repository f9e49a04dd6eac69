# Everything a user or a developer does, one word each. Needs Python 3.11 or newer and make; the rest is installed here.

# the first Python that runs and is new enough (a name alone is no proof: version managers leave shims)
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
SOURCES := pyproject.toml js/hatch_build.py js/package.json js/package-lock.json $(shell find js/src js/style js/schema -type f 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help demo lab test programs lint js browser wheel clean

help:  ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "lester_jupyter needs Python 3.11 or newer; set PYTHON=/path/to/it" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/demo.stamp: $(BIN)/python $(SOURCES)
	$(BIN)/python -m pip install --quiet --editable '.[lab]'
	@touch $@

$(VENV)/test.stamp: $(VENV)/demo.stamp
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	@touch $@

demo: $(VENV)/demo.stamp  ## Rewrite the running example, train on it, print what happened, and write demo/*.html
	$(BIN)/lester-jupyter demo

lab: $(VENV)/demo.stamp  ## Open JupyterLab on the demo's notebook
	$(BIN)/lester-jupyter demo --only-files
	$(BIN)/jupyter lab demo/01_rewrite.ipynb

browser:
	@{ command -v chromium && ldconfig -p | grep libatomic.so.1; } >/dev/null || { \
	  echo "installing Debian's chromium, and what playwright needs, for the browser tests"; \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu libatomic1; }

lint: $(VENV)/test.stamp  ## Style, types and layers, Python and TypeScript
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) js

js/node_modules/.package-lock.json: $(VENV)/test.stamp js/package-lock.json
	PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix js ci --ignore-scripts --no-audit --no-fund
	@touch $@

js: js/node_modules/.package-lock.json
	PATH="$(CURDIR)/$(BIN):$$PATH" npm --prefix js run --silent check

test: $(VENV)/test.stamp browser js/node_modules/.package-lock.json lint  ## Everything that must hold: lint, unit, property, notebook and browser tests
	$(BIN)/python -m pytest

programs: $(VENV)/test.stamp  ## Some 12,000 random programs: lineage against brute force, results against pandas (half an hour)
	LESTER_EXAMPLES=1500 $(BIN)/python -m pytest tests/frame/test_programs.py

wheel: $(VENV)/test.stamp  ## Build the wheel and the sdist into dist/
	$(BIN)/python -m pip install --quiet build
	$(BIN)/python -m build

clean:  ## Remove what was built and installed here
	rm -rf $(VENV) dist build demo tests/artifacts js/node_modules js/lib js/build lester_jupyter/static lester_jupyter/labextension .mypy_cache .ruff_cache .pytest_cache .hypothesis
