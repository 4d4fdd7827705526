"""An officer's states as a table; a missing entry is the refusal."""

from enum import StrEnum

from consult.errors import StageForbids


class DutyState(StrEnum):
    OFFLINE = "offline"
    AVAILABLE = "available"
    PAUSED = "paused"
    DRAINING = "draining"
    LOST = "lost"
    DISABLED = "disabled"


class DutyStep(StrEnum):
    BE_READY = "be_ready"
    PAUSE = "pause"
    MISS = "miss"
    PASS_OFTEN = "pass_often"  # noqa: S105 - passing offers on, no password
    FINISH = "finish"
    EMPTY = "empty"
    LOSE = "lose"
    REQUEUED = "requeued"
    DISABLE = "disable"
    ENABLE = "enable"


S, T = DutyState, DutyStep

NEXT_STATE: dict[tuple[DutyState, DutyStep], DutyState] = {
    (S.OFFLINE, T.BE_READY): S.AVAILABLE,
    (S.OFFLINE, T.PAUSE): S.PAUSED,
    (S.OFFLINE, T.DISABLE): S.DISABLED,
    # Ready while ready: a second tab or a double tap asks for what already is.
    (S.AVAILABLE, T.BE_READY): S.AVAILABLE,
    (S.AVAILABLE, T.PAUSE): S.PAUSED,
    (S.AVAILABLE, T.MISS): S.PAUSED,
    (S.AVAILABLE, T.PASS_OFTEN): S.PAUSED,
    (S.AVAILABLE, T.FINISH): S.DRAINING,
    (S.AVAILABLE, T.LOSE): S.LOST,
    (S.AVAILABLE, T.DISABLE): S.DISABLED,
    (S.PAUSED, T.BE_READY): S.AVAILABLE,
    (S.PAUSED, T.PAUSE): S.PAUSED,
    (S.PAUSED, T.FINISH): S.DRAINING,
    (S.PAUSED, T.LOSE): S.LOST,
    (S.PAUSED, T.DISABLE): S.DISABLED,
    (S.DRAINING, T.BE_READY): S.AVAILABLE,
    (S.DRAINING, T.PAUSE): S.PAUSED,
    (S.DRAINING, T.EMPTY): S.OFFLINE,
    (S.DRAINING, T.LOSE): S.LOST,
    (S.DRAINING, T.DISABLE): S.DISABLED,
    (S.LOST, T.BE_READY): S.AVAILABLE,
    (S.LOST, T.PAUSE): S.PAUSED,
    (S.LOST, T.REQUEUED): S.OFFLINE,
    (S.LOST, T.DISABLE): S.DISABLED,
    (S.DISABLED, T.ENABLE): S.OFFLINE,
}

# More at once is nobody's attention any more.
MOST_CAPACITY = 10
# States in which a lost officer may be found again, unchanged.
RESUMABLE = frozenset({S.AVAILABLE, S.PAUSED, S.DRAINING})
# States in which an officer may pick somebody up without an offer.
MAY_PICK_UP = frozenset({S.AVAILABLE, S.PAUSED})
# States that count as on duty for people who wait.
ON_DUTY = frozenset({S.AVAILABLE, S.PAUSED})


def next_state(state: DutyState, step: DutyStep) -> DutyState:
    """The state after `step`. Raises StageForbids when the table has no such step."""
    try:
        return NEXT_STATE[state, step]
    except KeyError:
        raise StageForbids(state=state.value, step=step.value) from None
