"""One counter for all examples, with a database of each kind: each example has the whole office for a day."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import text

from consult.live import redis
from consult.storage import moments, outage, waiting, writer_postgres
from tests.support.counter import Counter
from tests.support.databases import PostgresTemplate, SqliteTemplate

# Where there is one, a disk of memory: nothing here need survive a power cut, and commits cost little.
MEMORY = Path("/dev/shm")  # noqa: S108 - only a directory of our own below it is used

PATIENCE_SECONDS = 300.0

# Nobody's time but the test's: a machine that is slow, or stands still, makes no deadline pass. What was
# written later is later all the same, by a millisecond for each event, and each slice, which is none.
STEADY = text(
    "SELECT 1893456000000 + coalesce((SELECT max(rowid) FROM event), 0)"
    " + coalesce((SELECT max(rowid) FROM recording_slice), 0)"
    " + (SELECT clock_offset_ms FROM house WHERE id = 1)"
)


def _patient(patch: pytest.MonkeyPatch) -> None:
    """No limit of real time is reached by a machine that stands still: other tests have those limits."""
    patch.setattr(redis, "ANSWER_SECONDS", PATIENCE_SECONDS)
    patch.setitem(redis._COMMON, "socket_connect_timeout", PATIENCE_SECONDS)
    patch.setattr(outage, "PATIENCE_SECONDS", PATIENCE_SECONDS)
    patch.setattr(waiting, "NEWCOMERS_WAIT_SECONDS", PATIENCE_SECONDS)
    patch.setattr(waiting.Waiting.__init__, "__defaults__", (PATIENCE_SECONDS,))


@contextmanager
def _opened(directory: Path, url: str, redis: str) -> Iterator[Counter]:
    counter = Counter(directory, url, redis)
    counter.open()
    yield counter
    counter.close()


@pytest.fixture(scope="module")
def sqlite_counter(sqlite_template: SqliteTemplate, valkey_server: str) -> Iterator[Counter]:
    with (
        TemporaryDirectory(prefix="consult-counter-", dir=MEMORY if MEMORY.is_dir() else None) as directory,
        pytest.MonkeyPatch.context() as patch,
    ):
        _patient(patch)
        patch.setitem(moments._QUERIES, "sqlite", STEADY)
        with _opened(Path(directory), sqlite_template.copy_to(Path(directory)), valkey_server) as counter:
            yield counter


@pytest.fixture(scope="module")
def postgres_counter(
    postgres_template: PostgresTemplate, valkey_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Counter]:
    directory = tmp_path_factory.mktemp("counter")
    with pytest.MonkeyPatch.context() as patch:
        _patient(patch)
        patch.setattr(writer_postgres, "IDLE_IN_TRANSACTION_MS", 300_000)
        with _opened(directory, postgres_template.copy(), valkey_server) as counter:
            yield counter
