"""What the cookies are called, and what the random ones hold. Pure; `pages` sets them, the hub reads them.

| name | holds | sent |
|---|---|---|
| `staff` | reference of a signed-in session | Lax |
| `t_<ticket id>` | reference of a ticket opened on this device | Strict |
| `j_<invitation id>` | reference of a guest's page: a third person in a call | Strict |
| `visitor` | 32 bytes from which the secret of this browser's ticket is derived | Strict |
| `form` | 32 bytes from which the token of anonymous forms is derived | Strict |
| `device` | proof that this account was signed in here before | Strict |
| `lang` | `id` or `en` | Lax |
"""

import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from consult.settings import Settings

RANDOM_BYTES = 32
_RANDOM = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class CookieNames:
    """On https every name has the `__Host-` prefix: no other host or path can plant such a cookie."""

    secure: bool

    @classmethod
    def of(cls, settings: Settings) -> "CookieNames":
        return cls(settings.public_url.startswith("https://") or bool(settings.tls_certificate))

    def name(self, plain: str) -> str:
        return f"__Host-{plain}" if self.secure else plain

    def ticket(self, ticket_id: str) -> str:
        return self.name(f"t_{ticket_id}")

    def guest(self, guest_id: str) -> str:
        return self.name(f"j_{guest_id}")


def new_random() -> str:
    """256 random bits as a cookie's value."""
    return text_of(secrets.token_bytes(RANDOM_BYTES))


def text_of(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def bytes_of(value: str | None) -> bytes | None:
    """The 32 bytes of a cookie's value; None when it is missing or was tampered with."""
    if value is None or _RANDOM.fullmatch(value) is None:
        return None
    return urlsafe_b64decode(value + "=")
