"""What all rules have: the office, its model and its servers, and orders whatever befalls them."""

import secrets
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from consult.errors import Busy, ConsultError, Reproduced
from consult.people import Caller, Role
from consult.storage.receipts import Receipt
from tests.stateful.model import Office
from tests.stateful.people import Citizen, Guest, Officer
from tests.support.counter import Counter
from tests.support.server_parts import ServerParts

T = TypeVar("T")
Refusal = type[ConsultError] | None
Make = Callable[[ServerParts, Receipt], Coroutine[Any, Any, Any]]
Who = Citizen | Officer | Guest | Caller
SERVICES = 2
OFFICERS = 2
VISITORS = 6
TRIES = 20

fates = st.sampled_from(
    ["plain"] * 10 + ["twice", "before_commit", "after_commit", "crash_before_commit", "crash_after_commit"]
)
"""What befalls an order. `twice`: it arrives again, elsewhere. At a point of the commit: nobody hears the
answer, or its server dies as well, and the page asks again elsewhere with the same number."""

# A day is drawn before it is known what becomes of it: two servers race in it, and the same day must be drawn
# the same way twice. So no rule has a precondition, and whom it is about is a number, counted off among those
# whom it may be about when it is carried out.
picks = st.integers(0, 11)
indexes = st.integers(0, OFFICERS - 1)
mostly_at_once = st.sampled_from([False, False, True])


class Machine(RuleBasedStateMachine):
    counter: Counter

    def __init__(self) -> None:
        super().__init__()
        self.office = Office()
        self.visitors = [secrets.token_bytes(32) for _ in range(VISITORS)]
        self.held: dict[int, str] = {}
        self.last_joined: dict[int, Citizen] = {}
        self.streams: dict[str, list[Any]] = {}
        self.late: list[tuple[str, Callable[[], None]]] = []
        self.stopped: Any = None
        self.turn = 0
        self.touched = False  # something was done since rows and model were compared
        self.beside: set[str] = set()  # of calls, guests, recordings, photos, ratings: what there was
        self.index_is_old = False  # a change was committed, and its server died before Redis heard of it

    @initialize(
        ready=st.sampled_from([True, True, False]),
        capacities=st.sampled_from([(3, 3), (3, 3), (3, 3), (2, 4), (1, 3), (5, 2)]),
        first=st.lists(st.sampled_from(["chat", "chat", "video"]), max_size=3),
        served=st.integers(0, 1),
    )
    def open_the_office(
        self, ready: bool, capacities: tuple[int, int], first: list[str], served: int
    ) -> None:
        letters, people = self.do(self.counter.new_day(SERVICES, capacities))
        self.services, self.letters = list(letters), list(letters.values())
        self.office.officers = {
            person: Officer(person, units) for person, units in zip(people, capacities, strict=True)
        }
        for officer in self.office.officers.values() if ready else ():
            self.change_duty(officer, "available", "plain")
        for who, channel in enumerate(first):
            self.takes_a_number(who, channel, double=False, here=True, service=0)
        for index in range(min(served, len(first)) if ready else 0):
            self.serves_next(self.officer(index), "plain")

    def takes_a_number(self, who: int, channel: str, double: bool, here: bool, service: int) -> None:
        raise NotImplementedError

    def change_duty(self, officer: Officer, state: str, fate: str) -> None:
        raise NotImplementedError

    def serves_next(self, officer: Officer, fate: str) -> None:
        raise NotImplementedError

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        self.touched = True
        return self.counter.run(work)

    @property
    def server(self) -> ServerParts:
        """One that runs; each order goes to another than the one before."""
        running = [one for one in self.counter.servers if one.database.goes_on.is_set()]
        self.turn += 1
        return running[self.turn % len(running)]

    def caller(self, who: Who) -> Caller:
        if isinstance(who, Caller):
            return who
        if isinstance(who, Citizen):
            return Caller(Role.APPLICANT, who.ticket, "Pemohon")
        if isinstance(who, Guest):
            return who.person or Caller(Role.GUEST, who.id, "Pendamping")
        return Caller(Role.OFFICER, who.person, "Petugas")

    def officer(self, index: int) -> Officer:
        return list(self.office.officers.values())[index % OFFICERS]

    def some(self, which: int, *stages: str) -> Citizen | None:
        """One of those in these stages, counted off in the order of their coming."""
        return picked(which, [c for c in self.office.citizens.values() if c.stage in stages])

    def receipt(self, who: Who) -> Receipt:
        """The next number of the page's stream."""
        owner = self.caller(who).subject
        stream = self.streams.setdefault(owner, [secrets.token_hex(12), 0])
        stream[1] += 1
        return Receipt(stream[0], owner, stream[1], secrets.token_bytes(16))

    def other_tab(self, who: Who) -> Receipt:
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

    def answered(self, make: Callable[[], Awaitable[Any]]) -> Refusal:
        """The answer of a server that may be too busy at first (a test's PostgreSQL on a full machine)."""
        for _ in range(TRIES):
            refusal = self.refused(make())
            if refusal is not Busy:
                return refusal
            self.index_is_old = True
        return Busy

    def ask(self, who: Who, make: Make, fate: str, receipt: Receipt | None = None) -> Refusal:
        """Send one numbered order to a server, and see it through whatever befalls it."""
        number = receipt or self.receipt(who)
        refusal = self.befallen(lambda server: make(server, number), fate)
        if fate == "twice":
            again = self.refused(_told_before(make(self.server, number)))
            assert again is refusal, "a repeat gets the first answer"
        return refusal

    def see_through(self, make: Callable[[ServerParts], Awaitable[Any]], fate: str) -> Refusal:
        """As `ask`, for what has no number: asked twice, it is carried out twice."""
        refusal = self.befallen(make, fate)
        return self.refused(make(self.server)) if fate == "twice" else refusal

    def befallen(self, make: Callable[[ServerParts], Awaitable[Any]], fate: str) -> Refusal:
        server = self.server
        if fate in {"plain", "twice"}:
            return self.answered(lambda: make(server))
        self.counter.fail(fate.removeprefix("crash_"))
        first = self.refused(make(server))
        if not self.counter.failed():
            return first  # refused before anything was to be written
        assert first is Busy, "nobody knows what became of it"
        self.index_is_old = True
        if fate.startswith("crash_"):
            self.do(server.crash())
        return self.refused(make(self.server))


def picked(which: int, found: Sequence[T]) -> T | None:
    return found[which % len(found)] if found else None


async def _told_before(work: Awaitable[Any]) -> None:
    """Nothing is carried out a second time: a final answer stands, only a refusal may be worked out anew."""
    try:
        await work
    except (ConsultError, Reproduced):
        raise
    raise AssertionError("it was carried out twice")
