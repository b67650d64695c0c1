# Needs python3 >= 3.11 and make; everything else lands in .venv.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
# An installed wheel is compiled by pip, a checkout by nobody where PYTHONDONTWRITEBYTECODE is set; a hook would wait for it.
COMPILE := $(BIN)/python -m compileall -q compiler
# More for pytest, as in: make test ARGS="-k resolve"
ARGS :=
# The first interpreter that is new enough; name one with make PYTHON=/path/to/python3.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON := $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c '$(NEW_ENOUGH)' 2>/dev/null && command -v "$$name" && break; done)

.DEFAULT_GOAL := help
.PHONY: help demo test lint types layers clean
# a half-made .venv or stamp is no success
.DELETE_ON_ERROR:

help:
	@echo "make demo    compile examples/streaming"
	@echo "make test    run the whole test suite"
	@echo "make lint    ruff: rules and format"
	@echo "make types   mypy, strict"
	@echo "make layers  the order of the rooms and their size"
	@echo "make clean   delete .venv and what tools left behind"

demo: $(VENV)/.installed
	@$(BIN)/tenantc compile examples/streaming

# More workers than two cores: some tests wait for Terraform's provider or PostgreSQL.
test: $(VENV)/.installed-test
	$(BIN)/python -m pytest -n 4 --dist worksteal $(ARGS)

lint: $(VENV)/.installed-test
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/.installed-test
	$(BIN)/mypy

layers: $(VENV)/.installed-test
	$(BIN)/python -m pytest -q tests/test_layers.py

clean:
	rm -rf $(VENV) dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The version stands in __init__.py and goes into the installed metadata.
$(VENV)/.installed: pyproject.toml compiler/tenantc/__init__.py $(VENV)/pyvenv.cfg
	@echo "installing tenantc into $(VENV)"
	@$(PIP) --editable .
	@$(COMPILE)
	@touch $@

$(VENV)/.installed-test: pyproject.toml compiler/tenantc/__init__.py $(VENV)/pyvenv.cfg
	@echo "installing tenantc and its test tools into $(VENV)"
	@$(PIP) --editable ".[test]"
	@$(COMPILE)
	@touch $@ $(VENV)/.installed

$(VENV)/pyvenv.cfg:
	@test -n "$(PYTHON)" || { \
		echo "no python3 >= 3.11 on PATH (found: $$(python3 --version 2>&1)); install one or run make PYTHON=/path/to/it" >&2; exit 1; }
	@"$(PYTHON)" -c '$(NEW_ENOUGH)' || { echo "$(PYTHON) is older than 3.11" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) can't make virtual environments (no ensurepip); on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "creating $(VENV) with $(PYTHON)"
	@"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); exit 1; }
