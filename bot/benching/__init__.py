"""Benchmarks as gpuwise asks for them: hosts, the jobs that run there, and what is said of the results."""
