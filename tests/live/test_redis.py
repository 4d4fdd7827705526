import asyncio
import os
import random
import signal
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from consult.errors import Busy
from consult.live.redis import Live, Script
from consult.live.server import EmbeddedValkey
from tests.support.proxy import Proxy
from tests.support.valkey import connected
from tests.support.waiting import until

CALLERS = 400


async def test_cancelled_callers_never_give_their_answer_to_somebody_else(
    valkey: str, tmp_path: Path
) -> None:
    """Every value names its key, and callers are cancelled at every moment of a slow call."""
    chance = random.Random(20)
    async with (
        Proxy(tmp_path / "slow.sock", Path(urlsplit(valkey).path)) as proxy,
        connected(proxy.address) as live,
    ):
        for number in range(50):
            await live.commands.set(f"key:{number}", f"value:{number}")
        proxy.delay_seconds = 0.002
        wrong: list[tuple[int, object]] = []

        async def call(number: int) -> None:
            answer = await live.ask(live.commands.get(f"key:{number}"))
            if answer != f"value:{number}".encode():
                wrong.append((number, answer))

        calls = [asyncio.create_task(call(chance.randrange(50))) for _ in range(CALLERS)]
        for task in chance.sample(calls, CALLERS // 2):
            await asyncio.sleep(chance.uniform(0, 0.001))
            task.cancel()
        ended = await asyncio.gather(*calls, return_exceptions=True)
        assert wrong == []
        assert any(isinstance(end, asyncio.CancelledError) for end in ended)
        assert sum(end is None for end in ended) >= CALLERS // 2
        assert not [end for end in ended if end is not None and not isinstance(end, asyncio.CancelledError)]


async def test_a_command_whose_answer_is_late_is_refused_and_has_run_once(own_server: EmbeddedValkey) -> None:
    assert own_server.pid is not None
    async with connected(own_server.address) as live:
        await live.ping()
        os.kill(own_server.pid, signal.SIGSTOP)
        try:
            with pytest.raises(Busy) as refused:
                await live.ask(live.commands.incr("times"))
        finally:
            os.kill(own_server.pid, signal.SIGCONT)
        assert refused.value.retry_ms
        await until(lambda: not live.outage.away)
        assert await live.ask(live.commands.get("times")) == b"1"


async def test_while_redis_hangs_only_the_first_waits_and_it_is_noticed_when_it_answers(
    own_server: EmbeddedValkey,
) -> None:
    assert own_server.pid is not None
    async with connected(own_server.address) as live:
        over: list[int] = []
        live.outage.on_over(lambda: over.append(live.outage.count))
        await live.ping()
        os.kill(own_server.pid, signal.SIGSTOP)
        try:
            with pytest.raises(Busy):
                await live.ping()
            async with asyncio.timeout(1):
                for _ in range(100):
                    with pytest.raises(Busy):
                        await live.ask(live.commands.incr("times"))
        finally:
            os.kill(own_server.pid, signal.SIGCONT)
        await until(lambda: over == [1])
        await live.ping()
        assert await live.ask(live.commands.get("times")) is None


async def test_a_link_that_broke_while_idle_is_dialled_again_before_sending(
    own_server: EmbeddedValkey,
) -> None:
    async with connected(own_server.address) as live:
        await asyncio.gather(*(live.ping() for _ in range(5)))
        await asyncio.to_thread(own_server.stop)
        own_server.start()
        await live.ping()


async def test_redis_that_is_not_there_is_busy_not_a_crash(tmp_path: Path) -> None:
    async with connected(f"unix://{tmp_path}/nothing.sock") as live:
        with pytest.raises(Busy):
            await live.ping()


async def test_a_script_runs_again_after_redis_forgot_it(live: Live) -> None:
    script = Script(live, "seen")
    await script.run(["presence"], "ani")
    await live.commands.script_flush()
    await script.run(["presence"], "budi")
    assert {b"ani", b"budi"} <= set(await live.commands.zrange("presence", 0, -1))


def test_an_address_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="scheme"):
        Live.connect("http://127.0.0.1:6379")
