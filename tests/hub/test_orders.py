"""Numbered orders: once, in their order, several at a time, each with its answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from consult.storage import moments
from tests.hub.conftest import Consultation, Office
from tests.support.client import Frame
from tests.support.databases import let_pass

PATIENCE_SECONDS = 20.0
DRIVERS = {"sqlite": "aiosqlite", "postgresql": "asyncpg"}


@asynccontextmanager
async def nobody_may_write(office: Office) -> AsyncIterator[None]:
    """Another program holds the database's write lock, or on PostgreSQL those of every table in question."""
    url = office.apps[0].settings.database_url
    other = create_async_engine(url.replace("://", f"+{DRIVERS[url.partition(':')[0]]}://", 1))
    async with other.connect() as conn:
        if conn.dialect.name == "postgresql":
            await conn.execute(text("LOCK TABLE stream, ticket, duty, entry IN EXCLUSIVE MODE"))
        else:
            await conn.execute(text("BEGIN IMMEDIATE"))
        yield
        await conn.rollback()
    await other.dispose()


async def test_a_message_is_acknowledged_and_reaches_both_sides(office: Office) -> None:
    async with office.consultation() as talk:
        answer = await talk.citizen.acked("PostMessage", text="Selamat pagi, Pak.")
        for side in (talk.citizen, talk.officer):
            entry = await side.hears_entry("Selamat pagi, Pak.")
            assert (entry["seq"], entry["at"], entry["by"]) == (answer["seq"], answer["at"], "applicant")


async def test_a_repeated_order_gets_the_first_answer_and_is_not_done_again(office: Office) -> None:
    async with office.consultation() as talk:
        first = await talk.citizen.acked("PostMessage", text="Sekali saja")
        await talk.citizen.sends("PostMessage", cseq=talk.citizen.cseq, text="Sekali saja")
        assert await talk.citizen.answer(talk.citizen.cseq) == first
        async with talk.citizen_page.another_tab().open() as elsewhere:
            entries = (await elsewhere.hears_welcome())["entries"]
        assert [entry.get("text") for entry in entries].count("Sekali saja") == 1


async def test_an_order_without_an_entry_is_answered_with_the_databases_time(office: Office) -> None:
    """Whatever this machine's clock says; a repeat says the same moment."""
    page = await office.officer()
    async with page.open() as officer:
        database = office.apps[0].database
        before = await database.read(moments.now_ms)
        await let_pass(database, hours=-5)
        first = await officer.acked("Pause")
        assert first["at"] < before - 4 * 3_600_000
        await let_pass(database, hours=7)
        await officer.sends("Pause", cseq=officer.cseq)
        assert await officer.answer(officer.cseq) == first


async def test_a_repeated_refusal_is_the_same_refusal(office: Office) -> None:
    async with office.consultation() as talk:
        assert await talk.citizen.refused("PostMessage", text="   ") == "bad_request"
        await talk.citizen.sends("PostMessage", cseq=talk.citizen.cseq, text="   ")
        again = await talk.citizen.answer(talk.citizen.cseq)
        assert (again["t"], again["code"]) == ("Refused", "bad_request")
        await talk.citizen.acked("PostMessage", text="Selanjutnya")


async def test_another_order_under_a_used_number_is_a_conflict(office: Office) -> None:
    async with office.consultation() as talk:
        await talk.citizen.acked("PostMessage", text="Satu")
        await talk.citizen.sends("PostMessage", cseq=talk.citizen.cseq, text="Dua")
        assert (await talk.citizen.answer(talk.citizen.cseq))["code"] == "conflict"


async def test_a_number_too_high_waits_for_the_missing_one(office: Office) -> None:
    async with office.consultation() as talk:
        gap = talk.citizen.cseq + 2
        await talk.citizen.sends("PostMessage", cseq=gap, text="Kedua")
        assert (await talk.citizen.answer(gap))["code"] == "out_of_order"
        await talk.citizen.acked("PostMessage", text="Pertama")
        await talk.citizen.acked("PostMessage", text="Kedua")


async def test_the_orders_of_other_roles_are_refused_and_the_connection_stays(office: Office) -> None:
    async with office.consultation() as talk:
        for order in ("BeReady", "Pause", "FinishShift", "ServeNext"):
            await talk.citizen.socket.ping()
            assert await talk.citizen.refused(order) == "not_allowed"
        for order in ("AcceptOffer", "PassOffer"):
            assert await talk.citizen.refused(order, attempt=1) == "not_allowed"
        assert await talk.officer.refused("LeaveQueue") == "not_allowed"
        # Every one of them used its number up: the next orders are in turn.
        await talk.citizen.acked("PostMessage", text="Masih di sini")
        await talk.officer.acked("PostMessage", text="Saya juga")


async def test_what_is_somebody_elses_is_not_found(office: Office) -> None:
    async with (
        office.consultation() as talk,
        office.consultation(name="Eko", user_name="citra") as other,
    ):
        for side in (talk.citizen, talk.officer):
            for kind, fields in (
                ("PostMessage", {"text": "Halo"}),
                ("EndConsultation", {}),
                ("Ring", {"media": "audio"}),
                ("HangUp", {"call": "abc"}),
            ):
                assert await side.refused(kind, **fields | {"ticket": other.ticket}) == "not_found", kind
            for kind, fields in (("Typing", {}), ("MarkSeen", {"delivered": 1, "read": 1})):
                await side.sends(kind, ticket=other.ticket, **fields)
                refusal = await side.hears("Refused", code="not_found")
                assert refusal["values"] == {"frame": kind}
        assert not [
            frame for frame in other.citizen.everything if frame["t"] in {"TypingShown", "SeenMarked"}
        ]


async def test_a_burst_of_orders_is_carried_out_in_its_order(office: Office) -> None:
    async with office.consultation() as talk:
        sent = [f"pesan {n}" for n in range(40)]
        numbers = [await talk.officer.begins("PostMessage", text=text) for text in sent]
        for number in numbers:
            assert (await talk.officer.answer(number, PATIENCE_SECONDS))["t"] == "Acked"
        answered = [frame["cseq"] for frame in talk.officer.has_heard("Acked")]
        assert answered == sorted(answered)
        heard = [(await talk.citizen.hears_entry(text))["seq"] for text in sent]
        assert heard == list(range(heard[0], heard[0] + len(sent)))


async def test_orders_that_differ_in_length_keep_their_order(office: Office) -> None:
    """`ServeNext` asks Redis and the database before it writes; what is behind it must not overtake it."""
    page = await office.citizen()
    async with page.open(), (await office.officer()).open() as officer:
        await officer.acked("Pause")
        assert page.ticket is not None
        await asyncio.sleep(0)
        numbers = [
            await officer.begins("ServeNext"),
            await officer.begins("PostMessage", ticket=page.ticket, text="Ada yang bisa dibantu?"),
            await officer.begins("EndConsultation", ticket=page.ticket),
            await officer.begins("Pause"),
        ]
        answers = [await officer.answer(number) for number in numbers]
        assert [answer["t"] for answer in answers] == ["Acked"] * 4


async def test_pings_are_answered_while_orders_wait_for_the_database(office: Office) -> None:
    async with office.consultation() as talk:
        before = len(talk.officer.has_heard("Acked"))
        async with nobody_may_write(office):
            waiting = [await talk.officer.begins("PostMessage", text=f"tunggu {n}") for n in range(5)]
            for n in range(3):
                await talk.officer.pings(n)
            assert len(talk.officer.has_heard("Acked")) == before
        for number in waiting:
            assert (await talk.officer.answer(number, PATIENCE_SECONDS))["t"] == "Acked"


async def test_an_order_whose_sender_is_gone_is_carried_out_all_the_same(office: Office) -> None:
    async with office.consultation() as talk:
        async with nobody_may_write(office):
            number = await talk.citizen.begins("PostMessage", text="Jaringan putus")
            await talk.citizen.pings()
            talk.citizen.breaks_off()
            await talk.citizen.closed()
        await talk.officer.hears_entry("Jaringan putus")
        async with talk.citizen_page.open() as back:
            assert (await back.hears_welcome())["last_cseq"] == number
            await back.sends("PostMessage", cseq=number, text="Jaringan putus")
            assert (await back.answer(number))["t"] == "Acked"


async def test_a_fault_of_ours_is_busy_and_the_same_order_may_be_sent_again(office: Office) -> None:
    async with office.consultation() as talk:
        await _sql(office, "ALTER TABLE entry RENAME TO entry_away")
        refusal = await talk.citizen.order("PostMessage", text="Nanti saja")
        assert (refusal["t"], refusal["code"], refusal["retry_ms"]) == ("Refused", "busy", 1000)
        await _sql(office, "ALTER TABLE entry_away RENAME TO entry")
        await talk.citizen.sends("PostMessage", cseq=refusal["cseq"], text="Nanti saja")
        assert (await talk.citizen.answer(refusal["cseq"]))["t"] == "Acked"


async def test_an_order_that_cannot_be_read_uses_its_number_up(office: Office) -> None:
    async with office.consultation() as talk:
        number = await talk.citizen.begins("PostMessage", text=17)
        assert (await talk.citizen.answer(number))["code"] == "bad_request"
        number = await talk.citizen.begins("FromTheFuture", text="?")
        assert (await talk.citizen.answer(number))["code"] == "bad_request"
        await talk.citizen.acked("PostMessage", text="Sekarang benar")


async def test_ephemeral_frames_are_silent_when_all_is_well(office: Office) -> None:
    async with office.consultation() as talk:
        await talk.citizen.acked("PostMessage", text="Halo")
        await talk.officer.sends("MarkSeen", delivered=2, read=2)
        assert (await talk.citizen.hears("SeenMarked"))["seen"]["officer_read"] == 2
        await talk.officer.sends("Typing")
        assert (await talk.citizen.hears("TypingShown"))["by"] == "officer"
        await talk.officer.pings()
        assert [_kind(frame) for frame in talk.officer.everything if frame["t"] == "Refused"] == []


async def test_an_ephemeral_frame_waits_for_the_orders_before_it(office: Office) -> None:
    async with office.consultation() as talk:
        await _ring(talk)
        call = (await talk.officer.hears("CallChanged"))["call"]["id"]
        # Sent in one breath: the description belongs to the call that the order before it accepts.
        number = await talk.officer.begins("AcceptCall", call=call, media="audio")
        await talk.officer.sends("SendMediaState", call=call, generation=1, audio=True, video=False)
        assert (await talk.officer.answer(number))["t"] == "Acked"
        assert (await talk.citizen.hears("MediaStateTold"))["audio"] is True


async def _ring(talk: Consultation) -> Frame:
    return await talk.citizen.acked("Ring", media="audio")


async def _sql(office: Office, statement: str) -> None:
    await office.apps[0].database.write(lambda conn: conn.execute(text(statement)))


def _kind(frame: Frame) -> str:
    kind: str = frame["t"]
    return kind
