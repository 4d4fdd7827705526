"""What becomes of photos, and of what pretends to be one."""

import asyncio
import random
import time
from contextlib import suppress
from io import BytesIO
from itertools import product

import pytest
from PIL import Image

from consult.errors import BadPhoto, Busy, TooLarge
from consult.papers import darkroom
from consult.papers.darkroom import Darkroom
from consult.papers.photo import caption_of
from tests.papers.samples import (
    BROKEN,
    HOSTILE,
    ORIENTATION,
    SECRET,
    TOO_LARGE,
    drawn,
    encoded,
    jpeg,
    png,
    scan_bomb,
    with_everything_told,
)

MOST = 16_000_000
# As the service has it; pytest makes errors of all warnings.
pytestmark = pytest.mark.filterwarnings(r"ignore::UserWarning:PIL\..*")


def reason_of(content: bytes) -> object:
    with pytest.raises(BadPhoto) as refused:
        darkroom.redraw(content, MOST)
    return refused.value.values["reason"]


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


def test_a_photo_keeps_its_pixels_and_nothing_else() -> None:
    sent = with_everything_told()
    assert SECRET in sent and Image.open(BytesIO(sent)).getexif()[ORIENTATION] == 6
    redrawn = darkroom.redraw(sent, MOST)
    for content in (redrawn.content, redrawn.small):
        image = opened(content)
        assert image.format == "JPEG"
        assert SECRET not in content
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    # It was taken with the camera upright: what was left is above now.
    assert (redrawn.width, redrawn.height) == opened(redrawn.content).size == (600, 800)
    image = opened(redrawn.content)
    assert max(image.getpixel((300, 100))) < 90 < min(image.getpixel((300, 795)))


def test_a_second_file_behind_or_within_the_first_is_gone() -> None:
    script = b"<html><script>alert(document.cookie)</script></html>"
    for sent in (jpeg() + script, jpeg(comment=script), png() + script, jpeg() + b"PK\x05\x06" + script):
        redrawn = darkroom.redraw(sent, MOST)
        assert b"script" not in redrawn.content + redrawn.small


def test_a_large_photo_becomes_one_that_can_still_be_read() -> None:
    redrawn = darkroom.redraw(jpeg(4_608, 3_456), MOST)
    assert opened(redrawn.content).size == (3_000, 2_250)
    assert opened(redrawn.small).size == (480, 360)
    assert len(redrawn.small) < 60_000


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_way_to_hold_pixels_is_taken(mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    image = drawn(40, 30).convert("L").convert(mode) if mode == "I;16" else drawn(40, 30).convert(mode)
    assert opened(darkroom.redraw(encoded(image, kind), MOST).content).size == (40, 30)


def test_what_is_transparent_is_white() -> None:
    clear = Image.new("RGBA", (40, 30), (0, 0, 0, 0))
    assert opened(darkroom.redraw(png(clear), MOST).content).getpixel((20, 15)) == (255, 255, 255)


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_photo_is_refused_by_its_first_bytes(name: str) -> None:
    assert reason_of(HOSTILE[name]) == "kind"


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_photo_is_refused(name: str) -> None:
    assert reason_of(BROKEN[name]) == "broken"


def test_a_heic_photo_is_named_so() -> None:
    assert reason_of(b"\x00\x00\x00\x18ftypheic" + bytes(40)) == "heic"


@pytest.mark.parametrize("name", TOO_LARGE)
def test_too_many_pixels_are_refused_before_any_is_read(name: str) -> None:
    began = time.process_time()
    assert reason_of(TOO_LARGE[name]) == "pixels"
    assert time.process_time() - began < 0.2


def test_a_photo_of_a_thousand_scans_is_refused_before_it_is_read() -> None:
    began = time.process_time()
    assert reason_of(scan_bomb()) == "scans"
    assert time.process_time() - began < 0.2
    assert darkroom.redraw(encoded(drawn(), "JPEG", progressive=True), MOST).width == 800


def test_no_cut_or_changed_byte_does_more_than_refuse(seed: int) -> None:
    chance = random.Random(seed)
    for sample, _ in product((jpeg(64, 48), png(drawn(64, 48)), with_everything_told()), range(100)):
        content = bytearray(sample[: chance.randrange(len(sample))] if chance.random() < 0.3 else sample)
        for _ in range(chance.randrange(1, 8)):
            if content:
                content[chance.randrange(len(content))] = chance.randrange(256)
        with suppress(BadPhoto):
            darkroom.redraw(bytes(content), 1_000_000)


async def test_a_crowd_of_photos_is_refused_for_now_and_not_piled_up() -> None:
    room = Darkroom(1, 16)
    large = jpeg(3_000, 2_000)
    try:
        told = await asyncio.gather(*(room.redraw(large) for _ in range(9)), return_exceptions=True)
        busy = [one for one in told if isinstance(one, Busy)]
        assert len(busy) == 4 and all(one.retry_ms for one in busy)
        assert (await room.redraw(jpeg())).width == 800
    finally:
        room.close()


def test_a_caption_is_one_line_of_plain_words() -> None:
    assert caption_of("  Foto\r\n resi\t\u0007 ") == "Foto resi"
    assert caption_of("\ud800") == ""
    assert caption_of("x" * 300) == "x" * 300
    with pytest.raises(TooLarge):
        caption_of("x" * 301)
