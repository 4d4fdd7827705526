"""The call table, walked over the full product of stages and steps."""

from itertools import product

import pytest

from consult.errors import StageForbids
from consult.signalling.calls import NEXT_CALL, CallStage, CallStep, next_call

ALLOWED = """
ringing    ring_here    ringing
ringing    accept       connecting
ringing    decline      ended
ringing    cancel       ended
ringing    no_answer    ended
ringing    close        ended
connecting connect      connected
connecting renew        connecting
connecting interrupt    connecting
connecting setup_failed ended
connecting lose         ended
connecting hang_up      ended
connecting close        ended
connected  renew        connecting
connected  interrupt    connecting
connected  lose         ended
connected  hang_up      ended
connected  close        ended
"""
EXPECTED = {
    (CallStage(stage), CallStep(step)): CallStage(after)
    for stage, step, after in (row.split() for row in ALLOWED.strip().splitlines())
}


@pytest.mark.parametrize(("stage", "step"), list(product(CallStage, CallStep)))
def test_every_stage_answers_every_step(stage: CallStage, step: CallStep) -> None:
    if (stage, step) in EXPECTED:
        assert next_call(stage, step) is EXPECTED[stage, step]
    else:
        with pytest.raises(StageForbids):
            next_call(stage, step)


def test_an_ended_call_stays_ended() -> None:
    assert not [step for stage, step in NEXT_CALL if stage is CallStage.ENDED]
