"""What all rules have: the office, its model and its servers, and orders whatever befalls them."""

import secrets
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from consult.errors import Busy, ConsultError, Reproduced
from consult.people import Caller, Role
from consult.storage.receipts import Receipt
from tests.stateful.model import Office
from tests.stateful.people import Citizen, Officer
from tests.support.counter import Counter
from tests.support.server_parts import ServerParts

T = TypeVar("T")
Refusal = type[ConsultError] | None
Answer = tuple[Refusal, int | None]
"""What a page hears in the end: a refusal or none, and the seq of what was written."""

Make = Callable[[ServerParts, Receipt], Coroutine[Any, Any, Any]]
SERVICES = 2
OFFICERS = 2
VISITORS = 6
TRIES = 20
REMEMBERED = 20

fates = st.sampled_from(
    ["plain"] * 6 + ["twice", "before_commit", "after_commit", "crash_before_commit", "crash_after_commit"]
)
"""What befalls an order. `twice`: it arrives again, elsewhere. At a point of the commit: nobody hears the
answer, or its server dies as well, and the page asks again elsewhere with the same number."""


def having(*stages: str) -> Any:
    """A rule for days on which somebody is in one of these stages."""
    return precondition(lambda self: any(c.stage in stages for c in self.office.citizens.values()))


class Machine(RuleBasedStateMachine):
    counter: Counter

    def __init__(self) -> None:
        super().__init__()
        self.office = Office()
        self.visitors = [secrets.token_bytes(32) for _ in range(VISITORS)]
        self.held: dict[int, str] = {}
        self.last_joined = [(datetime.min.replace(tzinfo=UTC), "")] * SERVICES
        self.joined_at = [-(10**9)] * SERVICES
        self.streams: dict[str, list[Any]] = {}
        self.late: list[tuple[str, Callable[[], None]]] = []
        self.answers_given: list[tuple[Make, Receipt, Answer]] = []
        self.stopped: Any = None
        self.turn = 0
        self.rung = False  # there was a call
        self.index_is_old = False  # a change was committed, and its server died before Redis heard of it

    @initialize(
        ready=st.sampled_from([True, True, False]),
        capacities=st.sampled_from([(3, 3), (3, 3), (3, 3), (2, 4), (1, 3), (5, 2)]),
        first=st.lists(st.sampled_from(["chat", "chat", "video"]), max_size=4),
        served=st.integers(0, 3),
    )
    def open_the_office(
        self, ready: bool, capacities: tuple[int, int], first: list[str], served: int
    ) -> None:
        letters, people = self.do(self.counter.new_services(SERVICES, capacities))
        self.services, self.letters = list(letters), list(letters.values())
        self.office.officers = {
            person: Officer(person, units) for person, units in zip(people, capacities, strict=True)
        }
        self.do(self.counter.flush())
        for officer in self.office.officers.values() if ready else ():
            self.change_duty(officer, "available", "plain")
        for who, channel in enumerate(first):
            self.takes_a_number(who, channel, False, True, 0)
        for index in range(min(served, len(first)) if ready else 0):
            self.serve_next(index, "plain")

    def takes_a_number(self, who: int, channel: str, double: bool, here: bool, service: int) -> None:
        raise NotImplementedError

    def change_duty(self, officer: Officer, state: str, fate: str) -> None:
        raise NotImplementedError

    def serve_next(self, index: int, fate: str) -> None:
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

    def heard(self, work: Awaitable[Any]) -> Answer:
        """What the page hears in the end; a repeat hears the first answer."""

        async def hear() -> Answer:
            try:
                result = await work
            except ConsultError as error:
                return type(error), None
            except Reproduced as first:
                return (None if first.refusal is None else type(first.refusal)), first.seq
            return None, getattr(result, "seq", None)

        return self.do(hear())

    def refused(self, work: Awaitable[Any]) -> Refusal:
        return self.heard(work)[0]

    def answered(self, make: Callable[[], Awaitable[Any]]) -> Answer:
        """The answer of a server that may be too busy at first (a test's PostgreSQL on a full machine)."""
        for _ in range(TRIES):
            answer = self.heard(make())
            if answer[0] is not Busy:
                return answer
            self.index_is_old = True
        return Busy, None

    def ask(self, who: Citizen | Officer, make: Make, fate: str, receipt: Receipt | None = None) -> Refusal:
        """Send one numbered order to a server, and see it through whatever befalls it."""
        number = receipt or self.receipt(who)
        answer = self.befallen(lambda server: make(server, number), fate)
        if answer[0] is None or answer[0].final:
            if fate == "twice":
                self.asked_again(make, number, answer)
            self.answers_given = [*self.answers_given[-REMEMBERED:], (make, number, answer)]
        return answer[0]

    def see_through(self, make: Callable[[ServerParts], Awaitable[Any]], fate: str) -> Refusal:
        """As `ask`, for what has no number: asked twice, it is carried out twice."""
        refusal = self.befallen(make, fate)[0]
        return self.refused(make(self.server)) if fate == "twice" else refusal

    def befallen(self, make: Callable[[ServerParts], Awaitable[Any]], fate: str) -> Answer:
        server = self.server
        if fate in {"plain", "twice"}:
            return self.answered(lambda: make(server))
        self.counter.fail(fate.removeprefix("crash_"))
        first = self.heard(make(server))
        if not self.counter.failed():
            return first  # refused before anything was to be written
        assert first[0] is Busy, "nobody knows what became of it"
        self.index_is_old = True
        if fate.startswith("crash_"):
            self.do(server.crash())
        return self.heard(make(self.server))

    def asked_again(self, make: Make, receipt: Receipt, answer: Answer) -> None:
        again = self.heard(_told_before(make(self.server, receipt)))
        assert again == answer, "a repeat gets the first answer, and the same seq"

    @precondition(lambda self: self.answers_given)
    @rule(data=st.data())
    def an_old_answer_is_asked_for_again(self, data: st.DataObject) -> None:
        """However much has happened since."""
        self.asked_again(*data.draw(st.sampled_from(self.answers_given), label="order"))


async def _told_before(work: Awaitable[Any]) -> None:
    """Nothing is carried out a second time: a final answer stands, only a refusal may be worked out anew."""
    try:
        await work
    except (ConsultError, Reproduced):
        raise
    raise AssertionError("it was carried out twice")
