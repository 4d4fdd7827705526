"""What the pages may call, built once in `consult.app`."""

from dataclasses import dataclass

from consult.accounts.admission import Admission
from consult.accounts.doorkeeper import Doorkeeper
from consult.accounts.guest_door import GuestDoor
from consult.accounts.staff import Staff
from consult.live.limits import Allowance
from consult.live.redis import Live
from consult.office.office import Office
from consult.papers.tray import Tray
from consult.queue.desk import Desk
from consult.queue.going_home import GoingHome
from consult.queue.line import Line
from consult.queue.reception import Reception
from consult.queue.ticket_machine import TicketMachine
from consult.recordings.slices import Slices
from consult.settings import Settings
from consult.storage.database import Database


@dataclass(frozen=True, slots=True)
class PageServices:
    settings: Settings
    database: Database
    live: Live
    allowance: Allowance
    office: Office
    staff: Staff
    doorkeeper: Doorkeeper
    admission: Admission
    guest_door: GuestDoor
    reception: Reception
    desk: Desk
    going_home: GoingHome
    ticket_machine: TicketMachine
    line: Line
    slices: Slices
    tray: Tray
