"""Consultations in a call, at two servers that let calls be recorded; people are sockets, not browsers."""

import hashlib
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import pytest

from consult.recordings.chain import links_of
from tests.support.client import Client, Frame, Page, Unheard
from tests.support.databases import OfficeTemplate, let_pass
from tests.support.open_office import Consultation, Office, open_office

_numbers = count(1)
TEXT = 1


@dataclass
class Recorded(Consultation):
    """A consultation whose two people are connected in a call."""

    office: Office
    database: Path
    call: str

    async def ask(self) -> str:
        await self.officer.acked("AskRecording", call=self.call)
        told = (await self.officer.hears("RecordingChanged"))["recording"]
        assert told["stage"] == "asked"
        await self.citizen.hears("RecordingChanged")
        recording: str = told["id"]
        return recording

    async def begin(self) -> str:
        """Asked and agreed to: it records."""
        recording = await self.ask()
        await self.answer(recording, True)
        assert (await self.becomes(self.officer))["stage"] == "recording"
        assert (await self.becomes(self.citizen))["stage"] == "recording"
        return recording

    async def answer(self, recording: str, yes: bool) -> None:
        await self.citizen.acked("AnswerRecording", recording=recording, text=TEXT, yes=yes)

    async def becomes(self, client: Client) -> Frame:
        """The next that this page hears of the recording."""
        told: Frame = (await client.hears("RecordingChanged"))["recording"]
        return told

    async def brings(
        self,
        recording: str,
        number: int,
        contents: list[bytes],
        link: str | None = None,
        page: Page | None = None,
        last: bool = False,
        **headers: str,
    ) -> httpx2.Response:
        """Slice `number` of the contents, as the officer's page sends it."""
        page = page or self.officer_page
        given = {
            "Origin": page.url,
            "Accept": "application/json",
            "X-Consult-CSRF": page.csrf,
            "X-Consult-Link": link or links_of(recording, contents)[number].hex(),
            **({"X-Consult-Last": "1"} if last else {}),
            **headers,
        }
        async with httpx2.AsyncClient(
            base_url=page.url, cookies=page.cookies, trust_env=False, verify=False
        ) as http:
            path = f"/recordings/{recording}/slices/{number}"
            return await http.put(path, content=contents[number], headers=given)

    def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as opened:
            opened.row_factory = sqlite3.Row
            return [dict(row) for row in opened.execute(query, values)]

    def row(self, recording: str) -> dict[str, Any]:
        (found,) = self.rows("SELECT * FROM recording WHERE id = ?", recording)
        return found

    def said(self) -> list[str]:
        """What the conversation says about recording, in order."""
        found = self.rows(
            "SELECT json_extract(detail, '$.reason') AS reason FROM entry "
            "WHERE ticket_id = ? AND kind = 'recording' ORDER BY seq",
            self.ticket,
        )
        return [row["reason"] for row in found]

    def files(self) -> set[Path]:
        directory = self.office.apps[0].settings.recordings_path
        return set(directory.iterdir()) if directory.is_dir() else set()

    def digests(self) -> set[str]:
        return {hashlib.sha256(path.read_bytes()).hexdigest() for path in self.files()}

    async def time_passes(self, seconds: float) -> None:
        """On the database's clock; then what is due is done."""
        app = self.office.apps[0]
        await let_pass(app.database, seconds=seconds)
        await app.switchboard.expire()
        await app.recordings.lapse_silent()
        await app.slices.finish_late()
        await app.slices.remove_old()


@pytest.fixture(scope="module")
def recording_settings() -> dict[str, object]:
    """What a module's office has different from a recording one."""
    return {"recording": "browser", "recording_slices_in_10_seconds": 15}


@pytest.fixture(scope="module")
async def recording_office(
    office_template: OfficeTemplate,
    tmp_path_factory: pytest.TempPathFactory,
    valkey_server: str,
    recording_settings: dict[str, object],
) -> AsyncIterator[tuple[Office, Path]]:
    directory: Path = tmp_path_factory.mktemp("recordings")
    url = office_template.copy_to(directory)
    given = {"data_dir": directory, **recording_settings}
    async with open_office(url, valkey_server, servers=2, **given) as opened:
        yield opened, Path(url.removeprefix("sqlite:///"))


@pytest.fixture
async def talk(recording_office: tuple[Office, Path]) -> AsyncIterator[Recorded]:
    """The applicant on the first server, the officer on the second, connected in a call."""
    office, database = recording_office
    number = next(_numbers)
    who = {"name": f"Pemohon {number}", "user_name": f"perekam{number}"}
    async with office.consultation(citizen_at=0, officer_at=1, **who) as met:
        await met.officer.acked("Ring", media="video")
        call = (await met.citizen.hears("CallChanged"))["call"]["id"]
        await met.citizen.acked("AcceptCall", call=call, media="video")
        for side in (met.citizen, met.officer):
            await side.acked("ReportConnected", call=call, generation=1)
        yield Recorded(met.citizen_page, met.officer_page, met.citizen, met.officer, office, database, call)
        # A test may have signed one of them out, or have opened another device.
        for client in (met.officer, met.citizen):
            with suppress(Unheard):
                await client.order("EndConsultation")
