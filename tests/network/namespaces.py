"""Network namespaces of the tests' own, and acting inside them (ip-netns(8), setns(2))."""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

PREFIX = "consult-"
CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


class NoStreet(RuntimeError):
    """Networks cannot be made on this machine; the message says what is missing."""


def missing() -> str:
    """What keeps this machine from making networks, in one sentence; empty when nothing does."""
    if os.geteuid() != 0:
        return "Calls over bad networks were NOT tried: making network namespaces needs root."
    if not Path("/dev/net/tun").exists():
        return (
            "Calls over bad networks were NOT tried: /dev/net/tun is missing "
            "(modprobe tun, or give it to the container)."
        )
    if shutil.which("ip") is None:
        return (
            "Calls over bad networks were NOT tried: the command ip is missing "
            "(on Debian: apt-get install -y iproute2)."
        )
    return ""


@contextmanager
def namespace(name: str) -> Iterator[str]:
    """A namespace of this process; yields its full name. Removed at the end with all that is in it."""
    full = f"{PREFIX}{os.getpid()}-{name}"
    subprocess.run(["ip", "netns", "add", full], check=True)
    try:
        yield full
    finally:
        subprocess.run(["ip", "netns", "delete", full], check=True)


def sweep() -> None:
    """Remove what killed tests have left behind."""
    listed = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout
    for line in listed.splitlines():
        name = line.split()[0]
        owner = name.removeprefix(PREFIX).partition("-")[0]
        if name.startswith(PREFIX) and owner.isdigit() and not Path("/proc", owner).exists():
            with suppress(subprocess.CalledProcessError):  # somebody else was faster
                subprocess.run(["ip", "netns", "delete", name], check=True)


def inside(namespace: str, act: Callable[[], T]) -> T:
    """What `act` returns when done in this namespace; sockets that it makes stay there for good."""

    def enter_and_act() -> T:
        with open(f"/run/netns/{namespace}") as door:
            if _libc.setns(door.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), f"cannot enter {namespace}")
        return act()

    # A thread of its own, since only that thread moves and it never comes back.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(enter_and_act).result()
