"""`turn-config` and `turn-check` against a real coturn."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from consult.clock import SystemClock
from consult.errors import SettingsWrong
from consult.running.relay import turn_check
from consult.settings import Settings
from consult.signalling.turn.address import TurnAddress, turn_addresses
from consult.signalling.turn.checkup import UNAUTHORIZED, Finding, check_relays
from consult.signalling.turn.client import Allocation, Refused
from consult.signalling.turn.configuration import Place, turnserver_conf
from consult.signalling.turn.credential import Credential, credential
from consult.signalling.turn.denied import ORDINARY, SAMPLES
from tests.running.program import free_port
from tests.signalling.turn.relay import Relay, relay
from tests.support.waiting import until


@pytest.fixture(scope="module")
async def hardened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Relay]:
    async with relay(tmp_path_factory.mktemp("relay")) as running:
        yield running


async def findings(running: Relay, **changed: object) -> list[Finding]:
    settings = replace(running.settings, **changed)  # type: ignore[arg-type]
    return await asyncio.to_thread(lambda: list(check_relays(settings, running.tls)))


async def test_the_written_file_makes_a_relay_that_does_what_it_must(hardened: Relay) -> None:
    found = await findings(hardened)
    wrong = [finding.text for finding in found if finding.ok is False]
    # A relay on loopback cannot be reached from the internet, and is told so; all else is well.
    assert len(wrong) == 3 and all("the relayed address 127.0.0.1" in text for text in wrong)
    right = [finding.text for finding in found if finding.ok]
    assert len([text for text in right if "refuses a credential that has ended" in text]) == 3
    closed = [text for text in right if f"refuses all {len(SAMPLES)} private" in text]
    assert [text.partition("(")[2] for text in closed] == ["IPv4).", "IPv6)."] * 3


@pytest.mark.parametrize(
    "ways",
    [
        ("turn:127.0.0.1:{0}", "turn:127.0.0.1:{1}?transport=tcp"),
        ("turns:127.0.0.1:{0}", "turns:127.0.0.1:{1}", "turn:127.0.0.1:{1}?transport=tcp"),
        ("turn:127.0.0.1:{0}?transport=tcp", "turn:127.0.0.1:{0}", "turns:127.0.0.1:{0}"),
    ],
)
async def test_every_address_that_browsers_are_told_is_listened_at(
    tmp_path: Path, ways: tuple[str, ...]
) -> None:
    urls = ",".join(ways).format(free_port(), free_port())
    async with relay(tmp_path, urls=urls) as running:
        right = [finding.text for finding in await findings(running) if finding.ok]
    for url in urls.split(","):
        assert f"{url}: refuses a credential that has ended." in right


async def test_an_old_coturn_is_warned_of(hardened: Relay) -> None:
    warnings = [finding.text for finding in await findings(hardened) if finding.ok is None]
    told = [text for text in warnings if "CVE-2026-27624" in text]
    assert len(told) == 3 or not warnings


async def test_a_relay_without_the_list_is_an_open_door(tmp_path: Path) -> None:
    async with relay(tmp_path, doors_open=True) as running:
        wrong = [finding.text for finding in await findings(running) if finding.ok is False]
    (told, *_) = [text for text in wrong if "denied-peer-ip is missing" in text]
    for peer in ("10.0.0.1", "127.0.0.1", "169.254.169.254", "192.168.1.1"):
        assert f"{peer}," in told


async def test_a_relayed_path_outlives_the_credential_it_began_with(tmp_path: Path) -> None:
    """As in a long call: the browser goes on refreshing under the old name, each few minutes."""
    async with relay(tmp_path, stale_nonce_seconds=1) as running:
        [address, *_] = turn_addresses(running.settings.turn_urls)
        made = credential(running.settings.turn_secret, SystemClock().now(), 2)
        own = await asyncio.to_thread(Allocation, address, made)
        await until(lambda: asyncio.to_thread(refuses, address, made))
        # Its nonce is stale too: it says so (error 438), and takes the old name with a new one.
        assert await asyncio.to_thread(own.permit, ORDINARY[4]) is None
        await asyncio.to_thread(own.__exit__, None, None, None)  # a refresh as well: raises when refused


def refuses(address: TurnAddress, made: Credential) -> bool:
    try:
        with Allocation(address, made):
            return False
    except Refused as refused:
        return refused.code == UNAUTHORIZED


async def test_a_wrong_secret_is_told_from_a_wrong_clock(hardened: Relay) -> None:
    wrong = await findings(hardened, turn_secret="another")
    assert [finding.ok for finding in wrong] == [False] * 3
    assert all("static-auth-secret is not the same" in finding.text for finding in wrong)
    late = await findings(hardened, turn_credential_seconds=-3_600)
    assert [finding.ok for finding in late] == [False] * 3
    assert all("the clock there or here is wrong" in finding.text for finding in late)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("turn:127.0.0.1:{port}", "nothing listens"),
        ("turn:127.0.0.1:{port}?transport=tcp", "nothing listens"),
        ("turns:127.0.0.1:{port}", "nothing listens"),
        ("turn:relay.invalid:3478", "the name relay.invalid is not known"),
    ],
)
async def test_a_relay_that_is_not_there_is_told_in_words(hardened: Relay, url: str, told: str) -> None:
    (finding,) = await findings(hardened, turn_urls=url.format(port=free_port()))
    assert finding.ok is False and told in finding.text


async def test_a_certificate_nobody_vouches_for_is_told(hardened: Relay) -> None:
    settings = replace(hardened.settings, turn_urls=hardened.settings.turn_urls.split(",")[2])
    (finding,) = await asyncio.to_thread(lambda: list(check_relays(settings)))
    assert "the certificate is not good" in finding.text


async def test_the_command_prints_a_line_for_each_finding(
    hardened: Relay, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = replace(hardened.settings, turn_urls=hardened.settings.turn_urls.split(",")[0])
    assert await asyncio.to_thread(turn_check, settings) == 1
    lines = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in lines} <= {"ok", "WRONG", "warning"}
    assert any(line.startswith("WRONG") and "external-ip" in line for line in lines)


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        (Settings(), Place("203.0.113.7")),
        (Settings(turn_urls="turn:relay.example:3478"), Place("203.0.113.7")),
        (Settings(turn_urls="turns:relay.example:443", turn_secret="s"), Place("203.0.113.7")),
        (Settings(turn_urls="http://relay.example", turn_secret="s"), Place("203.0.113.7")),
        (Settings(turn_urls="turn:relay.example", turn_secret="s\nno-auth"), Place("203.0.113.7")),
        (Settings(turn_urls="turn:relay.example", turn_secret="s"), Place("relay.example")),
        (Settings(turn_urls="turn:relay.example", turn_secret="s"), Place("203.0.113.7", "10.0.0")),
        (Settings(turn_urls="turns:relay.example?transport=udp", turn_secret="s"), Place("203.0.113.7")),
    ],
)
def test_what_a_file_cannot_be_written_from_is_said_in_a_sentence(settings: Settings, place: Place) -> None:
    with pytest.raises(SettingsWrong, match=r"CONSULT_TURN_|--p\w+-ip must be"):
        turnserver_conf(settings, place)


def test_every_option_of_the_file_is_explained_and_the_doors_are_shut() -> None:
    settings = Settings(turn_urls="turn:relay.example:3478,turns:relay.example:443", turn_secret="s")
    place = Place("203.0.113.7", "10.0.0.7", "/etc/tls/chain.pem", "/etc/tls/key.pem")
    written = turnserver_conf(settings, place)
    for block in written.split("\n\n"):
        assert block.startswith("#")
    for option in ("use-auth-secret", "no-cli", "no-tcp-relay", "no-multicast-peers", "stale-nonce=600"):
        assert f"\n{option}\n" in written
    assert "external-ip=203.0.113.7/10.0.0.7" in written
    assert "denied-peer-ip=::ffff:0:0-::ffff:ffff:ffff\n" in written
    assert "denied-peer-ip=64:ff9b::-64:ff9b::ffff:ffff\n" in written
