"""Citizens take numbers, come, vanish and leave."""

import asyncio
from datetime import date
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from consult.errors import Ended, StageForbids
from consult.queue.ticket_machine import TicketForm
from tests.stateful.machine import VISITORS, Machine, Refusal, fates
from tests.stateful.people import Citizen

TODAY = date(2099, 1, 1)  # the database clock runs on over all examples; no day ends under them


class LineRules(Machine):
    @rule(
        who=st.integers(0, VISITORS - 1),
        channel=st.sampled_from(["chat", "chat", "chat", "video"]),
        double=st.booleans(),
        here=st.sampled_from([True, True, True, False]),
        service=st.sampled_from([0, 0, 0, 1]),
    )
    def join(self, who: int, channel: str, double: bool, here: bool, service: int) -> None:
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
        ticket = taken[0].ticket_id
        if who in self.held and self.office.citizens[self.held[who]].stage != "ended":
            assert ticket == self.held[who], "one live place for each visitor"
            return
        self.held[who] = ticket
        key = (self.do(self.counter.stages())[ticket].order_at, ticket)
        assert key > self.last_joined[service], "a later number stands behind the one before it"
        self.last_joined[service] = key
        self.office.citizens[ticket] = Citizen(ticket, channel, service, key, away_since=self.office.now)
        if here:
            self.comes(self.office.citizens[ticket])

    def comes(self, citizen: Citizen) -> None:
        self.do(self.server.connect(self.caller(citizen).address, citizen.ticket))
        citizen.away_since = None
        if citizen.stage == "parked":
            citizen.stage = "waiting"

    @rule(data=st.data())
    def come(self, data: st.DataObject) -> None:
        citizen = self.some(data, "waiting", "offered", "serving", "parked")
        if citizen:
            self.comes(citizen)

    @rule(data=st.data())
    def vanish(self, data: st.DataObject) -> None:
        citizen = self.some(data, "waiting", "offered", "serving")
        if citizen:
            for server in self.counter.servers:
                self.do(server.disconnect(self.caller(citizen).address))
            self.do(self.server.reception.vanished(citizen.ticket))
            citizen.away_since = self.office.now if citizen.present else citizen.away_since

    @rule(data=st.data(), fate=fates, late=st.booleans())
    def leave(self, data: st.DataObject, fate: str, late: bool) -> None:
        citizen = self.some(data, "waiting", "offered", "serving", "parked", "ended")
        if citizen is None:
            return
        receipt = self.other_tab(citizen)

        def arrive() -> None:
            refusal = self.ask(
                citizen,
                lambda server, receipt: server.reception.leave(self.caller(citizen), citizen.ticket, receipt),
                fate,
                receipt,
            )
            expected: dict[str, Refusal] = {"serving": StageForbids, "ended": Ended}
            assert refusal is expected.get(citizen.stage)
            if refusal is None:
                self.office.end(citizen)

        self.now_or_late("leave", arrive, late)

    def now_or_late(self, name: str, arrive: Any, late: bool) -> None:
        """What is sent now arrives now, or some time after other things have happened."""
        if late:
            self.late.append((name, arrive))
        else:
            arrive()
