"""The database against what was acknowledged, and against what both sides show."""

from collections import Counter

from tests.faults.conversations import Consultations
from tests.faults.servers import Servers
from tests.support.waiting import until

CONVERGE_SECONDS = 60.0


async def converge(servers: Servers, consultations: Consultations) -> None:
    """Every page shows all there is, within seconds."""

    def all_shown() -> bool:
        last = dict(servers.rows("SELECT id, last_seq FROM ticket"))
        for speaker in consultations.all:
            if speaker.tab.fault is not None:
                raise speaker.tab.fault
        return all(
            speaker.tab.held.seqs().get(ticket) == last[ticket]
            for speaker in consultations.all
            for ticket in speaker.tickets
        )

    await until(all_shown, CONVERGE_SECONDS)


def audit(
    messages: int, answers: dict[str, tuple[str, int]], servers: Servers, consultations: Consultations
) -> None:
    """`answers`: text -> ticket and seq. Raises AssertionError for what is lost, doubled or out of order."""
    found: dict[str, tuple[str, int]] = {}
    for citizen in consultations.citizens:
        ticket = citizen.tickets[0]
        rows = servers.rows(
            "SELECT seq, kind, text FROM entry WHERE ticket_id = ? AND lane = 'conversation' ORDER BY seq",
            ticket,
        )
        assert [row[0] for row in rows] == list(range(1, len(rows) + 1)), f"{ticket}: seqs with a gap"
        kept = [tuple(row) for row in rows]
        both = [citizen, *(one for one in consultations.officers if ticket in one.tickets)]
        for speaker in both:
            shown = [
                (entry["seq"], entry["kind"], entry.get("text", "")) for entry in speaker.tab.held.log[ticket]
            ]
            assert shown == kept, f"{ticket}: {speaker.name} shows something else"
        texts = [(text, seq) for seq, kind, text in kept if kind == "message"]
        for text, seq in texts:
            assert text not in found, f"doubled: {text!r}"
            found[text] = (ticket, seq)
        _in_the_order_given([text for text, _ in texts])
    assert len(found) == messages, f"{messages} given, {len(found)} kept"
    assert found == answers, "an answer names another seq than the database"


def _in_the_order_given(texts: list[str]) -> None:
    last: Counter[str] = Counter()
    for text in texts:
        name, number = text.split()[:2]
        assert int(number) > last[name], f"out of order: {text!r}"
        last[name] = int(number)
