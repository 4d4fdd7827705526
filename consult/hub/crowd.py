"""How many are here from each network address: sockets, seats of pages without one, requests under way."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from consult.accounts.addresses import block_of


class Crowd:
    def __init__(self, most: int) -> None:
        self._most = most
        self._here: Counter[str] = Counter()

    @contextmanager
    def one_more(self, host: str) -> Iterator[bool]:
        """Within, one more is here from that address. False when it is one too many, to be sent away."""
        block = block_of(host)
        self._here[block] += 1
        try:
            yield self._here[block] <= self._most
        finally:
            self._here[block] -= 1
            if not self._here[block]:
                del self._here[block]
