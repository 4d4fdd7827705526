from consult.people import Address
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
