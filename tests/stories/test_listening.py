"""A supervisor listens to a call: three browsers at two server processes, everybody told before any sound."""

import re

import pytest
from playwright.async_api import Locator, expect

from tests.stories.connections import FLOWS, KEEP_CONNECTIONS
from tests.stories.looks import DESK, PHONE, looked_at
from tests.stories.people import Person, Town
from tests.support.looking import Finding
from tests.support.waiting import until

LISTEN = {"id": "Ikut mendengarkan", "en": "Listen in"}
STOP = {"id": "Berhenti mendengarkan", "en": "Stop listening"}
CARD = {"id": "Orang ketiga", "en": "Third person"}
BANNER = {"id": "Pengawas ikut mendengarkan", "en": "A supervisor is listening"}
BEGAN = {
    "id": r"\(Pengawas\) ikut mendengarkan panggilan ini sejak pukul",
    "en": r"\(Supervisor\) has listened to this call since",
}
ENDED = {"id": r"\(Pengawas\) berhenti mendengarkan pukul", "en": r"\(Supervisor\) stopped listening at"}
HEARING = {"id": r"^Anda mendengarkan [A-Z]-\d", "en": r"^You are listening to [A-Z]-\d"}
OVER = {"id": "Panggilan yang Anda dengarkan sudah selesai.", "en": "The call you listened to is over."}
MAY_RECORD = {"id": "Minta izin merekam", "en": "Ask to record"}
SETTINGS = {"id": "Pengaturan panggilan", "en": "Call settings"}


@pytest.fixture(scope="module")
def house_settings() -> dict[str, object]:
    return {"CONSULT_RECORDING": "browser"}


async def in_call(town: Town, name: str, languages: tuple[str, str]) -> tuple[Person, Person]:
    citizen = await town.applicant(name, 0, language=languages[0])
    officer = await town.staff("petugas1", 1, language=languages[1])
    await officer.button("ready").click()
    await officer.takes(name)
    await citizen.is_served()
    await officer.button("video").click()
    await citizen.button("accept_video").click()
    for side in (citizen, officer):
        await side.sees_moving_pictures()
    return citizen, officer


async def at_the_board(town: Town, language: str) -> Person:
    supervisor = await town.staff("pengawas", 0, language=language)
    await supervisor.context.add_init_script(KEEP_CONNECTIONS)
    await supervisor.page.reload()
    return supervisor


def banner(side: Person) -> Locator:
    card = side.page.get_by_role("group", name=CARD[side.language])
    return card.get_by_text(BANNER[side.language], exact=True)


def button(person: Person, words: dict[str, str]) -> Locator:
    return person.page.get_by_role("button", name=re.compile(f"^{words[person.language]}"))


def entry(side: Person, words: dict[str, str]) -> Locator:
    # On a phone the call stands before the conversation.
    return side.page.locator('[role="log"]').get_by_text(re.compile(words[side.language]))


async def hears_both(supervisor: Person) -> None:
    """Sound comes from two connections, and it is no silence."""

    async def hears() -> bool:
        flows = await supervisor.page.evaluate(FLOWS)
        return flows["connections"] == 2 and flows["heard"] > 50 and flows["energy"] > 0

    await until(hears, 40)


async def _all_looked_at(citizen: Person, officer: Person, supervisor: Person) -> None:
    findings: list[Finding] = []
    await looked_at(citizen, "listened", findings, PHONE)
    await looked_at(officer, "desk-listened", findings, DESK)
    await looked_at(supervisor, "board-listening", findings)
    assert not findings, "\n".join(map(str, findings))


async def test_everybody_is_told_and_the_supervisor_hears_and_sends_nothing(town: Town) -> None:
    citizen, officer = await in_call(town, "Sari", ("id", "en"))
    supervisor = await at_the_board(town, "id")
    await button(officer, SETTINGS).click()
    await expect(button(officer, MAY_RECORD)).to_be_visible()
    await button(supervisor, LISTEN).click()
    for side in (citizen, officer):
        await expect(banner(side)).to_be_visible()
        await expect(entry(side, BEGAN)).to_have_count(1)
    await expect(supervisor.page.get_by_text(re.compile(HEARING["id"]))).to_be_visible(timeout=40_000)
    await hears_both(supervisor)
    flows = await supervisor.page.evaluate(FLOWS)
    assert (flows["sent"], flows["seen"]) == (0, 0), flows
    tracks = "() => window.connections.flatMap((pc) => pc.getSenders()).filter((each) => each.track).length"
    assert await supervisor.page.evaluate(tracks) == 0
    await _all_looked_at(citizen, officer, supervisor)
    # Nobody is shown a third picture, the call is as it was, and who could not say yes is not recorded.
    await expect(button(officer, MAY_RECORD)).to_be_hidden()
    for side in (citizen, officer):
        await expect(side.page.locator(".stage")).to_have_attribute("data-seats", "1")
        await side.sees_moving_pictures()
    await button(supervisor, STOP).click()
    for side in (citizen, officer):
        await expect(banner(side)).to_have_count(0)
        await expect(entry(side, ENDED)).to_have_count(1)
    await expect(button(officer, MAY_RECORD)).to_be_visible()
    await expect(button(supervisor, LISTEN)).to_be_enabled()
    assert (await supervisor.page.evaluate(FLOWS))["connections"] == 0


async def test_after_a_reload_it_is_heard_again_and_it_ends_with_the_call(town: Town) -> None:
    citizen, officer = await in_call(town, "Putu", ("en", "id"))
    supervisor = await at_the_board(town, "en")
    await button(supervisor, LISTEN).click()
    for side in (citizen, officer):
        await expect(banner(side)).to_be_visible()
    await hears_both(supervisor)
    await supervisor.page.reload()
    await hears_both(supervisor)
    for side in (citizen, officer):
        await expect(entry(side, BEGAN)).to_have_count(1)
    await _all_looked_at(citizen, officer, supervisor)
    await officer.button("hang_up").click()
    await expect(supervisor.page.get_by_text(OVER["en"])).to_be_visible()
    for side in (citizen, officer):
        await expect(banner(side)).to_have_count(0)
        await expect(entry(side, ENDED)).to_have_count(1)
