"""A session that is over closes its pages in every process, also when nobody tells them."""

from consult.accounts.store import people
from consult.people import Role
from consult.wire.closes import Close
from tests.hub.conftest import Office

WITHIN_SECONDS = 5.0
SLACK_SECONDS = 1.5  # of a busy machine


async def test_who_is_disabled_is_gone_within_seconds_though_no_word_comes(two_servers: Office) -> None:
    budi, citra = await two_servers.officer("budi", at=1), await two_servers.officer("citra", at=1)
    rina = await two_servers.staff("rina", Role.SUPERVISOR, at=0)
    database, keeper = two_servers.apps[0].database, two_servers.apps[0].doorkeeper
    async with budi.open() as officer, citra.open() as colleague, rina.open() as supervisor:
        for page, client in ((budi, officer), (rina, supervisor)):
            visit = await keeper.who(page.cookies)
            assert visit is not None
            person = visit.caller.id
            # As if the process died after its commit, before it could say so.
            await database.write(lambda conn, person=person: people.disable(conn, person, "test"))
            assert await client.closed(WITHIN_SECONDS + SLACK_SECONDS) == Close.SESSION_ENDED
        assert (await colleague.pings())["t"] == "Pong"
