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
	@$(BIN)/python -m pytest -q -n 2 --dist worksteal -m 'not timing and not soak and not gpu'
	@$(BIN)/python -m pytest -q -m 'timing and not soak and not gpu'

check: $(DEVELOPING)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	@$(MAKE) --no-print-directory test

soak: $(DEVELOPING)
	@$(BIN)/gpuwise index >&2
	$(BIN)/python -m pytest -q -m soak

perf: $(DEVELOPING) .venv-perf/.made .venv-perf-onnx/.made
	$(BIN)/python -m tests.perf.ranking
	$(BIN)/python -m tests.perf.harness
	$(BIN)/python -m tests.perf

clean:
	rm -rf $(VENV) .venv-perf .venv-perf-onnx .gpuwise

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

# The peers live apart: what they need never touches what answers.
.venv-perf/.made: pyproject.toml constraints-perf.txt
	@echo "gpuwise: installing the peers (once, a few minutes) …" >&2
	@$(PYTHON) -m venv .venv-perf >&2
	@.venv-perf/bin/python -m pip install --quiet --disable-pip-version-check -c constraints-perf.txt $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) '.[peers]' >&2
	@.venv-perf/bin/python -m pip uninstall --quiet --yes gpuwise >&2
	@touch $@

.venv-perf-onnx/.made: constraints-perf-onnx.txt
	@echo "gpuwise: installing the ONNX peer (once, a few minutes) …" >&2
	@$(PYTHON) -m venv .venv-perf-onnx >&2
	@.venv-perf-onnx/bin/python -m pip install --quiet --disable-pip-version-check -c constraints-perf-onnx.txt $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) 'sentence-transformers[onnx]' faiss-cpu torch >&2
	@touch $@
