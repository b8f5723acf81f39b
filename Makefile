# `make run` raises a being named Wren and opens its room; `make test` runs the tests; `make check` all the rules.
PYTHON ?= python3
VENV ?= .venv
# On Linux without a GPU take torch from PyTorch's CPU index (see README); override for another build.
TORCH ?= torch==2.13.0
PIP_TORCH ?=
HOME_OF_WREN ?= wren
MINUTES ?= 6
PORT ?= 8420
TRACK ?= sprint
STORIES ?= ../shared/data/stories
BIN = $(VENV)/bin

.PHONY: run test check proofs record install install-dev clean

run: install
	$(BIN)/foundling raise $(HOME_OF_WREN) --name Wren --minutes $(MINUTES)
	$(BIN)/foundling serve $(HOME_OF_WREN) --port $(PORT) --open

test: install-dev
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --dist loadfile

check: install-dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --dist loadfile

proofs: install-dev
	$(BIN)/python -m pytest -m slow -s

# Reruns a track of the small-data record from scratch, our side and then transformers' Trainer.
record: install-dev
	rm -rf record/$(TRACK)
	$(BIN)/foundling record record --track $(TRACK) --train $(STORIES)/train --heldout $(STORIES)/heldout
	$(BIN)/foundling record record --track $(TRACK) --train $(STORIES)/train --heldout $(STORIES)/heldout --peer trainer-bf16

install: $(VENV)/.installed
install-dev: $(VENV)/.installed-dev

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "foundling needs Python 3.11 or newer: give one with make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

# Torch goes first: whatever is asked for later is satisfied by it, so nothing pulls CUDA packages behind one's back.
$(VENV)/.installed: pyproject.toml $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check '$(TORCH)' $(PIP_TORCH)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@

clean:
	rm -rf $(VENV)
