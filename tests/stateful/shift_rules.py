"""What else befalls a working day: hours end, officers sign out, are disabled, and are let in again."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from consult.errors import NotFound
from consult.people import Caller, Role
from consult.queue.going_home import StillServing
from tests.stateful.desk_rules import indexes
from tests.stateful.handover_rules import HandoverRules
from tests.stateful.machine import fates
from tests.stateful.people import Officer

ADMINISTRATOR = Caller(Role.ADMINISTRATOR, "administrator", "Administrator")


class ShiftRules(HandoverRules):
    @rule(
        service=st.integers(0, 1),
        closed=st.booleans(),
        only=st.sampled_from(["", "available", "paused", "draining"]),
    )
    def hours(self, service: int, closed: bool, only: str) -> None:
        """Who waits is let go, once nobody is on duty there any more; `only`: one officer stays."""
        self.set_hours(service, closed)
        if closed and only:
            self.sign_out(1, True, False, "plain")
            self.change_duty(self.officer(0), only, "plain")
        self.pass_time(10)

    def set_hours(self, service: int, closed: bool) -> None:
        id = self.services[service]
        self.do(self.server.office.set_hours(id, not closed, {}, ADMINISTRATOR.subject))
        (self.office.closed.add if closed else self.office.closed.discard)(service)

    @precondition(lambda self: any(one.state != "offline" for one in self.office.officers.values()))
    @rule(index=indexes, agreed=st.booleans(), elsewhere=st.sampled_from([False, False, True]), fate=fates)
    def sign_out(self, index: int, agreed: bool, elsewhere: bool, fate: str) -> None:
        """The last page that signs out ends the shift, and gives back who is served where that is agreed."""
        officer = self.officer(index)
        visit = self.do(self.counter.signed_in(self.caller(officer), elsewhere))
        at_work = officer.state not in {"offline", "disabled"} and not elsewhere
        held = officer.serving and at_work and not agreed
        try:
            refusal = self.see_through(lambda server: server.sign_out(visit, agreed), fate)
        except StillServing as asked:
            assert held and asked.count == len(officer.serving)
            self.counter.failed()
            return
        assert refusal is None and not held
        if not elsewhere:
            self.office.go_home(officer)

    @precondition(lambda self: not self.disabled())
    @rule(index=indexes, fate=fates)
    def disable(self, index: int, fate: str) -> None:
        """At once no more offers; the sweep gives back who was offered and who is served."""
        officer = self.officer(index)
        refusal = self.see_through(
            lambda server: server.doorkeeper.disable(officer.person, ADMINISTRATOR), fate
        )
        assert refusal is (NotFound if fate in {"twice", "after_commit", "crash_after_commit"} else None)
        self.office.becomes(officer, "disabled")

    @precondition(lambda self: self.disabled())
    @rule()
    def enable(self) -> None:
        for officer in self.disabled():
            self.do(self.counter.enable(officer.person))
            self.office.becomes(officer, "offline")

    def disabled(self) -> list[Officer]:
        return [one for one in self.office.officers.values() if one.state == "disabled"]
