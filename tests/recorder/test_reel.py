"""Frames on one line of time: key frames first, losses, clocks that begin anew, and the bytes of WebM."""

import io

import av
import pytest

from consult.recorder.reel import Reel
from consult.recorder.webm import AUDIO, VIDEO, Block, clusters, picture_size
from tests.support import encoded

KEY = b"\x10\x00\x00\x9d\x01\x2a\x40\x01\xf0\x00rest"
DELTA = b"\x11\x00\x00rest"


@pytest.fixture(scope="module")
def media() -> tuple[list[bytes], list[bytes]]:
    return encoded.picture(1, width=160, height=120), encoded.sound(1)


def times(content: bytes) -> list[tuple[int, int]]:
    """(track, milliseconds) of each block, as a demuxer reads them."""
    with av.open(io.BytesIO(content)) as container:
        return [(one.stream.index + 1, int(one.pts)) for one in container.demux() if one.pts is not None]


def filled(reel: Reel, media: tuple[list[bytes], list[bytes]]) -> Reel:
    for number, packet in enumerate(media[1]):
        reel.add(AUDIO, 1, number * 960, number * 20, packet)
    for number, frame in enumerate(media[0]):
        reel.add(VIDEO, 1, number * 6_000, number * 67, frame)
    return reel


def test_all_frames_are_in_the_file_and_decode(media: tuple[list[bytes], list[bytes]]) -> None:
    content = filled(Reel(10_000_000), media).cut()
    with av.open(io.BytesIO(content)) as container:
        (picture,) = container.streams.video
        assert (picture.width, picture.height, picture.codec_context.name) == (160, 120, "vp8")
        assert container.streams.audio[0].codec_context.name == "opus"
        frames = list(container.decode(picture))
    assert len(frames) == len(media[0])
    found = times(content)
    assert [at for track, at in found if track == VIDEO][:3] == [0, 67, 133]
    assert [at for track, at in found if track == AUDIO][:3] == [0, 20, 40]


def test_a_second_slice_goes_on_where_the_first_ended(media: tuple[list[bytes], list[bytes]]) -> None:
    reel = filled(Reel(10_000_000), media)
    first = reel.cut()
    assert reel.cut() == b""
    reel.add(VIDEO, 1, 90_000, 1_000, media[0][0])
    assert times(first + reel.cut())[-1] == (VIDEO, 1_000)


def test_the_picture_begins_with_a_key_frame_and_again_after_a_loss() -> None:
    reel = Reel(10_000)
    assert reel.waits_for_key
    reel.add(VIDEO, 1, 0, 0, DELTA)
    assert reel.cut() == b""
    reel.add(VIDEO, 1, 6_000, 67, KEY)
    assert not reel.waits_for_key
    reel.lost()
    reel.add(VIDEO, 1, 12_000, 133, DELTA)
    reel.add(VIDEO, 1, 18_000, 200, KEY)
    assert reel.cut().count(b"rest") == 2


def test_a_gap_of_sound_stays_a_gap(media: tuple[list[bytes], list[bytes]]) -> None:
    reel = Reel(10_000)
    reel.add(AUDIO, 1, 0, 0, media[1][0])
    reel.add(AUDIO, 1, 48_000, 1_020, media[1][1])
    assert times(reel.cut()) == [(AUDIO, 0), (AUDIO, 1_000)]


def test_a_clock_that_begins_anew_is_set_by_when_frames_come(media: tuple[list[bytes], list[bytes]]) -> None:
    reel = Reel(10_000)
    packet = media[1][0]
    reel.add(AUDIO, 1, 1_000_000, 0, packet)
    reel.add(AUDIO, 1, 5, 20, packet)
    reel.add(AUDIO, 2, 77, 9_000, packet)
    reel.add(AUDIO, 2, 77 + 960, 9_500, packet)
    assert [at for _, at in times(reel.cut())] == [0, 20, 9_000, 9_020]


def test_time_never_goes_back_in_a_track(media: tuple[list[bytes], list[bytes]]) -> None:
    reel = Reel(10_000)
    for stamp in (9_600, 0, 960):
        reel.add(AUDIO, 1, stamp, 200, media[1][0])
    assert [at for _, at in times(reel.cut())] == [200, 201, 202]


def test_a_slice_has_no_more_than_its_bytes() -> None:
    reel = Reel(200)
    for number in range(10):
        reel.add(VIDEO, 1, number * 6_000, number * 67, KEY + bytes(80))
    assert 100 < len(reel.cut().partition(b"\x1f\x43\xb6\x75")[2]) <= 200 + 50
    assert reel.waits_for_key, "what was left out is missing in what follows"


def test_blocks_far_apart_are_in_clusters_of_their_own() -> None:
    written = clusters([Block(AUDIO, 40_000, True, b"b"), Block(AUDIO, 0, True, b"a")])
    assert written.count(b"\x1f\x43\xb6\x75") == 2
    assert written.index(b"a", 20) < written.rindex(b"b")


@pytest.mark.parametrize("frame", [b"", KEY[:9], DELTA, b"\x10\x00\x00\x00\x00\x00" + bytes(10)])
def test_what_is_no_key_frame_has_no_size(frame: bytes) -> None:
    assert picture_size(frame) is None


def test_the_size_stands_in_the_key_frame() -> None:
    assert picture_size(KEY) == (320, 240)
