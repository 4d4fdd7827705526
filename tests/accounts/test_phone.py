"""Telephone numbers as people in Indonesia type them, kept in one form; nonsense is refused with a reason."""

import pytest

from consult.accounts.phone import to_e164
from consult.errors import BadRequest

MOBILE = "+6281234567890"
SPELLINGS = {
    MOBILE: [
        "081234567890",
        "0812 3456 7890",
        "0812-3456-7890",
        "0812.3456.7890",
        "0812/3456/7890",
        "(0812) 3456 7890",
        "(0812)34567890",
        "+6281234567890",
        "+62 812 3456 7890",
        "+62 812-3456-7890",
        "+62-812-3456-7890",
        "+62 (812) 3456-7890",
        "+62 0812 3456 7890",
        "62 812 3456 7890",
        "6281234567890",
        "81234567890",
        "812 3456 7890",
        "  0812 3456 7890  ",
        "0812\u00a03456\u00a07890",
        "0812\u20133456\u20137890",
        "０８１２３４５６７８９０",
        "٠٨١٢٣٤٥٦٧٨٩٠",
        "tel:+62-812-3456-7890",
        "\t0812-3456-7890\n",
    ],
    "+62215255385": ["021 525 5385", "(021) 5255385", "021-5255385", "+62 21 525 5385", "+62 (21) 5255385"],
    "+62274512345": ["0274 512345", "(0274) 512-345", "+62 274 512345"],
    "+628111234567": ["0811 1234 567", "08111234567", "+62 811-1234-567"],
    "+6281212345678": ["0812 1234 5678"],
    "+6285712345678": ["0857-1234-5678", "62857 1234 5678"],
    "+6587654321": ["+65 8765 4321"],
    "+60123456789": ["+60 12-345 6789"],
}
REFUSED = {
    "missing": ["", " ", "\t\n", "\u00a0"],
    "unreadable": [
        "halo",
        "nol delapan satu dua",
        "-",
        "+",
        "😀",
        "<b>0</b>",
        "'; DROP TABLE ticket; --",
    ],
    "too_short": ["0812", "112", "+62 8"],
    "too_long": ["x" * 500, "0812345678901234567", "0812 3456 7890 0812 3456 7890"],
    "impossible": ["08123", "9" * 17, "0000000000", "+62 000 0000 000", "0012345678", "+1 000 000 0000"],
}


@pytest.mark.parametrize(
    ("typed", "kept"), [(typed, kept) for kept, several in SPELLINGS.items() for typed in several]
)
def test_every_spelling_of_a_number_is_the_same_number(typed: str, kept: str) -> None:
    assert to_e164(typed) == kept


@pytest.mark.parametrize(
    ("typed", "reason"), [(typed, reason) for reason, several in REFUSED.items() for typed in several]
)
def test_what_is_no_number_is_refused_with_its_reason(typed: str, reason: str) -> None:
    with pytest.raises(BadRequest) as refused:
        to_e164(typed)
    assert refused.value.values == {"field": "phone", "reason": reason}
