"""What one process sends another: parcels of letters (frames for people) and notes (between processes)."""

from collections.abc import Sequence

import msgspec


class Letter(msgspec.Struct, frozen=True, array_like=True, tag=0):
    """A frame for these addresses. `had`: processes that need not look at it, or have had it."""

    addresses: list[str]
    frame: bytes
    had: list[str] = []


class Signal(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """A word to every process."""

    kind: str
    values: tuple[str, ...]


class Arrived(msgspec.Struct, frozen=True, array_like=True, tag=2):
    """The sender now has connections for these addresses."""

    addresses: list[str]


class Departed(msgspec.Struct, frozen=True, array_like=True, tag=3):
    """`process` no longer has connections for these addresses."""

    process: str
    addresses: list[str]


class Announced(msgspec.Struct, frozen=True, array_like=True, tag=4):
    """The sender wrote everything it holds to Redis again: what was known before may be wrong.

    `lost`: letters of the sender may have been lost meanwhile.
    """

    lost: bool


class Vanished(msgspec.Struct, frozen=True, array_like=True, tag=5):
    """Nobody listens any more on the channel of `process`."""

    process: str


Item = Letter | Signal | Arrived | Departed | Announced | Vanished

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[Item])


def pack(sender: str, items: Sequence[Item]) -> bytes:
    """The sender's id stands before the rest, so that its own parcels are known without reading them."""
    return sender.encode() + b"\n" + _encoder.encode(items)


def sender_of(parcel: bytes) -> str:
    return parcel[: parcel.index(b"\n")].decode()


def unpack(parcel: bytes) -> list[Item]:
    """Raises ValueError when it is no parcel of ours."""
    try:
        return _decoder.decode(memoryview(parcel)[parcel.index(b"\n") + 1 :])
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from None
