"""Every private name of aiortc that the recorder uses is there; a missing one is said in plain words."""

from typing import Any

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection

from consult.peers import private
from consult.recorder.private import RECEIVER


@pytest.fixture
async def receiver() -> Any:
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    yield connection.addTransceiver("video").receiver
    await connection.close()


@pytest.mark.parametrize("name", RECEIVER.values())
async def test_aiortc_has_the_name(receiver: Any, name: str) -> None:
    private.of(receiver, name)
    private.put(receiver, name, private.of(receiver, name))


async def test_aiortc_keeps_what_is_missing_in_a_set(receiver: Any) -> None:
    assert private.of(private.of(receiver, RECEIVER["missing"]), "missing") == set()
