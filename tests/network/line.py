"""One direction of a link: loss, delay, a rate with a queue before it, and a cut."""

from dataclasses import dataclass
from random import Random


@dataclass
class Line:
    """What is in force now; all may change while packets are under way."""

    chance: Random
    loss: float = 0.0
    """Share of packets, 0 to 1, lost at random."""
    delay_seconds: float = 0.0
    kbit: float = 0.0
    """Kilobits a second; 0 is without limit."""
    queue_seconds: float = 0.3
    """What does not fit into this much waiting is dropped (tail drop)."""
    is_cut: bool = False
    _free_at: float = 0.0

    def arrives_at(self, size_bytes: int, now: float) -> float | None:
        """When a packet that is given to the line at `now` comes out of it; None when it is lost."""
        if self.is_cut or (self.loss and self.chance.random() < self.loss):
            return None
        if not self.kbit:
            return now + self.delay_seconds
        begins = max(now, self._free_at)
        if begins - now > self.queue_seconds:
            return None
        self._free_at = begins + size_bytes * 8 / (self.kbit * 1000)
        return self._free_at + self.delay_seconds
