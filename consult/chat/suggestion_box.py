"""The box at the exit: how well a citizen was helped, told once when the consultation is over."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from consult.chat.message import clean
from consult.consultations.stages import Step, next_stage
from consult.consultations.store import ratings, tickets
from consult.errors import AlreadyRated, StageForbids, TooLate
from consult.people import Caller
from consult.settings import Settings
from consult.storage import moments
from consult.storage.database import Database
from consult.storage.receipts import Receipt
from consult.wire.from_client import REMARK_CHARACTERS, RateConsultation


@dataclass(frozen=True, slots=True)
class Rated:
    score: int


class SuggestionBox:
    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings

    async def rate(self, caller: Caller, order: RateConsultation, receipt: Receipt) -> Rated:
        """Keep it with the ticket; nobody else is told.

        Raises NotFound for what is not the caller's, StageForbids while it is not over or when nobody ever
        served it, TooLate, AlreadyRated, TooLarge.
        """
        return await self._database.write(lambda conn: rate(conn, caller, order, self._settings), receipt)

    async def score_of(self, ticket_id: str) -> int | None:
        """What was said already."""
        return await self._database.read(lambda conn: ratings.score_of(conn, ticket_id))

    @property
    def seconds(self) -> int:
        """How long after the end it may be told."""
        return round(self._settings.rating_days * 86_400)


def rate(conn: Connection, caller: Caller, order: RateConsultation, settings: Settings) -> Rated:
    """The part of one transaction; see `SuggestionBox.rate`."""
    row = tickets.find_for(conn, caller, order.ticket, lock=True)
    next_stage(row.stage, Step.RATE)
    if row.assignment_epoch == 0:  # nobody ever served it
        raise StageForbids(stage=row.stage.value, step=Step.RATE.value)
    if row.ended_at is None or moments.now(conn) - row.ended_at > timedelta(days=settings.rating_days):
        raise TooLate()
    if ratings.score_of(conn, row.id) is not None:
        raise AlreadyRated()
    remark = clean(order.remark, REMARK_CHARACTERS) if order.remark.strip() else ""
    ratings.keep(conn, row.id, order.score, remark)
    return Rated(order.score)
