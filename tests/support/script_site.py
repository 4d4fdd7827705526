"""A small site with the service's scripts, for trying them without the service."""

import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

from consult.settings import Settings

CASES = Path(__file__).parent.parent / "web" / "cases"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
# As strict as the pages of the service.
POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; media-src 'self' blob:; img-src 'self'"
PAGE = """<!doctype html>
<html lang="id" data-lang="id" data-texts="/cases/support/texts.js"
  data-zone="Asia/Jakarta" data-zone-label="WIB">
<title>scripts</title>
"""


class ScriptSite:
    """Serves an empty page at `/`, the scripts at `/scripts/` and the tests' own at `/cases/`."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path == "/":
            self._answer(HTTPStatus.OK, "text/html; charset=utf-8", PAGE.encode())
            return
        for prefix, root in _roots():
            file = (root / path.removeprefix(prefix)).resolve()
            if path.startswith(prefix) and file.is_relative_to(root) and file.is_file():
                self._answer(HTTPStatus.OK, TYPES.get(file.suffix, "text/plain"), file.read_bytes())
                return
        self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"")

    def log_message(self, format: str, *args: object) -> None:
        """Tests have no use for a log of requests."""

    def _answer(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Cache-Control", "max-age=3600")
        self.end_headers()
        self.wfile.write(body)


def _roots() -> list[tuple[str, Path]]:
    scripts = (Settings().web_root / "static" / "scripts").resolve()
    return [("/scripts/", scripts), ("/cases/", CASES.resolve())]
