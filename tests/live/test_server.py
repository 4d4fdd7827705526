import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from consult.errors import SettingsWrong
from consult.live.server import EmbeddedValkey
from consult.live.sockets import LONGEST_BYTES, answers, socket_path
from tests.support.valkey import connected, running
from tests.support.waiting import until

STARTS_AND_WAITS = """
import sys, time
from pathlib import Path
from consult.live.server import EmbeddedValkey
server = EmbeddedValkey(Path(sys.argv[1]))
server.start()
print(server.pid, flush=True)
while server.alive():
    time.sleep(0.01)
"""


def gone(pid: int) -> bool:
    """Whether the process ended; one that only waits to be collected has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


async def test_what_was_written_survives_a_stop_and_a_kill(tmp_path: Path) -> None:
    server = EmbeddedValkey(tmp_path)
    try:
        async with connected(server.start()) as live:
            await live.commands.set("kept", "1")
        server.stop()
        assert not server.alive()
        async with connected(server.start()) as live:
            assert await live.commands.incr("kept") == 2
            assert server.pid is not None
            os.kill(server.pid, signal.SIGKILL)
            await until(lambda: not server.alive())
        async with connected(server.start()) as live:
            assert await live.commands.incr("kept") == 3
    finally:
        server.stop()


@contextmanager
def elsewhere(data_dir: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server over `data_dir` that another process started, and that process."""
    with subprocess.Popen(
        [sys.executable, "-c", STARTS_AND_WAITS, str(data_dir)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        try:
            yield parent, int(parent.stdout.readline())
        finally:
            parent.kill()


def test_a_server_that_still_runs_is_taken_over(tmp_path: Path) -> None:
    with elsewhere(tmp_path) as (_, pid):
        server = EmbeddedValkey(tmp_path)
        server.start()
        assert server.pid == pid
        assert server.alive()
        server.stop()
        assert not server.alive()
        assert not answers(socket_path(tmp_path))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not end a child with its parent")
async def test_it_ends_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    with elsewhere(tmp_path) as (parent, server):
        assert not gone(server)
        parent.kill()
    await until(lambda: gone(server))
    assert not answers(socket_path(tmp_path))


async def test_it_begins_anew_when_its_file_cannot_be_read(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        async with connected(server.address) as live:
            await live.commands.set("kept", "1")
    for file in (tmp_path / "valkey" / "appendonlydir").iterdir():
        file.write_bytes(b"*3\r\nnonsense\r\n" * 100)
    with running(tmp_path) as server:
        async with connected(server.address) as live:
            assert await live.commands.get("kept") is None
    assert list((tmp_path / "valkey").glob("unreadable-*"))


def test_only_the_owner_can_reach_the_socket(own_server: EmbeddedValkey, tmp_path: Path) -> None:
    assert socket_path(tmp_path).stat().st_mode & 0o077 == 0


async def test_a_long_data_directory_has_its_socket_in_a_short_private_place(tmp_path: Path) -> None:
    deep = tmp_path / ("long name with spaces and 100% more " * 3) / "data"
    path = socket_path(deep)
    assert len(os.fsencode(path)) < LONGEST_BYTES
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path == socket_path(deep)
    with running(deep) as server:
        async with connected(server.address) as live:
            await live.ping()


def test_two_data_directories_have_two_sockets(tmp_path: Path) -> None:
    assert socket_path(tmp_path / ("a" * 120)) != socket_path(tmp_path / ("b" * 120))


def test_a_runtime_directory_open_to_others_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / f"consult-{os.geteuid()}").mkdir()
    (tmp_path / f"consult-{os.geteuid()}").chmod(0o755)
    with pytest.raises(SettingsWrong, match="CONSULT_DATA_DIR"):
        socket_path(tmp_path / ("a" * 120))


def test_a_data_directory_that_is_a_file_is_one_plain_sentence(tmp_path: Path) -> None:
    (tmp_path / "valkey").write_text("in the way")
    with pytest.raises(SettingsWrong, match="CONSULT_DATA_DIR"):
        EmbeddedValkey(tmp_path).start()
