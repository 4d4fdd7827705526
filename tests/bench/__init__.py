"""Figures of the service on this machine; `scripts/bench` runs them. Not tests: nothing here asserts a time."""
