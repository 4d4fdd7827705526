"""By default calls cannot be recorded: the frames are refused and the desk has no button."""

import httpx2
import pytest

from tests.recordings.conftest import Recorded


@pytest.fixture(scope="module")
def recording_settings() -> dict[str, object]:
    return {}


async def test_nothing_can_be_asked_for(talk: Recorded) -> None:
    assert await talk.officer.refused("AskRecording", call=talk.call) == "stage_forbids"
    assert talk.rows("SELECT * FROM recording") == []
    assert talk.said() == []
    page = talk.officer_page
    async with httpx2.AsyncClient(
        base_url=page.url, cookies=page.cookies, trust_env=False, verify=False
    ) as http:
        assert "data-record" not in (await http.get("/officer")).text
    assert not talk.files()
