"""The board: what supervisors watch."""
