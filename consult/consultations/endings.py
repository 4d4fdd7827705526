"""What else ends when a consultation leaves an officer's hands: calls, which live in another room."""

from typing import Protocol

from sqlalchemy import Connection


class CallEnding(Protocol):
    """Ends the live call of a ticket within the caller's transaction; tells after the commit."""

    def end_in(self, conn: Connection, ticket_id: str, reason: str) -> object | None:
        """The ended call, or None when there was none."""

    def tell_ended(self, ended: object) -> None:
        """Tell both sides about a call that `end_in` returned, once its transaction is committed."""
