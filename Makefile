# Two commands do the work: `make run` and `make test`. Both set everything up on a machine with Python 3.11, pip and git.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
UV_VERSION := 0.13.9
UV := .uv/bin/uv
BIN := .venv/bin

.PHONY: run test lint types sql-lint unit integration bench bench-peers bench-large bench-filters docs lock clean ui

run: .venv/.ready ## read the workbooks in data_lake/raw (or write the demo release there) and publish
	$(BIN)/visceads run

test: lint types sql-lint unit integration ## every check and every test

lint: .venv/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.ready
	$(BIN)/mypy

sql-lint: .venv/.ready
	$(BIN)/sqlfluff lint --disable-progress-bar -p 2 dbt_project/models dbt_project/tests sql

unit: .venv/.ready
	$(BIN)/pytest -n auto tests/unit

integration: .venv/.ready
	$(BIN)/pytest tests/integration

bench: .venv/.ready ## seconds and peak memory on the real workbooks
	$(BIN)/python -m bench

bench-peers: .venv/.ready ## parity with pymrio and MARIO, seconds side by side; installs both beside .venv
	$(BIN)/python -m bench.peers

bench-large: .venv/.ready ## a generated table of 13,146 sectors, solved in one matrix
	$(BIN)/python -m bench.large

bench-filters: .venv/.ready ## seconds of every network filter on a whole table
	$(BIN)/python -m bench.filters

docs: .venv/.ready ## write the generated pages and the picture of the graph anew
	$(BIN)/python -m visceads.contracts docs/reference
	$(BIN)/python -m visceads.orchestration.graph_picture docs/images/asset-graph.svg

ui: .venv/.ready ## the Dagster UI on the loopback
	$(BIN)/visceads ui

lock: $(UV) ## resolve the dependencies anew
	$(UV) lock

# uv lives beside the environment, not in it: `uv sync` removes from .venv what the lock does not name.
$(UV):
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --target .uv uv==$(UV_VERSION)

.venv/.ready: pyproject.toml uv.lock | $(UV)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
		{ echo "visceads needs Python 3.11; $(PYTHON) is another. Install it, or say where it is: make PYTHON=/path/to/python3.11"; exit 1; }
	$(UV) sync --frozen --no-python-downloads --python $(PYTHON) --compile-bytecode
	$(BIN)/dbt --quiet parse --project-dir dbt_project --profiles-dir dbt_project
	@touch $@

clean:
	rm -rf .venv .uv dbt_project/target
