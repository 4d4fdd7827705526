"""The check where a relay is configured: which transports work, and a throughput from a loop through it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from consult.precall.letters import mirror_path
from tests.signalling.turn.relay import relay
from tests.stories.people import Town
from tests.support.databases import OfficeTemplate
from tests.support.house import House, open_house
from tests.support.nursery import Nursery
from tests.support.waiting import until


@pytest.fixture(scope="module")
async def house(
    tmp_path_factory: pytest.TempPathFactory,
    office_template: OfficeTemplate,
    nursery: Nursery,
    furnished: Path,
) -> AsyncIterator[House]:
    """A house whose media goes only through a real coturn."""
    async with relay(tmp_path_factory.mktemp("relay"), doors_open=True) as running:
        settings = {
            "DATABASE_URL": office_template.for_processes(),
            "CONSULT_TURN_URLS": running.settings.turn_urls,
            "CONSULT_TURN_SECRET": running.settings.turn_secret,
            "CONSULT_RELAY_ONLY": "both",
        }
        async with open_house(tmp_path_factory.mktemp("house"), nursery, furnished, **settings) as opened:
            mirror = opened.checks_devices()
            await until(mirror_path(opened.data_dir).exists)
            yield opened
            mirror.process.terminate()
            await asyncio.to_thread(mirror.process.wait)


async def test_the_relay_is_tried_by_each_transport_and_measured_in_a_loop(town: Town, house: House) -> None:
    citizen = await town.applicant("Ibu Penghubung")
    await citizen.button("check").click()
    region = citizen.page.get_by_role("region", name=citizen.says("check"))
    measured = re.compile(r"^Lewat penghubung \((UDP|TCP)\) · bolak-balik \d+ md")
    await expect(region.get_by_text(measured)).to_be_visible(timeout=20_000)
    (kept,) = house.rows("SELECT result FROM device_check")
    result = json.loads(kept["result"])
    # The page does not know who signed the relay's certificate, so nothing comes of TLS.
    assert result["relays"] == {"udp": True, "tcp": True, "tls": False}
    assert result["throughput_by"] == "loop"
    assert result["up_kbps"] == result["down_kbps"] > 0
