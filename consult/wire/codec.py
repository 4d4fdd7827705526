"""The only place where frames are parsed or written: bytes in, bytes out (JSON, UTF-8)."""

import msgspec

from consult.errors import BadRequest, TooLarge
from consult.wire.from_client import ClientFrame, Number
from consult.wire.to_client import ServerFrame

FRAME_BYTES = 65_536


class _Numbered(msgspec.Struct):
    cseq: Number


class _Versioned(msgspec.Struct):
    t: str
    v: int


_numbered = msgspec.json.Decoder(_Numbered)
_versioned = msgspec.json.Decoder(_Versioned)
_decoder = msgspec.json.Decoder(ClientFrame)
_encoder = msgspec.json.Encoder()


def decode(frame: bytes | str) -> ClientFrame:
    """The order in `frame`.

    Raises BadRequest when it is not JSON of a known type and shape, TooLarge over 64 KiB.
    Unknown fields are ignored, unknown types are not.
    """
    if _too_long(frame):
        raise TooLarge(limit=FRAME_BYTES)
    try:
        order: ClientFrame = _decoder.decode(frame)
    # Deep nesting raises RecursionError, broken UTF-8 UnicodeDecodeError: all are the same refusal.
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise BadRequest(reason=_plain(error)) from None
    # NUL cannot be stored in PostgreSQL's text; JSON writes it as a backslash escape.
    if _holds_nul(order):
        raise BadRequest(reason="NUL character")
    return order


def cseq_of(frame: bytes | str) -> int | None:
    """The number of an order that `decode` refused, where it can be read."""
    try:
        return _numbered.decode(frame).cseq
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def version_of(frame: bytes | str) -> int | None:
    """The protocol version that a `Hello` asks for; None when the frame is no `Hello`."""
    try:
        hello = _versioned.decode(frame)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return hello.v if hello.t == "Hello" else None


def encode(frame: ServerFrame) -> bytes:
    """`frame` as JSON bytes; one encoding serves every reader."""
    return _encoder.encode(frame)


def _too_long(frame: bytes | str) -> bool:
    """Counted in bytes of UTF-8: a character takes up to four."""
    if isinstance(frame, bytes) or len(frame) > FRAME_BYTES:
        return len(frame) > FRAME_BYTES
    return len(frame) * 4 > FRAME_BYTES and len(frame.encode("utf-8", "surrogatepass")) > FRAME_BYTES


def _holds_nul(order: ClientFrame) -> bool:
    for name in order.__struct_fields__:
        value = getattr(order, name)
        if isinstance(value, str) and "\x00" in value:
            return True
    return False


def _plain(error: BaseException) -> str:
    return str(error)[:200] if isinstance(error, msgspec.DecodeError) else "not readable"
