"""The office and its relay as they stand on the street: two server processes with TLS on 443, and coturn."""

import asyncio
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socket import create_connection
from typing import Any
from urllib.request import urlopen

from consult.live.server import EmbeddedValkey
from consult.running.demo import furnish, passwords_path
from consult.settings import Settings
from consult.signalling.turn.configuration import Place as RelayPlace
from consult.signalling.turn.configuration import turnserver_conf
from consult.storage.engines import database_url
from consult.storage.migrations import migrate
from tests.network.street import Place, Street
from tests.running.program import REPOSITORY, environment
from tests.support.certificate import certificate
from tests.support.house import START_SECONDS, cleared
from tests.support.rows import named_rows
from tests.support.waiting import until

SERVERS = ("203.0.113.10", "203.0.113.11")
RELAY = "203.0.113.20"
PLACES = (Place("office", SERVERS), Place("relay", (RELAY,)))
SECRET = "rahasia jalan"
STUN = f"stun:{RELAY}:3478"
# By TCP 443 without TLS, which coturn takes on its TLS port too: no browser can be told to trust a relay's
# certificate that no public authority has signed. Everything else of that way is the same.
TURN = f"turn:{RELAY}:3478,turn:{RELAY}:3478?transport=tcp,turn:{RELAY}:443?transport=tcp"
LISTENS = f"turn:{RELAY}:3478,turn:{RELAY}:3478?transport=tcp,turns:{RELAY}:443"


@dataclass
class Office:
    """`urls[0]` and `urls[1]` are different processes, as in `House`."""

    data_dir: Path
    urls: list[str] = field(default_factory=lambda: [f"https://{address}" for address in SERVERS])
    passwords: dict[str, str] = field(default_factory=dict)

    async def clear(self) -> None:
        """Nobody waits and nobody is on duty."""
        await cleared(Settings(data_dir=self.data_dir))

    def rows(self, query: str, *values: object) -> list[Mapping[str, Any]]:
        """What its database holds."""
        return named_rows(database_url(Settings(data_dir=self.data_dir)), query, *values)


@asynccontextmanager
async def open_office(street: Street, home: Path, **settings: object) -> AsyncIterator[Office]:
    """Open on the street until the end, with whatever `settings` say of STUN and TURN."""
    own = Settings(data_dir=home / "data")
    await asyncio.to_thread(own.data_dir.mkdir, parents=True, exist_ok=True)
    files = certificate(home, SERVERS)
    async with AsyncExitStack() as stack:
        valkey = EmbeddedValkey(own.data_dir)
        valkey.start()
        stack.callback(valkey.stop)
        await asyncio.to_thread(migrate, database_url(own))
        await furnish(own)
        office = Office(own.data_dir, passwords=_passwords(passwords_path(own)))
        for address in SERVERS:
            stack.enter_context(_server(street, own.data_dir, address, files, **settings))
        stack.enter_context(_running(["sweep"], own.data_dir, **settings))
        for url in office.urls:
            await until(lambda it=url: asyncio.to_thread(_ready, street, it), START_SECONDS)  # type: ignore[misc]
        yield office


def _server(
    street: Street, data_dir: Path, address: str, files: tuple[Path, Path], **settings: object
) -> AbstractContextManager[None]:
    own = {
        "CONSULT_PUBLIC_URL": f"https://{address}",
        "CONSULT_TLS_CERTIFICATE": files[0],
        "CONSULT_TLS_KEY": files[1],
    }
    where = ["ip", "netns", "exec", street.namespace("office")]
    return _running(["serve", "--host", address, "--port", "443"], data_dir, where, **settings, **own)


@contextmanager
def _running(
    arguments: Sequence[str], data_dir: Path, where: Sequence[str] = (), **settings: object
) -> Iterator[None]:
    with (data_dir.parent / "log").open("a") as log:
        process = subprocess.Popen(
            [*where, sys.executable, "-m", "consult", *arguments],
            cwd=REPOSITORY,
            env=environment(data_dir, **settings),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        yield
    finally:
        process.kill()
        process.wait()


@asynccontextmanager
async def open_relay(street: Street, home: Path) -> AsyncIterator[None]:
    """coturn with the file of `consult turn-config`, and one line that says which network the street is."""
    await asyncio.to_thread(home.mkdir, parents=True, exist_ok=True)
    files = certificate(home, [RELAY])
    settings = Settings(turn_urls=LISTENS, turn_secret=SECRET)
    written = turnserver_conf(settings, RelayPlace(RELAY, "", *map(str, files)))
    here = [
        # Addresses of documents are refused as peers everywhere else.
        "allowed-peer-ip=203.0.113.0-203.0.113.255",
        "allowed-peer-ip=10.77.0.0-10.77.255.255",
        f"pidfile={home / 'pid'}",
        f"userdb={home / 'db'}",
        "no-stdout-log",
        f"log-file={home / 'log'}",
        "simple-log",
    ]
    file = home / "turnserver.conf"
    file.write_text("\n".join([written, *here, ""]))
    program = ["ip", "netns", "exec", street.namespace("relay"), "turnserver", "-c", str(file)]
    nowhere = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*program, cwd=home, stdout=nowhere, stderr=nowhere)
    try:
        for port in (3478, 443):
            await until(lambda it=port: asyncio.to_thread(_listens, street, it), 20)  # type: ignore[misc]
        yield
    finally:
        process.kill()
        await process.wait()


def _listens(street: Street, port: int) -> bool:
    try:
        street.inside("relay", lambda: create_connection((RELAY, port), 1)).close()
    except OSError:
        return False
    return True


def _ready(street: Street, url: str) -> bool:
    def ask() -> bool:
        with urlopen(f"{url}/readyz", timeout=2, context=_unasked()) as answer:  # noqa: S310 - our own server
            return bool(answer.status == 200)

    try:
        return street.inside("office", ask)
    except OSError:
        return False


def _unasked() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _passwords(path: Path) -> dict[str, str]:
    lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    return {words[0]: words[1] for words in lines if len(words) >= 2 and words[0] != "#"}
