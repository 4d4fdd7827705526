"""The privacy notice in force. Its words stand in the catalogue (`notice.*`), one version at a time."""

VERSION = 3
"""Goes up by one with every change of meaning; each ticket keeps the version and language that was read."""
