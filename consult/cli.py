"""The `consult` command. Every fault of settings or surroundings is one sentence and exit code 2."""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Sequence

from consult import failpoints
from consult import settings as settings_
from consult.errors import SettingsWrong
from consult.people import Role
from consult.settings import Settings

FAULT = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments) or 0)
    except SettingsWrong as fault:
        if str(fault):
            print(fault, file=sys.stderr)
        return FAULT
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="consult",
        description="Live consultation between citizens and a public permit office.",
        epilog="Settings come from the environment and the file that CONSULT_CONFIG names: docs/settings.md.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, run: object, about: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about, description=about)
        added.set_defaults(run=run)
        return added

    up = command("up", _up, "Start everything: embedded Valkey, database, servers and sweep. Ctrl-C ends it.")
    _add_where(up)
    up.add_argument("--workers", metavar="N", help="server processes (CONSULT_WORKERS)")
    serve = command(
        "serve", _serve, "Start one server process. It needs a Redis: REDIS_URL, or a running `up`."
    )
    _add_where(serve)
    serve.add_argument(
        "--fd", type=int, metavar="N", help="listen on this open socket instead of opening one"
    )
    _add_child(serve)
    _add_child(
        command("sweep", _sweep, "Do what is due, once a second: offers that ran out, people who were lost.")
    )
    _add_child(
        command("device-check", _device_check, "Answer device checks of applicants who wait, as `up` does.")
    )
    _add_child(
        command(
            "recorder",
            _recorder,
            "Record calls on this server, as `up` does with CONSULT_RECORDING=server.",
        )
    )
    migrate = command("migrate", _migrate, "Create or upgrade the tables of the database.")
    migrate.add_argument(
        "--stay",
        action="store_true",
        help="under honcho, which ends everything with the first line: stay until then",
    )
    command("rebuild-line", _rebuild_line, "Build the line's index in Redis anew from the database.")
    _add_person_options(
        command("add-person", _add_person, "Add an officer, a supervisor or an administrator.")
    )
    _add_save_commands(command)
    command("check", _check, "Name every wrong setting and what else would keep `up` from starting.")
    drill = command(
        "drill",
        _drill,
        "Break the office that runs here on purpose, and count what was lost: nothing, it should.",
    )
    drill.add_argument(
        "outages", nargs="*", metavar="OUTAGE", help="socket-cut, redis-kill, ... (default: all)"
    )
    drill.add_argument("--yes", action="store_true", help="do not ask before it begins")
    _add_turn_options(
        command("turn-config", _turn_config, "Print a safe configuration for coturn, the relay of calls.")
    )
    command("turn-check", _turn_check, "Try the relays of CONSULT_TURN_URLS and say what is wrong.")
    recording = command("check-recording", _check_recording, "Tell whether a recording is as it was made.")
    recording.add_argument("recording", metavar="ID", help="as in the address it is saved from")
    describe = command(
        "describe-protocol", _describe_protocol, "Write what crosses the socket as JSON documents."
    )
    describe.add_argument("directory", nargs="?", default="docs", help="where to write (default: docs)")
    command("version", _version, "Print the version.")
    return parser


def _add_where(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", metavar="ADDRESS", help="address to listen on (CONSULT_HOST)")
    parser.add_argument("--port", metavar="N", help="port to listen on (CONSULT_PORT)")


def _add_child(parser: argparse.ArgumentParser) -> None:
    """What `up` tells its children; of no use to a person."""
    parser.add_argument("--parent", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--ready-fd", type=int, help=argparse.SUPPRESS)


def _add_save_commands(command: Callable[..., argparse.ArgumentParser]) -> None:
    backup = command("backup", _backup, "Save everything to one file, while the service runs.")
    backup.add_argument("file", nargs="?", metavar="FILE", help="a new file (default: a name with the time)")
    restore = command("restore", _restore, "Put back what `backup` saved. The service must be stopped.")
    restore.add_argument("file", metavar="FILE", help="a file that `consult backup` wrote")
    restore.add_argument("--replace", action="store_true", help="also when the database holds an office")


def _add_person_options(parser: argparse.ArgumentParser) -> None:
    staff = [role.value for role in Role if role is not Role.APPLICANT]
    parser.add_argument("name", metavar="NAME", help='the full name, for example "Full name"')
    parser.add_argument("--role", required=True, choices=staff)
    parser.add_argument("--user-name", help="name to sign in with (default: made from NAME)")
    parser.add_argument(
        "--services", default="", metavar="LETTERS", help="an officer's services, A,B,... (default: all)"
    )
    parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")


def _add_turn_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--public-ip", required=True, metavar="ADDRESS", help="the relay's public address")
    parser.add_argument("--private-ip", default="", metavar="ADDRESS", help="its own address, behind a NAT")
    parser.add_argument("--certificate", default="", metavar="FILE", help="the whole chain, for turns:")
    parser.add_argument("--key", default="", metavar="FILE", help="the certificate's key")


def _settings(arguments: argparse.Namespace) -> Settings:
    # Whatever is written holds names and telephone numbers.
    os.umask(0o077)
    said = {name: getattr(arguments, name, None) for name in ("host", "port", "workers")}
    return settings_.from_environ(**said)


def _up(arguments: argparse.Namespace) -> None:
    from consult.running.up import up

    asyncio.run(up(_settings(arguments)))


def _serve(arguments: argparse.Namespace) -> None:
    _hold_on(arguments)
    settings = _settings(arguments)
    failpoints.arm(settings.failpoints, settings.data_dir)
    from consult.app import build
    from consult.running import listening, server

    listening.check_tls(settings)
    if arguments.fd is not None:
        listener = listening.adopt(arguments.fd)
    else:
        listener = listening.listen(settings.host, settings.port)
    _wait_until_usable(settings, arguments)
    server.serve(build(settings), settings, listener, arguments.ready_fd)


def _sweep(arguments: argparse.Namespace) -> None:
    _hold_on(arguments)
    settings = _settings(arguments)
    failpoints.arm(settings.failpoints, settings.data_dir)
    from consult.app import build
    from consult.running import logs
    from consult.running.sweep import sweep

    logs.configure(settings.log_level)
    _wait_until_usable(settings, arguments)
    asyncio.run(sweep(build(settings), arguments.ready_fd))


def _device_check(arguments: argparse.Namespace) -> None:
    _hold_on(arguments)
    settings = _settings(arguments)
    from consult.precall.mirror.rooms import run
    from consult.running import logs

    logs.configure(settings.log_level)
    asyncio.run(run(settings, arguments.ready_fd))


def _recorder(arguments: argparse.Namespace) -> None:
    _hold_on(arguments)
    settings = _settings(arguments)
    from consult.recorder.process import run
    from consult.running import logs, tables_ready

    logs.configure(settings.log_level)
    if arguments.parent is None:
        asyncio.run(tables_ready.wait(settings))
    asyncio.run(run(settings, arguments.ready_fd))


def _wait_until_usable(settings: Settings, arguments: argparse.Namespace) -> None:
    """`up` has seen to that for its children."""
    if arguments.parent is None:
        from consult.running import surroundings

        asyncio.run(surroundings.wait_until_usable(settings))


def _hold_on(arguments: argparse.Namespace) -> None:
    if arguments.parent is not None:
        from consult.running.lifeline import hold_on_to

        hold_on_to(arguments.parent)


def _migrate(arguments: argparse.Namespace) -> None:
    from consult.running import procfile, tables_ready

    asyncio.run(tables_ready.prepare(_settings(arguments)))
    if arguments.stay:
        procfile.stay()


def _rebuild_line(arguments: argparse.Namespace) -> None:
    from consult.app import build
    from consult.running import surroundings

    async def rebuild(settings: Settings) -> None:
        await surroundings.wait_until_usable(settings)
        application = build(settings)
        await application.start()
        try:
            print(f"The line was built anew: {await application.rebuild_line()} people wait.")
        finally:
            await application.stop()

    asyncio.run(rebuild(_settings(arguments)))


def _add_person(arguments: argparse.Namespace) -> int:
    from consult.running.add_person import add_person

    return add_person(_settings(arguments), arguments)


def _backup(arguments: argparse.Namespace) -> int:
    from consult.running.saves import backup

    return backup(_settings(arguments), arguments)


def _restore(arguments: argparse.Namespace) -> int:
    from consult.running.saves import restore

    return restore(_settings(arguments), arguments)


def _drill(arguments: argparse.Namespace) -> int:
    from consult.app import build
    from consult.running.drill.drill import drill

    return drill(build(_settings(arguments)), arguments)


def _check(arguments: argparse.Namespace) -> int:
    from consult.running.check import check

    return check(os.environ)


def _turn_config(arguments: argparse.Namespace) -> None:
    from consult.running.relay import turn_config
    from consult.signalling.turn.configuration import Place

    place = Place(arguments.public_ip, arguments.private_ip, arguments.certificate, arguments.key)
    turn_config(_settings(arguments), place)


def _turn_check(arguments: argparse.Namespace) -> int:
    from consult.running.relay import turn_check

    return turn_check(_settings(arguments))


def _check_recording(arguments: argparse.Namespace) -> int:
    from consult.running.check_recording import check_recording

    return check_recording(_settings(arguments), arguments)


def _describe_protocol(arguments: argparse.Namespace) -> None:
    from consult.wire.describe import write_to

    write_to(arguments.directory)


def _version(arguments: argparse.Namespace) -> None:
    from consult import __version__

    print(__version__)
