"""A third person in a call, invited or listening, as tables; a missing entry is the refusal. Pure."""

from enum import StrEnum

from consult.errors import StageForbids
from consult.people import Side


class GuestStage(StrEnum):
    INVITED = "invited"
    ASKING = "asking"
    ADMITTED = "admitted"
    ENDED = "ended"


class GuestStep(StrEnum):
    ASK = "ask"
    ACKNOWLEDGE = "acknowledge"
    ADMIT = "admit"
    WITHDRAW = "withdraw"
    REFUSE = "refuse"
    REMOVE = "remove"
    LEAVE = "leave"
    EXPIRE = "expire"
    CLOSE = "close"


S, T = GuestStage, GuestStep

NEXT_GUEST: dict[tuple[GuestStage, GuestStep], GuestStage] = {
    (S.INVITED, T.ASK): S.ASKING,
    (S.INVITED, T.WITHDRAW): S.ENDED,
    (S.INVITED, T.EXPIRE): S.ENDED,
    (S.INVITED, T.CLOSE): S.ENDED,
    (S.ASKING, T.ACKNOWLEDGE): S.ASKING,  # one of the two; the other is still asked
    (S.ASKING, T.ADMIT): S.ADMITTED,
    (S.ASKING, T.REFUSE): S.ENDED,
    (S.ASKING, T.LEAVE): S.ENDED,
    (S.ASKING, T.CLOSE): S.ENDED,
    (S.ADMITTED, T.REMOVE): S.ENDED,
    (S.ADMITTED, T.LEAVE): S.ENDED,
    (S.ADMITTED, T.CLOSE): S.ENDED,
}

# A supervisor who listens is told of, not asked about: each side acknowledges, and none can refuse.
LISTENER = "supervisor"
NEXT_LISTENER: dict[tuple[GuestStage, GuestStep], GuestStage] = {
    (S.ASKING, T.ACKNOWLEDGE): S.ASKING,  # one of the two pages shows it
    (S.ASKING, T.ADMIT): S.ADMITTED,  # both do: sound may flow from now on
    (S.ASKING, T.LEAVE): S.ENDED,
    (S.ASKING, T.EXPIRE): S.ENDED,
    (S.ASKING, T.CLOSE): S.ENDED,
    (S.ADMITTED, T.LEAVE): S.ENDED,
    (S.ADMITTED, T.EXPIRE): S.ENDED,
    (S.ADMITTED, T.CLOSE): S.ENDED,
}

# What a side's "no" means at each stage.
DISMISSED: dict[GuestStage, GuestStep] = {S.INVITED: T.WITHDRAW, S.ASKING: T.REFUSE, S.ADMITTED: T.REMOVE}

# How the conversation tells a step.
TOLD: dict[GuestStep, str] = {
    T.ASK: "asked",
    T.ADMIT: "admitted",
    T.WITHDRAW: "withdrawn",
    T.REFUSE: "refused",
    T.REMOVE: "removed",
    T.LEAVE: "left",
    T.EXPIRE: "expired",
    T.CLOSE: "closed",
}

LISTENER_TOLD: dict[GuestStep, str] = {T.LEAVE: "listened", T.EXPIRE: "listened", T.CLOSE: "listened"}

# Whom each side may invite.
INVITES: dict[Side, frozenset[str]] = {
    Side.OFFICER: frozenset({"interpreter", "colleague", "companion"}),
    Side.APPLICANT: frozenset({"companion"}),
}

# Whose pictures matter from the first moment; with others a call begins by sound, to spare the phone.
SEEN_AT_ONCE = frozenset({"interpreter"})


def next_guest(stage: GuestStage, step: GuestStep, role: str = "") -> GuestStage:
    """The stage after `step`. Raises StageForbids when the role's table has no such step."""
    try:
        return (NEXT_LISTENER if role == LISTENER else NEXT_GUEST)[stage, step]
    except KeyError:
        raise StageForbids(stage=stage.value, step=step.value) from None
