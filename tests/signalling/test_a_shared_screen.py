"""A screen that is shared: its begin and its end are told once to both sides, and by whom."""

import json

from sqlalchemy import Connection, select

from consult.audit.store import verify
from consult.storage.tables import event
from tests.signalling.conftest import Talk
from tests.signalling.test_a_call import ended, entries
from tests.support.waiting import until


async def told(talk: Talk, *steps: tuple[str, str]) -> None:
    """Both sides read these steps (by whom, what), and no others."""
    for side in talk.sides:
        await until(lambda side=side: len(entries(side, "call_screen")) >= len(steps))  # type: ignore[misc]
        # Two processes told them, each when it could.
        seen = sorted(entries(side, "call_screen"), key=lambda entry: entry["seq"])
        assert [entry["values"] for entry in seen] == [{"by": by, "reason": reason} for by, reason in steps]


async def test_begin_and_end_are_told_once_to_both(talk: Talk) -> None:
    await talk.calls("audio")
    await talk.staff.acts("ReportScreen", on=False)
    await talk.staff.acts("ReportScreen", on=True)
    await talk.staff.acts("ReportScreen", on=True)
    await talk.applicant.acts("ReportScreen", on=True)
    await talk.staff.acts("ReportScreen", on=False)
    await talk.staff.acts("ReportScreen", on=False)
    steps = [("officer", "begun"), ("applicant", "begun"), ("officer", "ended")]
    await told(talk, *steps)
    # The applicant's went on: the other side's end is no matter of it.
    await talk.applicant.acts("ReportScreen", on=False)
    await told(talk, *steps, ("applicant", "ended"))


async def test_each_step_is_an_event_row_of_the_ticket(talk: Talk) -> None:
    await talk.calls("audio")
    for on in (True, False):
        await talk.applicant.acts("ReportScreen", on=on)
    subject = f"ticket:{talk.ticket}"

    def query(conn: Connection) -> list[dict[str, object]]:
        assert verify(conn, subject)
        mine = select(event.c.content).where(event.c.subject == subject)
        rows = conn.execute(mine.order_by(event.c.number))
        return [json.loads(content) for content in rows.scalars()]

    written = await talk.office.apps[0].database.read(query)
    details = [content["detail"] for content in written if content.get("kind") == "call_screen"]
    assert details == [{"by": "applicant", "reason": reason} for reason in ("begun", "ended")]


async def test_a_call_that_ends_ends_the_share(talk: Talk) -> None:
    await talk.calls("audio")
    await talk.staff.acts("ReportScreen", on=True)
    call = (await talk.staff.sees("connected"))["id"]
    await talk.staff.acts("HangUp")
    await ended(talk, "hung_up")
    for on in (True, False):
        assert await talk.officer.refused("ReportScreen", call=call, on=on) == "stage_forbids"
    await talk.calls("audio")
    # Nothing is shared in the next call, so there is no end of it, and it can begin.
    await talk.staff.acts("ReportScreen", on=False)
    await talk.staff.acts("ReportScreen", on=True)
    await told(talk, ("officer", "begun"), ("officer", "begun"))


async def test_who_takes_the_call_over_ends_the_share_and_may_begin_one(talk: Talk) -> None:
    await talk.calls("audio")
    await talk.applicant.acts("ReportScreen", on=True)
    client, phone = await talk.another_device()
    try:
        assert await talk.citizen.closed() == 4009
        call = (await phone.sees("connected"))["id"]
        assert await client.refused("ReportScreen", call=call, on=True) == "stage_forbids"
        await phone.renews()
        await phone.sees("connected", generation=2)
        await client.acked("ReportScreen", call=call, on=False)
        await client.acked("ReportScreen", call=call, on=True)
        steps = [("applicant", "begun"), ("applicant", "ended"), ("applicant", "begun")]
        await until(lambda: len(entries(talk.staff, "call_screen")) == len(steps))
        assert [entry["values"] for entry in entries(talk.staff, "call_screen")] == [
            {"by": by, "reason": reason} for by, reason in steps
        ]
    finally:
        await phone.closes()
        await client.leaves()


async def test_what_the_picture_is_reaches_the_other_side(talk: Talk) -> None:
    await talk.calls("audio")
    assert talk.staff.call is not None
    about = {"call": talk.staff.call["id"], "generation": 1, "audio": True, "video": True}
    await talk.citizen.sends("SendMediaState", **about, level=3, screen=True)
    assert (await talk.officer.hears("MediaStateTold", level=3))["screen"] is True
    await talk.citizen.sends("SendMediaState", **about, level=2)
    assert "screen" not in await talk.officer.hears("MediaStateTold", level=2)
