"""What a refusal tells a page about trying again."""

import pytest

from consult.errors import BY_CODE, OutOfOrder, RateLimited
from consult.hub.clerk import refused


@pytest.mark.parametrize("code", sorted(BY_CODE))
def test_a_refusal_says_when_to_try_again_unless_it_is_the_last_word(code: str) -> None:
    """An order refused for now keeps its number: a page that gave it up would be out of order ever after."""
    kind = BY_CODE[code]
    error = kind(retry_ms=5) if kind is RateLimited else kind()
    told = refused(error, cseq=1)
    assert (told.retry_ms is not None) == (not kind.final and kind is not OutOfOrder)
