"""Refusals: each has a code that crosses the wire; the reader's side words it (`error.<code>`).

A final refusal consumes the order's `cseq` and is stored as its answer; a retryable one changes nothing,
so the same order may be sent again with the same number.
"""

from typing import ClassVar


class ConsultError(Exception):
    """The request could not be carried out."""

    code: ClassVar[str] = "bad_request"
    final: ClassVar[bool] = True

    def __init__(self, *, retry_ms: int | None = None, **values: str | int) -> None:
        super().__init__(self.code, values)
        self.retry_ms = retry_ms
        self.values: dict[str, str | int] = values


class BadRequest(ConsultError):
    """The frame or form is not of the agreed shape."""

    code = "bad_request"


class Conflict(ConsultError):
    """The same number was used for a different order, or the place is taken."""

    code = "conflict"


class OutOfOrder(ConsultError):
    """An earlier order of this stream has not arrived yet."""

    code = "out_of_order"
    final = False


class NotAllowed(ConsultError):
    """This role has no such power."""

    code = "not_allowed"


class NotFound(ConsultError):
    """There is no such thing, or it is not yours: the answer is the same on purpose."""

    code = "not_found"


class StageForbids(ConsultError):
    """The consultation, call or officer is in a state that has no such step."""

    code = "stage_forbids"


class StaleAttempt(ConsultError):
    """The offer was withdrawn, answered or ran out."""

    code = "stale_attempt"


class StaleEpoch(ConsultError):
    """The consultation was given to somebody else meanwhile."""

    code = "stale_epoch"


class Ended(ConsultError):
    """The consultation has ended."""

    code = "ended"


class NoCapacity(ConsultError):
    """The officer has too few free units for this consultation."""

    code = "no_capacity"


class NobodyWaiting(ConsultError):
    """Nobody fitting is waiting."""

    code = "nobody_waiting"


class AnswerOfferFirst(ConsultError):
    """An offer is open; answer it before picking somebody up."""

    code = "answer_offer_first"


class NobodyToTake(ConsultError):
    """Whoever the consultation was to be handed over to is off duty, closed, or without that skill."""

    code = "nobody_to_take"


class ClosedHours(ConsultError):
    """The service is closed now."""

    code = "closed_hours"


class TooLate(ConsultError):
    """The time in which this could be done after the end is over."""

    code = "too_late"


class OtherPlace(ConsultError):
    """This citizen holds the place of another number already."""

    code = "other_place"


class AlreadyRated(ConsultError):
    """This consultation was rated before."""

    code = "already_rated"


class NoMorePriority(ConsultError):
    """This place was moved as far to the front as one may be."""

    code = "no_more_priority"


class QueueFull(ConsultError):
    """The queue of this service has reached its ceiling."""

    code = "queue_full"


class NoticeUnread(ConsultError):
    """The privacy notice must be read before a number is taken."""

    code = "notice_unread"


class TooLarge(ConsultError):
    """The text or description is longer than allowed."""

    code = "too_large"


class BadPhoto(ConsultError):
    """What was sent is no photo that is kept; `reason`: heic, kind, broken, pixels, scans, many."""

    code = "bad_photo"


class NeedsSocket(ConsultError):
    """A call needs a socket; this page has only requests. The chat goes on."""

    code = "needs_socket"


class BadDescription(ConsultError):
    """The session description or candidate was refused; `reason` says which rule."""

    code = "bad_description"


class CheckUnavailable(ConsultError):
    """There is no peer to check devices with just now; try again after `retry_ms`."""

    code = "check_unavailable"
    final = False

    def __init__(self, *, retry_ms: int = 10_000, **values: str | int) -> None:
        super().__init__(retry_ms=retry_ms, **values)


class RateLimited(ConsultError):
    """Too many requests; try again after `retry_ms`."""

    code = "rate_limited"
    final = False


class Busy(ConsultError):
    """The service cannot answer just now; try again after `retry_ms`.

    Always with a time: a page takes a refusal without one for the last word, and goes on to the next number.
    """

    code = "busy"
    final = False

    def __init__(self, *, retry_ms: int = 1_000, **values: str | int) -> None:
        super().__init__(retry_ms=retry_ms, **values)


class SignInFailed(ConsultError):
    """User name or password is wrong."""

    code = "sign_in_failed"


class SettingsWrong(Exception):
    """A setting or the surroundings are wrong; the message is one plain sentence with the mend."""


class Reproduced(Exception):
    """A repeated order: it was carried out before; carries the first answer (see `storage.receipts`)."""

    def __init__(self, seq: int | None, at_ms: int, refusal: ConsultError | None) -> None:
        super().__init__(seq, at_ms)
        self.seq = seq
        self.at_ms = at_ms
        self.refusal = refusal


BY_CODE: dict[str, type[ConsultError]] = {
    kind.code: kind
    for kind in list(globals().values())
    if isinstance(kind, type) and issubclass(kind, ConsultError) and kind is not ConsultError
}
