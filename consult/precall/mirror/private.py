"""The private names of aiortc by which the mirror sends packets back as they came, undecoded."""

from typing import Any

from consult.peers.private import of

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


def check(connection: Any) -> None:
    """Try every name on a connection's transceivers. Raises NoSuchName."""
    for transceiver in connection.getTransceivers():
        receiver, sender = transceiver.receiver, transceiver.sender
        for holder, names in ((receiver, RECEIVER), (sender, SENDER), (sender.transport, TRANSPORT)):
            for name in names.values():
                of(holder, name)
