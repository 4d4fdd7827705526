"""Consultations whose two people are served by different processes, and calls between them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from tests.signalling.peer import Peer
from tests.support.client import Client
from tests.support.databases import OfficeTemplate, let_pass
from tests.support.open_office import Consultation, Office, open_office

_numbers = count(1)


@dataclass
class Talk(Consultation):
    """A consultation with a peer at each socket."""

    office: Office
    applicant: Peer
    staff: Peer

    @property
    def sides(self) -> tuple[Peer, Peer]:
        return self.applicant, self.staff

    async def calls(self, media: str = "video", accepted: str | None = None) -> None:
        """The officer rings, the applicant accepts, and both are connected."""
        await self.staff.rings(media)
        await self.applicant.accepts(accepted or media)
        for side in self.sides:
            await side.sees("connected")

    async def units(self) -> int:
        """The officer's load as the service told it last."""
        async with self.officer_page.another_tab().open() as desk:
            load: int = (await desk.hears_welcome())["duty"]["load"]
            return load

    async def time_passes(self, seconds: float) -> None:
        """On the database's clock; then what is due is done."""
        app = self.office.apps[0]
        await let_pass(app.database, seconds=seconds)
        await app.switchboard.expire()

    async def another_device(self) -> tuple[Client, Peer]:
        """The applicant's second device, beside the first until the service lets that go."""
        page = self.citizen_page.another_tab().elsewhere(self.office.urls[1])
        client = await page.enter()
        return client, Peer(client, page.stream)


@pytest.fixture(scope="module")
async def call_office(
    office_template: OfficeTemplate, tmp_path_factory: pytest.TempPathFactory, valkey_server: str
) -> AsyncIterator[Office]:
    """Two servers over one database and one Valkey, for all tests of a file."""
    directory: Path = tmp_path_factory.mktemp("calls")
    async with open_office(office_template.copy_to(directory), valkey_server, servers=2) as opened:
        yield opened


@pytest.fixture
async def talk(call_office: Office) -> AsyncIterator[Talk]:
    """A fresh consultation: the applicant on the first server, the officer on the second."""
    number = next(_numbers)
    who = {"name": f"Pemohon {number}", "user_name": f"petugas{number}"}
    async with call_office.consultation(citizen_at=0, officer_at=1, **who) as met:
        applicant = Peer(met.citizen, met.citizen_page.stream)
        staff = Peer(met.officer, met.officer_page.stream)
        try:
            yield Talk(
                met.citizen_page, met.officer_page, met.citizen, met.officer, call_office, applicant, staff
            )
        finally:
            await applicant.closes()
            await staff.closes()
            await staff.client.order("EndConsultation")
