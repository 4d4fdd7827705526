"""The drill's pages, open at the office's own door, and what they say to each other while things break."""

import asyncio
import random
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from websockets.asyncio.client import ClientConnection, connect

from consult.errors import SettingsWrong
from consult.running.drill.cast import Cast, Player
from consult.running.drill.found import RunningOffice
from consult.running.drill.given import Broken, Frame
from consult.running.drill.tab import Manners, Tab
from consult.running.notices import public_address
from consult.settings import Settings

PAUSE_SECONDS = 0.7  # an applicant may send two frames a second
ANSWER_SECONDS = 60.0
AGAIN_SECONDS = 1.0
LOOK_SECONDS = 0.05
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - told apart, not listened on


@dataclass(eq=False)
class Speech:
    """One message: given, answered and shown at the other side."""

    ticket: str
    text: str
    to: Tab
    given_at: float
    answer: "asyncio.Future[Frame]"

    @property
    def acknowledged(self) -> bool:
        return self.answer.done() and self.answer.result()["t"] == "Acked"

    def arrived(self) -> bool:
        if not self.acknowledged:
            return False
        seq, log = self.answer.result()["seq"], self.to.held.log[self.ticket]
        return len(log) >= seq and bool(log[seq - 1].get("text") == self.text)


@dataclass(eq=False)
class Scene:
    """Who is connected, and who speaks with whom: ticket -> officer."""

    office: RunningOffice
    cast: Cast
    settings: Settings
    tabs: dict[str, Tab] = field(default_factory=dict)
    served_by: dict[str, str] = field(default_factory=dict)
    speeches: list[Speech] = field(default_factory=list)
    silent: set[str] = field(default_factory=set)
    _speaking: "list[asyncio.Task[None]]" = field(default_factory=list)
    _number: int = 0

    async def open(self) -> None:
        """Everybody's page is open; officers are paused, so that nobody is offered to them."""
        for player in (*self.cast.applicants, *self.cast.officers):
            tab = Tab(player.hello, self._door(player), random.Random(), Manners())  # noqa: S311 - jitter
            self.tabs[player.caller.id] = tab
            tab.start()
        await self.until(lambda: all(tab.live.is_set() for tab in self.tabs.values()), ANSWER_SECONDS)
        for officer in self.cast.officers:
            await self.order(officer.caller.id, "Pause")

    async def close(self) -> None:
        """Leave. Raises Broken when a page saw a promise broken."""
        self.fall_silent()
        results = await asyncio.gather(*(tab.stop() for tab in self.tabs.values()), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    def leave(self) -> None:
        """Whatever happened: no page of the drill stays open."""
        self.fall_silent()
        for tab in self.tabs.values():
            tab.breaks_off()

    def check(self) -> None:
        """Raises Broken when a page has seen a promise broken."""
        for tab in self.tabs.values():
            if tab.fault is not None:
                raise tab.fault

    async def order(self, who: str, kind: str, **fields: object) -> Frame:
        answer = await asyncio.wait_for(self.tabs[who].give(kind, **fields), ANSWER_SECONDS)
        if answer["t"] != "Acked":
            raise SettingsWrong(f"The drill's {kind} was refused ({answer['code']}): the drill ends here.")
        return answer

    async def serve_next(self, officer: str) -> str:
        """The officer picks up the next of the drill's line; the ticket."""
        before = set(self.tabs[officer].held.seqs())

        async def served() -> bool:
            # For a moment after an outage Redis does not know who is here.
            answer = await asyncio.wait_for(self.tabs[officer].give("ServeNext"), ANSWER_SECONDS)
            if answer["t"] != "Acked":
                await asyncio.sleep(AGAIN_SECONDS)
            return bool(answer["t"] == "Acked")

        if not await self.until(served, ANSWER_SECONDS):
            raise Broken("nobody could be picked up from the drill's line")
        await self.until(lambda: set(self.tabs[officer].held.seqs()) > before, ANSWER_SECONDS)
        ticket = (set(self.tabs[officer].held.seqs()) - before).pop()
        self.served_by[ticket] = officer
        return ticket

    def speak(self) -> None:
        """From now on both sides of each consultation write, each at its own pace."""
        for ticket in self.served_by:
            for side in ("applicant", "officer"):
                self._speaking.append(asyncio.create_task(self._speak(ticket, side)))

    def fall_silent(self) -> None:
        for task in self._speaking:
            task.cancel()
        self._speaking.clear()

    async def _speak(self, ticket: str, side: str) -> None:
        while True:
            if ticket not in self.silent:
                self.say(ticket, side)
            await asyncio.sleep(PAUSE_SECONDS)

    def say(self, ticket: str, side: str) -> Speech:
        """One message of this side."""
        self._number += 1
        officer = self.served_by[ticket]
        author, reader = (ticket, officer) if side == "applicant" else (officer, ticket)
        text = f"Latihan {self._number} ({side})"
        answer = self.tabs[author].give("PostMessage", ticket=ticket, text=text)
        now = asyncio.get_running_loop().time()
        speech = Speech(ticket, text, self.tabs[reader], now, answer)
        self.speeches.append(speech)
        return speech

    async def all_arrived(self, seconds: float) -> bool:
        """Whether every message so far is answered and shown at the other side in time."""
        spoken = list(self.speeches)
        return await self.until(lambda: all(speech.arrived() for speech in spoken), seconds)

    async def lost(self) -> int:
        """Messages that were never answered, or are not in the database, or not shown at both sides."""
        kept = {ticket: await self.cast.kept(ticket) for ticket in self.served_by}
        texts = {ticket: [entry["text"] for entry in entries] for ticket, entries in kept.items()}
        return sum(
            not speech.arrived() or texts[speech.ticket].count(speech.text) != 1 for speech in self.speeches
        )

    async def pause(self, seconds: float) -> None:
        """Let time pass. Raises Broken as `until` does."""
        await self.until(lambda: False, seconds)

    async def until(
        self, happened: Callable[[], bool] | Callable[[], Awaitable[bool]], seconds: float
    ) -> bool:
        """Whether it happened in time. Raises Broken as soon as a page sees a promise broken."""
        loop = asyncio.get_running_loop()
        ends = loop.time() + seconds
        while loop.time() < ends:
            self.check()
            answer = happened()
            if answer if isinstance(answer, bool) else await answer:
                return True
            await asyncio.sleep(LOOK_SECONDS)
        return False

    def _door(self, player: Player) -> Callable[[], Awaitable[ClientConnection]]:
        host = ANYWHERE.get(self.office.host, self.office.host)
        tls = self.settings.tls_certificate != ""
        context = None
        if tls:
            context = ssl.create_default_context()
            # This machine's own door, by its number: the certificate names the public address.
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        origin = public_address(self.settings)
        if not self.settings.public_url:
            origin = f"{'https' if tls else 'http'}://127.0.0.1:{self.office.port}"

        async def dial() -> ClientConnection:
            return await connect(
                f"{'wss' if tls else 'ws'}://{host}:{self.office.port}/socket",
                origin=origin,  # type: ignore[arg-type]
                additional_headers={"Cookie": player.cookie},
                ssl=context,
                max_size=None,
                compression=None,
                ping_interval=None,
                proxy=None,
            )

        return dial
