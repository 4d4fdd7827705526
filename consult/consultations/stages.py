"""The stages of a ticket as a table; a missing entry is the refusal."""

from enum import StrEnum

from consult.errors import Ended, StageForbids


class Stage(StrEnum):
    WAITING = "waiting"
    OFFERED = "offered"
    SERVING = "serving"
    PARKED = "parked"
    ENDED = "ended"


class Step(StrEnum):
    OFFER = "offer"
    ACCEPT = "accept"
    PASS = "pass"  # noqa: S105 - the officer's step, no password
    MISS = "miss"
    WITHDRAW = "withdraw"
    PICK_UP = "pick_up"
    REQUEUE = "requeue"
    TRANSFER = "transfer"
    PARK = "park"
    RESUME = "resume"
    LEAVE = "leave"
    END = "end"
    LET_GO = "let_go"
    CLOSE = "close"
    BLOCK = "block"
    REOPEN = "reopen"
    RATE = "rate"
    BRING_FORWARD = "bring_forward"


S, T = Stage, Step

NEXT_STAGE: dict[tuple[Stage, Step], Stage] = {
    (S.WAITING, T.OFFER): S.OFFERED,
    (S.WAITING, T.PICK_UP): S.SERVING,
    (S.WAITING, T.PARK): S.PARKED,
    (S.WAITING, T.BRING_FORWARD): S.WAITING,
    (S.WAITING, T.LEAVE): S.ENDED,
    (S.WAITING, T.CLOSE): S.ENDED,
    (S.WAITING, T.BLOCK): S.ENDED,
    (S.OFFERED, T.ACCEPT): S.SERVING,
    (S.OFFERED, T.PASS): S.WAITING,
    (S.OFFERED, T.MISS): S.WAITING,
    (S.OFFERED, T.WITHDRAW): S.WAITING,
    (S.OFFERED, T.LEAVE): S.ENDED,
    (S.OFFERED, T.BLOCK): S.ENDED,
    (S.SERVING, T.REQUEUE): S.WAITING,
    (S.SERVING, T.TRANSFER): S.WAITING,
    (S.SERVING, T.END): S.ENDED,
    (S.SERVING, T.LET_GO): S.ENDED,  # their page is gone for too long
    (S.SERVING, T.BLOCK): S.ENDED,
    (S.PARKED, T.RESUME): S.WAITING,
    (S.PARKED, T.BRING_FORWARD): S.PARKED,
    (S.PARKED, T.LEAVE): S.ENDED,
    (S.PARKED, T.CLOSE): S.ENDED,
    (S.ENDED, T.REOPEN): S.WAITING,
    (S.ENDED, T.RATE): S.ENDED,
    (S.PARKED, T.BLOCK): S.ENDED,
}

# Steps after which the citizen stands before everybody who was not returned.
TO_THE_HEAD = frozenset({T.MISS, T.WITHDRAW, T.REQUEUE})
# Steps after which the citizen may wait for one officer alone.
MAY_HOLD = frozenset({T.TRANSFER, T.REOPEN, T.BRING_FORWARD})
LIVE = frozenset({S.WAITING, S.OFFERED, S.SERVING, S.PARKED})


def next_stage(stage: Stage, step: Step) -> Stage:
    """The stage after `step`. Raises Ended after the end, StageForbids for any other missing entry."""
    try:
        return NEXT_STAGE[stage, step]
    except KeyError:
        if stage is Stage.ENDED:
            raise Ended() from None
        raise StageForbids(stage=stage.value, step=step.value) from None
