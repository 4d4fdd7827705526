"""Close codes. The range says whether to come back: 40xx resume, 41xx start anew, 44xx stay away."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal


class Close(IntEnum):
    NORMAL = 1000
    GOING_AWAY = 1001
    BAD_UTF8 = 1007
    TOO_LARGE = 1009
    RESTART = 1012
    SERVER_ERROR = 4000
    HELLO_MISSING = 4001
    HEARTBEAT_LOST = 4002
    SLOW_READER = 4008
    REPLACED = 4009
    SESSION_ENDED = 4100
    VERSION_UNKNOWN = 4101
    RESUME_REFUSED = 4103
    MALFORMED = 4400
    FORBIDDEN = 4403
    FLOOD = 4429


Return = Literal["resume", "resume_now", "anew", "reload", "wait", "no"]


@dataclass(frozen=True, slots=True)
class CloseMeaning:
    reason: str
    returns: Return


MEANING: dict[Close, CloseMeaning] = {
    Close.NORMAL: CloseMeaning("normal", "no"),
    Close.GOING_AWAY: CloseMeaning("page left", "no"),
    Close.BAD_UTF8: CloseMeaning("text is not UTF-8", "no"),
    Close.TOO_LARGE: CloseMeaning("frame too large", "no"),
    Close.RESTART: CloseMeaning("server restarts", "resume"),
    Close.SERVER_ERROR: CloseMeaning("server error", "resume"),
    Close.HELLO_MISSING: CloseMeaning("no hello in time", "resume"),
    Close.HEARTBEAT_LOST: CloseMeaning("heartbeat lost", "resume_now"),
    Close.SLOW_READER: CloseMeaning("reader too slow", "resume"),
    Close.REPLACED: CloseMeaning("opened on another device", "no"),
    Close.SESSION_ENDED: CloseMeaning("session ended", "anew"),
    Close.VERSION_UNKNOWN: CloseMeaning("protocol version unknown", "reload"),
    Close.RESUME_REFUSED: CloseMeaning("resume refused", "anew"),
    Close.MALFORMED: CloseMeaning("malformed frame", "no"),
    Close.FORBIDDEN: CloseMeaning("not allowed", "no"),
    Close.FLOOD: CloseMeaning("too many frames", "wait"),
}
