"""A real coturn on loopback, with the file that `consult turn-config` writes."""

import asyncio
import secrets
import signal
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from consult.settings import Settings
from consult.signalling.turn import message
from consult.signalling.turn.address import TurnAddress, turn_addresses
from consult.signalling.turn.client import Unanswered, open_line
from consult.signalling.turn.configuration import Place, turnserver_conf
from tests.running.program import free_port
from tests.support.certificate import certificate
from tests.support.waiting import until

SECRET = "rahasia kantor"


@dataclass(frozen=True)
class Relay:
    settings: Settings
    tls: ssl.SSLContext
    process: asyncio.subprocess.Process

    def stop(self) -> None:
        """Nothing goes through, and nobody is told."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)


@asynccontextmanager
async def relay(
    directory: Path, doors_open: bool = False, urls: str = "", stale_nonce_seconds: int = 600
) -> AsyncIterator[Relay]:
    """A relay at `urls`, or by UDP, TCP and TLS; `doors_open`: without its list of denied peers."""
    pem, key = certificate(directory, ["127.0.0.1"], "localhost", authority=True)
    plain, secure = free_port(), free_port()
    urls = urls or f"turn:127.0.0.1:{plain},turn:127.0.0.1:{plain}?transport=tcp,turns:127.0.0.1:{secure}"
    settings = Settings(turn_urls=urls, turn_secret=SECRET)
    written = turnserver_conf(settings, Place("127.0.0.1", "", str(pem), str(key)))
    written = written.replace("stale-nonce=600", f"stale-nonce={stale_nonce_seconds}")
    kept = [line for line in written.splitlines() if not (doors_open and line.startswith("denied-peer-ip"))]
    here = ["listening-ip=::1", "relay-ip=::1", f"pidfile={directory / 'pid'}", f"userdb={directory / 'db'}"]
    if doors_open:
        here.append("allow-loopback-peers")
    file = directory / "turnserver.conf"
    file.write_text(
        "\n".join([*kept, *here, "no-stdout-log", f"log-file={directory / 'log'}", "simple-log", ""])
    )
    program = ["turnserver", "-c", str(file)]
    tls = ssl.create_default_context(cafile=str(pem))
    nowhere = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*program, cwd=directory, stdout=nowhere, stderr=nowhere)
    try:
        for address in turn_addresses(urls):
            await until(lambda it=address: asyncio.to_thread(_answers, it, tls), 20)  # type: ignore[misc]
        yield Relay(settings, tls, process)
    finally:
        process.kill()
        await process.wait()


def _answers(address: TurnAddress, tls: ssl.SSLContext) -> bool:
    transaction = secrets.token_bytes(12)
    try:
        line = open_line(address, tls)
    except OSError:
        return False
    try:
        return line.ask(message.encode(message.BINDING, transaction, []), transaction).error is None
    except (OSError, Unanswered):
        return False
    finally:
        line.close()
