"""Refusals in words, beside the field they belong to. Pure."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from consult.errors import BadRequest, ConsultError
from consult.pages.forms import Errors
from consult.storage.orders import STORAGE

T = TypeVar("T")


class Say(Protocol):
    """A text of the page's language by its key."""

    def __call__(self, key: str, **values: str | int) -> str: ...


def collect(errors: Errors, say: Say, check: Callable[[], T]) -> T | None:
    """What `check` returns; None when it refused, with the sentence noted for its field."""
    try:
        return check()
    except BadRequest as refusal:
        field, sentence = fault_of(refusal, say)
        errors[field] = sentence
        return None


def fault_of(refusal: ConsultError, say: Say) -> tuple[str, str]:
    """(field, sentence); the field is `form` when the refusal names none."""
    values = {name: value for name, value in refusal.values.items() if name not in {"field", "reason"}}
    field, reason = refusal.values.get("field"), refusal.values.get("reason")
    if isinstance(field, str) and isinstance(reason, str):
        return field, say(f"field.{field}_{reason}", **values)
    return "form", sentence_of(refusal, say)


def sentence_of(refusal: ConsultError, say: Say) -> str:
    """What is said about a refusal as a whole."""
    minutes = -(-(refusal.retry_ms or 0) // 60_000)
    if refusal.code == "rate_limited" and minutes > 1:
        return say("error.rate_limited_minutes", n=minutes)
    if refusal.code == "busy" and refusal.values.get("reason") == STORAGE:
        return say("error.disrupted")
    if refusal.code == "busy" and (refusal.retry_ms or 0) > 1_000:
        return say("error.busy_seconds", n=-(-(refusal.retry_ms or 0) // 1_000))
    return say(f"error.{refusal.code}", **refusal.values)
