"""The board: queue length, longest wait and staffing, as they are now."""

from datetime import datetime

from sqlalchemy import Connection

from consult.consultations.labels import label_of
from consult.duty import store as duty
from consult.live.outage import Outage
from consult.storage import moments
from consult.storage.database import Database
from consult.supervision import store
from consult.wire.to_client import (
    BoardShown,
    CallFigures,
    NumberFound,
    OfficerFigures,
    ReturnedFigures,
    ServiceFigures,
    TicketFigures,
)


class Board:
    def __init__(self, database: Database, outage: Outage) -> None:
        self._database = database
        self._outage = outage

    async def shown(self) -> BoardShown:
        """One consistent snapshot of every service and officer."""
        return await self._database.read(lambda conn: _snapshot(conn, self._outage.away))

    async def find(self, typed: str) -> NumberFound:
        """Who has this number and is not over; nobody for what is no number."""
        label = label_of(typed)
        if label is None:
            return NumberFound(typed, [])
        rows = await self._database.read(lambda conn: store.numbered(conn, label))
        return NumberFound(typed, [_ticket(row) for row in rows])


def _snapshot(conn: Connection, redis_away: bool) -> BoardShown:
    on_duty = duty.on_duty_counts(conn)
    services = [
        ServiceFigures(
            id=row.id,
            name=row.name_id,
            name_en=row.name_en,
            letter=row.letter,
            waiting=row.waiting_chat + row.waiting_video,
            waiting_chat=row.waiting_chat,
            waiting_video=row.waiting_video,
            serving=row.serving,
            officers_on_duty=on_duty.get(row.id, 0),
            longest_since_at=None if row.longest_since_at is None else _ms(row.longest_since_at),
            longest_label=row.longest_label,
        )
        for row in store.services(conn)
    ]
    officers = [
        OfficerFigures(
            id=row.id,
            name=row.name,
            state=row.state,  # type: ignore[arg-type]
            reason=row.reason,
            since_at=_ms(row.since_at),
            load=row.load,
            capacity=row.capacity,
            chats=row.chats,
            calls=row.calls,
            offered=row.offered,
        )
        for row in store.officers(conn)
    ]
    served = [_ticket(row) for row in store.served(conn)]
    returned = [
        ReturnedFigures(row.label, row.name_id, row.name_en, row.times) for row in store.returned_often(conn)
    ]
    return BoardShown(_ms(moments.now(conn)), services, officers, redis_away, _calls(conn), served, returned)


def _calls(conn: Connection) -> list[CallFigures]:
    return [
        CallFigures(
            id=row.id,
            ticket=row.ticket,
            label=row.label,
            service_name=row.name_id,
            service_name_en=row.name_en,
            officer_name=row.officer,
            media=row.media,  # type: ignore[arg-type]
            connected_at=None if row.connected_at is None else _ms(row.connected_at),
            chair=row.chair,  # type: ignore[arg-type]
            listener=row.listener,
        )
        for row in store.calls(conn)
    ]


def _ticket(row: store.TicketRow) -> TicketFigures:
    return TicketFigures(
        id=row.id,
        label=row.label,
        service_name=row.name_id,
        service_name_en=row.name_en,
        stage=row.stage,  # type: ignore[arg-type]
        since_at=_ms(row.served_at or row.joined_at),
        epoch=row.assignment_epoch,
        officer_name=row.officer,
        call=row.media,  # type: ignore[arg-type]
    )


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
