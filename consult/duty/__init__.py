"""Officers' state, load, capacity and skills."""
