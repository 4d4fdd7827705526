"""One who does not read: first loses what can be lost, then the connection; nobody else waits for it."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from consult.hub.connection import Connection
from consult.people import applicant_address
from tests.support.open_office import Consultation, Office, open_office
from tests.support.waiting import until

FRAMES = 12
LONG = "😀" * 3_990
UNMETERED = {"officer_frames_per_second": 10_000, "officer_frames_burst": 10_000}


@asynccontextmanager
async def _office(office_url: str, valkey: str) -> AsyncIterator[Office]:
    async with open_office(office_url, valkey, outbox_frames=FRAMES, **UNMETERED) as office:
        yield office


def _connection(office: Office, talk: Consultation) -> Connection:
    (connection,) = office.apps[0].hub.roster.at(applicant_address(talk.ticket))
    return connection


async def _stop_reading(office: Office, talk: Consultation) -> list[str]:
    """The citizen's device reads no more; what the network takes is filled. Returns what was posted."""
    device = talk.citizen.socket.transport
    device.pause_reading()
    # A size that is set does not grow by itself any more.
    device.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
    connection, posted = _connection(office, talk), []
    # One may be on its way out; two that stay wait for the reader.
    while connection.outbox.waiting < 2:
        posted.append(f"{len(posted)} {LONG}".strip())
        await talk.officer.acked("PostMessage", text=posted[-1])
    return posted


async def test_a_slow_reader_is_let_go_while_others_go_on_and_finds_everything_again(
    office_url: str, valkey: str
) -> None:
    async with (
        _office(office_url, valkey) as office,
        office.consultation(name="Eko", user_name="citra") as others,
        office.consultation() as talk,
    ):
        posted = await _stop_reading(office, talk)
        connection = _connection(office, talk)
        while connection.closing is None:
            posted.append(f"{len(posted)} {LONG}".strip())
            await talk.officer.acked("PostMessage", text=posted[-1])
            await others.citizen.acked("PostMessage", text=f"sementara itu {len(posted)}")
            await others.officer.hears_entry(f"sementara itu {len(posted)}")
        assert connection.closing == 4008
        assert connection.outbox.waiting == 0
        talk.citizen.socket.transport.resume_reading()
        assert await talk.citizen.closed() == 4008
        async with talk.citizen_page.open() as back:
            entries = (await back.hears_welcome())["entries"]
            assert [entry["text"] for entry in entries if entry["kind"] == "message"] == posted


async def test_what_can_be_lost_is_lost_before_the_connection(office_url: str, valkey: str) -> None:
    async with _office(office_url, valkey) as office, office.consultation() as talk:
        posted = await _stop_reading(office, talk)
        connection = _connection(office, talk)
        for _ in range(FRAMES * 30):
            await talk.officer.sends("Typing")
        for n in range(FRAMES // 2):
            # Long ones: the network may still take a few frames more.
            posted.append(f"penting {n} {LONG}"[:4_000])
            await talk.officer.acked("PostMessage", text=posted[-1])
        await until(lambda: connection.outbox.waiting >= 2)
        assert connection.closing is None
        talk.citizen.socket.transport.resume_reading()
        for text in posted:
            await talk.citizen.hears_entry(text)
        assert len(talk.citizen.has_heard("TypingShown")) < FRAMES * 30
        await talk.citizen.pings()


async def test_who_asks_for_pongs_and_reads_none_is_cut_off(office_url: str, valkey: str) -> None:
    """The kernel's limits bound what is unread for 20 s only; until then they would pile up here."""
    async with _office(office_url, valkey) as office, office.consultation() as talk:
        device = talk.citizen.socket.transport
        device.pause_reading()
        ping = b"\x89\xfd" + bytes(4) + b"x" * 125  # RFC 6455, 5.2: masked, by a mask that changes nothing
        sent = 0

        def asked() -> bool:
            nonlocal sent
            if not device.is_closing() and device.get_write_buffer_size() < len(ping) * 1_000:
                device.write(ping * 1_000)
                sent += 125_000
                assert sent < 6_000_000, "everything is answered, and nothing read"
            return not office.apps[0].hub.roster.at(applicant_address(talk.ticket))

        await until(asked, 60)
        async with talk.citizen_page.another_tab().open() as again:
            await again.hears_welcome()
