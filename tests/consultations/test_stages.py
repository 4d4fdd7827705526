"""The stage table, walked over the full product of stages and steps."""

from itertools import product

import pytest

from consult.consultations.stages import LIVE, NEXT_STAGE, TO_THE_HEAD, Stage, Step, next_stage
from consult.errors import Ended, StageForbids

# Written out here on its own, so that a changed table must be changed on purpose.
ALLOWED = """
waiting  offer    offered
waiting  pick_up  serving
waiting  park     parked
waiting  bring_forward waiting
waiting  leave    ended
waiting  close    ended
waiting  block    ended
offered  accept   serving
offered  pass     waiting
offered  miss     waiting
offered  withdraw waiting
offered  leave    ended
offered  block    ended
serving  requeue  waiting
serving  transfer waiting
serving  end      ended
serving  let_go   ended
serving  block    ended
parked   resume   waiting
parked   bring_forward parked
parked   leave    ended
parked   close    ended
ended    reopen   waiting
ended    rate     ended
parked   block    ended
"""
EXPECTED = {
    (Stage(stage), Step(step)): Stage(after)
    for stage, step, after in (row.split() for row in ALLOWED.strip().splitlines())
}


@pytest.mark.parametrize(("stage", "step"), list(product(Stage, Step)))
def test_every_stage_answers_every_step(stage: Stage, step: Step) -> None:
    if (stage, step) in EXPECTED:
        assert next_stage(stage, step) is EXPECTED[stage, step]
    else:
        with pytest.raises(Ended if stage is Stage.ENDED else StageForbids):
            next_stage(stage, step)


def test_a_transfer_keeps_the_place_that_the_time_of_joining_gives() -> None:
    assert Step.TRANSFER not in TO_THE_HEAD


def test_nothing_leaves_the_end_but_being_reopened() -> None:
    left = [step for (stage, step), after in NEXT_STAGE.items() if stage is Stage.ENDED is not after]
    assert left == [Step.REOPEN]


def test_who_reopens_stands_at_a_time_and_not_at_the_head() -> None:
    assert Step.REOPEN not in TO_THE_HEAD


def test_every_live_stage_can_be_reached_and_left() -> None:
    assert set(NEXT_STAGE.values()) >= LIVE - {Stage.WAITING}
    assert {stage for stage, _ in NEXT_STAGE} >= LIVE
