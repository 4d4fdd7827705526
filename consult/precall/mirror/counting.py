"""Loss and jitter of one RTP stream as its receiver counts them (RFC 3550, A.3 and A.8). Pure."""

from collections import Counter

_HALF = 1 << 15
_MODULUS = 1 << 16
MOST_LOST = (1 << 23) - 1
# UDP and IP headers, the RTP header with its extensions, and the tag of SRTP: what a packet costs besides.
HEADER_BYTES = 60

SLICE_SECONDS = 0.25
SLICES = 4


def best_kbps(slices: Counter[int]) -> int:
    """The best second: a browser begins low and takes some seconds to send what the network gives."""
    # The last slice may be cut short.
    whole = sorted(slices)[:-1]
    best = max((sum(slices[at + ahead] for ahead in range(SLICES)) for at in whole), default=0)
    return round(best * 8 / (SLICES * SLICE_SECONDS) / 1000)


class Counting:
    """One stream. Has the names that aiortc reads for its receiver reports."""

    def __init__(self, clock_rate: int) -> None:
        self.packets_received = 0
        self.slices: Counter[int] = Counter()  # bytes in each slice of time
        self.first_at: float | None = None
        self.last_at: float | None = None
        self._clock_rate = clock_rate
        self._first_seq = 0
        self._highest = 0  # with the wraps of the 16 bits counted in
        self._jitter = 0.0
        self._transit: float | None = None
        self._expected_before = 0
        self._received_before = 0

    def add(self, seq: int, timestamp: int, payload_bytes: int, at: float) -> None:
        """A packet came at `at` seconds on a clock that never goes back."""
        if self.first_at is None:
            self.first_at = at
            self._first_seq = self._highest = seq
        else:
            ahead = (seq - self._highest) % _MODULUS
            if ahead < _HALF:
                self._highest += ahead
        self.last_at = at
        self.packets_received += 1
        self.slices[int(at / SLICE_SECONDS)] += payload_bytes + HEADER_BYTES
        self._measure_jitter(timestamp, at)

    def _measure_jitter(self, timestamp: int, at: float) -> None:
        transit = at * self._clock_rate - timestamp
        if self._transit is not None:
            # A timestamp that wraps, or a source that starts anew, is no jitter.
            moved = abs(transit - self._transit)
            if moved < self._clock_rate * 5:
                self._jitter += (moved - self._jitter) / 16
        self._transit = transit

    @property
    def packets_expected(self) -> int:
        return 0 if self.first_at is None else self._highest - self._first_seq + 1

    @property
    def packets_lost(self) -> int:
        """Less than none when packets came twice; kept within the 24 bits of a report."""
        return max(-MOST_LOST, min(MOST_LOST, self.packets_expected - self.packets_received))

    @property
    def fraction_lost(self) -> int:
        """Since the last report, in 256ths; asking begins the next interval."""
        expected = self.packets_expected - self._expected_before
        received = self.packets_received - self._received_before
        self._expected_before = self.packets_expected
        self._received_before = self.packets_received
        lost = expected - received
        return 0 if expected <= 0 or lost <= 0 else min(255, (lost << 8) // expected)

    @property
    def max_seq(self) -> int:
        """The extended highest sequence number, in the 32 bits of a report."""
        return self._highest & 0xFFFFFFFF

    @property
    def jitter(self) -> int:
        """In units of the stream's clock."""
        return int(self._jitter)

    @property
    def jitter_ms(self) -> int:
        return round(self._jitter / self._clock_rate * 1000)
