"""A guest at a socket in a consultation that may be recorded."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.recordings.conftest import TEXT, Recorded
from tests.support.client import Client, Frame, Page
from tests.support.guests import comes, invites

ROLE = "companion"


@dataclass
class Third:
    """The third person, at the first server."""

    talk: Recorded
    page: Page
    client: Client

    @property
    def id(self) -> str:
        assert self.page.guest is not None
        return self.page.guest

    async def is_let_in(self) -> None:
        for side in (self.talk.citizen, self.talk.officer):
            await side.acked("AdmitGuest", guest=self.id)

    async def takes_its_seat(self, client: Client | None = None, generation: int = 0) -> None:
        """Let in, with both legs joined at both ends."""
        for between in ("applicant", "officer"):
            side = self.talk.citizen if between == "applicant" else self.talk.officer
            for end in (side, client or self.client):
                about = {"ticket": self.talk.ticket, "call": self.talk.call, "guest": self.id}
                await end.acked("JoinLeg", **about, between=between, generation=generation)

    async def answers(self, recording: str, yes: bool = True, text: int = TEXT) -> str:
        """The code of the refusal, "" when it was taken."""
        told = await self.client.order(
            "AnswerRecording", ticket=self.talk.ticket, recording=recording, text=text, yes=yes
        )
        return str(told.get("code", ""))

    async def withdraws(self, recording: str) -> str:
        told = await self.client.order("WithdrawRecording", ticket=self.talk.ticket, recording=recording)
        return str(told.get("code", ""))

    async def leaves(self) -> None:
        await self.client.acked("LeaveCall", ticket=self.talk.ticket, guest=self.id)
        await self.client.closed()

    async def hears_stage(self, stage: str) -> Frame:
        """The recording once it has come to this stage, as the guest hears it."""
        frame = await self.client.hears("RecordingChanged")
        while frame["recording"]["stage"] != stage:
            frame = await self.client.hears("RecordingChanged")
        told: Frame = frame["recording"]
        return told


@asynccontextmanager
async def asking(talk: Recorded) -> AsyncIterator[Third]:
    """Somebody came by the officer's link and waits to be let in."""
    page = await comes(talk.office.urls[0], await invites(talk.officer, talk.ticket, ROLE))
    async with page.open() as client:
        yield Third(talk, page, client)


@asynccontextmanager
async def seated(talk: Recorded) -> AsyncIterator[Third]:
    async with asking(talk) as third:
        await third.is_let_in()
        await third.takes_its_seat()
        yield third


async def becomes(talk: Recorded, stage: str) -> dict[str, Frame]:
    """The recording at this stage as each of the two sides hears it."""
    heard = {}
    for name, side in (("applicant", talk.citizen), ("officer", talk.officer)):
        told = await talk.becomes(side)
        while told["stage"] != stage:
            told = await talk.becomes(side)
        heard[name] = told
    return heard


async def asked(talk: Recorded) -> str:
    """The officer asks everybody; the recording's id."""
    await talk.officer.acked("AskRecording", call=talk.call)
    told = await becomes(talk, "asked")
    return str(told["officer"]["id"])
