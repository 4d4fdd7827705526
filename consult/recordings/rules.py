"""The life of a recording as a table, and which slices may be kept; a missing entry is the refusal. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

from consult.errors import StageForbids

# Of the words that people say yes to (`record.question` and `record.terms` in web/text): raise it with them.
TEXT_VERSION = 1
SLICE_SECONDS = 4
# Without a slice for so long, the page that records is gone.
SILENT_SECONDS = 60
# After the end: so long the page may bring what its line or a reload held up.
LATE_SECONDS = 15 * 60


class RecordingStage(StrEnum):
    NONE = "none"
    ASKED = "asked"
    RECORDING = "recording"
    DECLINED = "declined"
    STOPPED = "stopped"


class RecordingStep(StrEnum):
    ASK = "ask"
    AGREE = "agree"
    BEGIN = "begin"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    STOP = "stop"
    LAPSE = "lapse"
    DEPART = "depart"


S, T = RecordingStage, RecordingStep

NEXT_RECORDING: dict[tuple[RecordingStage, RecordingStep], RecordingStage] = {
    (S.NONE, T.ASK): S.ASKED,
    (S.DECLINED, T.ASK): S.ASKED,
    (S.STOPPED, T.ASK): S.ASKED,
    (S.ASKED, T.AGREE): S.ASKED,  # somebody else has not answered yet
    (S.ASKED, T.BEGIN): S.RECORDING,  # the last yes
    (S.ASKED, T.REFUSE): S.DECLINED,
    (S.ASKED, T.WITHDRAW): S.DECLINED,
    (S.ASKED, T.STOP): S.STOPPED,  # the question is taken back
    (S.ASKED, T.LAPSE): S.STOPPED,
    (S.ASKED, T.DEPART): S.ASKED,  # a guest went: it need not be waited for
    (S.RECORDING, T.DEPART): S.RECORDING,
    (S.RECORDING, T.WITHDRAW): S.STOPPED,
    (S.RECORDING, T.STOP): S.STOPPED,
    (S.RECORDING, T.LAPSE): S.STOPPED,
}

OPEN = frozenset({S.ASKED, S.RECORDING})

# Ends after which not even the slice in progress is kept: somebody in it did not, or no longer, agree.
SEALED = frozenset({"withdrawn", "people_changed"})


def next_recording(stage: RecordingStage, step: RecordingStep) -> RecordingStage:
    """The stage after `step`. Raises StageForbids when the table has no such step."""
    try:
        return NEXT_RECORDING[stage, step]
    except KeyError:
        raise StageForbids(stage=stage.value, step=step.value) from None


def takes_slice(
    stage: RecordingStage,
    reason: str,
    index: int,
    started_at: datetime | None,
    stopped_at: datetime | None,
    now: datetime,
) -> bool:
    """Whether slice `index`, counted from 0, may be kept now.

    While recording: yes. After an end that nobody was against: for a quarter of an hour, and no more slices
    than fit into the time that was recorded. After a withdrawal or with other people in the call: never.
    """
    if started_at is None:
        return False
    if stage is S.RECORDING:
        return index <= slices_in(started_at, now)
    if stage is not S.STOPPED or reason in SEALED or stopped_at is None:
        return False
    return now <= stopped_at + timedelta(seconds=LATE_SECONDS) and index <= slices_in(started_at, stopped_at)


def slices_in(start: datetime, end: datetime) -> int:
    """How many slices can have been recorded, the unfinished one and one for a clock's whim included."""
    return int((end - start).total_seconds() // SLICE_SECONDS) + 2
