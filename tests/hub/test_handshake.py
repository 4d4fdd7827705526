"""Who may open a socket, and what everybody else is told."""

import json
from dataclasses import replace

import pytest
from websockets.exceptions import InvalidStatus

from consult.people import Role
from tests.hub.conftest import Office, open_office
from tests.support.client import Client, Page, Unheard

FOREIGN = (
    "null",
    "",
    "http://evil.example",
    "https://127.0.0.1:{port}",
    "http://127.0.0.1",
    "http://127.0.0.1:1",
    "http://127.0.0.1:{port}.evil.example",
    "http://127.0.0.1.evil.example:{port}",
    "http://evil.example/http://127.0.0.1:{port}",
    "http://127.0.0.1:{port}@evil.example",
    "http://user@127.0.0.1:{port}",
    "http://127.0.0.1:{port}/",
    "http://127.0.0.1:{port}/t/x",
    "http://127.0.0.1:{port}?",
    "http://127.0.0.1:{port}#",
    "HTTP://127.0.0.1:{port}",
    "http://127.0.0.1:0{port}",
    "http://127.000.000.001:{port}",
    "http://2130706433:{port}",
    "http://0x7f000001:{port}",
    "http://127.1:{port}",
    "http://0.0.0.0:{port}",
    "http://LOCALHOST:{port}",
    "http://localhost.:{port}",
    "http://localhost:{port} http://evil.example",
    "http://[::ffff:127.0.0.1]:{port}",
    "ws://127.0.0.1:{port}",
    "wss://127.0.0.1:{port}",
    "file://",
    "chrome-extension://abcdefghijklmnop",
    "http://xn--lcalhost-9rb:{port}",
    "//127.0.0.1:{port}",
    "127.0.0.1:{port}",
    "*",
)


def _port(office: Office) -> str:
    return office.urls[0].rpartition(":")[2]


async def _rejected(page: Page, origin: str | None, **headers: str) -> int:
    with pytest.raises(InvalidStatus) as refusal:
        await page.dial(origin, **headers)
    return refusal.value.response.status_code


async def _told(client: Client, frame: object) -> int:
    text = frame if isinstance(frame, str | bytes) else json.dumps(frame)
    await client.sends_text(text)
    return await client.closed()


async def test_only_the_exact_origin_of_this_service_opens_a_socket(office: Office) -> None:
    page = await office.citizen()
    for origin in FOREIGN:
        # websockets sends an empty origin as none at all; both are refused.
        assert await _rejected(page, origin.format(port=_port(office)) or None) == 403, origin
    for host in ("127.0.0.1", "localhost"):
        async with page.elsewhere(f"http://{host}:{_port(office)}").open() as ana:
            assert await ana.hears("WelcomeApplicant")


async def test_a_browser_that_says_the_page_is_of_another_site_is_refused(office: Office) -> None:
    page = await office.citizen()
    for site in ("cross-site", "same-site", "none"):
        assert await _rejected(page, page.url, **{"Sec-Fetch-Site": site}) == 403
    socket = await page.dial(page.url, **{"Sec-Fetch-Site": "same-origin"})
    await socket.close()


async def test_without_a_session_the_page_is_asked_to_start_anew(office: Office) -> None:
    page = await office.citizen()
    officer = await office.officer()
    stranger = replace(page, cookies={})
    assert await _told(await stranger.knock(), page.hello()) == 4100
    assert await _told(await officer.knock(), page.hello()) == 4100
    assert await _told(await page.knock(), officer.hello()) == 4100


async def test_one_citizens_session_does_not_open_another_citizens_ticket(office: Office) -> None:
    ana, eko = await office.citizen(), await office.citizen(name="Eko")
    stolen = {f"t_{eko.ticket}": next(iter(v for k, v in ana.cookies.items() if k == f"t_{ana.ticket}"))}
    thief = replace(ana, cookies=ana.cookies | stolen)
    assert await _told(await thief.knock(), thief.hello(ticket=eko.ticket)) == 4100
    assert await _told(await ana.knock(), ana.hello(ticket="no-such-ticket")) == 4100


async def test_a_socket_needs_the_token_of_its_page(office: Office) -> None:
    page = await office.citizen()
    for wrong in ("", "x", page.csrf[:-1], page.csrf + "x", "ü" * 20):
        assert await _told(await page.knock(), page.hello(csrf=wrong)) == 4403


async def test_an_administrator_has_no_business_at_the_socket(office: Office) -> None:
    page = await office.staff("siti", Role.ADMINISTRATOR)
    assert await _told(await page.knock(), page.hello()) == 4403


async def test_a_supervisor_is_welcomed_with_the_board(office: Office) -> None:
    page = await office.staff("rina", Role.SUPERVISOR)
    async with page.open() as rina:
        welcome = await rina.hears("WelcomeSupervisor")
        assert [service["letter"] for service in welcome["board"]["services"]] == ["A"]


async def test_nothing_but_a_hello_is_heard_before_one(office: Office) -> None:
    page = await office.citizen()
    for frame in ({"t": "Ping", "n": 1}, {"t": "PostMessage"}, "", "{", "[]", "null", '"Hello"', "\x00"):
        assert await _told(await page.knock(), frame) == 4400, frame
    binary = await page.knock()
    await binary.socket.send(json.dumps(page.hello()).encode())
    assert await binary.closed() == 4400
    for field, wrong in {"stream": "short", "csrf": 1, "seqs": {"x": -1}, "ticket": "", "v": True}.items():
        assert await _told(await page.knock(), page.hello(**{field: wrong})) == 4400, field


async def test_a_page_of_another_version_is_told_to_reload(office: Office) -> None:
    page = await office.citizen()
    for version in (0, 2, 99):
        assert await _told(await page.knock(), page.hello(v=version)) == 4101


async def test_a_stream_of_orders_belongs_to_who_began_it(office: Office) -> None:
    async with office.consultation() as talk:
        await talk.citizen.acked("PostMessage", text="Selamat pagi")
        thief = replace(talk.officer_page, stream=talk.citizen_page.stream)
        assert await _told(await thief.knock(), thief.hello()) == 4103


async def test_who_says_nothing_is_let_go(office_url: str, valkey: str) -> None:
    async with open_office(office_url, valkey, hello_seconds=0.2) as office:
        page = await office.citizen()
        silent = await page.knock()
        assert await silent.closed() == 4001


async def test_one_network_address_has_a_bounded_number_of_connections(office_url: str, valkey: str) -> None:
    async with open_office(office_url, valkey, connections_per_address=3) as office:
        page = await office.officer()
        tabs = [await page.another_tab().enter() for _ in range(3)]
        with pytest.raises(Unheard, match="4429"):
            await page.another_tab().enter()
        await tabs.pop().leaves()
        tabs.append(await page.another_tab().enter())
        for tab in tabs:
            await tab.leaves()


async def test_a_page_that_comes_back_all_the_time_is_asked_to_wait(office_url: str, valkey: str) -> None:
    # The allowance fills up by the hour: however slow the machine, it is spent before it returns.
    async with open_office(office_url, valkey, hellos_per_second=1 / 3_600, hellos_burst=12) as office:
        page = await office.citizen()
        for _ in range(12):
            (await page.enter()).breaks_off()
        with pytest.raises(Unheard, match="4429"):
            await page.enter()
