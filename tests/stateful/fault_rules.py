"""What goes wrong: time, silence, late frames, stopped and crashed servers, a Redis that was emptied."""

import asyncio
from collections.abc import Collection

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.stateful.machine import indexes, picked, picks
from tests.stateful.model import RESUMABLE
from tests.stateful.people import Officer
from tests.stateful.places import ON_DUTY
from tests.stateful.shift_rules import ShiftRules

servers = st.integers(0, 1)


class FaultRules(ShiftRules):
    @rule(which=picks)
    def something_late_arrives(self, which: int) -> None:
        if self.late:
            _, arrive = self.late.pop(which % len(self.late))
            arrive()

    # Seconds are tens, so that the little real time that passes meanwhile cannot tip a limit.

    @rule(seconds=st.sampled_from([10, 30, 40, 130, 1_000, -300, -30, 300]))
    def time_passes(self, seconds: int) -> None:
        """Or the database's clock is set; what is due then is due, and the rest keeps its order."""
        self.pass_time(seconds)

    @rule(index=indexes, seconds=st.sampled_from([0, 0, 130, 1_000]), long=st.booleans())
    def silence(self, index: int, seconds: int, long: bool) -> None:
        """Of one officer; or for `seconds` of the whole office, because nothing runs."""
        if seconds:
            self.the_office_stands_still(seconds, index, gone=long)
        else:
            self.officer_goes_silent(index, for_good=long)

    def officer_goes_silent(self, index: int, for_good: bool) -> None:
        officer = picked(index, [o for o in self.office.officers.values() if o.state in RESUMABLE])
        if officer is None:
            return
        self.pass_time(40, silent=[officer])
        if for_good:
            self.pass_time(130, silent=[officer])
        self.comes_back(officer)

    def the_office_stands_still(self, seconds: int, index: int, gone: bool) -> None:
        """Nothing runs, or the database is away, and then the sweep is there before anybody is heard of.

        Whoever is here loses nobody by that; who is `gone` is missed, and only then counts as gone.
        """
        at_work = [one for one in self.office.officers.values() if one.state in {*RESUMABLE, "lost"}]
        served = [self.office.citizens[id] for officer in at_work for id in officer.serving]
        here = [citizen for citizen in served if citizen.present]
        self.pass_time(seconds, silent=list(self.office.officers.values()))
        assert all(citizen.stage == "serving" for citizen in here), "nobody was given up"
        silent = [self.officer(index)] if gone else []
        self.pass_time(10, silent=silent)
        if gone:
            self.pass_time(100, silent=silent)
            self.comes_back(*silent)

    def comes_back(self, officer: Officer) -> None:
        self.do(self.server.desk.came(self.caller(officer)))
        self.office.heard(officer)

    def pass_time(self, seconds: int, silent: Collection[Officer] = (), deaf: bool = False) -> None:
        """`deaf`: no page that listens is heard of."""
        heard = [one for one in self.office.officers.values() if one not in silent]
        ears = (
            []
            if deaf
            else [(one.person.id, one.page.stream) for one in self.office.listeners() if one.person]
        )
        self.do(self.counter.pass_time(self.server, seconds, [one.person for one in heard], ears))
        self.office.now += seconds
        for officer in heard:
            self.office.heard(officer)
        if not deaf:
            self.office.hears_all()
        self.office.sweep()

    @rule()
    def redis_is_emptied(self) -> None:
        self.do(self.counter.flush())
        present = [c.ticket for c in self.office.citizens.values() if c.present]
        self.do(self.counter.announce_again(present))

    @rule(which=servers)
    def a_server_crashes(self, which: int) -> None:
        """The one that stands still, where one does."""
        if self.stopped is not None:
            self.it_goes_on(dies=True)
        else:
            self.do(self.counter.servers[which].crash())

    # -- a stopped process -------------------------------------------------------------------------

    @rule(which=servers, work=st.sampled_from(["match", "sweep", "pick up"]), index=indexes)
    def a_server_stops(self, which: int, work: str, index: int) -> None:
        """It has read what it is about to do, and then stands still while others go on; one at a time."""
        self.it_goes_on(dies=False)
        server, officer = self.counter.servers[which], self.officer(index)
        begin = {
            "match": lambda: server.matching.run(),
            "sweep": lambda: server.sweep(),
            "pick up": lambda: server.reception.serve_next(self.caller(officer), self.other_tab(officer)),
        }[work]

        async def stop() -> "asyncio.Task[object]":
            server.database.goes_on.clear()
            server.database.stopped.clear()
            task: asyncio.Task[object] = asyncio.ensure_future(begin())
            stopped = asyncio.ensure_future(server.database.stopped.wait())
            await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
            return task

        self.counter.settle()
        seen = frozenset(c.ticket for c in self.office.citizens.values() if c.present)
        self.stopped = (server, self.do(stop()), work, officer, seen)

    @rule()
    def whoever_stopped_goes_on(self) -> None:
        self.it_goes_on(dies=False)

    def it_goes_on(self, dies: bool) -> None:
        """With what it knew then; what is no longer so must not happen."""
        if self.stopped is None:
            return
        server, task, work, officer, seen = self.stopped
        self.stopped = None

        async def go_on() -> None:
            if dies:
                task.cancel()
            server.database.goes_on.set()
            await asyncio.gather(task, return_exceptions=True)

        self.do(go_on())
        if dies:
            self.do(server.crash())
        elif work == "sweep":
            # What became due meanwhile in a step that it had done is for the next one.
            self.pass_time(0)
        elif work == "match":
            self.offers_are_good(stale=True, seen=seen)
        elif work == "pick up":
            for citizen in self.newly_served(officer):
                assert officer.state in ON_DUTY and not officer.offered
                assert citizen.units <= self.office.free(officer), "never more than there is room for"
                assert citizen.held_for in {None, officer.person}, "who waits for another is not served"
                self.office.serve(officer, citizen)
