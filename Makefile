# `make demo` runs the program, `make test` tests it; each works as the first command in a fresh clone.
# Needed beforehand: Python 3.11 or later, with pip. To choose one: make test PYTHON=python3.13

PYTHON ?= python3
BIN := .venv/bin
# Debian may ship Python without ensurepip: then its own pip works on .venv from outside.
PIP = $(shell $(PYTHON) -c 'import ensurepip' 2>/dev/null && echo $(BIN)/python -m pip \
	|| echo $(PYTHON) -m pip --python $(BIN)/python)
NO_PIP = $(shell $(PYTHON) -c 'import ensurepip' 2>/dev/null || echo --without-pip)

.PHONY: demo test lint bench lock clean

demo: .venv/ready
	$(BIN)/sokhoro1 demo

# Twice as many at once as there are processors: many tests wait, for a disk, a server, a clock.
# Some files stay in one process, which makes once what their tests share (tests/conftest.py).
test: lint
	$(BIN)/pytest --dist=loadscope \
	  --numprocesses=$$(( 2 * $$($(PYTHON) -c 'import os; print(os.cpu_count())') ))

lint: .venv/ready
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

bench: .venv/ready
	$(BIN)/python tests/benchmarks/main_job.py
	$(BIN)/python tests/benchmarks/reading.py
	PYTHONPATH=. $(BIN)/python tests/benchmarks/taking_in.py
	$(BIN)/python tests/benchmarks/site.py
	PYTHONPATH=. $(BIN)/python tests/benchmarks/nation.py
	$(BIN)/python tests/benchmarks/batch.py
	PYTHONPATH=. $(BIN)/python tests/benchmarks/analytics.py

# A stamp is written last: after a failed or interrupted installation the next `make` begins anew.
.venv/pinned: requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed, this is " \
		+ sys.version.split()[0] + "; choose another with make PYTHON=…" if sys.version_info < (3, 11) else 0)'
	@echo "Setting up .venv (once, about a minute)"
	@$(PYTHON) -m venv --clear $(NO_PIP) .venv
	@$(PIP) install -qq --require-hashes --only-binary :all: --requirement requirements-dev.txt
	@touch $@

# Apart from the pins, so that a changed setting in pyproject.toml costs two seconds.
.venv/ready: .venv/pinned pyproject.toml
	@$(PIP) install -qq --no-build-isolation --no-deps --editable .
	@$(PIP) check
	@touch $@

# Pin anew: the newest versions within the ranges of pyproject.toml, one set for every system and
# every Python, with hashes and without addresses. Run `make test` after it and commit the files.
LOCK = .venv/uv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
	--fork-strategy fewest --only-binary :all: --generate-hashes --annotation-style line \
	--custom-compile-command 'make lock' --group build pyproject.toml
lock:
	$(PYTHON) -m pip install --quiet --upgrade --target .venv/uv uv==0.13.9
	$(LOCK) --extra dev --output-file requirements-dev.txt
	$(LOCK) --constraint requirements-dev.txt --output-file requirements.txt

# Only what the tools made; never output/, which holds the ledger and the keys.
clean:
	rm -rf .venv build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find pipeline schemas templates tests -name __pycache__ -type d -prune -exec rm -rf {} +
