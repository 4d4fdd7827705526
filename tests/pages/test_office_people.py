"""What an administrator does with the office's people, as plain forms."""

import pytest

from consult.people import Role
from tests.support.offices import PASSWORD, Door
from tests.support.visitor import Visitor, token_in, visiting


async def test_capacity_is_set_and_what_cannot_be_is_said_beside_its_field(
    door: Door, visitor: Visitor
) -> None:
    await door.person("kepala", Role.ADMINISTRATOR)
    officer = await door.person("budi", Role.OFFICER, [await door.service()])
    home = (await visitor.sign_in("kepala", PASSWORD)).headers["location"]
    token = token_in(await visitor.get(home))
    path = f"/office/people/{officer}/capacity"
    for typed in ("0", "11", "-1", "1.5", "banyak", ""):
        answer = await visitor.post(path, {"csrf": token, "capacity": typed})
        assert answer.status_code == 422, typed
        assert 'href="#capacity-capacity">Isi angka 1 sampai 10.' in answer.text
        assert answer.text.count('aria-describedby="capacity-capacity-about" aria-invalid="true"') == 1
    assert await door.app.pages.desk.capacities() == {officer: door.app.settings.officer_capacity}
    answer = await visitor.post(path, {"csrf": token, "capacity": " 10 "})
    assert answer.headers["location"] == "/office?done=capacity_set"
    assert await door.app.pages.desk.capacities() == {officer: 10}
    assert "10 unit sekaligus" in (await visitor.get("/office")).text


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR])
async def test_who_is_enabled_again_signs_in_as_before(door: Door, visitor: Visitor, role: Role) -> None:
    await door.person("kepala", Role.ADMINISTRATOR)
    person = await door.person("citra", role)
    home = (await visitor.sign_in("kepala", PASSWORD)).headers["location"]
    token = token_in(await visitor.get(home))
    enable = f"/office/people/{person}/enable"
    assert (await visitor.post(enable, {"csrf": token})).status_code == 404, "is not disabled"
    await visitor.post(f"/office/people/{person}/disable", {"csrf": token})
    async with visiting(door.app.asgi) as citra:
        assert (await citra.sign_in("citra", PASSWORD)).status_code == 422
    assert f'action="{enable}"' in (await visitor.get("/office")).text
    answer = await visitor.post(enable, {"csrf": token})
    assert answer.headers["location"] == "/office?done=person_enabled"
    assert f'action="{enable}"' not in (await visitor.get("/office")).text
    async with visiting(door.app.asgi) as citra:
        assert (await citra.sign_in("citra", PASSWORD)).status_code == 303
