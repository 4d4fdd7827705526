"""Who takes part: roles, ids and the addresses that frames are sent to."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

PersonId = NewType("PersonId", str)
TicketId = NewType("TicketId", str)
ServiceId = NewType("ServiceId", str)
Address = NewType("Address", str)


class Role(StrEnum):
    APPLICANT = "applicant"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    GUEST = "guest"  # a third person in a call, by a link


class Side(StrEnum):
    """The two sides of a consultation; whoever serves is the officer's side."""

    APPLICANT = "applicant"
    OFFICER = "officer"
    OFFICE = "office"  # the service itself: entries that no person wrote
    GUEST = "guest"  # on neither side: guests, and supervisors who listen; only calls know it

    @property
    def other(self) -> "Side":
        return Side.OFFICER if self is Side.APPLICANT else Side.APPLICANT


BOARD = Address("board")
DESKS = Address("desks")


def applicant_address(ticket: str) -> Address:
    return Address(f"ticket:{ticket}")


def staff_address(person: str) -> Address:
    return Address(f"staff:{person}")


def guest_address(guest: str) -> Address:
    return Address(f"guest:{guest}")


_SIDES = {Role.APPLICANT: Side.APPLICANT, Role.GUEST: Side.GUEST, Role.SUPERVISOR: Side.GUEST}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking. `id` is the ticket's id for an applicant, the invitation's for a guest, else the
    person's.
    """

    role: Role
    id: str
    name: str

    @property
    def side(self) -> Side:
        return _SIDES.get(self.role, Side.OFFICER)

    @property
    def address(self) -> Address:
        if self.role is Role.GUEST:
            return guest_address(self.id)
        return applicant_address(self.id) if self.role is Role.APPLICANT else staff_address(self.id)

    @property
    def subject(self) -> str:
        """How event rows name this caller."""
        return str(self.address)
