import asyncio
import logging
import os
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from consult.errors import Busy
from consult.live import keys
from consult.live.parcels import Departed, Letter, Signal, pack
from consult.live.redis import Live
from consult.live.server import EmbeddedValkey
from consult.people import Address
from tests.live.processes import Process, Processes
from tests.support.proxy import Proxy
from tests.support.valkey import connected
from tests.support.waiting import until

ANI = Address("ticket:ani")
BUDI = Address("staff:budi")
BACK_SECONDS = 3.0


@pytest.fixture
async def fragile(own_server: EmbeddedValkey) -> AsyncIterator[Processes]:
    async with Processes(own_server.address) as started:
        yield started


async def between(one: Process, other: Process, frame: bytes, seconds: float) -> None:
    """Frames go from one to the other: some may be lost on the way there, but soon none is."""

    def sent_and_there() -> bool:
        one.fanout.send([ANI], frame)
        return frame in other.got[ANI]

    await until(sent_and_there, seconds)


async def test_all_is_announced_again_when_redis_returns_empty(
    own_server: EmbeddedValkey, fragile: Processes, tmp_path: Path
) -> None:
    one, other = await fragile.start("one"), await fragile.start("two")
    await other.fanout.hold(ANI)
    await between(one, other, b"before", BACK_SECONDS)
    assert own_server.pid is not None
    os.kill(own_server.pid, signal.SIGKILL)
    await until(lambda: not own_server.alive())
    shutil.rmtree(tmp_path / "valkey" / "appendonlydir")
    own_server.start()
    await between(one, other, b"after", BACK_SECONDS)
    await until(lambda: one.regained and other.regained, BACK_SECONDS)
    assert await other.live.commands.smembers(keys.at(ANI)) == {b"two"}


async def test_without_redis_nothing_raises_or_waits_and_own_people_are_served(
    own_server: EmbeddedValkey, fragile: Processes, caplog: pytest.LogCaptureFixture
) -> None:
    one = await fragile.start("one")
    await one.fanout.hold(ANI)
    own_server.stop()
    with caplog.at_level(logging.WARNING):
        for number in range(100):
            one.fanout.send([ANI, BUDI], str(number).encode())
            await asyncio.sleep(0)
        one.fanout.signal("word", "heard here")
        async with asyncio.timeout(1):
            await one.fanout.hold(BUDI)
            await one.fanout.let_go(ANI)
        one.fanout.send([BUDI], b"to budi")
        await until(lambda: one.words == [("heard here",)])
        await until(lambda: "does not answer" in caplog.text)
        with pytest.raises(Busy):
            await one.live.ping()
    assert len(one.got[ANI]) == 100
    assert one.got[BUDI] == [b"to budi"]
    assert caplog.text.count("does not answer") == 1


async def test_who_came_and_went_while_redis_was_away_is_known_afterwards(
    own_server: EmbeddedValkey, fragile: Processes
) -> None:
    one, other = await fragile.start("one"), await fragile.start("two")
    await one.fanout.hold(ANI)
    await asyncio.to_thread(own_server.stop)
    await one.fanout.let_go(ANI)
    await other.fanout.hold(ANI)
    own_server.start()
    await between(one, other, b"found", BACK_SECONDS)
    assert one.got[ANI] == []


async def test_it_starts_without_redis_and_works_once_redis_is_there(tmp_path: Path) -> None:
    server = EmbeddedValkey(tmp_path)
    try:
        async with Processes(server.address) as started:
            early = await started.start("one")
            await early.fanout.hold(ANI)
            server.start()
            late = await started.start("two")
            await between(late, early, b"found", BACK_SECONDS)
    finally:
        server.stop()


async def test_flushing_redis_is_noticed_and_mended(two: tuple[Process, Process], live: Live) -> None:
    one, other = two
    await other.fanout.hold(ANI)
    await between(one, other, b"before", BACK_SECONDS)
    await live.commands.flushall()
    await until(lambda: live.commands.sismember(keys.at(ANI), "two"), BACK_SECONDS)
    await between(one, other, b"after", BACK_SECONDS)


async def test_a_subscription_that_is_cut_is_made_anew(two: tuple[Process, Process], live: Live) -> None:
    one, other = two
    await other.fanout.hold(ANI)
    await between(one, other, b"before", BACK_SECONDS)
    await live.commands.client_kill_filter(_type="pubsub")
    await between(one, other, b"after", BACK_SECONDS)
    await until(lambda: one.regained and other.regained, BACK_SECONDS)


async def test_a_link_that_went_silent_is_given_up(
    valkey: str, two: tuple[Process, Process], tmp_path: Path
) -> None:
    one, _ = two
    target = Path(valkey.removeprefix("unix://"))
    async with Proxy(tmp_path / "silent.sock", target) as proxy, Processes(proxy.address) as started:
        behind = await started.start("three")
        await behind.fanout.hold(ANI)
        await between(one, behind, b"before", BACK_SECONDS)
        proxy.silence()
        await between(one, behind, b"after", 12)


async def test_a_process_that_died_does_not_swallow_frames(processes: Processes, live: Live) -> None:
    """Only the dead process is known to hold the address: the word of the living one's arrival was lost."""
    one, other = await processes.start("one"), await processes.start("two")
    await other.fanout.hold(ANI)
    await live.commands.sadd(keys.at(ANI), "dead")
    async with live.subscriptions.pubsub() as dead:
        await dead.subscribe(keys.to_process("dead"))

        async def heard_by_the_dead() -> bool:
            one.fanout.send([ANI], b"before")
            message = await dead.get_message(ignore_subscribe_messages=True, timeout=0.05)
            return message is not None

        await until(heard_by_the_dead)
    parcel = pack("three", [Departed("two", [ANI]), Signal("word", ("departed",))])
    await live.commands.publish(keys.EVERYONE, parcel)
    await until(lambda: ("departed",) in one.words)
    one.fanout.send([ANI], b"after")
    await other.hears(ANI, b"after")
    assert await live.commands.smembers(keys.at(ANI)) == {b"two"}


async def test_a_misdelivered_frame_is_sent_on_once(processes: Processes, live: Live) -> None:
    one, two, three = [await processes.start(name) for name in ("one", "two", "three")]
    await three.fanout.hold(ANI)
    parcel = pack("one", [Letter([ANI, BUDI], b"stray")])
    async with live.subscriptions.pubsub() as ears:
        await ears.subscribe(keys.EVERYONE)
        await live.commands.publish(keys.to_process("two"), parcel)
        await three.hears(ANI, b"stray")
        one.fanout.signal("word", "end")
        await until(lambda: two.words and three.words)
        heard = 0
        while (message := await ears.get_message(timeout=1)) is not None:
            heard += message["type"] == "message" and b"stray" in message["data"]
    assert heard == 1
    assert three.got[ANI] == [b"stray"]
    assert not any(two.got.values())


async def test_a_parcel_that_cannot_be_read_harms_nobody(
    two: tuple[Process, Process], live: Live, caplog: pytest.LogCaptureFixture
) -> None:
    one, other = two
    await other.fanout.hold(ANI)
    for parcel in (b"", b"no newline", b"one\n\xc1", b"\xff\n\x90", b"one\n\x91\x93\x09\x01\x02", b"\n" * 9):
        await live.commands.publish(keys.to_process("two"), parcel)
        await live.commands.publish(keys.EVERYONE, parcel)
    one.fanout.send([ANI], b"still here")
    await other.hears(ANI, b"still here")
    assert "cannot be read" in caplog.text


async def test_a_reader_who_fails_harms_nobody_else(valkey: str, caplog: pytest.LogCaptureFixture) -> None:
    async with connected(valkey) as live:
        got: list[Address] = []

        def deliver(address: Address, frame: bytes) -> None:
            if address == ANI:
                raise RuntimeError("a broken socket")
            got.append(address)

        process = Process(live, "one", deliver)
        await process.fanout.start()
        process.fanout.hold(ANI)
        process.fanout.hold(BUDI)
        process.fanout.send([ANI, BUDI], b"hello")
        await process.fanout.close()
    assert got == [BUDI]
    assert "a broken socket" in caplog.text


async def test_a_process_that_ends_leaves_nothing_behind(processes: Processes, live: Live) -> None:
    process = await processes.start("one")
    await process.fanout.hold(ANI)
    await process.fanout.close()
    assert await live.commands.keys("*") == []
    process.fanout.send([ANI], b"after the end")
    await process.fanout.hold(ANI)


async def test_thousands_of_people_are_announced(valkey: str, processes: Processes, live: Live) -> None:
    one, other = await processes.start("one"), await processes.start("two")
    addresses = [Address(f"ticket:{number}") for number in range(3_000)]
    await asyncio.gather(*(other.fanout.hold(address) for address in addresses))
    assert len(await live.commands.keys(keys.at("*"))) == len(addresses)
    await live.commands.flushall()
    await until(lambda: live.commands.exists(keys.at(addresses[-1])))
    one.fanout.send(addresses, b"to all")
    for address in addresses:
        await other.hears(address, b"to all")
