"""What every page hears once a consultation is over and goes on, with the pages in two server processes."""

from consult.people import Role
from tests.hub.conftest import Office
from tests.support.client import Client, Frame


async def _begins_anew(page: Client) -> Frame:
    """The snapshot of the line; one that heals may come before it on a busy machine."""
    while (welcome := await page.hears_welcome())["ticket"]["stage"] != "waiting":
        pass
    return welcome


async def test_every_page_hears_that_a_consultation_is_taken_up_again(two_servers: Office) -> None:
    async with two_servers.consultation(citizen_at=1) as talk:
        await talk.citizen.acked("PostMessage", text="Sebelum selesai")
        await talk.officer.acked("EndConsultation", epoch=1)
        ended = await talk.citizen.hears("TicketChanged")
        assert ended["ticket"]["stage"] == "ended"
        assert await talk.citizen.refused("PostMessage", text="Satu lagi") == "ended"

        await talk.citizen.acked("ReopenConsultation")
        number = talk.citizen.cseq
        # The page begins anew, so that it has its place in the line from the first moment.
        welcome = await _begins_anew(talk.citizen)
        assert (welcome["ticket"]["stage"], welcome["position"]["position"]) == ("waiting", 1)
        told = welcome["after"]
        assert (told["reopen_seconds"], told["priority_minutes"]) == (86_400, 30)
        assert await talk.citizen.refused("PostMessage", text="Satu lagi") == "stage_forbids"
        await talk.citizen.sends("ReopenConsultation", cseq=number)
        assert (await talk.citizen.answer(number))["t"] == "Acked", "a repeat gets the first answer"
        assert await talk.officer.refused("EndConsultation", epoch=1) == "not_found"

        await talk.officer.acked("ServeNext")
        shown = (await talk.officer.hears("ConversationOpened"))["conversation"]
        kinds = [entry["kind"] for entry in shown["entries"]]
        assert kinds == ["joined", "served", "message", "ended", "reopened", "served"]
        assert await talk.officer.refused("EndConsultation", epoch=1) == "stale_epoch"
        await talk.citizen.acked("PostMessage", text="Satu lagi")
        await talk.officer.hears_entry("Satu lagi")


async def test_an_officer_calls_somebody_back_whose_page_is_in_another_process(two_servers: Office) -> None:
    async with two_servers.consultation(citizen_at=1) as talk:
        await talk.officer.acked("EndConsultation", epoch=1)
        await talk.officer.acked("ReopenConsultation")
        await _begins_anew(talk.citizen)
        (said,) = [
            frame["entry"]
            for frame in talk.citizen.everything
            if frame["t"] == "EntryAdded" and frame["entry"]["kind"] == "reopened"
        ]
        assert (said["name"], said["values"]) == ("Budi", {"by": "officer"})
        # Nobody else is offered them for a while; lines that were told before are passed over.
        while not any(one.get("for_you") for one in (await talk.officer.hears("LineShown"))["line"]):
            pass


async def test_a_place_that_a_supervisor_moves_is_told_to_everybody_in_the_line(two_servers: Office) -> None:
    office = two_servers
    first, second = await office.citizen(0), await office.citizen(1, name="Bapak Kedua")
    rina = await office.staff("rina", Role.SUPERVISOR)
    async with first.open() as ana, second.open() as eko, rina.open() as board:
        assert (await ana.hears_welcome())["position"]["position"] == 1
        assert (await eko.hears_welcome())["position"]["position"] == 2
        await board.hears_welcome()
        order = {"ticket": second.ticket, "minutes": 10, "reason": "Lansia"}
        await board.acked("BringForward", **order)
        assert (await eko.hears("PositionTold", position=1))["waiting"] == 2
        assert (await ana.hears("PositionTold", position=2))["waiting"] == 2
        (said,) = [frame["entry"] for frame in eko.everything if frame["t"] == "EntryAdded"]
        assert said["kind"] == "brought_forward"
        assert "Lansia" not in str(eko.everything), "the reason is the office's"
        assert await board.refused("BringForward", **order | {"reason": "  "}) == "bad_request"
        assert await ana.refused("BringForward", **order) == "not_allowed"


async def test_a_consultation_is_rated_once_by_its_applicant_and_its_page_knows(two_servers: Office) -> None:
    async with two_servers.consultation(citizen_at=1) as talk:
        assert await talk.citizen.refused("RateConsultation", score=5) == "stage_forbids"
        await talk.officer.acked("EndConsultation", epoch=1)
        assert await talk.officer.refused("RateConsultation", score=5) == "not_allowed"
        await talk.citizen.acked("RateConsultation", score=4, remark="Jelas dan sabar.")
        number = talk.citizen.cseq
        assert await talk.citizen.refused("RateConsultation", score=1) == "already_rated"
        await talk.citizen.sends("RateConsultation", cseq=number, score=4, remark="Jelas dan sabar.")
        assert (await talk.citizen.answer(number))["t"] == "Acked", "a repeat gets the first answer"
        await talk.citizen.sends("Refresh")
        welcome = await talk.citizen.hears_welcome()
        assert (welcome["after"]["rated"], welcome["after"]["rating_seconds"]) == (4, 7 * 86_400)
        assert "Jelas dan sabar." not in str(talk.officer.everything)
