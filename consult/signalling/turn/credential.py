"""Short-lived TURN credentials, as coturn's `use-auth-secret` expects them."""

import base64
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Credential:
    user: str
    password: str


def credential(secret: str, now: datetime, lasts_seconds: float) -> Credential:
    """User name `expiry:random`, password base64(HMAC-SHA1(secret, user name)); nothing personal in it.

    The form is draft-uberti-behave-turn-rest-00's; the server compares the expiry with its own clock.
    """
    user = f"{int(now.timestamp() + lasts_seconds)}:{secrets.token_hex(8)}"
    return Credential(user, base64.b64encode(hmac.digest(secret.encode(), user.encode(), "sha1")).decode())
