"""Photos as cameras and attackers make them."""

import struct
import zlib
from io import BytesIO

from PIL import Image, ImageDraw

GPS = 0x8825
ORIENTATION = 0x0112
SECRET = b"-6.2088 106.8456"


def drawn(width: int = 800, height: int = 600) -> Image.Image:
    """Dark on the left, light on the right, with lines as of a paper."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width // 2, height), fill=(20, 40, 60))
    for y in range(0, height, 20):
        draw.line((width // 2, y, width, y), fill=(90, 90, 90))
    return image


def jpeg(width: int = 800, height: int = 600, quality: int = 85, **how: object) -> bytes:
    return encoded(drawn(width, height), "JPEG", quality=quality, **how)


def png(image: Image.Image | None = None) -> bytes:
    return encoded(image or drawn(), "PNG")


def encoded(image: Image.Image, kind: str, **how: object) -> bytes:
    written = BytesIO()
    image.save(written, kind, **how)
    return written.getvalue()


def with_everything_told() -> bytes:
    """Held upright, with the place where it was taken, a comment, and a profile."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[0x010F] = SECRET.decode()
    exif.get_ifd(GPS)[1] = "S"
    exif.get_ifd(GPS)[2] = (6.0, 12.0, 31.0)
    return jpeg(exif=exif, comment=SECRET, icc_profile=SECRET * 4)


def png_head(width: int, height: int) -> bytes:
    """A small file that says it is large, with many pixels of nothing."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(min((width // 8 + 2) * height, 20_000_000)), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def scan_bomb(scans: int = 20_000) -> bytes:
    """A progressive JPEG whose last scan is said again and again."""
    plain = encoded(drawn(1_600, 1_200), "JPEG", progressive=True)
    at = plain.rindex(b"\xff\xda")
    return (
        plain[:at] + plain[at:-2] * 2 + b"\xff\xda\x00\x08\x01\x01\x00\x01\x3f\x00\x00" * scans + b"\xff\xd9"
    )


HOSTILE = {
    "nothing": b"",
    "text": b"surat keterangan",
    "html": b"<!doctype html><script>alert(1)</script>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "gif": encoded(drawn(40, 30), "GIF"),
    "bmp": encoded(drawn(40, 30), "BMP"),
    "tiff": encoded(drawn(40, 30), "TIFF"),
    "webp": encoded(drawn(40, 30), "WEBP"),
    "pdf": encoded(drawn(40, 30), "PDF"),
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 1 1\n(%pipe%id) (r) file\n",
    "html with a gif's head": b"GIF89a<script>alert(1)</script>",
    "zip": b"PK\x03\x04" + bytes(100),
}
BROKEN = {
    "only a jpeg's head": b"\xff\xd8\xff\xe0",
    "a jpeg's head before html": b"\xff\xd8\xff<html><script>alert(1)</script>",
    "a cut jpeg": jpeg()[:4_000],
    "a cut png": png()[:200],
    "a png's head alone": b"\x89PNG\r\n\x1a\n",
    "a png of text": b"\x89PNG\r\n\x1a\n" + b"<script>alert(1)</script>" * 10,
    "a jpeg of no size": jpeg().replace(b"\xff\xc0\x00\x11\x08\x02\x58", b"\xff\xc0\x00\x11\x08\x00\x00"),
}
TOO_LARGE = {
    "40 megapixels": png_head(8_000, 5_008),
    "a bomb": png_head(65_000, 65_000),
    "a wide bomb": png_head(2_000_000_000, 1),
}
