"""Processes: the supervisor of `consult up`, the server, the sweep."""
