"""TURN, the relay for calls that find no direct path: its credentials, its configuration and its check."""
