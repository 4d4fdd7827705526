"""What the browser is told it may send: soon much on a good line, little on a narrow one."""

from consult.precall.mirror.ramp import LEAST_BPS, MOST_BPS, Ramp

PACKET_BYTES = 1_000


def play(ramp: Ramp, line_bps: float, seconds: float, queueing: bool = False, at: float = 0.0) -> list[int]:
    """A sender that obeys, beginning with 300 kbit/s, on a line that carries so much."""
    told = [300_000]
    end = at + seconds
    while at < end:
        at += PACKET_BYTES * 8 / min(line_bps, told[-1])
        bps = ramp.add(PACKET_BYTES, at, queueing)
        if bps is not None:
            told.append(bps)
    return told


def test_a_good_line_is_known_within_two_seconds() -> None:
    assert max(play(Ramp(), 10_000_000, 2)) == MOST_BPS


def test_a_narrow_line_is_not_overrun_by_more_than_thrice() -> None:
    assert max(play(Ramp(), 100_000, 4)[1:]) <= 300_000


def test_packets_that_queue_make_it_retreat_below_what_comes() -> None:
    ramp = Ramp()
    play(ramp, 400_000, 2)
    assert all(bps < 400_000 for bps in play(ramp, 400_000, 1, queueing=True, at=2.0)[3:])


def test_it_is_never_told_to_stop() -> None:
    assert min(play(Ramp(), 8_000, 3)[1:]) >= LEAST_BPS
