"""Everybody who is connected is told when nothing can be stored, and when it can again."""

from consult.hub.connection import Connection
from consult.hub.roster import Roster
from consult.hub.tellers import Tellers
from consult.storage.outage import Outage
from consult.wire.to_client import DisruptionTold


class Disruption:
    """Each process tells its own people what it finds out itself: it needs nobody else for that."""

    def __init__(self, outage: Outage, roster: Roster, tellers: Tellers) -> None:
        self._outage = outage
        self._roster = roster
        self._tellers = tellers
        outage.on_change(self._changed)

    def round(self) -> None:
        """Once a second: for as long as somebody is here, know whether the database takes writes."""
        if len(self._roster):
            self._outage.look()

    def welcomed(self, connection: Connection) -> None:
        """Somebody came who has not heard of it."""
        if self._outage.lasts:
            connection.tell(DisruptionTold(lasts=True))

    def _changed(self, lasts: bool) -> None:
        for connection in self._roster:
            connection.tell(DisruptionTold(lasts=lasts))
        if not lasts:
            # What moved meanwhile could not be read.
            self._tellers.everything()
