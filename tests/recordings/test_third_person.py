"""A third person in the call: whoever did not say yes is not recorded, and has no way to say it."""

from tests.recordings.conftest import Recorded
from tests.support.guests import comes, invites


async def let_in(talk: Recorded) -> str:
    link = await invites(talk.officer, talk.ticket, "companion")
    await comes(talk.office.urls[0], link)
    for side in (talk.citizen, talk.officer):
        await side.acked("AdmitGuest", guest=link.guest)
    return link.guest


async def test_recording_ends_in_the_moment_a_third_person_is_let_in(talk: Recorded) -> None:
    recording = await talk.begin()
    await let_in(talk)
    for side in (talk.citizen, talk.officer):
        ended = await talk.becomes(side)
        assert (ended["stage"], ended["reason"]) == ("stopped", "people_changed")
    kept = await talk.brings(recording, 0, [b"satu"])
    assert kept.status_code == 409, "nothing of a call of three"


async def test_a_call_of_three_is_not_asked_to_be_recorded(talk: Recorded) -> None:
    guest = await let_in(talk)
    refused = await talk.officer.order("AskRecording", call=talk.call)
    assert (refused["t"], refused["code"]) == ("Refused", "stage_forbids")
    await talk.officer.acked("DismissGuest", guest=guest)
    await talk.begin()
