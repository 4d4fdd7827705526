"""Loss and jitter as RFC 3550 counts them."""

from collections import Counter

from consult.precall.mirror.counting import Counting, best_kbps


def counted(*seqs: int) -> Counting:
    counting = Counting(90_000)
    for number, seq in enumerate(seqs):
        counting.add(seq, number * 3_000, 1_000, number / 30)
    return counting


def test_nothing_is_lost_while_all_come() -> None:
    stream = counted(*range(10, 20))
    assert (stream.packets_received, stream.packets_expected, stream.packets_lost) == (10, 10, 0)
    assert stream.jitter == 0


def test_what_is_missing_is_lost_and_what_comes_late_is_not() -> None:
    assert counted(1, 2, 5, 6).packets_lost == 2
    assert counted(1, 2, 4, 3, 5).packets_lost == 0


def test_numbers_go_round() -> None:
    stream = counted(65_534, 65_535, 0, 2)
    assert (stream.packets_lost, stream.max_seq) == (1, 65_538)


def test_a_report_speaks_of_the_time_since_the_last() -> None:
    stream = counted(1, 2, 4)
    assert stream.fraction_lost == 64
    assert stream.fraction_lost == 0


def test_jitter_is_the_smoothed_change_of_the_way() -> None:
    stream = Counting(1_000)
    for number, late in enumerate((0, 0.016, 0.016)):
        stream.add(number, number * 20, 100, number * 0.02 + late)
    assert stream.jitter_ms == 1


def test_the_best_second_counts_and_a_cut_slice_does_not() -> None:
    assert best_kbps(Counter({0: 1_000, 1: 1_000, 2: 50_000, 3: 50_000, 4: 12_500, 5: 12_500, 6: 1})) == 1_000
    assert best_kbps(Counter()) == 0
