# make demo   the whole story, offline, in well under a minute
# make test   everything that can be tested here
# make check  style, types, import directions, dependencies
# make bench  measured figures, written to bench/results

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: demo test check bench lock docs peers screens clean

$(VENV)/.run: requirements/run.txt requirements/build.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) --require-hashes -r requirements/run.txt -r requirements/build.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.all: $(VENV)/.run requirements/all.txt
	@$(PIP) --require-hashes -r requirements/all.txt
	@touch $@

tests/peers/node_modules/.done: tests/peers/package-lock.json
	@if command -v npm > /dev/null; then \
		cd tests/peers && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error > /dev/null && touch node_modules/.done; \
	else echo "npm is absent: the tests against other software's signatures are skipped" >&2; fi

peers: tests/peers/node_modules/.done

demo: $(VENV)/.run
	@$(BIN)/satchel demo

test: $(VENV)/.all peers
	@$(BIN)/python -m pytest -q

check: $(VENV)/.all
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/deptry .

bench: $(VENV)/.all peers
	@$(BIN)/python -m bench.run

docs: $(VENV)/.run
	@$(BIN)/python -m docs.generate

lock:
	@$(PIP) uv
	@for name in run build all; do \
		case $$name in \
		run) source="pyproject.toml";; \
		build) source="requirements/build.in";; \
		all) source="pyproject.toml requirements/build.in --extra bbs --extra qr --extra test --extra check";; \
		esac; \
		$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-emit-index-url \
			$$source -o requirements/$$name.txt; \
	done

clean:
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis tests/peers/node_modules

screens: $(VENV)/.all
	@$(BIN)/python -m tests.screen.make
