"""Who sends hostile frames, and the consultation beside it that must not notice."""

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from consult.running.logs import WithoutStrangersFaults
from consult.wire.from_client import FromClient
from tests.hub.unwelcome import Unwelcome
from tests.support.client import Client, Frame, Page, Unheard
from tests.support.databases import OfficeTemplate
from tests.support.open_office import Consultation, Office, open_office
from tests.support.samples import KINDS, NOBODYS, is_numbered
from tests.support.valkey import connected
from tests.support.waiting import until

KIND: dict[str, type[FromClient]] = {kind.__name__: kind for kind in KINDS}
# Not final: the number is still free.
RETRYABLE = frozenset({"out_of_order", "rate_limited", "busy", "conflict"})

UNMETERED = {
    "applicant_frames_per_second": 1_000,
    "applicant_frames_burst": 10_000,
    "officer_frames_burst": 10_000,
    "signalling_frames_in_10_seconds": 10_000,
    "joins_per_address_in_10_minutes": 10_000,
    # Nobody here pings.
    "applicant_dead_seconds": 3_600,
    "officer_dead_seconds": 3_600,
}


class Faults(logging.Handler):
    """What the process itself found worth an error line."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.addFilter(WithoutStrangersFaults())
        self.lines: list[str] = []
        self._loggers = [logging.getLogger(name) for name in ("consult", "uvicorn.error", "asyncio")]
        for logger in self._loggers:
            logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    def close(self) -> None:
        for logger in self._loggers:
            logger.removeHandler(self)
        super().close()


@dataclass
class Attacker:
    """`place` fills in what frames name with `@`."""

    client: Client
    place: dict[str, str] = field(default_factory=dict)

    async def meets(self, text: str | bytes) -> Frame | int | None:
        """Send a text; its answer, the code it was closed with, or None for silence.

        A harmless frame is sent after it: answers come in order, so that what comes before its own
        refusal belongs to the text.
        """
        probe = "SendMediaState" if '"Typing"' in str(text) else "Typing"
        await self.client.sends_text(text)
        await self.client.sends(probe, ticket=NOBODYS, call=NOBODYS, generation=1, audio=False, video=False)
        try:
            await self.client.hears("Refused", values={"frame": probe})
        except Unheard:
            return await self.client.closed()
        answers = [frame for frame in self.client.frames if frame["t"] in {"Acked", "Refused"}]
        self.client.frames.clear()
        assert len(answers) <= 1, answers
        return self._counted(answers[0]) if answers else None

    async def sends(self, frame: Unwelcome) -> Frame | int | None:
        told: dict[str, Any] = {"t": frame.kind, "ticket": "@mine"}
        if is_numbered(KIND[frame.kind]):
            told["cseq"] = self.client.cseq + 1
        return await self.meets(self.filled(json.dumps(told | frame.fields, ensure_ascii=False)))

    def filled(self, text: str) -> str:
        for name, value in ({"n": str(self.client.cseq + 1)} | self.place).items():
            text = text.replace(f"@{name}", value)
        return text

    def _counted(self, answer: Frame) -> Frame:
        if answer.get("cseq") == self.client.cseq + 1 and answer.get("code") not in RETRYABLE:
            self.client.cseq += 1
        return answer


@dataclass
class Arena:
    office: Office
    bystanders: Consultation
    their_call: str
    faults: Faults
    said: int = 0
    attackers: int = 0

    async def goes_on(self) -> None:
        """The bystanders write, read and are heard as before, and the process found no fault."""
        self.said += 1
        for side, other in (
            (self.bystanders.citizen, self.bystanders.officer),
            (self.bystanders.officer, self.bystanders.citizen),
        ):
            text = f"baris {self.said} dari {side.cseq}"
            await side.acked("PostMessage", text=text)
            await other.hears_entry(text)
            await until(lambda side=side: self._is_answered(side))  # type: ignore[misc]
            assert not side.has_heard("Refused")
        assert not self.faults.lines

    async def _is_answered(self, side: Client) -> bool:
        """Many quick tests use up a person's heartbeats, which are then ignored for a moment."""
        await side.sends("Ping", n=self.said)
        try:
            await side.hears("Pong", within=1.0, n=self.said)
        except Unheard:
            return False
        return True

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[Attacker]:
        """An attacker with a number of their own, who leaves the line in good order."""
        page = await self.office.citizen(name="Penyerang")
        async with page.open() as client:
            yield Attacker(client, self._place(page))
            await client.acked("LeaveQueue")

    @asynccontextmanager
    async def consulting(self) -> AsyncIterator[tuple[Attacker, Attacker]]:
        """An applicant and an officer who both misbehave, in a consultation of their own."""
        self.attackers += 1
        async with self.office.consultation(name="Penyerang", user_name=f"penyerang{self.attackers}") as talk:
            await talk.citizen.acked("PostMessage", text="halo")
            await talk.officer.hears_entry("halo")
            place = self._place(talk.citizen_page)
            yield Attacker(talk.citizen, place), Attacker(talk.officer, place)
            await talk.officer.acked("EndConsultation")

    def _place(self, page: Page) -> dict[str, str]:
        assert page.ticket is not None
        return {
            "mine": page.ticket,
            "theirs": self.bystanders.ticket,
            "their_call": self.their_call,
            "call": NOBODYS,
        }


@pytest.fixture(scope="module")
async def arena(
    office_template: OfficeTemplate, tmp_path_factory: pytest.TempPathFactory, valkey_server: str
) -> AsyncIterator[Arena]:
    async with connected(valkey_server) as live:
        await live.commands.flushall()
    url = office_template.copy_to(tmp_path_factory.mktemp("arena"))
    async with (
        open_office(url, valkey_server, **UNMETERED) as office,
        office.consultation(name="Tetangga", user_name="citra") as talk,
    ):
        await talk.citizen.acked("Ring", media="audio")
        call = (await talk.officer.hears("CallChanged"))["call"]["id"]
        faults = Faults()
        try:
            yield Arena(office, talk, call, faults)
        finally:
            faults.close()


@pytest.fixture(autouse=True)
async def everybody_else_goes_on(arena: Arena) -> AsyncIterator[None]:
    yield
    await arena.goes_on()
