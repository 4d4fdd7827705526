"""How much one person may send in which time."""

import json
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed

from consult.hub.limits import Kind, rates_of
from consult.people import Role
from consult.settings import Settings
from tests.support.client import Client
from tests.support.databases import OfficeTemplate
from tests.support.open_office import Office, open_office
from tests.support.samples import NOBODYS
from tests.support.waiting import until

APPLICANTS_BURST, OFFICERS_BURST, SIGNALS = 6, 12, 5
UNREADABLE, REFRESHES, REFUSED = 4, 7, 50
# So slow that nothing fills up again while a test runs.
SLOW = {
    # The Valkey has counted who came in the tests before.
    "joins_per_address_in_10_minutes": 10_000,
    "applicant_frames_per_second": 0.01,
    "applicant_frames_burst": APPLICANTS_BURST,
    "officer_frames_per_second": 0.01,
    "officer_frames_burst": OFFICERS_BURST,
    "signalling_frames_in_10_seconds": SIGNALS,
    "malformed_frames_per_second": 0.01,
    "malformed_frames_burst": UNREADABLE,
    "refreshes_per_second": 0.01,
    "refreshes_burst": REFRESHES,
    "refused_frames_per_second": 0.01,
    "refused_frames_burst": REFUSED,
}


@pytest.fixture(scope="module")
async def strict(
    office_template: OfficeTemplate, tmp_path_factory: pytest.TempPathFactory, valkey_server: str
) -> AsyncIterator[Office]:
    """One office for all: what somebody used up is nobody else's."""
    url = office_template.copy_to(tmp_path_factory.mktemp("strict"))
    async with open_office(url, valkey_server, **SLOW) as office:
        yield office


async def _granted(client: Client, times: int) -> int:
    """How many of so many frames were looked at; the others were refused unread."""
    for _ in range(times):
        await client.sends("Typing", ticket=NOBODYS)
    return await _looked_at(client, times, "Typing")


async def _signals(client: Client, times: int, kind: str = "SendDescription") -> int:
    told = {"t": kind, "ticket": NOBODYS, "call": NOBODYS, "generation": 1}
    told |= {"kind": "offer", "sdp": "v"} if kind == "SendDescription" else {"candidate": "x"}
    for _ in range(times):
        await client.sends_text(json.dumps(told))
    return await _looked_at(client, times, kind)


async def _looked_at(client: Client, times: int, kind: str) -> int:
    answers = [await client.hears("Refused") for _ in range(times)]
    assert {answer["values"]["frame"] for answer in answers} == {kind}
    return sum(answer["code"] != "rate_limited" for answer in answers)


@pytest.mark.parametrize(
    ("role", "burst"),
    [(Role.APPLICANT, APPLICANTS_BURST), (Role.OFFICER, OFFICERS_BURST), (Role.SUPERVISOR, OFFICERS_BURST)],
)
async def test_each_role_has_its_own_burst(strict: Office, role: Role, burst: int) -> None:
    page = await (strict.citizen() if role is Role.APPLICANT else strict.staff(f"rina-{role}", role))
    async with page.open() as client:
        assert await _granted(client, burst + 5) == burst
        await client.pings()


async def test_signalling_and_heartbeats_have_their_own_allowance(strict: Office) -> None:
    async with (await strict.citizen()).open() as client:
        assert await _granted(client, APPLICANTS_BURST + 1) == APPLICANTS_BURST
        assert await _signals(client, SIGNALS + 1) == SIGNALS
        assert await _signals(client, 10 * SIGNALS + 1, "SendCandidate") == 10 * SIGNALS
        for n in range(40):
            await client.pings(n)
        assert await _granted(client, 1) == 0


async def test_heartbeats_and_signals_use_up_nothing_of_the_others(strict: Office) -> None:
    async with (await strict.citizen()).open() as client:
        for n in range(40):
            await client.pings(n)
        assert await _signals(client, SIGNALS + 1) == SIGNALS
        assert await _granted(client, APPLICANTS_BURST + 1) == APPLICANTS_BURST


async def test_coming_back_and_a_second_tab_refill_nothing(strict: Office) -> None:
    page = await strict.officer()
    async with page.open() as one, page.another_tab().open() as other:
        assert await _granted(one, OFFICERS_BURST) == OFFICERS_BURST
        assert await _granted(other, 1) == 0
    async with page.another_tab().open() as back:
        assert await _granted(back, 1) == 0


async def test_one_persons_flood_is_nobody_elses(strict: Office) -> None:
    loud, quiet = await strict.citizen(), await strict.citizen(name="Eko")
    async with loud.open() as flooding, quiet.open() as other:
        await _granted(flooding, APPLICANTS_BURST + 5)
        assert await _granted(other, APPLICANTS_BURST) == APPLICANTS_BURST


async def test_an_order_refused_for_its_pace_keeps_its_number(office_url: str, valkey: str) -> None:
    async with (
        open_office(office_url, valkey, applicant_frames_per_second=20, applicant_frames_burst=4) as office,
        office.consultation() as talk,
    ):
        sent = [await talk.citizen.begins("PostMessage", text=f"baris {n}") for n in range(8)]
        answers = [await talk.citizen.answer(number) for number in sent]
        late = [answer for answer in answers if answer["t"] == "Refused"]
        assert late and all(answer["code"] in {"rate_limited", "out_of_order"} for answer in late)
        assert 0 < late[0]["retry_ms"] <= 200
        for answer in late:
            await _sent_until_taken(talk.citizen, answer["cseq"], f"baris {answer['cseq'] - 1}")
        heard = [(await talk.officer.hears_entry(f"baris {n}"))["seq"] for n in range(8)]
        assert heard == list(range(heard[0], heard[0] + 8))


async def _sent_until_taken(client: Client, cseq: int, text: str) -> None:
    async def taken() -> bool:
        await client.sends("PostMessage", cseq=cseq, text=text)
        return (await client.answer(cseq))["t"] == "Acked"

    await until(taken)


async def test_who_floods_on_is_let_go_and_may_come_back(strict: Office) -> None:
    page = await strict.citizen()
    client = await page.enter()
    for _ in range(APPLICANTS_BURST + REFUSED + 1):
        await client.sends("Typing", ticket=NOBODYS)
    assert await client.closed() == 4429
    assert len(client.has_heard("Refused")) == REFUSED
    async with page.open() as back:
        await back.pings()


async def test_after_some_unreadable_frames_the_connection_is_closed(strict: Office) -> None:
    page = await strict.citizen()
    client = await page.enter()
    for _ in range(UNREADABLE + 1):
        await client.sends_text("{")
    assert await client.closed() == 4400
    assert [frame["code"] for frame in client.has_heard("Refused")] == ["bad_request"] * UNREADABLE
    # The next connection of the same person has no more.
    again = await page.enter()
    await again.sends_text("{")
    assert await again.closed() == 4400


async def test_snapshots_are_asked_for_now_and_then_only(strict: Office) -> None:
    async with (await strict.citizen()).open() as client:
        await client.hears_welcome()
        for _ in range(REFRESHES + 2):
            await client.sends("Refresh", seqs={})
        await until(lambda: len(client.has_heard("WelcomeApplicant")) == REFRESHES + 1)
        assert [frame["code"] for frame in client.has_heard("Refused")] == ["rate_limited"] * 2


@pytest.mark.parametrize("kind", list(Kind))
def test_every_pace_is_a_setting(kind: Kind) -> None:
    paces = ("_per_second", "_burst", "_in_10_seconds")
    faster = {name: 77 for name in Settings.__dataclass_fields__ if name.endswith(paces)}
    usual, changed = rates_of(Settings()), rates_of(Settings(**faster))
    for role in Role:
        assert usual[role][kind].per_second != changed[role][kind].per_second
        assert usual[role][kind].burst != changed[role][kind].burst


async def test_greetings_have_their_own_pace(sqlite_url: str, valkey: str) -> None:
    async with open_office(sqlite_url, valkey, hellos_per_second=0.01, hellos_burst=3) as office:
        page = await office.officer()
        for _ in range(3):
            await (await page.enter()).leaves()
        late = await page.knock()
        await late.sends_text(json.dumps(page.hello()))
        assert await late.closed() == 4429


async def test_the_newest_device_wins_in_whichever_process(two_servers: Office) -> None:
    page = await two_servers.citizen()
    phone = page.another_tab()
    elsewhere = page.another_tab().elsewhere(two_servers.urls[1])
    old = await phone.enter()
    async with elsewhere.open() as new:
        assert await old.closed() == 4009
        await new.pings()
        third = await phone.another_tab().enter()
        assert await new.closed() == 4009
        await third.pings()
        await third.leaves()


async def test_a_device_that_lost_does_not_take_the_place_away(two_servers: Office) -> None:
    async with two_servers.consultation() as talk:
        elsewhere = talk.citizen_page.another_tab().elsewhere(two_servers.urls[1])
        async with elsewhere.open() as new:
            assert await talk.citizen.closed() == 4009
            await talk.officer.acked("PostMessage", text="Masih di sana?")
            await new.hears_entry("Masih di sana?")
            await new.acked("PostMessage", text="Masih.")
            assert (await _presence(talk.officer))[-1:] in ([], [True])


async def _presence(officer: Client) -> list[bool]:
    await officer.pings()
    return [frame["online"] for frame in officer.has_heard("PresenceTold")]


async def test_staff_may_have_several_tabs(two_servers: Office) -> None:
    page = await two_servers.officer()
    other = page.another_tab().elsewhere(two_servers.urls[1])
    async with page.open() as one, page.another_tab().open() as two, other.open() as three:
        for tab in (one, two, three):
            await tab.pings()


async def test_silence_ends_a_connection_whatever_the_protocols_pings_say(
    office_url: str, valkey: str
) -> None:
    async with open_office(office_url, valkey, officer_dead_seconds=1, hello_seconds=0.5) as office:
        page = await office.officer()
        silent, unborn = await page.enter(), await page.another_tab().knock()
        # The first fragment of a hello, and nothing after it.
        unborn.socket.transport.write(b"\x01\x85\0\0\0\0" + b'{"t":')
        await _pings_below(unborn)
        assert await unborn.closed() == 4001
        await _pings_below(silent)
        assert await silent.closed() == 4002


async def _pings_below(client: Client) -> None:
    """The protocol's own pings, answered until the connection is closed."""
    with suppress(ConnectionClosed):
        while True:
            await (await client.socket.ping())
