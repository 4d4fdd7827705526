"""coturn's configuration file, written from the settings, with a reason for every line."""

from dataclasses import dataclass
from ipaddress import ip_address

from consult.errors import SettingsWrong
from consult.settings import Settings
from consult.signalling.turn.address import TurnAddress, turn_addresses
from consult.signalling.turn.denied import ranges

FIRST_PORT, LAST_PORT = 49_160, 49_960

_BOUNDS = """# What one credential may hold at once: a call needs one or two, an ICE restart doubles them.
user-quota=16
# All together, so that the ports do not run out.
total-quota=800
# Bytes a second for each allocation, about 1.5 Mbit/s: enough for a call, little for a thief.
max-bps=190000
"""
_CLOSED_DOORS = """# No remote console, and no web page to administer it.
no-cli
# Calls are sent over UDP from the relay on: a relay for TCP would reach any web server.
no-tcp-relay
# No multicast.
no-multicast-peers
# No discovery of NAT behaviour: it answers from other ports and is of use to attackers only.
no-rfc5780
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the relay stands. `private` is its own address when a NAT gives it the public one."""

    public: str
    private: str = ""
    certificate: str = ""
    key: str = ""


def turnserver_conf(settings: Settings, place: Place) -> str:
    """Raises SettingsWrong when the settings do not say what a relay needs."""
    if not settings.turn_urls or not settings.turn_secret:
        raise SettingsWrong(
            "CONSULT_TURN_URLS and CONSULT_TURN_SECRET are needed: the addresses browsers will use, and a "
            'secret such as the output of: python3 -c "import secrets; print(secrets.token_hex(32))"'
        )
    if not settings.turn_secret.isprintable():
        raise SettingsWrong("CONSULT_TURN_SECRET holds a line break or the like, which coturn cannot read.")
    for option, address in (("--public-ip", place.public), ("--private-ip", place.private)):
        _check_address(option, address)
    addresses = turn_addresses(settings.turn_urls)
    secure = [address for address in addresses if address.transport == "tls"]
    if secure and not (place.certificate and place.key):
        raise SettingsWrong("CONSULT_TURN_URLS has a turns: address, so --certificate and --key are needed.")
    sections = [
        _listening(addresses, secure, place),
        _trust(settings, addresses[0].host),
        _BOUNDS,
        _CLOSED_DOORS,
        _denied(place),
    ]
    head = "# coturn for Consult, written by `consult turn-config`. Holds a secret: chmod 0600.\n"
    return "\n".join([head, *sections])


def _check_address(option: str, address: str) -> None:
    try:
        if address:
            ip_address(address)
    except ValueError:
        raise SettingsWrong(f"{option} must be an address like 203.0.113.7, not {address!r}.") from None


def _listening(addresses: list[TurnAddress], secure: list[TurnAddress], place: Place) -> str:
    tls = secure[0].port if secure else None
    # coturn takes UDP, TCP and TLS on each of its ports, whatever the port is named for.
    others = list(dict.fromkeys(address.port for address in addresses if address.port != tls))
    plain = next((each.port for each in addresses if each.transport != "tls" and each.port != tls), 3478)
    lines = [
        "# Where browsers come in: UDP, and TCP for networks that let no UDP through.",
        f"listening-port={plain}",
        *_other_doors([port for port in others if port != plain], place),
        "# Where packets of calls go in and out: two ports for each relayed side. Open them in the firewall.",
        f"min-port={FIRST_PORT}",
        f"max-port={LAST_PORT}",
    ]
    if place.private:
        lines += [
            "# Behind a NAT: what browsers are told, and this machine's own address.",
            f"listening-ip={place.private}",
            f"relay-ip={place.private}",
            f"external-ip={place.public}/{place.private}",
        ]
    else:
        own = [f"listening-ip={place.public}", f"relay-ip={place.public}"]
        lines += ["# This machine's public address.", *own]
    if secure:
        lines += [
            "# TLS for networks that let only 443 through. The certificate needs its whole chain: browsers",
            "# fail without a word otherwise. After a renewal: kill -USR2 of turnserver.",
            f"tls-listening-port={secure[0].port}",
            f"cert={place.certificate}",
            f"pkey={place.key}",
            "no-tlsv1",
            "no-tlsv1_1",
        ]
    else:
        lines += ["# No turns: address is set, so neither TLS nor DTLS.", "no-tls", "no-dtls"]
    return "\n".join(lines) + "\n"


def _other_doors(ports: list[int], place: Place) -> list[str]:
    if not ports:
        return []
    address = place.private or place.public
    host = f"[{address}]" if ":" in address else address
    return [
        "# The other ports of CONSULT_TURN_URLS.",
        *(f"aux-server={host}:{port}" for port in ports),
    ]


def _trust(settings: Settings, realm: str) -> str:
    return f"""# Who may use it: user names that carry their own end, signed with CONSULT_TURN_SECRET.
use-auth-secret
static-auth-secret={settings.turn_secret}
# The name under which credentials are checked.
realm={realm}
# A number of the server's that each request must carry, new every ten minutes: nothing can be replayed.
stale-nonce=600
# Marks each message so that it is not taken for media on the same port.
fingerprint
"""


def _denied(place: Place) -> str:
    lines = [
        "# Peers that are refused. Without this anybody in a call could reach this machine and the networks",
        "# behind it through the relay.",
    ]
    for text, why in ranges():
        lines += [f"# {why}", f"denied-peer-ip={text}"]
    if place.private:
        lines += [
            "# The relay's own address, for two people who are both relayed here.",
            f"allowed-peer-ip={place.private}",
        ]
    return "\n".join(lines) + "\n"
