"""Figures of the service on this machine, by `scripts/bench`. Not tests: nothing here asserts a time."""
