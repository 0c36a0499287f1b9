"""Compares gpuwise's whole answer with the retrieval alone of its peers: `python -m tests.perf`."""
