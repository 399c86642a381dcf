# Two commands matter: `make demo` and `make test`. Each sets up all it needs.
PYTHON ?= python3
BIN := .venv/bin
RUN := .venv/.run-ready
DEV := .venv/.dev-ready
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock

.DEFAULT_GOAL := help
.PHONY: help demo demo-check test check bench chaos fuzz wordings snowflake golden data clean

help:
	@echo "make demo        start Ana on Halden's data, with a small Slack in your browser"
	@echo "make demo-check  build, start, ask one question, print the answer and the timings, stop"
	@echo "make test        run the tests"
	@echo "make check       ruff, mypy --strict, import contracts"
	@echo "make bench       measure, as ratios in one run"
	@echo "make chaos       kill workers at every step, restart PostgreSQL, let Slack fail, and count what is lost or posted twice"
	@echo "make fuzz        throw random text at the guard and at the escaping, for a minute or two"
	@echo "make wordings    ask 3,000 random questions in random words of three companies each, and count how they are read"
	@echo "make snowflake   run what is said in Snowflake's dialect on fakesnow, in an environment of its own"
	@echo "make golden      rewrite the golden files; review the difference as code"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
	  || { echo "anabot needs Python 3.11, 3.12 or 3.13; set PYTHON=/path/to/one"; exit 2; }
	$(PYTHON) -m venv .venv

$(RUN): $(BIN)/python pyproject.toml requirements.lock
	@echo "installing Ana's packages …" >&2
	@$(INSTALL) -e '.[demo]'
	@touch $@

$(DEV): $(RUN)
	@echo "installing the tools for tests …" >&2
	@$(INSTALL) -e '.[demo,dev]'
	@touch $@

demo: $(RUN)
	@$(BIN)/anabot demo

demo-check: $(RUN)
	@$(BIN)/anabot demo --check

data: $(RUN)
	@$(BIN)/python -m demo.build

test: $(DEV)
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile

check: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(DEV)
	$(BIN)/python -m tests.bench

chaos: $(DEV)
	$(BIN)/python -m tests.chaos

fuzz: $(DEV)
	ANABOT_FUZZ=$${ANABOT_FUZZ:-2000} $(BIN)/python -m pytest tests/fuzz -p no:cacheprovider

wordings: $(DEV)
	WORDINGS=$${WORDINGS:-3000} $(BIN)/python -m pytest -s tests/agent/test_agent_wordings.py tests/truth/test_wordings_of_teams.py

snowflake: $(DEV)
	ANABOT_FAKESNOW=1 $(BIN)/python -m pytest tests/semantic/test_semantic_fakesnow.py

golden: $(DEV)
	ANABOT_GOLDEN=1 $(BIN)/python -m pytest $$(grep -rl --include='test_*.py' ANABOT_GOLDEN tests)

clean:
	rm -rf .venv var
