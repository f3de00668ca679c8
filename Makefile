# `make run` and `make test` need Python 3.11 or newer, git and make, and nothing else.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
export PORT

.DEFAULT_GOAL := help
.PHONY: help setup setup-tests run test quick check proofs bench attack sbom messages lock clean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

setup: $(VENV)/.installed ## make .venv and install what the portal needs

setup-tests: setup $(VENV)/.installed-dev ## the same, and what the tests and checks need

run: setup ## serve http://127.0.0.1:8000 (PORT=) with the demo clinics
	@exec $(BIN)/python -m portal.serve

test: setup-tests ## every test
	@$(BIN)/python -m tests.support.machine
	@$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)
	$(if $(ARGS),,@$(BIN)/python -m pytest -n auto --dist worksteal --pg=15)

quick: setup-tests ## AREA=appointments: the static checks and that area's tests
	@$(BIN)/python -m tests.support.checks format lint layers types
	@$(BIN)/python -m pytest -q -x -n auto --dist worksteal tests/$(AREA) $(ARGS)

check: setup-tests ## every static check, then every test
	@$(BIN)/python -m tests.support.machine
	@$(BIN)/python -m tests.support.checks

proofs: setup-tests ## every test at its full size, for a night
	@$(BIN)/python -m tests.support.machine
	@$(BIN)/python -m pytest -n auto --dist worksteal --full $(ARGS)

bench: setup-tests ## the hot paths, each beside its limit
	@$(BIN)/python -m bench $(ARGS)

attack: setup ## wapiti and sqlmap against a demo of its own, about half an hour
	@$(BIN)/python -m tools.attack

sbom: setup-tests ## what the portal is made of, as CycloneDX in dist/sbom.json, and its licences
	@$(BIN)/python -m tools.sbom

messages: setup ## collect what people read into the catalogues of portal/translations
	@$(BIN)/python -m tools.messages

lock: $(VENV)/bin/python ## pin every package again after pyproject.toml changed
	@$(BIN)/pip install --quiet --disable-pip-version-check $$(sed -n 's/^lock = \["\(.*\)"\]/\1/p' pyproject.toml)
	@$(BIN)/uv pip compile $(LOCK_OPTIONS) pyproject.toml --output-file requirements.txt
	@$(BIN)/uv pip compile $(LOCK_OPTIONS) pyproject.toml --group dev --output-file requirements-dev.txt
	@$(BIN)/uv pip compile $(LOCK_OPTIONS) --group pyproject.toml:build --output-file requirements-build.txt

clean: ## remove .venv and the caches; instance/ stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

LOCK_OPTIONS := --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --no-emit-index-url --no-emit-find-links

# The stamp is a copy of its lock: pip is asked for nothing until the lock's content changes.
install = cmp -s $< $@ && touch $@ || { echo "Installing $< ..." && $(BIN)/python -m pip install \
	--quiet --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes -r $< && cp $< $@; }

$(VENV)/.installed: requirements.txt | $(VENV)/bin/python
	@$(install)

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@$(install)

# What ensurepip brings is as old as the Python: pip is pinned too, and setuptools is not needed.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=...")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
		--only-binary=:all: --require-hashes -r requirements-build.txt
	@$(BIN)/python -m pip uninstall --quiet --yes setuptools 2>/dev/null
