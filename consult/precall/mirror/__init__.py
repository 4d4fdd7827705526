"""The service's peer of a check, in a process of its own: sends back what it receives, and counts."""
