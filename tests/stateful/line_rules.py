"""Citizens take numbers, come, vanish and leave."""

import asyncio
from datetime import date
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from consult.errors import Ended, StageForbids
from consult.queue.ticket_machine import TicketForm
from consult.storage.receipts import Receipt
from tests.stateful.machine import VISITORS, Machine, Refusal, fates, mostly_at_once, picks
from tests.stateful.people import Citizen

MOST_LATE = 2
TODAY = date(2099, 1, 1)  # no day of the database's clock ends under them


class LineRules(Machine):
    @rule(
        who=st.integers(0, VISITORS - 1),
        channel=st.sampled_from(["chat", "chat", "chat", "video"]),
        double=st.booleans(),
        here=st.sampled_from([True, True, True, False]),
        service=st.sampled_from([0, 0, 0, 1]),
    )
    def join(self, who: int, channel: str, double: bool, here: bool, service: int) -> None:
        self.takes_a_number(who, channel, double, here, service)

    def takes_a_number(self, who: int, channel: str, double: bool, here: bool, service: int) -> None:
        form = TicketForm(
            self.services[service],
            self.letters[service],
            "Pemohon",
            "+62812",
            "",
            channel,
            "id",
            1,
            "id",
        )

        async def taps() -> list[Any]:
            servers = [self.server, self.server] if double else [self.server]
            return list(
                await asyncio.gather(
                    *(one.ticket_machine.take(form, self.visitors[who], TODAY) for one in servers)
                )
            )

        taken = self.do(taps())
        assert len({one.ticket_id for one in taken}) == 1, "a double tap is one place"
        ticket, held = taken[0].ticket_id, self.place_of(who)
        if held is not None:
            assert ticket == held.ticket, "one live place for each visitor"
            return
        row = self.do(self.counter.stages())[ticket]
        citizen = Citizen(ticket, channel, service, who, row.joined_at, row.order_at, self.office.now)
        citizen.away_since = self.office.moment()
        before = self.last_joined.get(service)
        assert before is None or citizen.key > before.key, "a later number stands behind the one before it"
        self.last_joined[service] = self.office.citizens[ticket] = citizen
        if here:
            self.comes(citizen)

    def in_line(self, which: int, *stages: str) -> Citizen | None:
        """Somebody who waits, or is in one of `stages`; where nobody is, somebody comes."""
        found = self.some(which, "waiting", *stages)
        if found is None:
            self.takes_a_number(which % VISITORS, "chat", double=False, here=True, service=0)
        return found or self.some(which, "waiting", *stages)

    def place_of(self, visitor: int) -> Citizen | None:
        """The live ticket of this visitor."""
        live = [c for c in self.office.citizens.values() if c.visitor == visitor and c.stage != "ended"]
        assert len(live) <= 1
        return live[0] if live else None

    def comes(self, citizen: Citizen) -> None:
        self.do(self.server.connect(self.caller(citizen).address, citizen.ticket))
        self.office.come(citizen)

    @rule(which=picks)
    def come(self, which: int) -> None:
        away = [c for c in self.office.citizens.values() if not c.present and c.stage != "ended"]
        citizen = away[which % len(away)] if away else self.some(which, "waiting", "offered", "serving")
        if citizen:
            self.comes(citizen)

    @rule(which=picks)
    def vanish(self, which: int) -> None:
        citizen = self.some(which, "waiting", "offered", "serving")
        if citizen:
            for server in self.counter.servers:
                self.do(server.disconnect(self.caller(citizen).address))
            self.do(self.server.reception.vanished(citizen.ticket))
            self.office.vanish(citizen)

    @rule(which=picks, fate=fates, late=mostly_at_once)
    def leave(self, which: int, fate: str, late: bool) -> None:
        citizen = self.some(which, "waiting", "offered", "serving", "parked", "ended")
        if citizen is None:
            return
        receipt = self.other_tab(citizen)

        self.now_or_late("leave", lambda: self.leaves(citizen, fate, receipt), late)

    def leaves(self, citizen: Citizen, fate: str, receipt: Receipt) -> None:
        refusal = self.ask(
            citizen,
            lambda server, receipt: server.reception.leave(self.caller(citizen), citizen.ticket, receipt),
            fate,
            receipt,
        )
        expected: dict[str, Refusal] = {"serving": StageForbids, "ended": Ended}
        assert refusal is expected.get(citizen.stage)
        if refusal is None:
            self.office.end(citizen, "left")

    def now_or_late(self, name: str, arrive: Any, late: bool) -> None:
        """What is sent now arrives now, or some time after other things have happened."""
        if late:
            self.late.append((name, arrive))
            if len(self.late) > MOST_LATE:
                self.late.pop(0)[1]()
        else:
            arrive()
