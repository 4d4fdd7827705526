"""Tries a relay as a browser would and as an attacker would, and says in plain words what is wrong."""

import re
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

from consult.clock import SystemClock
from consult.errors import SettingsWrong
from consult.settings import Settings
from consult.signalling.turn.address import TurnAddress, turn_address
from consult.signalling.turn.client import Allocation, Refused, Unanswered
from consult.signalling.turn.credential import credential
from consult.signalling.turn.denied import ORDINARY, SAMPLES

# From here on `::ffff:0:0/96` in a deny list is believed (CVE-2026-27624).
SAFE_VERSION = (4, 9)
UNAUTHORIZED, FORBIDDEN, UNSUPPORTED_FAMILY, WRONG_FAMILY, QUOTA_REACHED = 401, 403, 440, 443, 486
A_DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence; `ok` None is a warning."""

    ok: bool | None
    text: str


def check_relays(settings: Settings, tls: ssl.SSLContext | None = None) -> Iterator[Finding]:
    """Every address of CONSULT_TURN_URLS, one after the other. Raises SettingsWrong when there is none."""
    urls = [url.strip() for url in settings.turn_urls.split(",") if url.strip()]
    if not urls:
        raise SettingsWrong("CONSULT_TURN_URLS is empty: there is no relay to check.")
    for url in urls:
        relay = Relay(turn_address(url), settings, tls)
        try:
            for finding in _check(relay):
                yield Finding(finding.ok, f"{url}: {finding.text}")
        except Unanswered:
            yield Finding(False, f"{url}: no answer. Is coturn running, and the port open in the firewall?")
        except OSError as fault:
            yield Finding(False, f"{url}: {_unreachable(relay.address, fault)}")


@dataclass(frozen=True, slots=True)
class Relay:
    address: TurnAddress
    settings: Settings
    tls: ssl.SSLContext | None

    def allocate(self, lasts_seconds: float, family: int = 4) -> Allocation:
        now = SystemClock().now()
        made = credential(self.settings.turn_secret, now, lasts_seconds)
        return Allocation(self.address, made, family, self.tls)


def _check(relay: Relay) -> Iterator[Finding]:
    try:
        with relay.allocate(relay.settings.turn_credential_seconds) as own:
            yield _relayed(own)
            yield _version(own.software)
            yield from _doors(own, 4)
    except Refused as refused:
        yield Finding(False, _why_refused(relay, refused.code))
        return
    yield from _doors_of_ipv6(relay)
    yield _expired(relay)


def _relayed(own: Allocation) -> Finding:
    if own.relayed.is_global:
        return Finding(True, f"gives relayed addresses ({own.relayed}).")
    return Finding(
        False,
        f"gives the relayed address {own.relayed}, which the internet cannot reach: external-ip is missing "
        "or wrong in coturn's file (consult turn-config --public-ip ... --private-ip ...).",
    )


def _version(software: str) -> Finding:
    found = re.search(r"(\d+)\.(\d+)", software)
    if found is None:
        return Finding(None, "does not say its version; it must be coturn 4.9 or newer (CVE-2026-27624).")
    if (int(found[1]), int(found[2])) < SAFE_VERSION:
        return Finding(
            None,
            f"is {software}. Below 4.9 mapped addresses may pass the deny list (CVE-2026-27624): update.",
        )
    return Finding(True, f"is {software}.")


def _why_refused(relay: Relay, code: int) -> str:
    if code == QUOTA_REACHED:
        return "refuses more allocations: user-quota or total-quota is reached."
    if code != UNAUTHORIZED:
        return f"refuses to allocate (error {code})."
    try:
        # A credential for tomorrow is good even where the clock is hours ahead.
        with relay.allocate(A_DAY_SECONDS):
            return "takes our credential for expired: the clock there or here is wrong. Use NTP on both."
    except Refused:
        return "refuses our credential: static-auth-secret is not the same as CONSULT_TURN_SECRET."


def _doors(own: Allocation, family: int) -> Iterator[Finding]:
    """Peers inside the office's networks must be refused, one on the internet must not."""
    open_doors = []
    for peer in SAMPLES:
        # A peer of the other family has no way through this allocation, whatever the list says.
        enough = {FORBIDDEN} if peer.version == family else {FORBIDDEN, WRONG_FAMILY}
        if own.permit(peer) not in enough:
            open_doors.append(str(peer))
    if open_doors:
        yield Finding(False, f"lets callers reach {', '.join(open_doors)}: denied-peer-ip is missing.")
    else:
        yield Finding(
            True, f"refuses all {len(SAMPLES)} private, loopback, metadata and mapped peers (IPv{family})."
        )
    if (code := own.permit(ORDINARY[family])) is not None:
        yield Finding(False, f"refuses an ordinary address of the internet too (error {code}).")


def _doors_of_ipv6(relay: Relay) -> Iterator[Finding]:
    """A mapped peer is refused for its family on an IPv4 allocation; on an IPv6 one only by the list."""
    try:
        with relay.allocate(A_DAY_SECONDS, family=6) as own:
            yield from _doors(own, 6)
    except Refused as refused:
        if refused.code == UNSUPPORTED_FAMILY:
            yield Finding(True, "relays no IPv6, so that mapped and NAT64 peers have no way in.")
        else:
            yield Finding(False, f"refuses to allocate IPv6 (error {refused.code}).")


def _expired(relay: Relay) -> Finding:
    try:
        with relay.allocate(-A_DAY_SECONDS):
            return Finding(False, "takes a credential that ended yesterday: use-auth-secret is missing.")
    except Refused:
        return Finding(True, "refuses a credential that has ended.")


def _unreachable(address: TurnAddress, fault: OSError) -> str:
    if isinstance(fault, ssl.SSLCertVerificationError):
        return (
            f"the certificate is not good ({fault.verify_message}). It needs its whole chain and this name."
        )
    if isinstance(fault, ssl.SSLError):
        return "speaks no TLS here: tls-listening-port, cert and pkey."
    if isinstance(fault, socket.gaierror):
        return f"the name {address.host} is not known."
    if isinstance(fault, ConnectionRefusedError):
        return f"nothing listens on port {address.port} ({address.transport})."
    return f"cannot be reached ({fault.strerror or 'no answer'}). Is the port open in the firewall?"
