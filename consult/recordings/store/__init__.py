"""Recordings and their slices in rows."""
