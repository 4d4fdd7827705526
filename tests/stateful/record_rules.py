"""A call is recorded: asked, agreed to by both, refused, withdrawn, stopped."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from consult.errors import NotFound, StageForbids
from consult.recordings.rules import TEXT_VERSION
from consult.storage.receipts import Receipt
from tests.stateful.call_rules import CallRules, Step, Who, in_calls, media_of
from tests.stateful.machine import Refusal, fates, having
from tests.stateful.people import Call, Citizen, Officer, Recording
from tests.stateful.talk_rules import sides


class RecordRules(CallRules):
    @having("serving")
    @rule(data=st.data(), side=sides, media=media_of, recorded=st.sampled_from(["", "asked", "agreed"]))
    def they_speak(self, data: st.DataObject, side: str, media: str, recorded: str) -> None:
        """All the way at once, since chance seldom goes it step by step."""
        citizen = self.some(data, "serving")
        if citizen is None or citizen.call is not None:
            return
        other = "officer" if side == "applicant" else "applicant"
        for one in (side, other):
            self.rings(citizen, one, media, "plain")
        call = citizen.call
        assert call is not None
        for one in (side, other):
            step = Step(citizen, call, self.of_side(citizen, one), one, "connect", 1, media)
            self.takes(step, True, "plain")
        words = [("officer", "ask"), ("applicant", "yes")]
        for one, name in words[: ["", "asked", "agreed"].index(recorded)]:
            self.records(citizen, call, one, name, True, "plain")

    @in_calls
    @rule(
        data=st.data(), side=sides, step=st.sampled_from(["ask", "yes", "no", "withdraw", "stop"]),
        own=st.sampled_from([True, True, True, False]), fate=fates,
    )  # fmt: skip
    def record(self, data: st.DataObject, side: str, step: str, own: bool, fate: str) -> None:
        citizen = self.calling(data)
        if citizen is None or citizen.call is None:
            return
        if step == "ask" or citizen.recording is not None:
            self.records(citizen, citizen.call, side, step, own, fate)

    def records(self, citizen: Citizen, call: Call, side: str, step: str, own: bool, fate: str) -> None:
        who, recording = self.of_side(citizen, side), citizen.recording
        receipt = self.from_page(who, call.pages.get(side) if own else None)
        caller, ticket = self.caller(who), citizen.ticket
        id = recording.id if recording else ""
        refusal = self.ask(
            who,
            lambda server, receipt: {
                "ask": lambda: server.recordings.ask(caller, ticket, call.id, receipt),
                "yes": lambda: server.recordings.answer(caller, ticket, id, True, TEXT_VERSION, receipt),
                "no": lambda: server.recordings.answer(caller, ticket, id, False, TEXT_VERSION, receipt),
                "withdraw": lambda: server.recordings.withdraw(caller, ticket, id, receipt),
                "stop": lambda: server.recordings.stop(caller, ticket, id, "stopped", receipt),
            }[step](),
            fate,
            receipt,
        )
        if step == "ask":
            assert refusal is self.may_ask(citizen, call, side, receipt)
            if refusal is None:
                shown = self.do(self.server.recordings.shown(caller, ticket))
                assert shown is not None
                citizen.recording = Recording(shown.id, citizen.officer or "", call.streams(), {"officer"})
            return
        assert recording is not None
        assert refusal is self.may_answer(recording, who, side, step, receipt)
        if refusal is None and recording.stage in {"asked", "recording"}:
            self.office.answer(recording, side, step)

    def may_ask(self, citizen: Citizen, call: Call, side: str, receipt: Receipt) -> Refusal:
        if side != "officer" or call.stage != "connected":
            return StageForbids
        if call.streams()[side] != receipt.stream:
            return NotFound
        open_already = citizen.recording is not None and citizen.recording.stage in {"asked", "recording"}
        return StageForbids if open_already else None

    def may_answer(self, recording: Recording, who: Who, side: str, step: str, receipt: Receipt) -> Refusal:
        asked_by_me = isinstance(who, Officer) and recording.officer == who.person
        if step == "yes":
            if recording.people[side] != receipt.stream:
                return NotFound
            return None if recording.stage == "asked" and side not in recording.agreed else StageForbids
        if step == "no":
            takes = recording.stage == "recording" or (recording.stage == "asked" and not asked_by_me)
            return None if takes else StageForbids
        return NotFound if step == "stop" and not asked_by_me else None
