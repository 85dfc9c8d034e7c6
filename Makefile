# Two commands do all their own set-up: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
export HF_HUB_OFFLINE := 1
export TOKENIZERS_PARALLELISM := false

.PHONY: demo test test-fast check bench eval clean

.venv/ready: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e . --group dev
	touch $@

demo: .venv/ready
	$(BIN)/confrere demo

test: .venv/ready
	$(BIN)/python -m pytest

test-fast: .venv/ready
	$(BIN)/python -m pytest -m 'not slow'

check: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/ready
	$(BIN)/python -m benchmarks.bench

eval: .venv/ready
	$(BIN)/python -m benchmarks.evaluate

clean:
	rm -rf confrere-demo .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
