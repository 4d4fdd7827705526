"""Recordings as the wire shows them."""

from consult.recordings.rules import SLICE_SECONDS
from consult.recordings.store.life import RecordingRow
from consult.settings import Settings
from consult.storage import moments
from consult.wire.to_client import RecordingShown


def recording_of(row: RecordingRow, settings: Settings) -> RecordingShown:
    return RecordingShown(
        id=row.id,
        ticket=row.ticket_id,
        call=row.call_id,
        stage=row.stage.value,  # type: ignore[arg-type]
        revision=row.revision,
        text_version=row.text_version,
        keep_days=settings.recording_keep_days,
        slice_seconds=SLICE_SECONDS,
        agreed=sorted(row.agreed),
        waits_for=sorted(set(row.people) - set(row.agreed)),
        recorder=row.people["officer"],
        started_at=None if row.started_at is None else moments.to_ms(row.started_at),
        reason=row.reason,
        ended_by=row.ended_by,
    )
