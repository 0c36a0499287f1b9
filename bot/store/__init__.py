"""The database of jobs and results. Nothing that only answers questions imports it."""
