"""The life of a call as a table; a missing entry is the refusal. Browsers own the SDP state."""

from enum import StrEnum

from consult.errors import StageForbids


class CallStage(StrEnum):
    RINGING = "ringing"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    ENDED = "ended"


class CallStep(StrEnum):
    RING_HERE = "ring_here"
    ACCEPT = "accept"
    DECLINE = "decline"
    CANCEL = "cancel"
    NO_ANSWER = "no_answer"
    CONNECT = "connect"
    RENEW = "renew"
    INTERRUPT = "interrupt"
    SETUP_FAILED = "setup_failed"
    LOSE = "lose"
    HANG_UP = "hang_up"
    CLOSE = "close"


class Rung(StrEnum):
    """How a call is being set up; each step down is tried when the one before found no path in time."""

    DIRECT = "direct"
    RELAY = "relay"
    AUDIO = "audio"


# A call that was connected once keeps its pictures.
STEPS_DOWN = frozenset({(Rung.DIRECT, Rung.RELAY), (Rung.DIRECT, Rung.AUDIO), (Rung.RELAY, Rung.AUDIO)})


S, T = CallStage, CallStep

NEXT_CALL: dict[tuple[CallStage, CallStep], CallStage] = {
    (S.RINGING, T.RING_HERE): S.RINGING,  # on a page of the called side that has only now come
    (S.RINGING, T.ACCEPT): S.CONNECTING,
    (S.RINGING, T.DECLINE): S.ENDED,
    (S.RINGING, T.CANCEL): S.ENDED,
    (S.RINGING, T.NO_ANSWER): S.ENDED,
    (S.RINGING, T.CLOSE): S.ENDED,
    (S.CONNECTING, T.CONNECT): S.CONNECTED,
    (S.CONNECTING, T.RENEW): S.CONNECTING,
    (S.CONNECTING, T.INTERRUPT): S.CONNECTING,
    (S.CONNECTING, T.SETUP_FAILED): S.ENDED,
    (S.CONNECTING, T.LOSE): S.ENDED,
    (S.CONNECTING, T.HANG_UP): S.ENDED,
    (S.CONNECTING, T.CLOSE): S.ENDED,
    # With `connected_at`: people read it as reconnecting.
    (S.CONNECTED, T.RENEW): S.CONNECTING,
    (S.CONNECTED, T.INTERRUPT): S.CONNECTING,
    (S.CONNECTED, T.LOSE): S.ENDED,
    (S.CONNECTED, T.HANG_UP): S.ENDED,
    (S.CONNECTED, T.CLOSE): S.ENDED,
}

# Stages in which descriptions and candidates are relayed.
RELAYED = frozenset({S.CONNECTING, S.CONNECTED})

ENDED_REASON: dict[CallStep, str] = {
    T.DECLINE: "declined",
    T.CANCEL: "cancelled",
    T.NO_ANSWER: "no_answer",
    T.SETUP_FAILED: "setup_failed",
    T.LOSE: "media_lost",
    T.HANG_UP: "hung_up",
}


def next_call(stage: CallStage, step: CallStep) -> CallStage:
    """The stage after `step`. Raises StageForbids when the table has no such step."""
    try:
        return NEXT_CALL[stage, step]
    except KeyError:
        raise StageForbids(stage=stage.value, step=step.value) from None
