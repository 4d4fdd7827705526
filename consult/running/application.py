"""What the processes ask of the composed service; `consult.app.App` is the one that answers."""

from typing import Protocol

from starlette.types import ASGIApp


class Application(Protocol):
    @property
    def asgi(self) -> ASGIApp:
        """Pages and sockets; its lifespan starts and stops everything below."""

    async def start(self) -> None:
        """Open the database and Redis for a process without HTTP."""

    async def stop(self) -> None:
        """Finish what was accepted and close."""

    async def drain(self) -> None:
        """Send everybody who is connected to another process, a few at a time."""

    async def sweep_once(self) -> None:
        """Carry out what is due: offers and rings that ran out, people who were lost, places to park."""

    async def rebuild_line(self) -> int:
        """Build the index of the line anew from the database."""
