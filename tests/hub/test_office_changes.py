"""What the administrator changes at one server reaches the pages at another, though nobody else moves."""

from collections.abc import Callable
from typing import Any

import httpx2

from consult.people import Role
from tests.hub.conftest import Office
from tests.support.client import Client, Frame, Page
from tests.support.open_office import PASSWORD


async def changes(administrator: Page, path: str, **fields: Any) -> None:
    """Post a form of the administrator's page."""
    async with httpx2.AsyncClient(
        base_url=administrator.url, cookies=administrator.cookies, trust_env=False
    ) as http:
        form = {"csrf": administrator.csrf, **fields}
        answer = await http.post(path, data=form, headers={"Origin": administrator.url})
    assert answer.status_code == 303, answer.text


async def shows(board: Client, fits: Callable[[Frame], bool]) -> None:
    while not fits(await board.hears("BoardShown")):
        pass


def on_duty(frame: Frame) -> dict[str, int]:
    """Letter of each service -> officers on duty for it."""
    return {one["letter"]: one["officers_on_duty"] for one in frame["services"]}


def officers(frame: Frame) -> set[tuple[str, str]]:
    return {(one["name"], one["state"]) for one in frame["officers"]}


async def test_a_service_that_is_ticked_for_an_officer_shows_to_who_waits_to_the_officer_and_on_the_board(
    two_servers: Office,
) -> None:
    office = two_servers
    budi = await office.officer("budi", at=0)
    (person,) = await office.apps[0].pages.staff.everybody()
    kepala = await office.staff("kepala", Role.ADMINISTRATOR, at=1)
    rina = await office.staff("rina", Role.SUPERVISOR, at=0)
    ana = await office.citizen(at=0)
    async with ana.open() as citizen, budi.open() as officer, rina.open() as board:
        await officer.acked("Pause")
        await citizen.hears("PositionTold", officers_on_duty=1)
        await shows(board, lambda frame: on_duty(frame) == {"A": 1})
        for ticked, count in (([], 0), ([office.service], 1), ([], 0)):
            await changes(kepala, f"/office/people/{person.id}/services", services=ticked)
            await citizen.hears("PositionTold", officers_on_duty=count)
            await officer.hears("LineShown", line_total=count)
            await shows(board, lambda frame, count=count: on_duty(frame) == {"A": count})  # type: ignore[misc]


async def test_the_board_follows_services_and_officers_as_they_come_and_go(two_servers: Office) -> None:
    office = two_servers
    kepala = await office.staff("kepala", Role.ADMINISTRATOR, at=1)
    rina = await office.staff("rina", Role.SUPERVISOR, at=0)
    async with rina.open() as board:
        service = {"letter": "B", "name_id": "Izin Bangunan", "name_en": "Building permit"}
        await changes(kepala, "/office/services", **service, always_open="on")
        await shows(board, lambda frame: on_duty(frame) == {"A": 0, "B": 0})
        added = next(one for one in (await office.apps[1].pages.office.shown()).services if one.letter == "B")
        await changes(kepala, f"/office/services/{added.id}/retire")
        await shows(board, lambda frame: on_duty(frame) == {"A": 0})
        dewi = {"user_name": "dewi", "name": "Dewi", "role": "officer", "password": PASSWORD}
        await changes(kepala, "/office/people", **dewi)
        await shows(board, lambda frame: officers(frame) == {("Dewi", "offline")})
        (person,) = [one for one in await office.apps[1].pages.staff.everybody() if one.name == "Dewi"]
        await changes(kepala, f"/office/people/{person.id}/disable")
        await shows(board, lambda frame: officers(frame) == set())
