"""Every private name of aiortc that the mirror uses is there; a missing one is said in plain words."""

from typing import Any

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection

from consult.peers import private
from consult.precall.mirror.private import RECEIVER, SENDER, TRANSPORT

NAMES = [
    *(("receiver", name) for name in RECEIVER.values()),
    *(("sender", name) for name in SENDER.values()),
    *(("transport", name) for name in TRANSPORT.values()),
]


@pytest.fixture
async def holders() -> Any:
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    transceiver = connection.addTransceiver("video")
    yield {
        "receiver": transceiver.receiver,
        "sender": transceiver.sender,
        "transport": transceiver.sender.transport,
    }
    await connection.close()


@pytest.mark.parametrize(("holder", "name"), NAMES, ids=[name for _, name in NAMES])
async def test_aiortc_has_the_name(holders: dict[str, Any], holder: str, name: str) -> None:
    private.of(holders[holder], name)


def test_a_missing_name_says_which_aiortc_is_needed() -> None:
    with pytest.raises(private.NoSuchName, match=r"aiortc's object has no _gone: install aiortc 1\.16"):
        private.of(object(), "_gone")
