"""Every setting of the service, from the environment and one TOML file; the only reader of os.environ.

The environment wins over the file named by `CONSULT_CONFIG`; the file's keys are the same names
without the `CONSULT_` prefix, in lower case (`port = 8000`, `database_url = "..."`).
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, get_args, get_type_hints
from zoneinfo import ZoneInfo

from consult.disagreements import disagreements
from consult.errors import SettingsWrong

HERE = Path(__file__).resolve().parent


def _web_root() -> Path:
    beside = HERE.parent / "web"
    return beside if beside.is_dir() else HERE / "web"


def setting(
    default: Any, about: str, name: str | None = None, least: float | None = None, most: float | None = None
) -> Any:
    """A field with its one-line explanation; `name` where the variable is not CONSULT_<FIELD>."""
    return field(default=default, metadata={"about": about, "name": name, "least": least, "most": most})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    data_dir: Path = setting(Path("data"), "Directory for the database, the embedded Valkey and its socket.")
    host: str = setting("127.0.0.1", "Address to listen on.")
    port: int = setting(8000, "Port to listen on.", least=1, most=65_535)
    workers: int = setting(2, "Server processes started by `consult up`.", least=1)
    database_url: str = setting(
        "", "SQLAlchemy-style address; empty: SQLite in the data directory.", "DATABASE_URL"
    )
    redis_url: str = setting(
        "",
        "Redis or Valkey: redis://, rediss://, unix://, redis+sentinel://host,host/service or "
        "redis+cluster://host,host; empty: an embedded Valkey.",
        "REDIS_URL",
    )
    public_url: str = setting("", "The address people type (https://...); empty: http on loopback.")
    trusted_proxies: str = setting(
        "", "Addresses of reverse proxies whose X-Forwarded-For counts, by commas."
    )
    tls_certificate: str = setting("", "Certificate file, when no proxy ends TLS.")
    tls_key: str = setting("", "Key file of that certificate.")
    demo: bool = setting(True, "Start with a demo office when the database is empty.")
    time_zone: str = setting("Asia/Jakarta", "Time zone of the office, for people.")
    zone_label: str = setting("WIB", "What stands behind a clock time.")
    office_name_id: str = setting("Konsultasi Perizinan", "Name of the service in Indonesian.")
    office_name_en: str = setting("Permit Consultation", "Name of the service in English.")
    call_centre: str = setting("1500164", "Telephone number shown when the service is closed.")
    log_level: str = setting("info", "debug, info, warning or error.")
    web_root: Path = setting(_web_root(), "Directory of templates, scripts, styles and texts.")

    offer_seconds: float = setting(25, "An officer's time to accept an offer.", least=0)
    room_kept_after_seconds: float = setting(
        120,
        "Who is first and needs more units than anybody has free has an officer's room kept after waiting.",
        least=0,
    )
    pass_holds_seconds: float = setting(
        300, "A citizen is not offered again to who passed for this long.", least=0
    )
    passes_before_pause: int = setting(
        3, "An officer who passes on so many citizens within CONSULT_PASSES_SECONDS is paused.", least=1
    )
    passes_seconds: float = setting(600, "How long a passed offer counts towards that.", least=0)
    transfer_hold_seconds: float = setting(
        300, "A citizen handed over to one officer waits for that officer alone.", least=0
    )
    reopen_hours: float = setting(24, "An ended consultation may be taken up again for.", least=0)
    reopen_priority_minutes: int = setting(
        30,
        "So many minutes before those who join with it is a reopened consultation served, where its place "
        "was not given up.",
        least=0,
        most=60,
    )
    rating_days: float = setting(7, "An ended consultation may be rated for.", least=0)
    hello_seconds: float = setting(10, "A new connection must say hello within.", least=0)
    ping_seconds: float = setting(10, "A page pings this often.", least=0)
    applicant_dead_seconds: float = setting(25, "An applicant's silent connection is let go after.", least=0)
    officer_dead_seconds: float = setting(30, "An officer's silent connection is let go after.", least=0)
    call_ping_seconds: float = setting(1, "A page in a call pings this often.", least=0)
    call_dead_seconds: float = setting(
        3, "A silent connection in a call is reopened by the page after.", least=0
    )
    offerable_seconds: float = setting(25, "An applicant may be offered when seen within.", least=0)
    hold_seconds: float = setting(900, "A place is held while its owner is away; then it is parked.", least=0)
    officer_lost_seconds: float = setting(
        30, "An officer silent this long is lost; the applicant is told.", least=0
    )
    requeue_seconds: float = setting(
        120, "A lost officer's consultations go back to the head after.", least=0
    )
    applicant_away_seconds: float = setting(
        300, "An applicant who is served and whose page is gone this long: the conversation says so.", least=0
    )
    applicant_lost_seconds: float = setting(
        600, "Such a consultation ends when the page is gone this long in all.", least=0
    )
    ring_seconds: float = setting(30, "A call rings this long on a page.", least=0)
    ring_total_seconds: float = setting(
        45, "A call that rings on one page after the other rings no longer than.", least=0
    )
    call_setup_seconds: float = setting(
        35, "A call must be connected this long after it was accepted.", least=0
    )
    call_rung_seconds: float = setting(
        20, "A call that tries another way (relay, then sound only) must be connected within.", least=0
    )
    call_reconnect_seconds: float = setting(
        45, "A call that lost its connection must have it again within, 60 at most.", least=0, most=60
    )

    guest_link_seconds: float = setting(900, "A link for a third person in a call works for.", least=1)

    chat_characters: int = setting(4_000, "Longest chat message.", least=1)
    officer_capacity: int = setting(3, "Units of a new officer.", least=1)
    chat_units: int = setting(1, "Units of a chat.", least=1)
    audio_units: int = setting(2, "Units of an audio call.", least=1)
    video_units: int = setting(3, "Units of a video consultation.", least=1)
    photo_bytes: int = setting(8_388_608, "Largest photo of a document as it is sent.", least=65_536)
    photo_megapixels: float = setting(16, "Most pixels of such a photo, in millions.", least=1, most=100)
    photos_at_once: int = setting(2, "Photos opened at once in a process (about 150 MB each).", least=1)
    photos_per_ticket: int = setting(40, "Photos in one consultation.", least=1)
    photos_per_ticket_in_10_minutes: int = setting(
        30, "Photos sent for one ticket, repeats included.", least=1
    )
    photo_days: float = setting(30, "A photo is erased so long after it was sent.", least=0)
    queue_ceiling: int = setting(2_000, "People waiting for one service before it says it is full.", least=1)

    applicant_frames_per_second: float = setting(2, "Frames an applicant may send, steady.", least=0.1)
    applicant_frames_burst: int = setting(30, "Frames an applicant may send at once.", least=1)
    officer_frames_per_second: float = setting(10, "Frames an officer may send, steady.", least=0.1)
    officer_frames_burst: int = setting(100, "Frames an officer may send at once.", least=1)
    hellos_per_second: float = setting(
        1, "Greetings of one person's connections, steady: a page on a bad line comes back often.", least=0.01
    )
    hellos_burst: int = setting(60, "Greetings at once.", least=1)
    pings_per_second: float = setting(
        5, "Heartbeats, steady; a page in a call sends one a second.", least=0.01
    )
    pings_burst: int = setting(60, "Heartbeats at once.", least=1)
    refreshes_per_second: float = setting(
        0.5, "Times a page may ask for the whole picture again, steady.", least=0.01
    )
    refreshes_burst: int = setting(10, "Times a page may ask for the whole picture at once.", least=1)
    polls_per_second: float = setting(2, "Polls of a page that has no socket, steady.", least=0.01)
    polls_burst: int = setting(60, "Polls of a page that has no socket, at once.", least=1)
    malformed_frames_per_second: float = setting(
        0.1, "Unreadable frames, steady, before the connection is closed.", least=0.01
    )
    malformed_frames_burst: int = setting(
        10, "Unreadable frames at once before the connection is closed.", least=1
    )
    refused_frames_per_second: float = setting(
        2, "Frames refused for coming too fast, steady, before the connection is closed.", least=0.01
    )
    refused_frames_burst: int = setting(
        120, "Frames refused for coming too fast, at once, before the connection is closed.", least=1
    )
    signalling_frames_in_10_seconds: int = setting(
        30, "Descriptions, steady; candidates have ten times as many.", least=1
    )
    outbox_frames: int = setting(256, "Unsent frames of a connection before it is let go.", least=1)
    outbox_bytes: int = setting(262_144, "Unsent bytes of a connection before it is let go.", least=1024)
    joins_per_address_in_10_minutes: int = setting(300, "Numbers taken from one address.", least=1)
    joins_at_once: int = setting(200, "Numbers given at once by a process, before it asks to wait.", least=1)
    sign_ins_per_account_in_10_minutes: int = setting(10, "Failed sign-ins of one account.", least=1)
    sign_ins_per_address_in_10_minutes: int = setting(300, "Failed sign-ins from one address.", least=1)
    pin_tries_per_ticket_in_10_minutes: int = setting(5, "Wrong PINs or secrets for one ticket.", least=1)
    connections_per_address: int = setting(
        400, "Open connections from one address, in each process.", least=1
    )
    password_hashes_at_once: int = setting(2, "Password checks at once in a process (64 MiB each).", least=1)
    staff_session_hours: float = setting(12, "A sign-in lasts at most.", least=0)
    staff_idle_minutes: float = setting(30, "A sign-in without use ends after.", least=0)
    applicant_session_hours: float = setting(48, "A ticket stays open on a device for.", least=0)

    stun_urls: str = setting("", "STUN servers for calls, by commas.")
    turn_urls: str = setting("", "TURN servers for calls, by commas.")
    turn_secret: str = setting("", "Shared secret of the TURN servers (use-auth-secret).")
    turn_credential_seconds: int = setting(600, "A TURN credential lasts.", least=20)
    relay_only: str = setting(
        "",
        "off, officer or both: whose media goes only through TURN; empty: officer once CONSULT_TURN_URLS is "
        "set, off until then.",
    )

    checks_at_once: int = setting(10, "Device checks under way at once; others are told when.", least=1)
    check_seconds: float = setting(15, "A device check's peer is let go after.", least=1)

    recording: str = setting(
        "off",
        "off, browser or server: whether a call may be recorded once everybody in it said yes, and whether "
        "the officer's page or `consult recorder` makes the file.",
    )
    recordings_at_once: int = setting(10, "Recordings that `consult recorder` makes at once.", least=1)
    recordings_dir: str = setting("", "Directory for recordings; empty: `recordings` in the data directory.")
    recording_keep_days: int = setting(30, "A recording is deleted after.", least=1)
    recording_slice_bytes: int = setting(
        2_097_152, "Largest slice of a recording; one is four seconds.", least=65_536
    )
    recording_slices_in_10_seconds: int = setting(
        60, "Slices one officer may send: what a cut line held up comes all at once.", least=1
    )

    failpoints: str = setting(
        "", "For tests: where this process is to fail. Refused unless it serves this machine alone."
    )

    @property
    def relayed(self) -> str:
        """off, officer or both: whose media goes only through TURN, said or left to the default."""
        return self.relay_only or ("officer" if self.turn_urls else "off")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def sqlite_path(self) -> Path:
        return self.data_dir / "consult.sqlite3"

    @property
    def recordings_path(self) -> Path:
        return Path(self.recordings_dir).expanduser() if self.recordings_dir else self.data_dir / "recordings"


SECRET_FIELDS = frozenset({"turn_secret"})


def variable(name: str) -> str:
    """The environment variable of a field."""
    given = Settings.__dataclass_fields__[name].metadata["name"]
    return given or f"CONSULT_{name.upper()}"


def from_environ(environ: Mapping[str, str] | None = None, **said: str | None) -> Settings:
    """Settings from what was `said` on the command line, over the environment, over the TOML file.

    Raises SettingsWrong with one plain sentence for the first wrong value.
    """
    given = dict(os.environ if environ is None else environ)
    given.update({variable(name): value for name, value in said.items() if value is not None})
    values, faults = read(given)
    if faults:
        raise SettingsWrong(faults[0])
    return Settings(**values)


def read(environ: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """All values that were given, and a plain sentence for every one that is wrong."""
    faults: list[str] = []
    given: dict[str, Any] = {}
    config = environ.get("CONSULT_CONFIG")
    if config:
        given.update(_from_file(Path(config), faults))
    known = {variable(item.name): item.name for item in fields(Settings)}
    for name, value in environ.items():
        if name in known:
            given[known[name]] = value
        elif name.startswith("CONSULT_") and name not in {"CONSULT_CONFIG", "CONSULT_CHROMIUM"}:
            faults.append(f"{name} is not a setting; see docs/settings.md for the names.")
    hints = get_type_hints(Settings)
    values: dict[str, Any] = {}
    for name, value in given.items():
        try:
            values[name] = _convert(value, hints[name])
        except ValueError as error:
            faults.append(f"{variable(name)} must be {error}, not {value!r}.")
            continue
        about = Settings.__dataclass_fields__[name].metadata
        if about["least"] is not None and values[name] < about["least"]:
            faults.append(f"{variable(name)} must be at least {about['least']}, not {value!r}.")
            del values[name]
        elif about["most"] is not None and values[name] > about["most"]:
            faults.append(f"{variable(name)} must be at most {about['most']}, not {value!r}.")
            del values[name]
    faults.extend(disagreements({item.name: item.default for item in fields(Settings)} | values))
    return values, faults


def _from_file(path: Path, faults: list[str]) -> dict[str, Any]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        faults.append(f"CONSULT_CONFIG names {path}, which cannot be read: {error}.")
        return {}
    names = {item.name for item in fields(Settings)}
    faults.extend(
        f"{path} has {key!r}, which is not a setting; see docs/settings.md."
        for key in table
        if key not in names
    )
    return {key: value for key, value in table.items() if key in names}


def _convert(value: Any, kind: Any) -> Any:
    if kind is bool:
        if isinstance(value, bool):
            return value
        if str(value).lower() in {"1", "true", "yes", "on"}:
            return True
        if str(value).lower() in {"0", "false", "no", "off"}:
            return False
        raise ValueError("1 or 0")
    if kind in (int, float):
        try:
            number = kind(value)
        except (TypeError, ValueError, OverflowError):
            raise ValueError("a whole number" if kind is int else "a number") from None
        if number != number or number in (float("inf"), float("-inf")):
            raise ValueError("a number")
        return number
    if "\0" in str(value):
        raise ValueError("a text without NUL")
    if kind is Path:
        try:
            return Path(str(value)).expanduser()
        except RuntimeError:
            raise ValueError("a directory; there is no such user") from None
    if kind is str or str in get_args(kind):
        return str(value)
    raise ValueError("a text")
