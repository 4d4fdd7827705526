"""Whose media goes only through TURN."""

import pytest

from consult.people import Side
from consult.settings import Settings
from consult.signalling.ice import relay_only

WITH_TURN = {"turn_urls": "turn:turn.example", "turn_secret": "s"}


@pytest.mark.parametrize(
    ("settings", "hidden"),
    [
        (Settings(), set()),
        (Settings(**WITH_TURN), {Side.OFFICER}),
        (Settings(**WITH_TURN, relay_only="off"), set()),
        (Settings(**WITH_TURN, relay_only="officer"), {Side.OFFICER}),
        (Settings(**WITH_TURN, relay_only="both"), set(Side)),
    ],
)
def test_the_officer_is_hidden_where_there_is_turn_and_nobody_said_otherwise(
    settings: Settings, hidden: set[Side]
) -> None:
    assert {side for side in Side if relay_only(settings, side)} == hidden
