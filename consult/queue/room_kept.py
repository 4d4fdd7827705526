"""Room kept for the first in a line who needs more units than anybody has free. Pure.

Without it a video call would be passed by chats for as long as they come: each takes the unit that the one
before gave back. One officer is kept free for it instead, who gathers units as consultations end.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from consult.duty.store import DutyRow


@dataclass(frozen=True, slots=True)
class First:
    """Who is first in the line of a service, and has waited long enough for room to be kept."""

    ticket_id: str
    service_id: str
    units: int


@dataclass(frozen=True, slots=True)
class Free:
    """An officer who may be offered somebody, with skills and whom they passed on lately."""

    officer: DutyRow
    skills: Collection[str]
    passed: Collection[str]

    def may_have(self, first: First) -> bool:
        knows = first.service_id in self.skills and first.ticket_id not in self.passed
        return knows and first.units <= self.officer.capacity


def kept_for(firsts: Iterable[First], free: Iterable[Free]) -> set[str]:
    """Officers who are offered nobody else now: for each first one the officer who lacks the fewest units.

    None for whom somebody has room already. The same one is chosen again while nobody gets nearer.
    """
    able_of = list(free)
    kept: set[str] = set()
    for first in firsts:
        able = [one.officer for one in able_of if one.may_have(first)]
        if any(officer.free_units >= first.units for officer in able):
            continue
        still = [officer for officer in able if officer.person_id not in kept]
        if still:
            kept.add(min(still, key=lambda one: (-one.free_units, one.person_id)).person_id)
    return kept
