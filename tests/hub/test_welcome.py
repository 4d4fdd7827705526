from tests.hub.conftest import Office


async def test_an_applicant_is_welcomed_with_the_place_in_the_line(office: Office) -> None:
    page = await office.citizen()
    async with page.open() as ana:
        welcome = await ana.hears("WelcomeApplicant")
        assert welcome["ticket"]["label"] == page.label
        assert welcome["position"]["position"] == 1
        assert [entry["kind"] for entry in welcome["entries"]] == ["joined"]
        assert welcome["whole"] is True
