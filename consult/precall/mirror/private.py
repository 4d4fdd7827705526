"""The private names of aiortc that the mirror uses, and whether this version has them.

aiortc decodes whatever it receives; to send packets back as they came, for a tenth of the cost, it has to
be taken between its own layers. Each name stands here once; a test tries each.
"""

from typing import Any

VERSION = "1.16"

RECEIVER = {
    "codecs": "_RTCRtpReceiver__codecs",
    "streams": "_RTCRtpReceiver__remote_streams",
    "estimator": "_RTCRtpReceiver__remote_bitrate_estimator",
    "rtcp_ssrc": "_RTCRtpReceiver__rtcp_ssrc",
    "handle": "_handle_rtp_packet",
    "send_rtcp": "_send_rtcp",
    "send_pli": "_send_rtcp_pli",
}
SENDER = {
    "started": "_RTCRtpSender__started",
    "mid": "_RTCRtpSender__mid",
    "extensions": "_RTCRtpSender__rtp_header_extensions_map",
    "ssrc": "_ssrc",
    "send_keyframe": "_send_keyframe",
}
TRANSPORT = {"send_rtp": "_send_rtp"}


class NoSuchName(RuntimeError):
    """This aiortc is another than the mirror was written for; the message says which name it lacks."""


def of(holder: Any, name: str) -> Any:
    """The attribute. Raises NoSuchName with words for whoever installed it."""
    try:
        return getattr(holder, name)
    except AttributeError:
        raise NoSuchName(
            f"aiortc's {type(holder).__name__} has no {name}: the device check needs aiortc {VERSION}.*"
        ) from None


def check(connection: Any) -> None:
    """Try every name on a connection's transceivers. Raises NoSuchName."""
    for transceiver in connection.getTransceivers():
        receiver, sender = transceiver.receiver, transceiver.sender
        for holder, names in ((receiver, RECEIVER), (sender, SENDER), (sender.transport, TRANSPORT)):
            for name in names.values():
                of(holder, name)
