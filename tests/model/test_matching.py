"""The matching protocol holds in every state of a small office, and each of its rules is needed."""

import pytest

from tests.model.matching import Rules, Size, explore

SMALL = Size(tickets=1, attempts=2)
TWO = Size(tickets=2, attempts=1)


def test_nobody_is_given_to_two_officers_or_waits_for_ever() -> None:
    for size in (SMALL, TWO):
        found = explore(size, Rules())
        assert found.harm is None, found
        assert found.states > 100


@pytest.mark.parametrize(
    ("rules", "size", "harm"),
    [
        (Rules(offer_compares_attempt=False), SMALL, "two officers serve one citizen"),
        (Rules(accept_compares_attempt=False), TWO, "an officer is over capacity"),
        (Rules(capacity_in_transaction=False), TWO, "an officer is over capacity"),
    ],
)
def test_without_one_of_its_rules_the_harm_is_found(rules: Rules, size: Size, harm: str) -> None:
    found = explore(size, rules)
    assert found.harm == harm, found


def test_an_index_that_nobody_tells_and_nobody_rebuilds_forgets_a_citizen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Telling the index after a commit may be lost with its process, so the rebuild carries the promise."""
    from tests.model import matching

    told = matching._answer
    monkeypatch.setattr(
        matching,
        "_answer",
        lambda state, number: (step for step in told(state, number) if "index" not in step[0]),
    )
    assert explore(SMALL, Rules()).harm is None
    assert explore(SMALL, Rules(index_rebuilt=False)).harm == "a citizen waits for ever"
