"""What a page holds of its conversations: in order, without a gap, each entry once."""

from collections import defaultdict

from consult.running.drill.given import Broken, Frame


class Held:
    """`log[ticket]` is what the page shows. Raises Broken wherever the service contradicts itself."""

    def __init__(self) -> None:
        self.log: dict[str, list[Frame]] = defaultdict(list)
        self._early: dict[str, dict[int, Frame]] = defaultdict(dict)

    def seqs(self) -> dict[str, int]:
        return {ticket: len(shown) for ticket, shown in self.log.items() if shown}

    def welcomed(self, welcome: Frame) -> None:
        """Take a snapshot: what is missing, or everything."""
        if welcome["t"] == "WelcomeApplicant":
            self._snapshot(welcome["ticket"]["id"], welcome["entries"], welcome["whole"])
        for conversation in welcome.get("conversations", ()):
            ticket = conversation["ticket"]["id"]
            self._snapshot(ticket, conversation["entries"], ticket in welcome["whole"])

    def opened(self, conversation: Frame) -> None:
        self.add(conversation["ticket"]["id"], conversation["entries"])

    def add(self, ticket: str, entries: list[Frame]) -> None:
        """Entries that continue what is shown; early ones wait, and those shown already must agree."""
        shown, early = self.log[ticket], self._early[ticket]
        for entry in entries:
            seq = entry["seq"]
            if seq > len(shown):
                early[seq] = entry
            elif shown[seq - 1] != entry:
                raise Broken(f"{ticket}: entry {seq} was {shown[seq - 1]} and is {entry}")
        while (following := early.pop(len(shown) + 1, None)) is not None:
            shown.append(following)

    def missing(self, seqs: dict[str, int]) -> bool:
        """Whether something up to `seqs`, or before an entry that came early, is not there."""
        behind = any(len(self.log[ticket]) < seq for ticket, seq in seqs.items())
        return behind or any(self._early.values())

    def _snapshot(self, ticket: str, entries: list[Frame], whole: bool) -> None:
        if not whole and entries and entries[0]["seq"] > len(self.log[ticket]) + 1:
            raise Broken(f"{ticket}: a snapshot after {len(self.log[ticket])} begins at {entries[0]['seq']}")
        self.add(ticket, entries)
