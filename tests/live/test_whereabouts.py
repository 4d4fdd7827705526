import pytest

from consult.live import whereabouts
from consult.live.whereabouts import Whereabouts

ANI = "ticket:ani"


@pytest.fixture
def known() -> Whereabouts:
    return Whereabouts("me")


def looked_up(known: Whereabouts, *processes: str) -> None:
    assert known.ask(ANI)
    known.answered(ANI, processes)


def test_nothing_is_known_before_it_was_looked_up(known: Whereabouts) -> None:
    assert known.others(ANI) is None
    known.arrived("two", [ANI])
    assert known.others(ANI) is None


def test_a_look_up_names_the_others_only(known: Whereabouts) -> None:
    looked_up(known, "me", "two")
    assert known.others(ANI) == {"two"}


def test_one_look_up_at_a_time_is_enough(known: Whereabouts) -> None:
    assert known.ask(ANI)
    assert not known.ask(ANI)


def test_words_keep_it_right(known: Whereabouts) -> None:
    looked_up(known, "two")
    known.arrived("three", [ANI])
    known.departed("two", [ANI])
    assert known.others(ANI) == {"three"}


@pytest.mark.parametrize("word", ["arrived", "departed", "forget", "vanished"])
def test_an_answer_that_crossed_a_word_is_not_trusted(known: Whereabouts, word: str) -> None:
    assert known.ask(ANI)
    match word:
        case "arrived":
            known.arrived("three", [ANI])
        case "departed":
            known.departed("two", [ANI])
        case "forget":
            known.forget()
        case "vanished":
            known.vanished("two")
    known.answered(ANI, ["two"])
    assert known.others(ANI) is None
    looked_up(known, "three")
    assert known.others(ANI) == {"three"}


def test_a_vanished_process_holds_nothing(known: Whereabouts) -> None:
    looked_up(known, "two", "three")
    known.vanished("two")
    assert known.others(ANI) == {"three"}


def test_what_is_remembered_has_a_bound(known: Whereabouts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whereabouts, "MOST_REMEMBERED", 3)
    for number in range(10):
        known.ask(str(number))
        known.answered(str(number), ["two"])
    assert sum(known.others(str(number)) is not None for number in range(10)) <= 3
    assert known.others("9") == {"two"}
