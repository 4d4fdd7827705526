"""Which other processes hold a connection for an address, as far as this process knows. Pure."""

from collections.abc import Iterable

MOST_REMEMBERED = 50_000


class Whereabouts:
    """Filled by looking an address up in Redis, kept right by what the processes tell each other.

    A look-up and a word about the same address may cross: then the answer is not trusted, the address
    stays unknown, and is looked up again when it is next needed.
    """

    def __init__(self, me: str) -> None:
        self._me = me
        self._known: dict[str, frozenset[str]] = {}
        self._asked: dict[str, bool] = {}  # False: something was heard since, so do not trust the answer

    def others(self, address: str) -> frozenset[str] | None:
        """The other processes that hold it; None when that is not known."""
        return self._known.get(address)

    def ask(self, address: str) -> bool:
        """Whether to look it up: False when that is under way."""
        if address in self._asked:
            return False
        self._asked[address] = True
        return True

    def answered(self, address: str, processes: Iterable[str]) -> None:
        if self._asked.pop(address, False):
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            self._known[address] = frozenset(processes) - {self._me}

    def arrived(self, process: str, addresses: Iterable[str]) -> None:
        for address in addresses:
            known = self._heard_of(address)
            if known is not None:
                self._known[address] = known | {process}

    def departed(self, process: str, addresses: Iterable[str]) -> None:
        for address in addresses:
            known = self._heard_of(address)
            if known is not None:
                self._known[address] = known - {process}

    def vanished(self, process: str) -> None:
        """The process holds nothing any more."""
        self.departed(process, [address for address, known in self._known.items() if process in known])
        self._distrust()

    def forget(self) -> None:
        """Nothing that was known, or is being looked up, is to be trusted."""
        self._known.clear()
        self._distrust()

    def reset(self) -> None:
        """As new: nothing is known and no look-up is under way."""
        self._known.clear()
        self._asked.clear()

    def _heard_of(self, address: str) -> frozenset[str] | None:
        if address in self._asked:
            self._asked[address] = False
        return self._known.get(address)

    def _distrust(self) -> None:
        self._asked = dict.fromkeys(self._asked, False)
