"""Photos of documents, laid before each other."""

import secrets
from io import BytesIO

from hypothesis import strategies as st
from hypothesis.stateful import rule
from PIL import Image

from consult.errors import BadPhoto, Conflict, NotFound
from tests.stateful.machine import Refusal, fates, mostly_at_once, picks
from tests.stateful.people import Citizen, Officer
from tests.stateful.talk_rules import TalkRules, sides
from tests.support.server_parts import PHOTOS_PER_TICKET


def _taken() -> bytes:
    """As small as a photo can be: each one is opened and drawn anew."""
    written = BytesIO()
    Image.new("RGB", (1, 1), "white").save(written, "JPEG")
    return written.getvalue()


PHOTO = _taken()


class PhotoRules(TalkRules):
    @rule(
        which=picks, side=sides, again=st.sampled_from([False, False, True]),
        over=st.sampled_from([False, False, True]), fate=fates, late=mostly_at_once,
    )  # fmt: skip
    def photo(self, which: int, side: str, again: bool, over: bool, fate: str, late: bool) -> None:
        """`again`: the one before is sent once more; `over`: perhaps when nobody serves any more."""
        citizen = (self.some(which, "waiting", "ended") if over else None) or self.at_a_desk(which)
        if citizen is None:
            return
        who = self.of_side(citizen, side) if citizen.officer or side == "applicant" else self.officer(which)
        id = next(reversed(citizen.photos), "") if again else ""
        self.now_or_late("photo", lambda: self.lays(who, citizen, id or secrets.token_hex(16), fate), late)

    def lays(self, who: Citizen | Officer, citizen: Citizen, id: str, fate: str) -> None:
        """The page has made its name, so that the same photo twice is once."""
        self.beside.add("photos")
        caller, about = self.caller(who), (citizen.ticket, id)
        expected = self.may_lay(who, citizen, id)
        refusal = self.see_through(lambda server: server.tray.lay(caller, *about, PHOTO, "Resi"), fate)
        assert refusal is expected
        if refusal is None and id not in citizen.photos:
            citizen.photos[id] = caller.id
        stranger = isinstance(who, Officer) and citizen.officer != who.person
        seen = self.refused(self.server.tray.show(caller, *about, small=True))
        assert seen is (NotFound if stranger or id not in citizen.photos else None)

    def may_lay(self, who: Citizen | Officer, citizen: Citizen, id: str) -> Refusal:
        refusal = self.may_act(who, citizen)
        author = citizen.photos.get(id)
        if author is not None and refusal is not NotFound:
            return None if author == self.caller(who).id else Conflict
        many = len(citizen.photos) >= PHOTOS_PER_TICKET
        return BadPhoto if many and refusal is None else refusal
