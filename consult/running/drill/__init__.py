"""Scripted outages against a running office, and the pages that notice what they cost."""
