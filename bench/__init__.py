"""Measures workloads on a GPU host. Imports nothing else of this project, so that it installs alone."""
