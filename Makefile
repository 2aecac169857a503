# `make run` judges the reference network, `make test` proves the project.
# Both set up all that they need; both may be called again at any time.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
TOX := $(BIN)/tox run --skip-missing-interpreters false

.DEFAULT_GOAL := help
.PHONY: help run test selftest campaigns variants mutants linkbench bench protos clean browser

help: ## say what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

run: $(VENV)/.installed ## judge the reference network; ARGS="--target qonform.toml" judges yours
	@$(BIN)/qonform run $(ARGS)

test: $(VENV)/.tox browser ## run every check of the project, as CI does
	$(TOX)

# What it shows comes with the package: a survivor at quick must not keep standard from being tested.
selftest: $(VENV)/.installed ## judge the reference network with each seeded fault, and keep what was caught
	-$(BIN)/qonform selftest --keep --seed 1 --effort quick --report-dir qonform-selftest/quick
	$(BIN)/qonform selftest --keep --seed 1 --effort standard --report-dir qonform-selftest/standard
	cp qonform-selftest/standard/selftest.md docs/campaigns/faults.md

campaigns: selftest ## judge every fault, every variant and 20 seeds; an hour; writes docs/campaigns
	$(BIN)/python ci/campaign.py clean --effort standard --seeds 20 --out docs/campaigns/clean.md
	$(BIN)/python ci/campaign.py clean --links --seeds 100 --out docs/campaigns/clean-links.md
	$(BIN)/python ci/campaign.py variants --out docs/campaigns/variants.md

variants: $(VENV)/.tox ## judge the reference network as each conforming variant, ten times: it must never fail
	QONFORM_ALL=1 $(TOX) -e e2e -- tests/e2e/test_e2e_variants.py

mutants: $(VENV)/.tox ## judge machine-made mutants of the reference network; ARGS="--for 30" is half an hour
	$(TOX) -e mutants -- $(ARGS)

linkbench: $(VENV)/.tox ## measure the reference network's entangled links; ARGS goes to the benchmarks
	$(TOX) -e linkbench -- $(ARGS)

bench: $(VENV)/.tox ## measure the reference network and the suite; ARGS goes to the benchmarks
	$(TOX) -e bench -- $(ARGS)

protos: $(VENV)/.tox ## write the generated code beside each .proto file again
	$(TOX) -e protos

clean: ## remove everything that can be made again
	rm -rf $(VENV) .tox .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis qonform-report qonform-selftest
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or later is needed; name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# Markers: what they stand for is installed again only when its definition changes.
$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(PIP) --editable .
	@touch $@

$(VENV)/.tox: | $(BIN)/python
	$(PIP) 'tox>=4.24'
	@touch $@

# A few tests look at a report in a real browser; without one they are skipped.
browser:
	@if command -v chromium >/dev/null && command -v chromedriver >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	  apt-get install -qq --yes --no-install-recommends chromium chromium-driver; \
	else echo "No chromium and chromedriver here: the tests that need a browser are skipped." >&2; fi
