"""Sockets: one connection, its limits and outbox, one handler file for each role."""
