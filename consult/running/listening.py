"""The listening socket, opened once by the parent and shared by every server process, and its certificate."""

import errno
import os
import socket
import ssl

from consult.errors import SettingsWrong
from consult.settings import Settings

BACKLOG = 2_048
# The kernel lets a reader go that stopped reading: a bounded queue, and 20 s to acknowledge what was sent.
SEND_BUFFER_BYTES = 65_536
UNACKNOWLEDGED_MS = 20_000


def listen(host: str, port: int) -> socket.socket:
    """A listening socket whose connections inherit its limits.

    Raises SettingsWrong when the port is taken or the address is not one of this machine.
    """
    listener = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        _limit(listener)
        listener.bind(address)
        listener.listen(BACKLOG)
    except (OSError, UnicodeError) as error:  # UnicodeError: what no name of a machine can look like
        if listener is not None:
            listener.close()
        raise SettingsWrong(_mend(error, host, port)) from None
    return listener


def adopt(descriptor: int) -> socket.socket:
    """The listening socket that the parent opened. Raises SettingsWrong when it is none."""
    try:
        return socket.socket(fileno=descriptor)
    except OSError as error:
        raise SettingsWrong(
            f"--fd {descriptor} is not an open socket ({os.strerror(error.errno or 0)})."
        ) from None


def check_tls(settings: Settings) -> None:
    """Return when there is no certificate, or one that fits its key. Raises SettingsWrong otherwise."""
    if not settings.tls_certificate:
        return
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        # An empty password, so that a key that has one is refused and not asked for.
        context.load_cert_chain(settings.tls_certificate, settings.tls_key, password="")
    except (OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise SettingsWrong(
            f"CONSULT_TLS_CERTIFICATE ({settings.tls_certificate}) and CONSULT_TLS_KEY ({settings.tls_key}) "
            f"cannot be used ({reason}): name a PEM certificate and its key without a password."
        ) from None


def _limit(listener: socket.socket) -> None:
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED_MS)


def _mend(error: OSError | UnicodeError, host: str, port: int) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.EADDRINUSE:
        return (
            f"Port {port} on {host} is taken by another program: stop it, or set CONSULT_PORT to a free port."
        )
    if number in (errno.EACCES, errno.EPERM):
        return f"This user may not listen on port {port}: set CONSULT_PORT to a port above 1023."
    return (
        f"{host} is not an address of this machine: set CONSULT_HOST to one that is, for example 127.0.0.1."
    )
