"""Rows of people and of sessions."""
