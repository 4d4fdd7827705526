"""The private names of aiortc that the recorder uses, and whether this version has them.

aiortc decodes whatever it receives. It hands whole encoded frames to a queue that its decoder reads in a
thread; the recorder puts a queue of its own there. Each name stands here once; a test tries each.
"""

from typing import Any

VERSION = "1.16"

RECEIVER = {
    "frames": "_RTCRtpReceiver__decoder_queue",
    "streams": "_RTCRtpReceiver__remote_streams",
    "missing": "_RTCRtpReceiver__nack_generator",
    "jitter_buffer": "_RTCRtpReceiver__jitter_buffer",
    "send_pli": "_send_rtcp_pli",
    "send_nack": "_send_rtcp_nack",
}


class NoSuchName(RuntimeError):
    """This aiortc is another than the recorder was written for; the message says which name it lacks."""


def of(holder: Any, name: str) -> Any:
    """The attribute. Raises NoSuchName with words for whoever installed it."""
    try:
        return getattr(holder, name)
    except AttributeError:
        raise NoSuchName(
            f"aiortc's {type(holder).__name__} has no {name}: the server's recorder needs aiortc {VERSION}.*"
        ) from None


def put(holder: Any, name: str, value: Any) -> None:
    """Replace the attribute. Raises NoSuchName where there is none to replace."""
    of(holder, name)
    setattr(holder, name, value)
