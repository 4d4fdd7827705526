"""The recording table, walked over the full product, and which slices may be kept."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from consult.errors import StageForbids
from consult.recordings.chain import first_link, links_of, next_link
from consult.recordings.rules import (
    LATE_SECONDS,
    OPEN,
    SEALED,
    RecordingStage,
    RecordingStep,
    next_recording,
    takes_slice,
)

ALLOWED = """
none      ask      asked
declined  ask      asked
stopped   ask      asked
asked     agree    asked
asked     begin    recording
asked     refuse   declined
asked     withdraw declined
asked     stop     stopped
asked     lapse    stopped
asked     depart   asked
recording depart   recording
recording withdraw stopped
recording stop     stopped
recording lapse    stopped
"""
EXPECTED = {
    (RecordingStage(stage), RecordingStep(step)): RecordingStage(after)
    for stage, step, after in (row.split() for row in ALLOWED.strip().splitlines())
}
START = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
STOP = START + timedelta(seconds=20)
REASONS = ("stopped", "call_ended", "recorder_lost", "withdrawn", "people_changed")


@pytest.mark.parametrize(("stage", "step"), list(product(RecordingStage, RecordingStep)))
def test_every_stage_answers_every_step(stage: RecordingStage, step: RecordingStep) -> None:
    if (stage, step) in EXPECTED:
        assert next_recording(stage, step) is EXPECTED[stage, step]
    else:
        with pytest.raises(StageForbids):
            next_recording(stage, step)


def test_it_records_only_after_the_last_yes_and_every_open_stage_can_be_left() -> None:
    into = {key for key, after in EXPECTED.items() if after is RecordingStage.RECORDING}
    into.remove((RecordingStage.RECORDING, RecordingStep.DEPART))
    assert into == {(RecordingStage.ASKED, RecordingStep.BEGIN)}
    for stage in OPEN:
        assert next_recording(stage, RecordingStep.WITHDRAW) not in OPEN
        assert next_recording(stage, RecordingStep.LAPSE) not in OPEN


@pytest.mark.parametrize(("stage", "reason"), list(product(RecordingStage, REASONS)))
def test_a_slice_is_kept_while_recording_and_shortly_after_an_end_that_nobody_was_against(
    stage: RecordingStage, reason: str
) -> None:
    soon = STOP + timedelta(seconds=5)
    stopped = STOP if stage is RecordingStage.STOPPED else None
    kept = takes_slice(stage, reason, 3, START, stopped, soon)
    late = stage is RecordingStage.STOPPED and reason not in SEALED
    assert kept is (stage is RecordingStage.RECORDING or late)


def test_no_more_slices_than_fit_into_the_time_and_none_for_ever() -> None:
    def stopped(index: int, now: datetime) -> bool:
        return takes_slice(RecordingStage.STOPPED, "stopped", index, START, STOP, now)

    assert stopped(7, STOP) and not stopped(8, STOP)
    assert stopped(0, STOP + timedelta(seconds=LATE_SECONDS))
    assert not stopped(0, STOP + timedelta(seconds=LATE_SECONDS + 1))
    assert takes_slice(RecordingStage.RECORDING, "", 2, START, None, START)
    assert not takes_slice(RecordingStage.RECORDING, "", 3, START, None, START)
    assert not takes_slice(RecordingStage.RECORDING, "", 0, None, None, START)


def test_a_link_stands_for_everything_before_it() -> None:
    links = links_of("r", [b"one", b"two", b"three"])
    assert links[0] == next_link(first_link("r"), b"one")
    assert len({*links, *links_of("s", [b"one", b"two", b"three"])}) == 6
    assert links_of("r", [b"one", b"2wo", b"three"])[2] != links[2]
    assert links_of("r", [b"two", b"one"])[1] != links[1]
