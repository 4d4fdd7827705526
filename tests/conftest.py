"""What every room's tests may use: databases of both kinds and a Valkey, real and fresh for each test."""

import logging
import os
import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from xdist.remote import Producer

from consult.live.redis import Live
from consult.storage.database import Database
from tests.lanes import Lanes, begins
from tests.network.namespaces import missing
from tests.support.databases import OfficeTemplate, PostgresTemplate, SqliteTemplate, opened
from tests.support.postgres import PostgresServer
from tests.support.read_once import read_once
from tests.support.valkey import connected, session_server


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seed", type=int, help="what random tests begin from (or CONSULT_SEED)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first."""
    items.sort(key=lambda item: begins(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Lanes:
    return Lanes(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tests over networks that were left out, which nobody can overlook.

    It stands here, since with several workers the process that sums up reads no other conftest.
    """
    left_out = [one for one in terminalreporter.stats.get("skipped", []) if "tests/network/" in one.nodeid]
    if left_out and (what := missing()):
        terminalreporter.write_sep("!", "NOT PROVEN", red=True, bold=True)
        terminalreporter.write_line(f"{len(left_out)} tests: {what}", red=True, bold=True)


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Where this test's chance begins; printed, so that a failure can be had again."""
    given = request.config.getoption("--seed")
    if given is None:
        given = int(os.environ.get("CONSULT_SEED") or random.randrange(1_000_000))
    print(f"seed {given}")
    return int(given)


@pytest.fixture(autouse=True)
def our_log_is_heard() -> None:
    """A server that another test ran in this process keeps our log lines to itself."""
    ours = logging.getLogger("consult")
    ours.propagate = True
    ours.setLevel(logging.NOTSET)


@pytest.fixture(scope="session", autouse=True)
def offices_read_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        read_once(patch)
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> PostgresTemplate:
    return PostgresTemplate(postgres)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> SqliteTemplate:
    return SqliteTemplate(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture
def sqlite_url(sqlite_template: SqliteTemplate, tmp_path: Path) -> str:
    """The address of a fresh, migrated SQLite database."""
    return sqlite_template.copy_to(tmp_path)


@pytest.fixture
def postgres_url(postgres_template: PostgresTemplate) -> str:
    """The address of a fresh, migrated PostgreSQL database."""
    return postgres_template.copy()


@pytest.fixture(scope="session")
def office_template(request: pytest.FixtureRequest) -> OfficeTemplate:
    """The kind of database behind whole offices: SQLite, or what CONSULT_TEST_DATABASE names."""
    kind = os.environ.get("CONSULT_TEST_DATABASE") or "sqlite"
    if kind not in {"sqlite", "postgres"}:
        raise pytest.UsageError("CONSULT_TEST_DATABASE must be sqlite or postgres.")
    template: OfficeTemplate = request.getfixturevalue(f"{kind}_template")
    return template


@pytest.fixture
def office_url(office_template: OfficeTemplate, tmp_path: Path) -> str:
    """The address of a fresh, migrated database for a whole office."""
    return office_template.copy_to(tmp_path)


@pytest.fixture
def processes_database(office_template: OfficeTemplate) -> str:
    """The same for servers that are processes of their own; empty where they make a file themselves."""
    return office_template.for_processes()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh, migrated database; the test runs once with each kind."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A started database; the test runs once with each kind."""
    async with opened(database_url) as database:
        yield database


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[str]:
    with session_server() as address:
        yield address


@pytest.fixture
async def valkey(valkey_server: str) -> str:
    """The address of a Valkey that holds nothing."""
    async with connected(valkey_server) as live:
        await live.commands.flushall()
    return valkey_server


@pytest.fixture
async def live(valkey: str) -> AsyncIterator[Live]:
    """Clients of a Valkey that holds nothing."""
    async with connected(valkey) as clients:
        yield clients
