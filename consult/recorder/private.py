"""The private names of aiortc by which the recorder takes frames before they are decoded."""

RECEIVER = {
    "frames": "_RTCRtpReceiver__decoder_queue",
    "streams": "_RTCRtpReceiver__remote_streams",
    "missing": "_RTCRtpReceiver__nack_generator",
    "jitter_buffer": "_RTCRtpReceiver__jitter_buffer",
    "send_pli": "_send_rtcp_pli",
    "send_nack": "_send_rtcp_nack",
}
