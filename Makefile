.DEFAULT_GOAL := help
.PHONY: help run stop test check lint bench lock format local-model model browser breaks

TESTS ?= tests
WORKERS ?= 3

help: ## what can be said here
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-12s %s\n", $$1, $$2 }'

run: ## set up and serve at http://127.0.0.1:8000 (PORT=… for another)
	@./run python manage.py up

stop: ## stop the embedded database (it outlives the server, so that the next start is quick)
	@./run python manage.py stop

test: browser model ## every test, those in a real browser too (TESTS=tests/versions for some)
	@./run --dev pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(TESTS)

check: lint test ## all that CI checks

lint: ## style, templates, types, import contracts, migrations, settings
	@./run --dev ruff check .
	@./run --dev ruff format --check .
	@find templates -name '*.html' | sort | xargs ./run --dev djade --check --target-version 6.1
	@./run --dev mypy versioning prompts agents
	@./run --dev mypy --config-file clients/python/pyproject.toml clients/python/src
	@./run --dev lint-imports
	@./run --dev python manage.py makemigrations --check --dry-run
	@PREVISE_URL=https://previse.example EMAIL_HOST=mail.example ./run --dev python manage.py check --deploy --fail-level WARNING

bench: ## the benchmarks; fails when a limit is missed (FULL=1: with a million records)
	@./run --bench python -m benchmarks

format: ## format Python and templates
	@./run --dev ruff check --fix --select I .
	@./run --dev ruff format .
	@find templates -name '*.html' | sort | xargs ./run --dev djade --target-version 6.1

lock: ## take up newer packages, within the bounds of pyproject.toml
	@./run --dev uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --no-header \
		pyproject.toml -o requirements.lock
	@./run --dev uv pip compile --quiet --upgrade --universal --generate-hashes --no-emit-index-url --no-header \
		--extra dev pyproject.toml -c requirements.lock -o requirements-dev.lock
	@for group in local-model bench; do ./run --dev python -c "import sys, tomllib; \
		groups = tomllib.load(open('pyproject.toml', 'rb'))['dependency-groups']; \
		print(*groups[sys.argv[1]], sep='\n')" $$group | ./run --dev uv pip compile --quiet --upgrade --universal \
		--no-deps --generate-hashes --no-emit-index-url --no-header --no-annotate - -o requirements-$$group.lock; done

local-model: ## a very small model, offline, for the playground (PORT=… for another than 8131)
	@./run --local-model python -m versioning.playground.local_model

model: ## get that model for the browser tests, where that can be done
	@./run --local-model true || echo "previse: NO LOCAL MODEL. The tests that talk to it are left out." >&2

browser: ## get Chromium for the browser tests, where that can be done
	@if [ -n "$$CHROMIUM" ] || command -v chromium-headless-shell >/dev/null; then exit 0; fi; \
	there=$$(command -v chromium || command -v chromium-browser || command -v google-chrome); \
	if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		[ -n "$$there" ] || apt-get update -qq; \
		wanted=chromium-headless-shell; \
		if ! apt-cache show $$wanted >/dev/null 2>&1; then \
			if [ -n "$$there" ]; then exit 0; fi; \
			wanted=chromium; \
		fi; \
		echo "previse: installing Chromium for the browser tests …" >&2; \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
			$$wanted fonts-dejavu-core fonts-liberation >/dev/null || [ -n "$$there" ]; \
	elif [ -z "$$there" ]; then \
		echo "previse: NO BROWSER FOUND. Install Chromium (or set CHROMIUM to its path) for the browser tests." >&2; \
	fi

breaks: ## break each requirement on purpose and see its tests turn red
	@./run --dev python -m tests.breaks
