import asyncio
import json
import random

import pytest

from consult.live import keys
from consult.live.announcer import Announcer
from consult.live.parcels import Letter, pack
from consult.people import Address
from consult.wire.to_client import TypingShown
from tests.live.processes import Process, Processes
from tests.support.waiting import until

ANI = Address("ticket:ani")
BUDI = Address("staff:budi")
BOARD = Address("board")


async def in_step(*processes: Process) -> None:
    """Every process has heard what the others said so far, and knows where they send to."""
    for process in processes:
        word = f"step-{id(process)}-{len(process.words)}"
        process.fanout.signal("word", word)
        for other in processes:
            await until(lambda other=other, word=word: (word,) in other.words)


async def test_a_frame_reaches_the_address_in_another_process(two: tuple[Process, Process]) -> None:
    one, other = two
    await other.fanout.hold(ANI)
    one.fanout.send([ANI], b"hello")
    await other.hears(ANI, b"hello")


async def test_a_frame_for_this_process_is_there_at_once(two: tuple[Process, Process]) -> None:
    one, _ = two
    one.fanout.hold(ANI)
    one.fanout.send([ANI], b"hello")
    assert one.got[ANI] == [b"hello"]


async def test_frames_arrive_once_and_in_the_order_of_sending(two: tuple[Process, Process]) -> None:
    one, other = two
    await other.fanout.hold(ANI)
    await one.fanout.hold(BUDI)
    frames = [str(number).encode() for number in range(2_000)]
    for frame in frames:
        one.fanout.send([ANI, BUDI], frame)
    await other.hears(ANI, frames[-1])
    assert other.got[ANI] == frames
    assert one.got[BUDI] == frames


async def test_everybody_at_an_address_gets_the_frame_once(processes: Processes) -> None:
    started = [await processes.start(name) for name in ("one", "two", "three")]
    for process in started:
        await process.fanout.hold(BOARD)
    await in_step(*started)
    for frame in (b"first", b"second", b"third"):
        started[0].fanout.send([BOARD], frame)
        for process in started:
            await process.hears(BOARD, frame)
    await in_step(*started)
    assert [process.got[BOARD] for process in started] == [[b"first", b"second", b"third"]] * 3


async def test_the_last_one_leaving_does_not_deafen_the_process(two: tuple[Process, Process]) -> None:
    one, other = two
    await other.fanout.hold(ANI)
    await other.fanout.let_go(ANI)
    await other.fanout.hold(BUDI)
    one.fanout.send([BUDI], b"still here")
    await other.hears(BUDI, b"still here")


async def test_a_frame_follows_somebody_who_changed_the_process(processes: Processes) -> None:
    one, two, three = [await processes.start(name) for name in ("one", "two", "three")]
    await two.fanout.hold(ANI)
    one.fanout.send([ANI], b"first")
    await two.hears(ANI, b"first")
    await in_step(one, two, three)
    await three.fanout.hold(ANI)
    await two.fanout.let_go(ANI)
    one.fanout.send([ANI], b"second")
    await three.hears(ANI, b"second")
    assert two.got[ANI] == [b"first"]
    assert three.got[ANI] == [b"second"]


async def test_a_signal_reaches_every_process_and_its_own(two: tuple[Process, Process]) -> None:
    one, other = two
    one.fanout.signal("word", "a", "b")
    assert one.words == []
    await until(lambda: one.words == [("a", "b")] and other.words == [("a", "b")])


async def test_who_comes_as_a_frame_found_nobody_is_reached_from_then_on(processes: Processes) -> None:
    """Three holds the address as well, or frames would go to everyone."""
    one, two, three = [await processes.start(name) for name in ("one", "two", "three")]
    await two.fanout.hold(ANI)
    await three.fanout.hold(ANI)
    one.fanout.send([ANI], b"first")
    await two.hears(ANI, b"first")
    await two.fanout.let_go(ANI)
    await in_step(one, two, three)
    one.fanout.send([ANI], b"second")
    await three.hears(ANI, b"second")
    stray = pack("one", [Letter([ANI], b"sent before one knew")])
    two.fanout._incoming.open(keys.to_process("two").encode(), stray)
    await two.fanout.hold(ANI)
    await in_step(one, two, three)
    one.fanout.send([ANI], b"third")
    await two.hears(ANI, b"third")


async def test_after_much_coming_and_going_everybody_is_reached_exactly_once(processes: Processes) -> None:
    started = [await processes.start(name) for name in ("one", "two", "three")]
    addresses = [Address(f"ticket:{number}") for number in range(5)]
    chance = random.Random(7)
    for number in range(600):
        process, address = chance.choice(started), chance.choice(addresses)
        match chance.randrange(3):
            case 0:
                process.fanout.hold(address)
            case 1:
                process.fanout.let_go(address)
            case 2:
                process.fanout.send([address], f"noise {number}".encode())
        if chance.random() < 0.2:
            await asyncio.sleep(0)
    held = {process: {to for to in addresses if chance.random() < 0.5} for process in started}
    for process, theirs in held.items():
        for address in addresses:
            await (process.fanout.hold(address) if address in theirs else process.fanout.let_go(address))
    await in_step(*started)
    for number, process in enumerate(started):
        process.fanout.send(addresses, f"check {number}".encode())
    await in_step(*started)
    for process, theirs in held.items():
        for address in addresses:
            checks = [frame for frame in process.got[address] if frame.startswith(b"check")]
            assert sorted(checks) == ([b"check 0", b"check 1", b"check 2"] if address in theirs else [])


async def test_the_announcer_tells_facts_and_changes(two: tuple[Process, Process]) -> None:
    one, other = two
    announcer = Announcer(one.fanout)
    heard: list[tuple[str, ...]] = []
    for kind in ("moved", "replaced", "signed_out"):
        other.fanout.on_signal(kind, lambda values, kind=kind: heard.append((kind, *values)))
    await other.fanout.hold(ANI)
    announcer.tell([ANI], TypingShown("ani", "officer"))
    announcer.moved("izin-usaha", "reklame")
    announcer.moved()
    announcer.replaced(ANI, "connection-2")
    announcer.signed_out("budi")
    await until(lambda: len(heard) == 4)
    assert heard == [
        ("moved", "izin-usaha", "reklame"),
        ("moved",),
        ("replaced", "ticket:ani", "connection-2"),
        ("signed_out", "budi"),
    ]
    assert [json.loads(frame)["t"] for frame in other.got[ANI]] == ["TypingShown"]


async def test_a_signal_that_cannot_be_followed_harms_no_other(
    two: tuple[Process, Process], caplog: pytest.LogCaptureFixture
) -> None:
    one, other = two

    def fails(values: tuple[str, ...]) -> None:
        raise RuntimeError("a broken callback")

    other.fanout.on_signal("word", fails)
    other.fanout.on_signal("word", other.words.append)
    one.fanout.signal("word", "a")
    await until(lambda: other.words.count(("a",)) == 2)
    assert "a broken callback" in caplog.text
