"""A small TURN client with blocking sockets: for checking a relay from the command line."""

import secrets
import socket
import ssl
import struct
import time
from collections.abc import Iterable
from types import TracebackType
from typing import Protocol

from consult.signalling.turn import message
from consult.signalling.turn.address import TurnAddress
from consult.signalling.turn.credential import Credential
from consult.signalling.turn.message import Address, Attribute, Malformed, Message

ANSWER_SECONDS = 5.0
SEND_AGAIN_SECONDS = 0.5
UDP = 17


class Refused(Exception):
    """The relay answered with this error code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Unanswered(Exception):
    """Nothing that could be read came back in time."""


class Line(Protocol):
    def ask(self, request: bytes, transaction: bytes) -> Message:
        """Send and wait for the answer to this transaction. Raises Unanswered, OSError."""

    def close(self) -> None: ...


class Datagrams:
    def __init__(self, address: TurnAddress) -> None:
        family, kind, protocol, _, where = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_DGRAM
        )[0]
        self._socket = socket.socket(family, kind, protocol)
        self._socket.connect(where)

    def ask(self, request: bytes, transaction: bytes) -> Message:
        ends = time.monotonic() + ANSWER_SECONDS
        pause = SEND_AGAIN_SECONDS
        while (left := ends - time.monotonic()) > 0:
            self._socket.send(request)
            self._socket.settimeout(min(pause, left))
            pause *= 2
            try:
                answer = message.decode(self._socket.recv(65_535))
            except (TimeoutError, Malformed):
                continue
            if answer.transaction == transaction:
                return answer
        raise Unanswered

    def close(self) -> None:
        self._socket.close()


class Stream:
    """TCP, and TLS when there is a context."""

    def __init__(self, address: TurnAddress, tls: ssl.SSLContext | None) -> None:
        where = (address.host, address.port)
        self._socket: socket.socket = socket.create_connection(where, ANSWER_SECONDS)
        if tls is not None:
            try:
                self._socket = tls.wrap_socket(self._socket, server_hostname=address.host)
            except BaseException:
                self._socket.close()
                raise

    def ask(self, request: bytes, transaction: bytes) -> Message:
        self._socket.settimeout(ANSWER_SECONDS)
        self._socket.sendall(request)
        try:
            while True:
                header = self._read(message.HEADER_BYTES)
                answer = message.decode(header + self._read(message.length_of(header)))
                if answer.transaction == transaction:
                    return answer
        except (TimeoutError, Malformed):
            raise Unanswered from None

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = self._socket.recv(size - len(data))
            if not more:
                raise ConnectionResetError("closed by the relay")
            data += more
        return data

    def close(self) -> None:
        self._socket.close()


def open_line(address: TurnAddress, tls: ssl.SSLContext | None = None) -> Line:
    """Raises OSError (also ssl.SSLError, socket.gaierror) when the relay cannot be reached."""
    if address.transport == "udp":
        return Datagrams(address)
    secure = address.transport == "tls"
    return Stream(address, (tls or ssl.create_default_context()) if secure else None)


class Allocation:
    """A relayed address, and what the relay said of itself. Closing gives it back.

    Over a line of its own: a relay ties a line to the first user name it hears there (RFC 8656, error 441).
    Raises OSError when the relay cannot be reached, Unanswered, Refused.
    """

    def __init__(
        self,
        address: TurnAddress,
        credential: Credential,
        family: int = 4,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._line = open_line(address, tls)
        self._credential = credential
        self._realm = self._nonce = b""
        self.software = ""
        wanted: list[Attribute] = [(message.TRANSPORT, struct.pack("!Bxxx", UDP))]
        if family == 6:
            wanted.append((message.ADDRESS_FAMILY, struct.pack("!Bxxx", 2)))
        try:
            answer = self._ask(message.ALLOCATE, wanted)
            relayed = answer.attributes.get(message.RELAYED_ADDRESS, b"")
            self.relayed: Address = message.address_of(relayed, answer.transaction)
        except BaseException:
            self._line.close()
            raise

    def permit(self, peer: Address) -> int | None:
        """Ask to exchange packets with `peer`: the code of the refusal, or None when it is allowed."""
        transaction = secrets.token_bytes(12)
        attribute = (message.PEER_ADDRESS, message.address_bytes(peer, 9, transaction))
        try:
            self._ask(message.CREATE_PERMISSION, [attribute], transaction)
        except Refused as refused:
            return refused.code
        return None

    def __enter__(self) -> "Allocation":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._ask(message.REFRESH, [(message.LIFETIME, struct.pack("!I", 0))])
        finally:
            self._line.close()

    def _ask(self, method: int, attributes: Iterable[Attribute], transaction: bytes | None = None) -> Message:
        """With the relay's own nonce, again when it gave a new one. Raises Refused."""
        wanted = list(attributes)
        for attempt in range(2):
            number = transaction or secrets.token_bytes(12)
            answer = self._line.ask(self._request(method, wanted, number), number)
            self.software = answer.text(message.SOFTWARE) or self.software
            if answer.error is None:
                return answer
            fresh = answer.attributes.get(message.NONCE, b"")
            if attempt or answer.error not in {401, 438} or fresh in {b"", self._nonce}:
                raise Refused(answer.error)
            self._nonce = fresh
            self._realm = answer.attributes.get(message.REALM, self._realm)
        raise AssertionError("the second attempt returns or raises")

    def _request(self, method: int, attributes: list[Attribute], transaction: bytes) -> bytes:
        if not self._nonce:
            return message.encode(method, transaction, attributes)
        user, realm = self._credential.user, self._realm.decode("utf-8", "replace")
        signed = [
            *attributes,
            (message.USERNAME, user.encode()),
            (message.REALM, self._realm),
            (message.NONCE, self._nonce),
        ]
        key = message.long_term_key(user, realm, self._credential.password)
        return message.encode(method, transaction, signed, key)
