"""One counter for all examples, with a database of each kind: each example works on a service of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from consult.storage import writer_postgres
from tests.support.counter import Counter
from tests.support.databases import PostgresTemplate, SqliteTemplate

# Where there is one, a disk of memory: nothing here need survive a power cut, and commits cost little.
MEMORY = Path("/dev/shm")  # noqa: S108 - only a directory of our own below it is used


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
        _opened(Path(directory), sqlite_template.copy_to(Path(directory)), valkey_server) as counter,
    ):
        yield counter


@pytest.fixture(scope="module")
def postgres_counter(
    postgres_template: PostgresTemplate, valkey_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Counter]:
    directory = tmp_path_factory.mktemp("counter")
    with pytest.MonkeyPatch.context() as patch:
        # The model knows no machine that stands still: tests/storage/test_postgres.py has that.
        patch.setattr(writer_postgres, "IDLE_IN_TRANSACTION_MS", 120_000)
        with _opened(directory, postgres_template.copy(), valkey_server) as counter:
            yield counter
