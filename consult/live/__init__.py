"""Redis as index, doorbell, presence and fan-out; any key may vanish and nothing is lost."""
