"""The Procfile under honcho, with a Redis and a PostgreSQL of its own, as on a platform."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from tests.running.program import REPOSITORY, START_SECONDS, free_port
from tests.support.postgres import PostgresServer
from tests.support.waiting import until


def answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def honcho(home: Path, **settings: str) -> Iterator["subprocess.Popen[bytes]"]:
    """`honcho start` with these settings alone; what it says goes to `output` in `home`."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    with (home / "output").open("w") as output:
        running = subprocess.Popen(
            [sys.executable, "-m", "honcho", "start"],
            cwd=REPOSITORY,
            env={"PATH": path, "HOME": str(home), "CONSULT_DATA_DIR": str(home), **settings},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield running
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()


async def test_honcho_migrates_serves_sweeps_and_ends(
    postgres: PostgresServer, valkey: str, tmp_path: Path
) -> None:
    port = free_port()
    web = port + 100  # honcho gives each line a hundred ports of its own; `web` is the second
    database_url = postgres.new_database()
    with honcho(tmp_path, PORT=str(port), REDIS_URL=valkey, DATABASE_URL=database_url) as running:
        await until(lambda: asyncio.to_thread(answers, web), START_SECONDS)
        assert running.poll() is None
        running.send_signal(signal.SIGTERM)
        await until(lambda: running.poll() is not None, START_SECONDS)
    assert "Traceback" not in (tmp_path / "output").read_text()
    assert not await asyncio.to_thread(answers, web)
