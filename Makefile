# The portal's commands; `make` alone lists them. Python 3.11 or newer is all they need.

# Only the command line changes these: `make run PORT=9000 HOST=0.0.0.0`, `make test ARGS="-k slug"`.
PORT = 8000
HOST = 127.0.0.1
ARGS =
# PYTHON=python3.13 chooses the Python that a new .venv is made with.
export PYTHON

START := @sh tools/start.sh
BIN := .venv/bin
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
TEMPLATES = find templates */templates -name '*.html' 2>/dev/null | xargs

.PHONY: help run dev test test-all check audit bench profile hostile soak mutants screenshots format lock develop

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 13

run: ## prepare the portal and serve it at http://127.0.0.1:8000/ (PORT=9000 for another port)
	$(START) run --host "$(HOST)" --port "$(PORT)"

dev: ## the same for development: changes show at once, DEBUG and the debug toolbar are on
	$(START) dev --host "$(HOST)" --port "$(PORT)"

test: develop ## the suite on SQLite and the essential walks in Chromium (ARGS="-k slug" goes to pytest)
	@$(BIN)/python tools/run_tests.py $(ARGS)

test-all: develop ## everything: PostgreSQL, several servers, all browsers too
	@$(BIN)/python tools/run_tests.py --all $(ARGS)

check: develop ## lint, format, types, imports, migrations, settings, templates, scripts (ARGS=mypy)
	@$(BIN)/python -m tools.check $(ARGS)

audit: develop ## axe, HTML checker and Lighthouse on every kind of page (ARGS="--only axe,vnu")
	@$(BIN)/python -m tools.audit $(ARGS)

bench: develop ## speed beside a plain list of cities (ARGS="--sizes 361,10000 --postgresql")
	@$(BIN)/python -m tools.bench $(ARGS)

profile: develop ## where the time of a page goes (ARGS="/cities/wakefield/")
	@$(BIN)/python -m tools.profile_page $(ARGS)

hostile: develop ## slow and hostile clients on a fresh portal (ARGS="--seconds 10 --write")
	@$(BIN)/python -m tools.hostile $(ARGS)

soak: develop ## kill workers and servers while people save (ARGS="--kills 100 --write")
	@$(BIN)/python -m tools.soak $(ARGS)

mutants: develop ## whether the tests notice faults that are put in by hand (ARGS="suggestions")
	@$(BIN)/python -m tools.mutants $(ARGS)

screenshots: develop ## take the screenshots of the README and of the staff guide
	@$(BIN)/python -m tools.screenshots $(ARGS)

format: develop ## rewrite code, templates, scripts and style sheets in the house style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(TEMPLATES) $(BIN)/djade
	$(BIN)/python -m tools.biome check --write

lock: develop ## write the locks anew; ARGS=--upgrade takes the newest versions
	$(LOCK) $(ARGS) pyproject.toml --output-file requirements.txt
	$(LOCK) $(ARGS) pyproject.toml --group dev --constraint requirements.txt \
		--output-file requirements-dev.txt

develop: ## .venv with everything for developers
	$(START) develop
