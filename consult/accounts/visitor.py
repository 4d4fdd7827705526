"""The anonymous visitor: form tokens, and the bytes that a ticket's secret is derived from. Pure."""

import hashlib
import hmac

from consult.accounts.cookies import bytes_of, text_of


def visitor_of(visitor_cookie: str | None, form_cookie: str | None) -> bytes | None:
    """32 bytes that stand for this browser.

    A first visit has only the form's cookie. Deriving from it makes both posts of a double tap the
    same visitor, though neither has the other's answer yet.
    """
    known = bytes_of(visitor_cookie)
    if known is not None:
        return known
    form = bytes_of(form_cookie)
    return None if form is None else hmac.digest(form, b"visitor", hashlib.sha256)


def token_of(cookie: str) -> str:
    """The token that forms and sockets of this browser must carry.

    Derived from a cookie (a visitor's form, a session's reference): it is kept nowhere, and the cookie
    itself never stands in a page.
    """
    return text_of(hmac.digest(cookie.encode(), b"csrf", hashlib.sha256))


def token_fits(expected: str, given: str | None) -> bool:
    return given is not None and hmac.compare_digest(expected.encode(), given.encode())
