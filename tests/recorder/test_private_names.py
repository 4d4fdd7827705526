"""Every private name of aiortc that the recorder uses is there; a missing one is said in plain words."""

from typing import Any

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection

from consult.recorder import private


@pytest.fixture
async def receiver() -> Any:
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    yield connection.addTransceiver("video").receiver
    await connection.close()


@pytest.mark.parametrize("name", private.RECEIVER.values())
async def test_aiortc_has_the_name(receiver: Any, name: str) -> None:
    private.of(receiver, name)
    private.put(receiver, name, private.of(receiver, name))


async def test_aiortc_keeps_what_is_missing_in_a_set(receiver: Any) -> None:
    assert private.of(private.of(receiver, private.RECEIVER["missing"]), "missing") == set()


def test_a_missing_name_says_which_aiortc_is_needed() -> None:
    with pytest.raises(private.NoSuchName, match=r"aiortc's object has no _gone: .* needs aiortc 1\.16"):
        private.put(object(), "_gone", None)
