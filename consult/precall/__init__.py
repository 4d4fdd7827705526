"""The check of devices and network before a call: a peer to try with, and what the figures mean."""
