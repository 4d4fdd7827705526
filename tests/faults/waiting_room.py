"""A line of people with open pages on two servers, and officers who serve it while Redis is hurt."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

from consult.errors import Busy
from consult.live import keys
from consult.live.line_index import LineIndex
from consult.people import Caller, Role, applicant_address
from tests.support.client import Client, Frame, Page
from tests.support.open_office import Office
from tests.support.waiting import until

PING_SECONDS = 4.0
SWEEP_SECONDS = 1.0
OFFER_SECONDS = 40.0
TOLD_SECONDS = 20.0


class WaitingRoom:
    def __init__(self, office: Office, chance: random.Random) -> None:
        self.office = office
        self.chance = chance
        self.citizens: list[tuple[Page, Client]] = []
        self.officers: list[Client] = []
        self.served: list[str] = []
        self.heal_seconds: list[float] = []
        self._serving = False
        self._answered: set[tuple[str, int]] = set()

    @property
    def waiting(self) -> list[str]:
        """Those not served yet, in the order of their numbers."""
        return [page.ticket or "" for page, _ in self.citizens if page.ticket not in self.served]

    @property
    def everybody(self) -> list[Client]:
        """All pages that are open so far."""
        return [client for _, client in self.citizens] + self.officers

    async def serve(self, people: int) -> None:
        """The officers serve so many; each must be the first of those who wait."""
        for _ in range(people):
            officer = self.officers[self.chance.randrange(len(self.officers))]
            self._serving = True
            await self._begin(officer)
            await self._end(officer)
            self._serving = False

    async def serve_across(self) -> None:
        """The first is served by an officer at the other server; what one says reaches the other live."""
        number = len(self.served)
        officer, citizen = self.officers[(number + 1) % 2], self.citizens[number][1]
        await self._begin(officer)
        officer.ticket = citizen.ticket
        await goes_live(officer, citizen)
        await goes_live(citizen, officer)
        await self._end(officer)

    async def _begin(self, officer: Client) -> None:
        expected = self.waiting[0]
        await officer.acked("BeReady")
        offer = await self._offer_to(officer)
        if offer["ticket"] != expected:
            passed_over = await self.office.apps[0].hub.services.changes.marks([expected], [])
            let_go = {client.ticket: client.code for _, client in self.citizens if client.code is not None}
            raise AssertionError(
                f"{offer['label']} was offered out of turn, before {passed_over}; pages let go: {let_go}"
            )
        await officer.acked("AcceptOffer", ticket=expected, attempt=offer["attempt"])
        await officer.acked("Pause")

    async def _end(self, officer: Client) -> None:
        ticket, citizen = self.waiting[0], self.citizens[len(self.served)][1]
        await citizen.acked("PostMessage", text="terima kasih")
        await officer.acked("EndConsultation", ticket=ticket)
        self.served.append(ticket)

    async def _offer_to(self, officer: Client) -> dict[str, Any]:
        """The offer that is open for the officer, told as it was made or with a snapshot."""

        def offered() -> dict[str, Any] | None:
            for frame in reversed(officer.everything):
                offer: dict[str, Any] | None = frame.get("offer")
                if offer and (offer["ticket"], offer["attempt"]) not in self._answered:
                    return offer
            return None

        offer = await until(offered, OFFER_SECONDS)
        self._answered.add((offer["ticket"], offer["attempt"]))
        return offer

    async def heals(self, within_seconds: float, since: float | None = None) -> None:
        """Everything that Redis should hold stands there again. Notes how long that took."""
        loop = asyncio.get_running_loop()
        began_at = loop.time() if since is None else since
        await until(self._healed, within_seconds)
        self.heal_seconds.append(round(loop.time() - began_at, 2))

    async def _healed(self) -> bool:
        if any(app.live.outage.away for app in self.office.apps):
            return False
        # One question for all: asked one after the other they would take longer than the healing.
        pipe = self.office.apps[0].live.commands.pipeline(transaction=False)
        pipe.zrange(keys.order(self.office.service), 0, -1)
        pipe.zrange(keys.PRESENCE, 0, -1)
        for ticket in self.waiting:
            pipe.scard(keys.at(applicant_address(ticket)))
        try:
            found, heard_of, *places = await pipe.execute()
        except Exception:
            return False
        order = [ticket.decode() for ticket in found]
        present = {member.decode() for member in heard_of}
        # Who is offered or served just now stands in the line until then, and no longer.
        whole = order == self.waiting or (self._serving and order == self.waiting[1:])
        return whole and present >= set(order) and all(places)

    async def redis_proposes(self) -> None:
        """The index is asked again: it is known there who is here."""

        index = LineIndex(self.office.apps[0].live)

        async def proposed() -> bool:
            with suppress(Busy):
                return await index.propose(self.office.service, 1, 25) == self.waiting[0]
            return False

        await until(proposed, 20)

    async def missed_nothing(self) -> None:
        """What every page was told, live or by snapshots, is the whole of its conversation."""
        transcript = self.office.apps[0].hub.services.transcript
        for page, client in self.citizens:
            caller = Caller(Role.APPLICANT, page.ticket or "", "")
            last = (await transcript.last_seqs(caller))[caller.id]

            def unknown(client: Client = client, last: int = last) -> set[int]:
                seqs = {entry["seq"] for frame in client.everything for entry in _entries(frame)}
                return set(range(1, last + 1)) ^ seqs

            try:
                await until(lambda unknown=unknown: not unknown(), TOLD_SECONDS)  # type: ignore[misc]
            except AssertionError:
                raise AssertionError(
                    f"{page.ticket} never heard of {unknown()}, but {_told(client)}"
                ) from None


async def goes_live(speaker: Client, listener: Client) -> None:
    """Messages arrive as they are sent, not only with snapshots; none is lost until then."""
    for number in range(100):
        text = f"halo {number} dari {id(speaker)}"
        await speaker.acked("PostMessage", text=text)
        await until(lambda text=text: text in texts(listener), TOLD_SECONDS)
        if any(f["t"] == "EntryAdded" and f["entry"].get("text") == text for f in listener.everything):
            return
    raise AssertionError("messages never arrive live")


def texts(client: Client) -> set[str]:
    """What this page was told of what was said."""
    return {entry.get("text", "") for frame in client.everything for entry in _entries(frame)}


def _told(client: Client) -> list[tuple[str, Any, list[int]]]:
    """The frames in their order: kind, how far a snapshot reaches, and the entries in it."""
    return [
        (frame["t"], frame.get("last_seq"), [entry["seq"] for entry in _entries(frame)])
        for frame in client.everything
        if frame["t"] != "Pong"
    ]


def _entries(frame: Frame) -> list[Frame]:
    found = [frame["entry"]] if frame["t"] == "EntryAdded" else list(frame.get("entries", []))
    for conversation in [*frame.get("conversations", []), frame.get("conversation") or {}]:
        found += conversation.get("entries", [])
    return found


@asynccontextmanager
async def waiting_room(
    office: Office, chance: random.Random, citizens: int, officers: int = 2
) -> AsyncIterator[WaitingRoom]:
    """So many citizens and officers, spread over the servers, with heartbeats and a sweep."""
    room = WaitingRoom(office, chance)
    async with AsyncExitStack() as stack:
        # From the first on: a long line takes longer to come than a page may be silent.
        await stack.enter_async_context(repeating(lambda: _ping(room.everybody), PING_SECONDS))
        for number in range(citizens):
            page = await office.citizen(number % 2, f"Warga {number}")
            room.citizens.append((page, await stack.enter_async_context(page.open())))
        for number in range(officers):
            page = await office.staff(f"petugas{number}", Role.OFFICER, number % 2)
            room.officers.append(await stack.enter_async_context(page.open()))
        async with repeating(office.apps[0].sweep_once, SWEEP_SECONDS):
            yield room


async def _ping(clients: list[Client]) -> None:
    for client in clients:
        await client.sends("Ping", n=1)


@asynccontextmanager
async def repeating(work: Callable[[], Awaitable[None]], seconds: float) -> AsyncIterator[None]:
    """`work` every so often until the end; nothing is cancelled inside it."""
    ending = asyncio.Event()

    async def repeat() -> None:
        while not ending.is_set():
            await work()
            with suppress(TimeoutError):
                await asyncio.wait_for(ending.wait(), seconds)

    running = asyncio.create_task(repeat())
    try:
        yield
    finally:
        ending.set()
        await running
