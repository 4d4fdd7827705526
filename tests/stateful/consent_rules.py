"""What the people of a call say to being recorded, and the slices that are kept while all agree."""

from consult.errors import NotFound, OutOfOrder, StageForbids
from consult.recordings.chain import links_of
from consult.recordings.rules import TEXT_VERSION
from consult.recordings.slices import Slice
from consult.storage.receipts import Receipt
from tests.stateful.listening_rules import ListeningRules
from tests.stateful.machine import Refusal
from tests.stateful.people import Citizen, Guest, Officer, Recording


class ConsentRules(ListeningRules):
    def about_recording(
        self, citizen: Citizen, recording: Recording, who: str, name: str, own: bool, fate: str
    ) -> None:
        if name in {"agree", "refuse"}:
            self.says(citizen, recording, who, name == "agree", own, fate)
        elif name == "slice":
            self.brings(recording, again=not own, fate=fate)
        else:
            self.ends_recording(citizen, recording, who, name, fate)

    def one_of(self, citizen: Citizen, recording: Recording, who: str) -> Citizen | Officer | Guest:
        return recording.guest if who == "guest" and recording.guest else self.whoever(citizen, who)

    def knows(self, who: Citizen | Officer | Guest, citizen: Citizen, recording: Recording) -> bool:
        if isinstance(who, Guest):
            return who.stage in {"asking", "admitted"} and "guest" in recording.people
        return isinstance(who, Citizen) or citizen.officer == who.person

    def says(self, citizen: Citizen, recording: Recording, who: str, yes: bool, own: bool, fate: str) -> None:
        """`own`: from the page that takes part."""
        person = self.one_of(citizen, recording, who)
        page = person.page if isinstance(person, Guest) else recording.call.pages.get(who)
        receipt, caller = self.from_page(person, page if own else None), self.caller(person)
        about = (citizen.ticket, recording.id, yes, TEXT_VERSION)
        refusal = self.ask(
            person, lambda server, receipt: server.recordings.answer(caller, *about, receipt), fate, receipt
        )
        if not self.knows(person, citizen, recording):
            assert refusal is NotFound
        elif yes:
            assert refusal is self.may_agree(recording, person, who, receipt)
            if refusal is None:
                self.office.agree(recording, who)
        elif recording.stage == "recording":
            assert refusal is None
            self.office.withdraw(recording)
        else:
            asker = isinstance(person, Officer) and person.person == recording.officer
            assert refusal is (None if recording.stage == "asked" and not asker else StageForbids)
            if refusal is None:
                self.office.stops(recording, "declined", "declined")

    def may_agree(
        self, recording: Recording, person: Citizen | Officer | Guest, who: str, receipt: Receipt
    ) -> Refusal:
        mark = f"{person.id} {receipt.stream}" if isinstance(person, Guest) else receipt.stream
        if recording.people.get(who) != mark:
            return NotFound
        return None if recording.stage == "asked" and who not in recording.agreed else StageForbids

    def ends_recording(self, citizen: Citizen, recording: Recording, who: str, name: str, fate: str) -> None:
        """Twice is once."""
        person = self.one_of(citizen, recording, who)
        caller, about = self.caller(person), (citizen.ticket, recording.id)
        refusal = self.ask(
            person,
            lambda server, receipt: {
                "withdraw": lambda: server.recordings.withdraw(caller, *about, receipt),
                "stop": lambda: server.recordings.stop(caller, *about, "stopped", receipt),
            }[name](),
            fate,
            self.other_tab(person),
        )
        own = name == "withdraw" or caller.id == recording.officer
        assert refusal is (None if own and self.knows(person, citizen, recording) else NotFound)
        if refusal is None and name == "withdraw":
            self.office.withdraw(recording)
        elif refusal is None and recording.open:
            self.office.stops(recording, "taken_back" if recording.stage == "asked" else "stopped")

    def brings(self, recording: Recording, again: bool, fate: str) -> None:
        """The next slice, the one before again, or one before its turn."""
        number = recording.slices - 1 if again and recording.slices else recording.slices + again
        contents = [b"%d" % each for each in range(number + 1)]
        sent = Slice(recording.id, number, links_of(recording.id, contents)[number], contents[number])
        caller, taken = (
            self.caller(self.office.officers[recording.officer]),
            self.office.takes_slice(recording),
        )
        refusal = self.see_through(lambda server: server.slices.keep(caller, sent), fate)
        if number < recording.slices:
            assert refusal is None
        elif number > recording.slices:
            assert refusal in {OutOfOrder, StageForbids}
        else:
            assert refusal is (None if taken else StageForbids)
            if refusal is None:
                self.office.keep_slice(recording)
