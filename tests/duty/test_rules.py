"""The officers' state table, walked over the full product of states and steps."""

from itertools import product

import pytest

from consult.duty.rules import NEXT_STATE, DutyState, DutyStep, next_state
from consult.errors import StageForbids

ALLOWED = """
offline   be_ready available
offline   pause    paused
offline   disable  disabled
available be_ready available
available pause    paused
available miss     paused
available pass_often paused
available finish   draining
available lose     lost
available disable  disabled
paused    be_ready available
paused    pause    paused
paused    finish   draining
paused    lose     lost
paused    disable  disabled
draining  be_ready available
draining  pause    paused
draining  empty    offline
draining  lose     lost
draining  disable  disabled
lost      be_ready available
lost      pause    paused
lost      requeued offline
lost      disable  disabled
disabled  enable   offline
"""
EXPECTED = {
    (DutyState(state), DutyStep(step)): DutyState(after)
    for state, step, after in (row.split() for row in ALLOWED.strip().splitlines())
}


@pytest.mark.parametrize(("state", "step"), list(product(DutyState, DutyStep)))
def test_every_state_answers_every_step(state: DutyState, step: DutyStep) -> None:
    if (state, step) in EXPECTED:
        assert next_state(state, step) is EXPECTED[state, step]
    else:
        with pytest.raises(StageForbids):
            next_state(state, step)


def test_offers_missed_or_passed_too_often_never_leave_an_officer_available() -> None:
    assert DutyState.AVAILABLE not in {
        after for (_, step), after in NEXT_STATE.items() if step in {DutyStep.MISS, DutyStep.PASS_OFTEN}
    }
