import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from consult.errors import SettingsWrong
from consult.live.address import address, check, shown
from consult.live.server import EmbeddedValkey
from consult.settings import Settings
from tests.support.valkey import connected

SECRET = "s3cret-of-redis"


async def fault(address: str) -> str:
    with pytest.raises(SettingsWrong) as refused:
        await check(address)
    said = str(refused.value)
    assert "REDIS_URL" in said
    assert "\n" not in said
    assert SECRET not in said
    return said


async def configured(server: EmbeddedValkey, *command: str) -> None:
    async with connected(server.address) as live:
        await live.commands.execute_command(*command)


async def test_a_server_that_can_be_used_passes(valkey: str) -> None:
    await check(valkey)


@pytest.mark.parametrize("wrong", ["", "localhost", "http://localhost:6379", "redis://localhost:port/0"])
async def test_what_is_no_address_of_redis_is_named(wrong: str) -> None:
    assert "redis://" in await fault(wrong)


@pytest.mark.parametrize("user", ["", f":{SECRET}@", f"ani:{SECRET}@"])
async def test_a_wrong_or_missing_password_is_named(own_server: EmbeddedValkey, user: str) -> None:
    await configured(own_server, "CONFIG", "SET", "requirepass", "another")
    assert "password" in await fault(own_server.address.replace("unix://", f"unix://{user}"))


async def test_the_right_password_passes(own_server: EmbeddedValkey) -> None:
    await configured(own_server, "CONFIG", "SET", "requirepass", "p@ss/word")
    await check(own_server.address.replace("unix://", "unix://:p%40ss%2Fword@"))


async def test_a_user_who_may_not_write_is_named(own_server: EmbeddedValkey) -> None:
    await configured(own_server, "ACL", "SETUSER", "ani", "on", f">{SECRET}", "~*", "+@read", "+@connection")
    assert "may not" in await fault(own_server.address.replace("unix://", f"unix://ani:{SECRET}@"))


async def test_a_replica_is_named(own_server: EmbeddedValkey) -> None:
    await configured(own_server, "REPLICAOF", "127.0.0.1", "1")
    assert "replica" in await fault(own_server.address)


async def test_a_database_number_that_does_not_exist_is_named(valkey: str) -> None:
    assert "DB index" in await fault(f"{valkey}?db=9999")


async def test_a_server_that_is_not_there_is_named(tmp_path: Path, free_port: Callable[[], int]) -> None:
    assert "no Redis answers" in await fault(f"unix://{tmp_path}/nothing.sock")
    assert "no Redis answers" in await fault(f"redis://ani:{SECRET}@127.0.0.1:{free_port()}/0")


async def test_something_else_than_redis_is_named(free_port: Callable[[], int]) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    port = free_port()
    async with await asyncio.start_server(answer, "127.0.0.1", port):
        assert "not Redis" in await fault(f"redis://127.0.0.1:{port}/0")


def test_the_setting_wins_over_the_embedded_server(tmp_path: Path) -> None:
    assert address(Settings(data_dir=tmp_path, redis_url="redis://localhost:1/0")) == "redis://localhost:1/0"
    assert address(Settings(data_dir=tmp_path)) == EmbeddedValkey(tmp_path).address


def test_an_address_is_shown_without_its_password() -> None:
    assert shown(f"rediss://ani:{SECRET}@redis.example:6380/2?x={SECRET}") == "rediss://redis.example:6380/2"
