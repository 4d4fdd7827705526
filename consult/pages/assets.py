"""Scripts, styles and pictures under a path that names their content, so that browsers keep them for good."""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from consult.errors import NotFound
from consult.pages import linking

IMMUTABLE = "public, max-age=31536000, immutable"
LEAST_BYTES_TO_COMPRESS = 1_000


TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class Asset:
    content: bytes
    compressed: bytes | None
    media_type: str


class Assets:
    """All files of `web/static`, read once: an address outside of them cannot be reached by any path.

    A page's script and its sheet are sent with all that they import.
    """

    def __init__(self, web_root: Path) -> None:
        root = web_root / "static"
        files = {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }
        self._files = {name: asset_of(content, name) for name, content in sent(files).items()}
        digest = hashlib.sha256()
        for name, asset in self._files.items():
            digest.update(f"{name}\0{len(asset.content)}\0".encode() + asset.content)
        self.version = digest.hexdigest()[:16]

    def url(self, name: str) -> str:
        """One version for all files, so that relative imports between modules keep it."""
        return f"/static/{self.version}/{name}"

    def __contains__(self, name: str) -> bool:
        return name in self._files

    async def answer(self, request: Request) -> Response:
        asset = self._files.get(request.path_params["name"])
        if asset is None:
            raise NotFound()
        # A page from before a deploy asks for the old version: it gets what there is, and does not keep it.
        current = request.path_params["version"] == self.version
        return asset_response(request, asset, IMMUTABLE if current else "no-store")


def sent(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """These files, those that import others with what they import, which is not sent alone.

    Raises linking.NotLinkable.
    """
    scripts = {
        name: linking.plain(content.decode()) for name, content in files.items() if name.endswith(".js")
    }
    sheets = {name: content.decode() for name, content in files.items() if name.endswith(".css")}
    parts = {one for name, source in scripts.items() for one in linking.imported(name, source)}
    parts |= {one for name, source in sheets.items() for one in linking.named(name, source)}
    joined = {name: linking.script(name, scripts) for name in scripts if name not in parts}
    joined |= {name: linking.sheet(name, sheets) for name in sheets if name not in parts}
    others = {name: content for name, content in files.items() if name not in parts}
    return others | {name: text.encode() for name, text in joined.items()}


def asset_of(content: bytes, name: str) -> Asset:
    suffix = Path(name).suffix
    media_type = TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    worth_it = len(content) >= LEAST_BYTES_TO_COMPRESS and (suffix in TYPES or media_type.startswith("text/"))
    return Asset(content, gzip.compress(content, 9, mtime=0) if worth_it else None, media_type)


def asset_response(request: Request, asset: Asset, cache_control: str) -> Response:
    headers = {"Cache-Control": cache_control, "Vary": "Accept-Encoding", "Content-Type": asset.media_type}
    accepted = {part.split(";")[0].strip() for part in request.headers.get("accept-encoding", "").split(",")}
    if asset.compressed is not None and "gzip" in accepted:
        return Response(asset.compressed, headers=headers | {"Content-Encoding": "gzip"})
    return Response(asset.content, headers=headers)
