"""The steps to the digits that both people read aloud, as the service relays them."""

from tests.signalling.conftest import Talk
from tests.support.waiting import until


async def test_each_step_reaches_the_other_side_from_where_it_may_come(talk: Talk) -> None:
    await talk.calls("audio")
    call = await talk.staff.sees("connected")
    about = {"call": call["id"], "generation": 1}
    steps = (
        (talk.officer, talk.citizen, "commitment"),
        (talk.citizen, talk.officer, "nonce"),
        (talk.officer, talk.citizen, "opening"),
    )
    for number, (teller, hearer, step) in enumerate(steps):
        value = f"{number:02x}" * 32
        await teller.sends("SendCode", **about, step=step, value=value)
        await hearer.hears("CodeRelayed", ticket=talk.ticket, **about, step=step, value=value)
        await hearer.sends("SendCode", **about, step=step, value=value)
        assert (await hearer.hears("Refused"))["code"] == "stage_forbids"
    assert len(talk.citizen.has_heard("CodeRelayed")) == 2
    assert len(talk.officer.has_heard("CodeRelayed")) == 1


async def test_a_step_of_an_older_generation_or_an_ended_call_is_refused(talk: Talk) -> None:
    await talk.calls("audio")
    call = (await talk.staff.sees("connected"))["id"]
    await talk.applicant.renews()
    await talk.staff.sees("connected", generation=2)
    step = {"call": call, "step": "commitment", "value": "00" * 32}
    await talk.officer.sends("SendCode", **step, generation=1)
    assert (await talk.officer.hears("Refused"))["code"] == "stage_forbids"
    await talk.officer.sends("SendCode", **step, generation=2)
    await talk.citizen.hears("CodeRelayed", generation=2)
    await talk.staff.acts("HangUp")
    await talk.staff.sees("ended")
    await talk.officer.sends("SendCode", **step, generation=2)
    await until(lambda: len(talk.officer.has_heard("Refused")) == 2)
    assert len(talk.citizen.has_heard("CodeRelayed")) == 1
