"""`scripts/bench [NAME ...]`: run benchmarks and print their figures beside the targets."""

import argparse
import sys
import traceback
from collections.abc import Awaitable, Callable

import uvloop

from tests.bench import (
    accept,
    check,
    idle,
    lines,
    machine,
    match,
    recorder,
    relay,
    signalling,
    start,
    video,
    writer,
)
from tests.bench.figures import Figure, table

BENCHES: dict[str, Callable[[], Awaitable[list[Figure]]]] = {
    "relay": relay.run,
    "writer": writer.run,
    "accept": accept.run,
    "idle": idle.run,
    "match": match.run,
    "signalling": signalling.run,
    "video": video.run,
    "lines": lines.run,
    "check": check.run,
    "recorder": recorder.run,
    "start": start.run,
}


def main() -> int:
    arguments = _parser().parse_args()
    print(machine.describe(), file=sys.stderr)
    figures: list[Figure] = []
    failed = False
    for name in arguments.names or BENCHES:
        print(f"{name} ...", file=sys.stderr, flush=True)
        try:
            figures += uvloop.run(_one(name))
        except Exception:  # the others' figures are worth having all the same
            traceback.print_exc()
            failed = True
    print(f"{machine.describe()}\n\n{table(figures)}")
    return int(failed)


async def _one(name: str) -> list[Figure]:
    return await BENCHES[name]()


def _parser() -> argparse.ArgumentParser:
    modules = (relay, writer, accept, idle, match, signalling, video, lines, check, recorder, start)
    told = [f"  {name:10} {_first(module.__doc__)}" for name, module in zip(BENCHES, modules, strict=True)]
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description="Measures the service on this machine. A few minutes for all; others at work here show.",
        epilog="benchmarks:\n" + "\n".join(told),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", type=_name, help="which (default: all)")
    return parser


def _name(given: str) -> str:
    if given not in BENCHES:
        raise argparse.ArgumentTypeError(f"there is no {given!r}; the names are {', '.join(BENCHES)}")
    return given


def _first(text: str | None) -> str:
    return (text or "").partition("\n")[0]


if __name__ == "__main__":
    sys.exit(main())
