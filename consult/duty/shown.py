"""An officer's own state as the wire shows it."""

from consult.duty.store import DutyRow
from consult.wire.to_client import Duty


def duty_of(row: DutyRow) -> Duty:
    return Duty(
        state=row.state.value,
        reason=row.reason,
        since_at=round(row.since_at.timestamp() * 1000),
        load=row.load,
        capacity=row.capacity,
        revision=row.revision,
    )
