"""What all rules have: the office, its model and its servers, and orders whatever befalls them."""

import secrets
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from consult.errors import Busy, ConsultError, Reproduced
from consult.people import Caller, Role
from consult.storage.receipts import Receipt
from tests.stateful.model import CAPACITY, Office
from tests.stateful.people import Citizen, Officer
from tests.support.counter import Counter
from tests.support.server_parts import ServerParts

T = TypeVar("T")
Refusal = type[ConsultError] | None
Make = Callable[[ServerParts, Receipt], Coroutine[Any, Any, Any]]
SERVICES = 2
OFFICERS = 2
VISITORS = 6
TRIES = 20

fates = st.sampled_from(
    ["plain"] * 6 + ["twice", "before_commit", "after_commit", "crash_before_commit", "crash_after_commit"]
)
"""What befalls an order. `twice`: it arrives again, elsewhere. At a point of the commit: nobody hears the
answer, or its server dies as well, and the page asks again elsewhere with the same number."""


class Machine(RuleBasedStateMachine):
    counter: Counter

    def __init__(self) -> None:
        super().__init__()
        self.office = Office()
        self.visitors = [secrets.token_bytes(32) for _ in range(VISITORS)]
        self.held: dict[int, str] = {}
        self.last_joined = [(datetime.min.replace(tzinfo=UTC), "")] * SERVICES
        self.streams: dict[str, list[Any]] = {}
        self.late: list[tuple[str, Callable[[], None]]] = []
        self.stopped: Any = None
        self.turn = 0
        self.index_is_old = False  # a change was committed, and its server died before Redis heard of it

    @initialize(ready=st.sampled_from([True, True, False]))
    def open_the_office(self, ready: bool) -> None:
        letters, people = self.do(self.counter.new_services(SERVICES, OFFICERS, CAPACITY))
        self.services, self.letters = list(letters), list(letters.values())
        self.office.officers = {person: Officer(person) for person in people}
        self.do(self.counter.flush())
        for officer in self.office.officers.values() if ready else ():
            self.change_duty(officer, "available", "plain")

    def change_duty(self, officer: Officer, state: str, fate: str) -> None:
        raise NotImplementedError

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.counter.run(work)

    @property
    def server(self) -> ServerParts:
        """One that runs; each order goes to another than the one before."""
        running = [one for one in self.counter.servers if one.database.goes_on.is_set()]
        self.turn += 1
        return running[self.turn % len(running)]

    def caller(self, who: Citizen | Officer) -> Caller:
        if isinstance(who, Citizen):
            return Caller(Role.APPLICANT, who.ticket, "Pemohon")
        return Caller(Role.OFFICER, who.person, "Petugas")

    def officer(self, index: int) -> Officer:
        return list(self.office.officers.values())[index % OFFICERS]

    def some(self, data: st.DataObject, *stages: str) -> Citizen | None:
        found = [c for c in self.office.citizens.values() if c.stage in stages]
        return data.draw(st.sampled_from(found), label="citizen") if found else None

    def receipt(self, who: Citizen | Officer) -> Receipt:
        """The next number of the page's stream."""
        owner = self.caller(who).subject
        stream = self.streams.setdefault(owner, [secrets.token_hex(12), 0])
        stream[1] += 1
        return Receipt(stream[0], owner, stream[1], secrets.token_bytes(16))

    def other_tab(self, who: Citizen | Officer) -> Receipt:
        """The first number of a stream of its own: what is sent there waits for nothing else."""
        return Receipt(secrets.token_hex(12), self.caller(who).subject, 1, secrets.token_bytes(16))

    def settle(self) -> None:
        """What every process does each ten seconds: the index equals the rows again."""
        if self.index_is_old:
            self.do(self.server.line.reconcile())
            self.index_is_old = False

    def refused(self, work: Awaitable[Any]) -> Refusal:
        """What the page hears in the end: nothing, or a refusal; a repeat hears the first answer."""

        async def heard() -> Refusal:
            try:
                await work
            except ConsultError as error:
                return type(error)
            except Reproduced as first:
                return None if first.refusal is None else type(first.refusal)
            return None

        return self.do(heard())

    def answered(self, make: Make, server: ServerParts, receipt: Receipt) -> Refusal:
        """The answer of a server that may be too busy at first (a test's PostgreSQL on a full machine)."""
        for _ in range(TRIES):
            refusal = self.refused(make(server, receipt))
            if refusal is not Busy:
                return refusal
            self.index_is_old = True
        return Busy

    def ask(self, who: Citizen | Officer, make: Make, fate: str, receipt: Receipt | None = None) -> Refusal:
        """Send one order to a server, and see it through whatever befalls it."""
        receipt = receipt or self.receipt(who)
        server = self.server
        if fate == "plain":
            return self.answered(make, server, receipt)
        if fate == "twice":
            first = self.answered(make, server, receipt)
            again = self.refused(_told_before(make(self.server, receipt)))
            assert again is first, "a repeat gets the first answer"
            return first
        self.counter.fail(fate.removeprefix("crash_"))
        first = self.refused(make(server, receipt))
        if not self.counter.failed():
            return first  # refused before anything was to be written
        assert first is Busy, "nobody knows what became of it"
        self.index_is_old = True
        if fate.startswith("crash_"):
            self.do(server.crash())
        return self.refused(make(self.server, receipt))


async def _told_before(work: Awaitable[Any]) -> None:
    """Nothing is carried out a second time: a final answer stands, only a refusal may be worked out anew."""
    try:
        await work
    except (ConsultError, Reproduced):
        raise
    raise AssertionError("it was carried out twice")
