"""One server process: uvicorn with our limits, which lets everybody go before it closes."""

import asyncio
import logging
import os
import signal
import socket
from types import FrameType

import uvicorn

from consult.running import logs
from consult.running.application import Application
from consult.running.socket_protocol import SocketProtocol
from consult.settings import Settings
from consult.wire.codec import FRAME_BYTES

# A frame a little over the limit still reaches the hub, which answers it with its own close code.
SLACK_BYTES = 4_096
DRAIN_SECONDS = 5
CLOSE_SECONDS = 5

log = logging.getLogger("consult.server")


def serve(
    application: Application, settings: Settings, listener: socket.socket, ready_fd: int | None
) -> None:
    """Serve until SIGTERM or SIGINT. Returns when everything is closed."""
    server = DrainingServer(configuration(application, settings), application, ready_fd)
    server.run(sockets=[listener])


def configuration(application: Application, settings: Settings) -> uvicorn.Config:
    """uvicorn's, with our limits."""
    return uvicorn.Config(
        application.asgi,
        http="httptools",
        ws=SocketProtocol,
        loop="uvloop",
        lifespan="on",
        workers=1,
        ws_max_size=FRAME_BYTES + SLACK_BYTES,
        ws_per_message_deflate=False,
        ws_ping_interval=None,  # pages ping by themselves, and say what they last saw
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        ssl_certfile=settings.tls_certificate or None,
        ssl_keyfile=settings.tls_key or None,
        server_header=False,
        log_config=logs.configuration(settings.log_level),
        log_level=logs.uvicorns_level(settings.log_level),
        timeout_graceful_shutdown=CLOSE_SECONDS,
    )


class DrainingServer(uvicorn.Server):
    """uvicorn closes every socket before the lifespan ends, so draining has to come before that."""

    def __init__(self, config: uvicorn.Config, application: Application, ready_fd: int | None) -> None:
        super().__init__(config)
        self._application = application
        self._ready_fd = ready_fd

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._ready_fd is not None:
            os.write(self._ready_fd, b"1")
            os.close(self._ready_fd)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        # Waited for, not cancelled: a cancelled Redis call could hand its reply to somebody else.
        draining = asyncio.create_task(self._application.drain())
        await asyncio.wait({draining}, timeout=DRAIN_SECONDS)
        if not draining.done():
            log.warning("Draining took longer than %d s; closing the rest.", DRAIN_SECONDS)
        elif draining.exception() is not None:
            log.error("Draining failed; closing at once.", exc_info=draining.exception())
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The first signal ends in order, a second Ctrl-C at once; both are an ordinary end, exit code 0."""
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True
