# `make chat` and `make test` do all the set-up on a machine with Python 3.11+ and make.
# TORCH_INDEX: an index with CPU builds of PyTorch; without it pip's own settings decide (on Linux the default build brings CUDA).
PYTHON ?= python3
TORCH_INDEX ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))
SERVING := $(VENV)/.serving
DEVELOPING := $(VENV)/.developing

.PHONY: chat test check index perf soak clean

chat: $(SERVING)
	@$(BIN)/gpuwise chat

index: $(SERVING)
	@$(BIN)/gpuwise index

test: $(DEVELOPING)
	@$(BIN)/gpuwise index >&2
	@$(BIN)/python -m pytest -q

check: $(DEVELOPING)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	@$(MAKE) --no-print-directory test

soak: $(DEVELOPING)
	@$(BIN)/gpuwise index >&2
	$(BIN)/python -m pytest -q -m soak

perf: $(DEVELOPING)
	$(BIN)/python -m tests.perf

clean:
	rm -rf $(VENV) .venv-perf .gpuwise

# Everything pip says goes to stderr, so that stdout holds only the conversation.
$(VENV)/.made:
	@echo "gpuwise: making a virtual environment (once) …" >&2
	@$(PYTHON) -c 'import sys; sys.exit("gpuwise needs Python 3.11 or newer; call make with PYTHON=…") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV) >&2
	@touch $@

$(SERVING): pyproject.toml constraints.txt | $(VENV)/.made
	@echo "gpuwise: installing (once, a few minutes) …" >&2
	@$(PIP) -e '.[build]' >&2
	@touch $@

$(DEVELOPING): pyproject.toml constraints.txt | $(VENV)/.made
	@echo "gpuwise: installing for development (once, a few minutes) …" >&2
	@$(PIP) -e '.[dev]' >&2
	@touch $@ $(SERVING)
