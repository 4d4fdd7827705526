"""The guest table, walked over the full product of stages and steps."""

from itertools import product

import pytest

from consult.consultations.guests import DISMISSED, INVITES, NEXT_GUEST, GuestStage, GuestStep, next_guest
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
EXPECTED = {
    (GuestStage(stage), GuestStep(step)): GuestStage(after)
    for stage, step, after in (row.split() for row in ALLOWED.strip().splitlines())
}


@pytest.mark.parametrize(("stage", "step"), list(product(GuestStage, GuestStep)))
def test_every_stage_answers_every_step(stage: GuestStage, step: GuestStep) -> None:
    if (stage, step) in EXPECTED:
        assert next_guest(stage, step) is EXPECTED[stage, step]
    else:
        with pytest.raises(StageForbids):
            next_guest(stage, step)


def test_who_is_gone_stays_gone_and_a_no_always_ends() -> None:
    assert not [step for stage, step in NEXT_GUEST if stage is GuestStage.ENDED]
    for stage, step in DISMISSED.items():
        assert NEXT_GUEST[stage, step] is GuestStage.ENDED
    assert set(DISMISSED) == set(GuestStage) - {GuestStage.ENDED}


def test_an_applicant_invites_a_companion_alone() -> None:
    assert INVITES[Side.APPLICANT] == {"companion"}
    assert Side.GUEST not in INVITES
