"""A ticket's secret and PIN, derived from the browser's visitor cookie; rows hold only hashes.

Deriving means that a repeated post by the same browser yields the same link: a double tap is one place.
"""

import hashlib
import hmac
import secrets
from base64 import b32encode, urlsafe_b64encode


def new_id() -> str:
    """A random id of 20 characters (100 bits), safe in a path."""
    return b32encode(secrets.token_bytes(13)).decode().rstrip("=").lower()[:20]


def secret_for(visitor: bytes, ticket_id: str) -> str:
    """The 256-bit secret of a ticket, base64url. `visitor`: the 32 random bytes of the visitor cookie."""
    digest = hmac.digest(visitor, f"ticket:{ticket_id}".encode(), "sha256")
    return urlsafe_b64encode(digest).decode().rstrip("=")


def pin_for(secret: str) -> str:
    """Six digits to say or type on another phone."""
    number = int.from_bytes(hmac.digest(secret.encode(), b"pin", "sha256")[:8], "big") % 1_000_000
    return f"{number:06d}"


def hash_of(secret: str | bytes) -> bytes:
    """SHA-256 of a random secret, for rows. Not for passwords or PINs: those need a slow hash."""
    return hashlib.sha256(secret.encode() if isinstance(secret, str) else secret).digest()
