"""`rediss://`: one server, Sentinels and a Cluster behind real TLS; who cannot prove its name is refused."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from consult.errors import SettingsWrong
from consult.live.address import check
from consult.live.fanout import Fanout
from consult.people import applicant_address
from tests.support.tls_door import TlsDoor, tls_door
from tests.support.valkey import connected
from tests.support.valkeys import Nodes
from tests.support.waiting import until

ADDRESSES = (
    "rediss://127.0.0.1:{port}/0",
    "rediss+sentinel://127.0.0.1:{port}/kantor",
    "rediss+cluster://127.0.0.1:{port}",
)


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[TlsDoor]:
    async with tls_door(tmp_path / "door") as opened:
        yield opened


@pytest.fixture
async def nodes(tmp_path: Path) -> AsyncIterator[Nodes]:
    nodes = Nodes(tmp_path / "nodes")
    yield nodes
    nodes.close()


async def works(address: str) -> None:
    """It can be used, and what one process says reaches another."""
    await check(address)
    heard: list[bytes] = []
    async with connected(address) as one, connected(address) as two:
        here = Fanout(one, "here", lambda _, frame: heard.append(frame))
        there = Fanout(two, "there", lambda *_: None)
        await here.start()
        await there.start()
        await here.hold(applicant_address("a"))
        there.send([applicant_address("a")], b"halo")
        await until(lambda: heard == [b"halo"])
        await there.close()
        await here.close()


async def test_one_server(door: TlsDoor, nodes: Nodes) -> None:
    door.open_to(nodes.server().port)
    await works(f"rediss://127.0.0.1:{door.port}/0?ssl_ca_certs={door.authority}")
    assert door.handshakes >= 3


async def test_sentinels_and_the_primary_they_name(door: TlsDoor, nodes: Nodes, tmp_path: Path) -> None:
    door.open_to(nodes.server().port)
    sentinel = nodes.sentinel("kantor", door.port, quorum=1)
    async with tls_door(tmp_path / "door") as sentinels:
        sentinels.open_to(sentinel.port)
        await works(f"rediss+sentinel://127.0.0.1:{sentinels.port}/kantor?ssl_ca_certs={door.authority}")
        assert sentinels.handshakes >= 3
    assert door.handshakes >= 3


async def test_a_cluster(door: TlsDoor, nodes: Nodes) -> None:
    door.open_to(nodes.cluster_of_one(announced_port=door.port).port)
    await works(f"rediss+cluster://127.0.0.1:{door.port}?ssl_ca_certs={door.authority}")
    assert door.handshakes >= 6  # to ask, and to speak


@pytest.mark.parametrize("form", ADDRESSES)
async def test_a_certificate_that_nobody_vouches_for_is_refused(
    door: TlsDoor, nodes: Nodes, form: str
) -> None:
    door.open_to(nodes.server().port)
    said = await _fault(form.format(port=door.port))
    assert "certificate is not trusted" in said
    assert "?ssl_ca_certs=" in said
    assert door.handshakes == 0


async def test_a_certificate_of_another_host_is_refused(nodes: Nodes, tmp_path: Path) -> None:
    async with tls_door(tmp_path / "elsewhere", address="192.0.2.1") as door:
        door.open_to(nodes.server().port)
        said = await _fault(f"rediss://127.0.0.1:{door.port}/0?ssl_ca_certs={door.authority}")
    assert "for another host" in said


async def test_tls_where_none_is_spoken(nodes: Nodes) -> None:
    said = await _fault(f"rediss://127.0.0.1:{nodes.server().port}/0")
    assert "write redis:// if it speaks no TLS" in said


async def test_no_tls_where_it_is_wanted(nodes: Nodes, tmp_path: Path) -> None:
    async with tls_door(tmp_path / "strict", only_tls=True) as door:
        door.open_to(nodes.server().port)
        said = await _fault(f"redis://127.0.0.1:{door.port}/0")
    assert "write rediss:// if it wants TLS" in said


async def test_a_file_of_authorities_that_is_not_there(door: TlsDoor, tmp_path: Path) -> None:
    said = await _fault(f"rediss://127.0.0.1:{door.port}/0?ssl_ca_certs={tmp_path}/none.pem")
    assert "a file that ssl_ca_certs" in said


async def _fault(address: str) -> str:
    with pytest.raises(SettingsWrong) as refused:
        await check(address)
    said = str(refused.value)
    assert said.startswith("REDIS_URL")
    assert "\n" not in said
    return said
