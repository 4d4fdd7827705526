"""`consult turn-config` and `consult turn-check`: the relay's file, and whether it does what it must."""

from consult.settings import Settings
from consult.signalling.turn.checkup import check_relays
from consult.signalling.turn.configuration import Place, turnserver_conf

_MARKS = {True: "ok", False: "WRONG", None: "warning"}


def turn_config(settings: Settings, place: Place) -> None:
    """Print coturn's file. Raises SettingsWrong."""
    print(turnserver_conf(settings, place), end="")


def turn_check(settings: Settings) -> int:
    """Print what was found, a line each; 0 when nothing is wrong. Raises SettingsWrong."""
    wrong = False
    for finding in check_relays(settings):
        wrong = wrong or finding.ok is False
        print(f"{_MARKS[finding.ok]:8}{finding.text}", flush=True)
    return 1 if wrong else 0
