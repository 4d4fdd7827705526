"""Where photos are opened and drawn anew, a few at a time and away from the event loop."""

import asyncio
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

from PIL import Image, ImageOps

from consult.errors import BadPhoto, Busy
from consult.papers.photo import Redrawn, kind_of

LONG_SIDE = 3_000
SMALL_SIDE = 480
QUALITY, SMALL_QUALITY = 85, 70
WAITING_FOR_EACH = 4
RETRY_MS = 2_000

# Pillow warns of odd metadata, which is thrown away: a stranger's file must not fill the log.
warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")

# What a file can make Pillow raise: it has no error of its own for all of them.
_UNREADABLE = (OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError, MemoryError)


class Darkroom:
    """Nothing of what was sent is kept but what can be seen: no metadata, no second file behind the first."""

    def __init__(self, at_once: int, megapixels: float) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="consult-darkroom")
        self._places = threading.BoundedSemaphore(at_once * (1 + WAITING_FOR_EACH))
        self._most_pixels = round(megapixels * 1_000_000)

    async def redraw(self, content: bytes) -> Redrawn:
        """Raises BadPhoto for what is no photo, or too large a one, and Busy while too many wait."""
        if not self._places.acquire(blocking=False):
            raise Busy(retry_ms=RETRY_MS)
        work = self._threads.submit(redraw, content, self._most_pixels)
        # Not when the caller goes away: the thread works on.
        work.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(work)

    def close(self) -> None:
        self._threads.shutdown(cancel_futures=True)


def redraw(content: bytes, most_pixels: int) -> Redrawn:
    """As `Darkroom.redraw`, in this thread."""
    kind = kind_of(content)
    try:
        with Image.open(BytesIO(content), formats=[kind]) as opened:
            # So far only the head was read.
            if opened.width * opened.height > most_pixels:
                raise BadPhoto(reason="pixels", megapixels=most_pixels // 1_000_000)
            drawn = _upright(opened)
    except Image.DecompressionBombError:
        raise BadPhoto(reason="pixels", megapixels=most_pixels // 1_000_000) from None
    except Image.DecompressionBombWarning:
        raise BadPhoto(reason="pixels", megapixels=most_pixels // 1_000_000) from None
    except _UNREADABLE:
        raise BadPhoto(reason="broken") from None
    drawn.thumbnail((LONG_SIDE, LONG_SIDE), Image.Resampling.LANCZOS)
    small = drawn.copy()
    small.thumbnail((SMALL_SIDE, SMALL_SIDE), Image.Resampling.LANCZOS)
    return Redrawn(_jpeg(drawn, QUALITY), _jpeg(small, SMALL_QUALITY), drawn.width, drawn.height)


def _upright(opened: Image.Image) -> Image.Image:
    """Its pixels alone, on white, turned as the camera was held."""
    opened.load()
    turned = ImageOps.exif_transpose(opened)
    clean = Image.new("RGB", turned.size, "white")
    if turned.has_transparency_data:
        seen = turned.convert("RGBA")
        clean.paste(seen, mask=seen)
    else:
        clean.paste(turned.convert("RGB"))
    return clean


def _jpeg(drawn: Image.Image, quality: int) -> bytes:
    written = BytesIO()
    drawn.save(written, "JPEG", quality=quality, optimize=True)
    return written.getvalue()
