# Everything a newcomer needs: `make demo` and `make test` set up what is missing by themselves.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MINUTES ?= 30
SCENARIO ?= happy-sale
PORT ?= 8711
# The suite starts some hundred processes: each would compile everything anew where an environment forbids to keep it
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test run check sweep bench lock clean

$(BIN)/.run-ready: requirements/run.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "c2c-desk: Python >= 3.11 with venv is needed (Debian: apt-get install python3-venv)" >&2; exit 1; }
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "c2c-desk: Python >= 3.11 is needed; PYTHON=/path/to/python3.11 make ..." >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	@touch $@

$(BIN)/.dev-ready: requirements/dev.txt $(BIN)/.run-ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

demo: $(BIN)/.run-ready ## the desk on a local Gate and a local Telegram
	@exec $(BIN)/python -m bot demo --scenario $(SCENARIO) --port $(PORT)

run: $(BIN)/.run-ready ## live, from .env
	@exec $(BIN)/python -m bot run

test: $(BIN)/.dev-ready ## the whole suite, a real browser included
	@$(BIN)/python tests/support/browser_setup.py
	@rm -f .pytest_cache/v/cache/lastfailed
	$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder --ignore tests/crash || \
		{ [ $$? -eq 1 ] && $(BIN)/python -m tests.support.once_more; }
	$(BIN)/python -m pytest tests/crash

check: $(BIN)/.dev-ready ## lint, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

sweep: $(BIN)/.dev-ready ## the long crash sweeps, each that long: make sweep MINUTES=30
	$(BIN)/python -m tests.crash.sweep --minutes $(MINUTES)
	$(BIN)/python -m tests.crash.chat_sweep --minutes $(MINUTES)
	$(BIN)/python -m tests.crash.convert_sweep --minutes $(MINUTES)
	$(BIN)/python -m tests.crash.otc_sweep --minutes $(MINUTES)
	$(BIN)/python -m tests.crash.deposit_sweep --minutes $(MINUTES)
	$(BIN)/python -m tests.crash.ad_sweep --minutes $(MINUTES)
	$(BIN)/python -m tests.crash.second_sweep --minutes $(MINUTES)
	$(BIN)/python -m tests.crash.unlock_sweep --minutes $(MINUTES)

bench: $(BIN)/.dev-ready ## the performance table beside its peers
	$(BIN)/python -m tests.bench

lock: ## compile the hash-locked requirement files anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --quiet requirements/dev.in -o requirements/dev.txt
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --quiet -c requirements/dev.txt requirements/run.in -o requirements/run.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
