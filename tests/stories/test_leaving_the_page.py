"""Pages that go away in a call and come back, machines that find a network again, people who look again."""

import json
import re
from typing import Any

from playwright.async_api import WebSocket, expect

from tests.stories.people import Person, Town
from tests.support.waiting import until

# Until the service has begun to count, and from then on.
RECONNECTING = re.compile("Menyambung(?: lagi|, sisa)")


class Heard:
    """What this page's sockets said and heard, as frames; a page must be reloaded to begin."""

    def __init__(self, somebody: Person) -> None:
        self.sent: list[dict[str, Any]] = []
        self.received: list[dict[str, Any]] = []
        self.sockets = 0
        somebody.page.on("websocket", self._opened)

    def _opened(self, socket: WebSocket) -> None:
        self.sockets += 1
        socket.on("framesent", lambda payload: self.sent.append(json.loads(payload)))
        socket.on("framereceived", lambda payload: self.received.append(json.loads(payload)))

    async def hears_more(self, kind: str, before: int) -> None:
        await until(lambda: len([frame for frame in self.received if frame["t"] == kind]) > before)


async def _in_video(town: Town, name: str) -> tuple[Person, Person, Heard]:
    citizen, officer = await town.consultation(name)
    heard = Heard(officer)
    await officer.page.reload()
    await officer.button("video").click()
    await citizen.button("accept_video").click()
    for side in (citizen, officer):
        await side.sees_moving_pictures()
    return citizen, officer, heard


async def _is_reconnecting(somebody: Person) -> None:
    stage = somebody.page.get_by_role("region", name=re.compile("^Panggilan dengan"))
    await expect(stage.get_by_text(RECONNECTING).first).to_be_visible()


async def test_a_page_that_leaves_says_so_and_the_call_waits_for_it(town: Town) -> None:
    citizen, officer, heard = await _in_video(town, "Ibu Pergi")
    address = citizen.page.url
    await citizen.page.goto("about:blank")
    await _is_reconnecting(officer)
    assert [frame for frame in heard.received if frame.get("away")], "it was told, not found out"
    await citizen.page.goto(address)
    for side in (citizen, officer):
        await side.sees_moving_pictures()
    await expect(officer.button("hang_up")).to_be_visible()


async def test_who_looks_again_asks_for_the_state_and_a_whole_picture(town: Town) -> None:
    citizen, officer, heard = await _in_video(town, "Ibu Melihat")
    refreshed = len([frame for frame in heard.sent if frame["t"] == "Refresh"])
    told = len([frame for frame in heard.received if frame["t"] == "MediaStateTold"])
    await officer.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await officer.button("mute").click()
    await expect(citizen.page.get_by_text("Mikrofonnya mati")).to_be_visible()
    assert len([frame for frame in heard.sent if frame["t"] == "Refresh"]) == refreshed + 1
    assert [frame for frame in heard.sent if frame.get("anew")]
    await heard.hears_more("MediaStateTold", told)


async def test_a_machine_that_is_on_a_network_again_dials_at_once(town: Town) -> None:
    citizen, officer, heard = await _in_video(town, "Ibu Jaringan Baru")
    sockets = heard.sockets
    await officer.page.evaluate("window.dispatchEvent(new Event('online'))")
    # Said while there is no line, it is known over there once there is one.
    await officer.button("mute").click()
    await expect(citizen.page.get_by_text("Mikrofonnya mati")).to_be_visible()
    assert heard.sockets == sockets + 1
    for side in (citizen, officer):
        await side.sees_moving_pictures()
    await officer.button("hang_up").click()
    await expect(citizen.button("hang_up")).to_have_count(0)
