# Three commands do all their own set-up: `make demo`, `make serve` and `make test`.
NAMES := python3 python3.11 python3.12 python3.13 python3.14
FITS := -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))'
# the first that is there and runs; name another with `make PYTHON=…`
PYTHON ?= $(shell for name in $(NAMES); do "$$name" $(FITS) 2>/dev/null && echo "$$name" && break; done)
BIN := .venv/bin
export HF_HUB_OFFLINE := 1
export TOKENIZERS_PARALLELISM := false
# in two processes, between which tests/conftest.py divides the files, in the order that it makes
PYTEST := $(BIN)/python -m pytest -n 2 --no-loadscope-reorder

.PHONY: python demo serve test test-fast check bench eval school-year clean

.venv/ready: pyproject.toml constraints.txt
	@test -x $(BIN)/python || { $(MAKE) --silent python && $(PYTHON) -m venv .venv; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[openvino]' --group dev
	touch $@

python:
	@test -n '$(PYTHON)' || { echo 'confrere needs Python 3.11 or newer with its venv module:' \
		'install it, or name it with make PYTHON=/path/to/python' >&2; exit 1; }
	@echo '$(PYTHON)'

demo: .venv/ready
	$(BIN)/confrere demo --serve

serve: .venv/ready
	$(BIN)/confrere serve

test: .venv/ready
	$(PYTEST)

test-fast: .venv/ready
	$(PYTEST) -m 'not slow'

check: .venv/ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/ready
	$(BIN)/python -m benchmarks.bench

eval: .venv/ready
	$(BIN)/python -m benchmarks.evaluate

school-year: .venv/ready
	$(BIN)/python -m benchmarks.school_year

clean:
	rm -rf confrere-demo .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
