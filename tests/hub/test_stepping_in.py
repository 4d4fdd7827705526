"""What every page hears when a supervisor steps in, with the pages in two server processes."""

from consult.people import Role
from tests.hub.conftest import Office
from tests.support.client import Client

WHY = "Laporan pemohon: petugas meminta uang."


async def served_on(board: Client, count: int) -> list[dict[str, object]]:
    """What the board lists as being served, once it lists so many."""
    while True:
        shown = (await board.hears("BoardShown")).get("served", [])
        if len(shown) == count:
            return list(shown)


async def test_both_sides_hear_that_the_office_ended_it_and_the_board_shows_it(two_servers: Office) -> None:
    office = two_servers
    rina = await office.staff("rina", Role.SUPERVISOR, at=0)
    async with rina.open() as board, office.consultation(citizen_at=1) as talk:
        (shown,) = await served_on(board, 1)
        assert {name: shown[name] for name in ("id", "label", "stage", "epoch", "officer_name")} == {
            "id": talk.ticket,
            "label": "A-001",
            "stage": "serving",
            "epoch": 1,
            "officer_name": "Budi",
        }
        await talk.officer.acked("Ring", media="audio")
        order = {"ticket": talk.ticket, "epoch": 1, "reason": WHY}
        await board.acked("CloseConsultation", **order)
        number = board.cseq
        closed = await talk.officer.hears("ConversationClosed", ticket=talk.ticket)
        assert closed["why"] == "ended_by_office"
        for side in (talk.citizen, talk.officer):
            while (await side.hears("CallChanged"))["call"]["stage"] != "ended":
                pass
            told = [frame["entry"] for frame in side.everything if frame["t"] == "EntryAdded"]
            assert [entry["values"] for entry in told if entry["kind"] == "ended"] == [
                {"reason": "ended_by_office"}
            ]
            assert await side.refused("PostMessage", text="Masih di sini?") == "ended"
            assert WHY not in str(side.everything), "the reason is the office's"
        while (ticket := (await talk.citizen.hears("TicketChanged"))["ticket"])["stage"] != "ended":
            pass
        assert ticket["ended_reason"] == "ended_by_office"
        assert await served_on(board, 0) == []
        await board.sends("CloseConsultation", cseq=number, **order)
        assert (await board.answer(number))["t"] == "Acked", "a repeat gets the first answer"
        assert await board.refused("CloseConsultation", **order) == "ended"


async def test_a_number_is_found_by_what_is_typed_and_blocked_while_it_is_offered(
    two_servers: Office,
) -> None:
    office = two_servers
    rina, budi = await office.staff("rina", Role.SUPERVISOR, at=1), await office.officer(at=0)
    page = await office.citizen(at=0)
    async with page.open() as citizen, budi.open() as officer, rina.open() as board:
        await officer.acked("BeReady")
        offer = (await officer.hears("OfferMade"))["offer"]
        await board.sends("FindNumber", label="a 1")
        found = await board.hears("NumberFound", label="a 1")
        (shown,) = found["tickets"]
        assert (shown["id"], shown["stage"], shown["officer_name"]) == (page.ticket, "offered", "Budi")
        await board.sends("FindNumber", label="B-001")
        assert (await board.hears("NumberFound", label="B-001"))["tickets"] == []
        await board.sends("FindNumber", label="?")
        assert (await board.hears("NumberFound", label="?"))["tickets"] == []
        await board.acked("BlockTicket", ticket=page.ticket, reason=WHY)
        gone = await officer.hears("OfferWithdrawn", ticket=page.ticket)
        assert (gone["attempt"], gone["why"]) == (offer["attempt"], "blocked")
        while (ticket := (await citizen.hears("TicketChanged"))["ticket"])["stage"] != "ended":
            pass
        assert ticket["ended_reason"] == "blocked"
        await board.sends("FindNumber", label="A-001")
        assert (await board.hears("NumberFound", label="A-001"))["tickets"] == []


async def test_an_officer_hears_from_another_process_that_the_shift_is_over(two_servers: Office) -> None:
    office = two_servers
    rina = await office.staff("rina", Role.SUPERVISOR, at=1)
    async with rina.open() as board, office.consultation() as talk:
        await served_on(board, 1)
        (shown,) = [one for one in board.has_heard("BoardShown")[-1]["officers"] if one["name"] == "Budi"]
        await board.acked("EndShift", officer=shown["id"])
        while (duty := (await talk.officer.hears("DutyChanged"))["duty"])["state"] != "draining":
            pass
        assert (duty["reason"], duty["load"]) == ("by_supervisor", 1)
        await talk.officer.acked("EndConsultation", epoch=1)
        while (await talk.officer.hears("DutyChanged"))["duty"]["state"] != "offline":
            pass
        assert await board.refused("EndShift", officer=shown["id"]) == "stage_forbids"
