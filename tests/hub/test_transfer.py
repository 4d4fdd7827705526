"""What every page hears when a consultation is handed over, with the pages in two server processes."""

from consult.accounts.staff import Staff
from consult.people import Role
from tests.hub.conftest import Office
from tests.support.client import Page, sign_in
from tests.support.open_office import PASSWORD
from tests.support.quick_passwords import QuickPasswords

NOTE = "Sudah saya cek, tinggal denah."


async def _other_service(office: Office, user_name: str) -> tuple[str, Page]:
    """Another service, and the page of its officer in the other process."""
    app = office.apps[1]
    service = await app.pages.office.add_service("C", "Izin Bangunan", "Building permit", True, {}, "office")
    staff = Staff(app.database, QuickPasswords(), app.settings)
    await staff.add(user_name, user_name.title(), Role.OFFICER, PASSWORD, [service])
    return service, await sign_in(office.urls[1], user_name, PASSWORD)


async def test_every_page_hears_of_a_transfer_and_the_next_officer_has_everything(
    two_servers: Office,
) -> None:
    office = two_servers
    service, next_page = await _other_service(office, "citra")
    async with office.consultation(citizen_at=1) as talk, next_page.open() as citra:
        await talk.citizen.acked("PostMessage", text="Berapa lama lagi?")
        await citra.acked("Pause")
        await talk.officer.sends("AskTransferTargets")
        found = await talk.officer.hears("TransferTargets", ticket=talk.ticket)
        assert found["services"] == [
            {"id": service, "name": "Izin Bangunan", "name_en": "Building permit", "on_duty": 1}
        ]
        assert found["officers"] == []
        await talk.officer.acked("Ring", media="audio")
        order = {"epoch": 1, "note": NOTE, "service": service}
        await talk.officer.acked("TransferConsultation", **order)
        number = talk.officer.cseq

        closed = await talk.officer.hears("ConversationClosed", ticket=talk.ticket)
        assert closed["why"] == "transferred"
        for side in (talk.citizen, talk.officer):
            while (call := (await side.hears("CallChanged"))["call"])["stage"] != "ended":
                pass
            assert call["ended_reason"] == "transferred"
        entries = [frame["entry"] for frame in talk.citizen.everything if frame["t"] == "EntryAdded"]
        (said,) = [entry for entry in entries if entry["kind"] == "transferred"]
        assert said["values"] == {
            "reason": "service",
            "service": "Izin Bangunan",
            "service_en": "Building permit",
        }
        # The page begins anew, so that from now on it is told of the other line.
        welcome = await talk.citizen.hears_welcome()
        assert (welcome["ticket"]["stage"], welcome["ticket"]["service"]) == ("waiting", service)
        assert (welcome["ticket"]["label"], welcome["position"]["position"]) == ("A-001", 1)

        assert await talk.officer.refused("TransferConsultation", **order) == "not_found"
        assert await talk.officer.refused("PostMessage", text="Masih di sini?") == "not_found"
        await talk.officer.sends("TransferConsultation", cseq=number, **order)
        assert (await talk.officer.answer(number))["t"] == "Acked", "a repeat gets the first answer"

        await citra.acked("ServeNext")
        shown = (await citra.hears("ConversationOpened"))["conversation"]
        assert (shown["note"]["name"], shown["note"]["text"]) == ("Budi", NOTE)
        assert "Berapa lama lagi?" in [entry.get("text") for entry in shown["entries"]]
        await talk.citizen.acked("PostMessage", text="Selamat siang")
        await citra.hears_entry("Selamat siang")
        assert NOTE not in str(talk.citizen.everything), "the note is for officers"
        assert "Selamat siang" not in str(talk.officer.everything), "the first officer reads no more"


async def test_who_waits_for_one_officer_moves_on_in_the_new_line(two_servers: Office) -> None:
    """The position of somebody who was handed over is told as of everybody in that line."""
    office = two_servers
    service, next_page = await _other_service(office, "citra")
    async with office.consultation(citizen_at=1) as talk, next_page.open() as citra:
        await citra.acked("Pause")
        await talk.officer.acked("TransferConsultation", epoch=1, note=NOTE, service=service)
        await talk.citizen.hears_welcome()
        assert (await talk.citizen.hears("PositionTold", officers_on_duty=1))["position"] == 1
        await citra.acked("FinishShift")
        assert (await talk.citizen.hears("PositionTold", officers_on_duty=0))["position"] == 1
