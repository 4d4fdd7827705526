"""Private names of aiortc, asked for so that another version is told in words.

aiortc decodes whatever it receives; whoever wants the packets or the encoded frames has to get between its
own layers. Each name stands once, in the table of whoever uses it; a test tries each.
"""

from typing import Any

VERSION = "1.16"


class NoSuchName(RuntimeError):
    """This aiortc is another than this was written for; the message says which name it lacks."""


def of(holder: Any, name: str) -> Any:
    """The attribute. Raises NoSuchName with words for whoever installed it."""
    try:
        return getattr(holder, name)
    except AttributeError:
        raise NoSuchName(
            f"aiortc's {type(holder).__name__} has no {name}: install aiortc {VERSION}.*, which this needs"
        ) from None


def put(holder: Any, name: str, value: Any) -> None:
    """Replace the attribute. Raises NoSuchName where there is none to replace."""
    of(holder, name)
    setattr(holder, name, value)
