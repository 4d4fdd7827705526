"""Names as people type them: kept as they are meant, without what could hide or reorder its neighbours."""

import pytest

from consult.accounts.names import (
    clean_application_number,
    clean_line,
    clean_name,
    clean_user_name,
    user_name_of,
)
from consult.errors import BadRequest


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Sri Wahyuni", "Sri Wahyuni"),
        ("  Sri   Wahyuni\t", "Sri Wahyuni"),
        ("Sri\r\nWahyuni", "Sri Wahyuni"),
        ("Ny. Siti Nurhaliza, S.H.", "Ny. Siti Nurhaliza, S.H."),
        ("D'Souza-O\u2019Neill", "D'Souza-O\u2019Neill"),
        ("Jose\u0301", "Jos\u00e9"),
        ("ꦱꦿꦶ", "ꦱꦿꦶ"),
        ("王小明", "王小明"),
        ("a\u202eb\u202cc", "abc"),
        ("a\u200bb\u200dc\ufeffd", "abcd"),
        ("a\x00b\x1bc\x7fd", "abcd"),
        ("a\u2028b\u2029c", "a b c"),
        ("<b>Ana</b>", "<b>Ana</b>"),
        ("Ana \U0001f600", "Ana \U0001f600"),
    ],
)
def test_a_name_is_one_line_of_visible_text(typed: str, kept: str) -> None:
    assert clean_name(typed) == kept


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "missing"),
        (" \t\n", "missing"),
        ("\u200b\u202e", "missing"),
        ("12345", "no_letter"),
        ("...", "no_letter"),
        ("😀", "no_letter"),
        ("x" * 121, "too_long"),
        ("a\u0301\u0300" * 100, "too_long"),
    ],
)
def test_what_is_no_name_is_refused_with_its_reason(typed: str, reason: str) -> None:
    with pytest.raises(BadRequest) as refused:
        clean_name(typed)
    assert (refused.value.values["field"], refused.value.values["reason"]) == ("name", reason)


def test_an_application_number_may_be_empty_but_not_endless() -> None:
    assert clean_application_number("  ") == ""
    assert clean_application_number(" 12/A.3\u202e/2026 ") == "12/A.3/2026"
    with pytest.raises(BadRequest):
        clean_application_number("x" * 65)


def test_half_a_pair_does_not_break_a_line() -> None:
    assert clean_line("a\ud800b") == "a?b"


@pytest.mark.parametrize("typed", ["Budi", "BUDI", " budi ", "budi\n", "ｂｕｄｉ"])
def test_a_user_name_is_the_same_in_every_writing(typed: str) -> None:
    assert user_name_of(typed) == clean_user_name(typed) == "budi"


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "missing"),
        ("b", "characters"),
        ("budi santoso", "characters"),
        ("budi@kantor", "characters"),
        (".budi", "characters"),
        ("b/../udi", "characters"),
        ("bu\x00di", "characters"),
        ("бudi", "characters"),
        ("b" * 65, "characters"),
        ("<script>", "characters"),
    ],
)
def test_a_user_name_has_plain_characters_only(typed: str, reason: str) -> None:
    with pytest.raises(BadRequest) as refused:
        clean_user_name(typed)
    assert refused.value.values == {"field": "user_name", "reason": reason}
