"""Live consultation between citizens and a public permit office."""

__version__ = "0.1.0"
