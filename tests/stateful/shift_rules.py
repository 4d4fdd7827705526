"""What else befalls a working day: hours end, officers sign out, are disabled, and are let in again."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from consult.errors import NotFound
from consult.people import Caller, Role
from consult.queue.going_home import StillServing
from tests.stateful.machine import fates, indexes, picked, picks
from tests.stateful.people import Officer
from tests.stateful.rating_rules import RatingRules

ADMINISTRATOR = Caller(Role.ADMINISTRATOR, "administrator", "Administrator")
DONE_BEFORE = {"twice", "after_commit", "crash_after_commit"}
"""What befalls an order after which the second one finds it carried out."""


class ShiftRules(RatingRules):
    @rule(
        what=st.sampled_from(["hours", "hours", "account", "account", "capacity"]), which=picks,
        index=indexes, stay=st.sampled_from([0, 0, 1, 2]), units=st.integers(1, 5), fate=fates,
    )  # fmt: skip
    def at_the_office(self, what: str, index: int, which: int, stay: int, units: int, fate: str) -> None:
        """What an administrator changes."""
        if what == "hours":
            self.hours(index, stay)
        elif what == "account":
            self.account(which, fate)
        else:
            self.capacity(self.officer(index), units, fate)

    def hours(self, service: int, stay: int) -> None:
        """Whoever waits is let go once nobody is on duty there any more; `stay`: so many officers do."""
        closes = service not in self.office.closed
        id, actor = self.services[service], ADMINISTRATOR.subject
        self.do(self.server.office.set_hours(id, not closes, {}, actor))
        if closes:
            self.office.closed.add(service)
            for index in range(stay, len(self.office.officers)):
                self.signs_out(self.officer(index), agreed=True, elsewhere=False, fate="plain")
            self.pass_time(10)
        else:
            self.office.closed.discard(service)

    @rule(index=indexes, agreed=st.booleans(), elsewhere=st.sampled_from([False, False, True]), fate=fates)
    def sign_out(self, index: int, agreed: bool, elsewhere: bool, fate: str) -> None:
        self.signs_out(self.officer(index), agreed, elsewhere, fate)

    def signs_out(self, officer: Officer, agreed: bool, elsewhere: bool, fate: str) -> None:
        """The last page that signs out ends the shift, and gives back who is served where that is agreed."""
        at_work = officer.state not in {"offline", "disabled"} and not elsewhere
        held = officer.serving and at_work and not agreed
        visit = self.do(self.counter.session_of(self.caller(officer), elsewhere))
        try:
            refusal = self.see_through(lambda server: server.sign_out(visit, agreed), fate)
        except StillServing as asked:
            assert held and asked.count == len(officer.serving)
            self.counter.failed()
            return
        assert refusal is None and not held
        if not elsewhere:
            self.office.go_home(officer)

    def account(self, which: int, fate: str) -> None:
        """Of somebody who is disabled, or else has work, which cannot be taken up and is given back soon."""
        disabled = [one for one in self.office.officers.values() if one.state == "disabled"]
        citizen = None if disabled else (self.at_an_offer if which % 2 else self.at_a_desk)(which)
        own = self.office.officers.get(citizen.officer or "") if citizen else None
        officer = own or picked(which, disabled) or self.officer(which)
        self.toggle(officer, fate)
        if citizen is not None and citizen.stage == "offered":
            self.accepts(officer, citizen, citizen.attempt, "plain", self.other_tab(officer))
        if citizen is not None and which % 3:
            self.pass_time(10)

    def toggle(self, officer: Officer, fate: str) -> None:
        """Disabled, or let in again."""
        enabled = officer.state != "disabled"
        refusal = self.see_through(
            lambda server: (server.doorkeeper.disable if enabled else server.doorkeeper.enable)(
                officer.person, ADMINISTRATOR
            ),
            fate,
        )
        assert refusal is (NotFound if fate in DONE_BEFORE else None)
        self.office.becomes(officer, "disabled" if enabled else "offline")

    def capacity(self, officer: Officer, units: int, fate: str) -> None:
        """Nobody is thrown out by a lower one."""
        refusal = self.see_through(
            lambda server: server.desk.set_capacity(ADMINISTRATOR, officer.person, units), fate
        )
        assert refusal is None
        officer.capacity = units
