"""What a chat message may be."""

import pytest

from consult.chat.message import clean
from consult.errors import BadRequest, TooLarge


def test_text_stays_as_typed_but_for_its_ends() -> None:
    assert clean("  Selamat pagi,\r\nBu Sari 🙂\t ", 4_000) == "Selamat pagi,\nBu Sari 🙂"


def test_control_characters_go_and_markup_stays_text() -> None:
    assert clean("a\x1b[31mb\x7f <b>c</b>", 4_000) == "a[31mb <b>c</b>"


@pytest.mark.parametrize("text", ["", "   ", "\x01\x02", "\r\n\t"])
def test_nothing_is_no_message(text: str) -> None:
    with pytest.raises(BadRequest):
        clean(text, 4_000)


def test_the_limit_counts_characters_and_bytes() -> None:
    assert len(clean("é" * 4_000, 4_000)) == 4_000
    with pytest.raises(TooLarge):
        clean("a" * 4_001, 4_000)
    with pytest.raises(TooLarge):
        clean("🙂" * 4_097, 5_000)
