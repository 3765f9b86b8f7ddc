# What one can do here. `make` and `make help` list it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV ?= .venv
MODEL ?= models/hx-es-en
CORPORA ?= corpora
RECIPE ?= training/recipes/full.toml
ROWS ?= 1000000
SOAK ?= 30

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
# Installed with everything that tests, checks and training need; made again when what is needed changes.
DEV := $(VENV)/.development
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --custom-compile-command 'make lock'
export PYTHONUTF8 := 1

.PHONY: help demo test check format wheel-test bench bench-service train evaluate openapi readme lock clean

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(None if (3, 11) <= sys.version_info[:2] <= (3, 13) else "hx-detect needs Python 3.11 to 3.13; name one: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(DEV): $(BIN)/python pyproject.toml setup.py requirements-dev.lock
	$(PIP) install --constraint requirements-dev.lock --editable '.[baselines,dev,postgres,serve,train]'
	touch $@

demo: $(BIN)/python ## fresh machine: install, score the sample files in both languages, print the summaries
	test -e $(DEV) || $(PIP) install --constraint requirements.lock .
	mkdir -p .demo
	for pair in es:opiniones.csv en:reviews.csv; do \
	  $(BIN)/hx-detect score data/samples/$${pair#*:} -o .demo/ --overwrite --lang $${pair%%:*} || [[ $$? == 3 ]]; \
	done

test: $(DEV) ## fresh machine: install, run the whole test suite with branch coverage
	$(BIN)/python -m pytest -n auto --dist worksteal --cov --cov-report=term

check: $(DEV) ## style, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(DEV) ## write the code as `make check` wants it
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

wheel-test: $(DEV) ## build the wheel from an sdist, install it elsewhere, run it there (PYTHON=python3.13 for another one)
	@place=$$(mktemp -d); trap 'rm -rf "$$place"' EXIT; \
	$(BIN)/python -m build --outdir "$$place/dist" . >"$$place/log" 2>&1 || { tail -n 40 "$$place/log"; exit 1; }; \
	$(PYTHON) -m venv "$$place/venv"; \
	"$$place/venv/bin/python" -m pip --quiet --disable-pip-version-check install "$$place"/dist/*.whl; \
	cp data/samples/opiniones.csv data/samples/reviews.csv tests/system/first_steps.py "$$place"; \
	cd "$$place" && venv/bin/python first_steps.py

bench: $(DEV) ## speed, memory and start time of this machine -> docs/benchmarks.md (ROWS=1000000)
	$(BIN)/hx-detect benchmark --model $(MODEL) --rows $(ROWS)

bench-service: $(DEV) ## speed, latency and a soak of the service -> docs/benchmarks-service.md (SOAK=30 minutes)
	$(BIN)/hx-detect benchmark --model $(MODEL) --service --soak-minutes $(SOAK)

train: $(DEV) ## train a model (RECIPE=training/recipes/….toml CORPORA=folder)
	$(BIN)/hx-detect train --recipe $(RECIPE) --corpora $(CORPORA) $(if $(ANNOTATIONS),--annotations $(ANNOTATIONS)) --work runs/work

evaluate: $(DEV) ## all figures of a model -> its metrics.json and model card (MODEL=… CORPORA=folder ANNOTATIONS=files)
	$(BIN)/hx-detect evaluate $(MODEL) --corpora $(CORPORA) $(if $(ANNOTATIONS),--annotations $(ANNOTATIONS))

openapi: $(DEV) ## write the description of the HTTP interface -> serve/openapi.json
	mkdir -p serve
	$(BIN)/python -m hx_detect.serving.documented > serve/openapi.json

readme: $(DEV) ## run the examples of the READMEs and write down what they print
	$(BIN)/python tests/system/readme_blocks.py README.md README.es.md

lock: $(DEV) ## resolve the dependencies anew -> requirements-dev.lock and, within it, requirements.lock
	$(PIP) install uv
	$(LOCK) --extra baselines --extra dev --extra postgres --extra serve --extra train --output-file requirements-dev.lock pyproject.toml
	$(LOCK) --constraint requirements-dev.lock --output-file requirements.lock pyproject.toml

clean: ## take away what was made (.venv and runs/ stay)
	rm -rf build dist *.egg-info .demo .coverage htmlcov .pytest_cache .mypy_cache .ruff_cache .hypothesis
