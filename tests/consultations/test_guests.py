"""The tables of guests and of supervisors who listen, walked over the full product of stages and steps."""

from itertools import product

import pytest

from consult.consultations.guests import (
    DISMISSED,
    INVITES,
    LISTENER,
    LISTENER_TOLD,
    NEXT_GUEST,
    NEXT_LISTENER,
    GuestStage,
    GuestStep,
    next_guest,
)
from consult.errors import StageForbids
from consult.people import Side

ALLOWED = """
invited   ask          asking
invited   withdraw     ended
invited   expire       ended
invited   close        ended
asking    acknowledge  asking
asking    admit        admitted
asking    refuse       ended
asking    leave        ended
asking    close        ended
admitted  remove       ended
admitted  leave        ended
admitted  close        ended
"""
# Nobody invites a supervisor, and neither side can refuse or remove one.
LISTENS = """
asking    acknowledge  asking
asking    admit        admitted
asking    leave        ended
asking    expire       ended
asking    close        ended
admitted  leave        ended
admitted  expire       ended
admitted  close        ended
"""
EXPECTED = {
    (role, GuestStage(stage), GuestStep(step)): GuestStage(after)
    for role, table in (("interpreter", ALLOWED), (LISTENER, LISTENS))
    for stage, step, after in (row.split() for row in table.strip().splitlines())
}


@pytest.mark.parametrize(
    ("role", "stage", "step"), list(product(("interpreter", LISTENER), GuestStage, GuestStep))
)
def test_every_stage_answers_every_step(role: str, stage: GuestStage, step: GuestStep) -> None:
    if (role, stage, step) in EXPECTED:
        assert next_guest(stage, step, role) is EXPECTED[role, stage, step]
    else:
        with pytest.raises(StageForbids):
            next_guest(stage, step, role)


def test_who_is_gone_stays_gone_and_a_no_always_ends() -> None:
    assert not [step for stage, step in NEXT_GUEST if stage is GuestStage.ENDED]
    for stage, step in DISMISSED.items():
        assert NEXT_GUEST[stage, step] is GuestStage.ENDED
    assert set(DISMISSED) == set(GuestStage) - {GuestStage.ENDED}


def test_a_listener_cannot_be_refused_and_every_end_is_told() -> None:
    ends = {step for (_, step), after in NEXT_LISTENER.items() if after is GuestStage.ENDED}
    assert ends == set(LISTENER_TOLD)
    assert not ends & set(DISMISSED.values())
    assert not any(LISTENER in roles for roles in INVITES.values())


def test_an_applicant_invites_a_companion_alone() -> None:
    assert INVITES[Side.APPLICANT] == {"companion"}
    assert Side.GUEST not in INVITES
