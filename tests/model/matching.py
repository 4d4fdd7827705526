"""The matching protocol as a small machine, every reachable state of which is looked at.

Two matchers propose from an index that may be wiped; an offer is committed in a step of its own, after
anything at all may have happened; an accept may arrive late; matchers crash between any two steps. What
the protocol relies on can be taken away, one rule at a time: then the search must find the harm.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Rules:
    """What `consult.queue.assigning` and `consult.queue.line` do; each can be left out."""

    offer_compares_attempt: bool = True
    accept_compares_attempt: bool = True
    capacity_in_transaction: bool = True
    index_rebuilt: bool = True


class Ticket(NamedTuple):
    stage: str = "waiting"  # waiting, offered, serving, ended
    officer: int | None = None
    attempt: int = 0
    told: frozenset[int] = frozenset()  # officers who believe to serve it


class State(NamedTuple):
    tickets: tuple[Ticket, ...]
    index: frozenset[int]
    matchers: tuple[tuple[int, int, int] | None, ...]  # ticket, its attempt and officer as read
    accepts: frozenset[tuple[int, int, int]]  # on their way: officer, ticket, attempt
    wipes: int


@dataclass(frozen=True)
class Size:
    tickets: int = 2
    officers: int = 2
    matchers: int = 2
    attempts: int = 2
    wipes: int = 1


@dataclass(frozen=True)
class Found:
    states: int
    harm: str | None
    steps: tuple[str, ...] = ()


CAPACITY = 1
Next = Iterator[tuple[str, State]]


def explore(size: Size, rules: Rules) -> Found:
    """The first harm, with the steps that lead there; or none, after every state was seen."""
    tickets = tuple(Ticket() for _ in range(size.tickets))
    first = State(tickets, frozenset(range(size.tickets)), (None,) * size.matchers, frozenset(), size.wipes)
    came: dict[State, tuple[str, State] | None] = {first: None}
    before: dict[State, list[State]] = {}
    waiting = deque([first])
    while waiting:
        state = waiting.popleft()
        harm = _harm(state, size)
        if harm:
            return Found(len(came), harm, _steps(came, state))
        for step, after in _steps_from(state, size, rules):
            before.setdefault(after, []).append(state)
            if after not in came:
                came[after] = (step, state)
                waiting.append(after)
    stuck = _stuck(came, before, size)
    return Found(len(came), *stuck) if stuck else Found(len(came), None)


def _harm(state: State, size: Size) -> str | None:
    if any(len(ticket.told) > 1 for ticket in state.tickets):
        return "two officers serve one citizen"
    if any(_load(state, officer) > CAPACITY for officer in range(size.officers)):
        return "an officer is over capacity"
    return None


def _load(state: State, officer: int) -> int:
    held = ("offered", "serving")
    return sum(ticket.officer == officer and ticket.stage in held for ticket in state.tickets)


def _steps_from(state: State, size: Size, rules: Rules) -> Next:
    for number in range(size.matchers):
        yield from _match(state, number, size, rules)
    for number in range(size.tickets):
        yield from _answer(state, number)
    yield from _accepts(state, rules)
    if state.wipes:
        yield "Redis is wiped", state._replace(index=frozenset(), wipes=state.wipes - 1)
    waiting = frozenset(n for n, ticket in enumerate(state.tickets) if ticket.stage == "waiting")
    if rules.index_rebuilt and state.index != waiting:
        yield "the index is rebuilt", state._replace(index=waiting)


def _match(state: State, number: int, size: Size, rules: Rules) -> Next:
    def matchers(reading: tuple[int, int, int] | None) -> tuple[tuple[int, int, int] | None, ...]:
        return (*state.matchers[:number], reading, *state.matchers[number + 1 :])

    reading = state.matchers[number]
    if reading is None:
        for ticket in state.index:
            for officer in range(size.officers):
                if _load(state, officer) < CAPACITY:
                    read = (ticket, state.tickets[ticket].attempt, officer)
                    yield f"matcher {number} reads {read}", state._replace(matchers=matchers(read))
        return
    yield f"matcher {number} crashes", state._replace(matchers=matchers(None))
    ticket, attempt, officer = reading
    row = state.tickets[ticket]
    fits = row.stage != "ended" and row.attempt < size.attempts
    if rules.offer_compares_attempt:
        fits = fits and row.stage == "waiting" and row.attempt == attempt
    if rules.capacity_in_transaction:
        fits = fits and _load(state, officer) < CAPACITY
    after = state._replace(matchers=matchers(None))
    if fits:
        offered = row._replace(stage="offered", officer=officer, attempt=row.attempt + 1)
        after = _with(after, ticket, offered)._replace(index=state.index - {ticket})
    yield f"matcher {number} writes", after


def _answer(state: State, number: int) -> Next:
    ticket = state.tickets[number]
    back = ticket._replace(stage="waiting", officer=None)
    if ticket.stage == "offered" and ticket.officer is not None:
        sent = (ticket.officer, number, ticket.attempt)
        yield f"accept {sent} is sent", state._replace(accepts=state.accepts | {sent})
        # That the index hears of it is a step of its own, which may never happen: then it is rebuilt.
        yield f"the offer of {number} runs out", _with(state, number, back)
    if ticket.stage == "waiting" and number not in state.index:
        yield f"{number} is put into the index", state._replace(index=state.index | {number})
    if ticket.stage == "serving":
        yield f"{number} ends", _with(state, number, Ticket("ended", None, ticket.attempt))


def _accepts(state: State, rules: Rules) -> Next:
    for accept in state.accepts:
        officer, number, attempt = accept
        ticket = state.tickets[number]
        good = ticket.stage in ("waiting", "offered")
        if rules.accept_compares_attempt:
            good = ticket.stage == "offered" and (ticket.officer, ticket.attempt) == (officer, attempt)
        after = state._replace(accepts=state.accepts - {accept})
        if good:
            told = ticket.told | {officer}
            after = _with(after, number, ticket._replace(stage="serving", officer=officer, told=told))
        yield f"accept {accept} arrives", after


def _with(state: State, number: int, ticket: Ticket) -> State:
    return state._replace(tickets=(*state.tickets[:number], ticket, *state.tickets[number + 1 :]))


def _stuck(
    came: dict[State, tuple[str, State] | None], before: dict[State, list[State]], size: Size
) -> tuple[str, tuple[str, ...]] | None:
    """A state from which some citizen can never be served, though there are attempts left."""
    for number in range(size.tickets):

        def settled(state: State, number: int = number) -> bool:
            ticket = state.tickets[number]
            return ticket.stage in ("serving", "ended") or ticket.attempt >= size.attempts

        can = _all_before([state for state in came if settled(state)], before)
        for state in came:
            if state not in can:
                return "a citizen waits for ever", _steps(came, state)
    return None


def _all_before(states: list[State], before: dict[State, list[State]]) -> set[State]:
    reached, waiting = set(states), deque(states)
    while waiting:
        for earlier in before.get(waiting.popleft(), ()):
            if earlier not in reached:
                reached.add(earlier)
                waiting.append(earlier)
    return reached


def _steps(came: dict[State, tuple[str, State] | None], state: State) -> tuple[str, ...]:
    steps: list[str] = []
    reached: Callable[[State], tuple[str, State] | None] = came.get  # type: ignore[assignment]
    while (how := reached(state)) is not None:
        steps.append(how[0])
        state = how[1]
    return tuple(reversed(steps))
