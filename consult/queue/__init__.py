"""Waiting: taking a number, the line, offers and pick-ups."""
