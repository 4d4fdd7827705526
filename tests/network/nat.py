"""Network address translation as carriers and home routers do it (RFC 4787, 5382)."""

from dataclasses import dataclass, field

from tests.network.packets import Endpoint, Packet

FIRST_PORT = 20_001
# Neighbours get ports in between, so that nobody can guess the next one.
STEP = 7


@dataclass
class _Mapping:
    inside: Endpoint
    spoken_to: set[Endpoint] = field(default_factory=set)


class Nat:
    """One public address. `cone`: a public port for each inside port; `symmetric`: for each destination too.

    Both let in only what comes from an address and port that was written to (address and port-dependent
    filtering), as mobile carriers do.
    """

    def __init__(self, kind: str, public: str) -> None:
        if kind not in {"cone", "symmetric"}:
            raise ValueError(f"a NAT is cone or symmetric, not {kind!r}")
        self.kind = kind
        self.public = public
        self._ports: dict[tuple[int, Endpoint, Endpoint | None], int] = {}
        self._mappings: dict[tuple[int, int], _Mapping] = {}

    def outward(self, packet: Packet) -> Packet:
        to = packet.destination if self.kind == "symmetric" else None
        key = (packet.protocol, packet.source, to)
        if key not in self._ports:
            self._ports[key] = FIRST_PORT + STEP * len(self._ports)
            self._mappings[packet.protocol, self._ports[key]] = _Mapping(packet.source)
        port = self._ports[key]
        self._mappings[packet.protocol, port].spoken_to.add(packet.destination)
        return packet.sent_from(Endpoint(self.public, port))

    def inward(self, packet: Packet) -> Packet | None:
        """None for what nobody inside has asked for."""
        mapping = self._mappings.get((packet.protocol, packet.destination.port))
        if mapping is None or packet.source not in mapping.spoken_to:
            return None
        return packet.sent_to(mapping.inside)
