"""Whose pages are ours: only the exact origin, whatever looks like it."""

import pytest

from consult.accounts.origins import Origins
from consult.settings import Settings

PUBLIC = Origins(Settings(public_url="https://konsultasi.example.go.id"))
PORTED = Origins(Settings(public_url="https://konsultasi.example.go.id:8443"))
LOCAL = Origins(Settings())
LOCAL_TLS = Origins(Settings(tls_certificate="c.pem", tls_key="k.pem"))
HOST = "konsultasi.example.go.id"

FOREIGN = [
    None,
    "",
    " ",
    "null",
    "NULL",
    "*",
    "https://",
    HOST,
    f"//{HOST}",
    f"http://{HOST}",
    f"wss://{HOST}",
    f"ftp://{HOST}",
    f"HTTPS://{HOST}",
    f"https://{HOST.upper()}",
    f"https://Konsultasi.{HOST.partition('.')[2]}",
    f"https://{HOST}.",
    f"https://{HOST}/",
    f"https://{HOST}/t/x",
    f"https://{HOST}?",
    f"https://{HOST}#",
    f"https://{HOST}:443",
    f"https://{HOST}:80",
    f"https://{HOST}:8443",
    f"https://{HOST}:",
    f"https://{HOST} ",
    f" https://{HOST}",
    f"https://{HOST}\n",
    f"https://{HOST}\x00",
    f"https://{HOST}, https://{HOST}",
    f"https://{HOST} https://evil.example",
    f"https://user@{HOST}",
    f"https://{HOST}@evil.example",
    f"https://evil.example/https://{HOST}",
    f"https://evil.example#https://{HOST}",
    f"https://evil{HOST}",
    f"https://evil.{HOST}",
    f"https://{HOST}.evil.example",
    "https://example.go.id",
    "https://go.id",
    "https://konsultasi-example.go.id",
    "https://konsultasi\uff0eexample.go.id",
    "https://konsult\u0430si.example.go.id",
    "https://xn--konsultsi-9fh.example.go.id",
    f"https://www.{HOST}",
    "https://127.0.0.1",
    "https://localhost",
    "file://",
    "data:text/html,x",
    "about:blank",
    "chrome-extension://abcdefghijklmnop",
]


def test_there_are_at_least_forty_of_them() -> None:
    assert len(set(FOREIGN)) >= 40


@pytest.mark.parametrize("origin", FOREIGN)
def test_whatever_looks_like_ours_is_not_ours(origin: str | None) -> None:
    for port in (None, 443, 8443, 8000):
        assert not PUBLIC.allows(origin, port)


def test_the_exact_origin_passes_whatever_port_we_listen_on() -> None:
    for port in (None, 443, 8000):
        assert PUBLIC.allows(f"https://{HOST}", port)
    assert PORTED.allows(f"https://{HOST}:8443", 8000)
    assert not PORTED.allows(f"https://{HOST}", 8000)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_without_a_public_address_this_machines_own_names_pass_on_the_served_port(host: str) -> None:
    assert LOCAL.allows(f"http://{host}:8000", 8000)
    assert LOCAL.allows(f"http://{host}", 80)
    assert LOCAL_TLS.allows(f"https://{host}:8443", 8443)
    for other in (f"http://{host}:8001", f"https://{host}:8000", f"http://{host}", f"http://{host}:080"):
        assert not LOCAL.allows(other, 8000), other
    assert not LOCAL_TLS.allows(f"http://{host}:8443", 8443)
    assert not LOCAL.allows(f"http://{host}:8000", None)
