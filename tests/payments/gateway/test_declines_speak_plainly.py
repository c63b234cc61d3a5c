"""Each decline is put in words that say what to do next."""

import pytest

from payments import gateway
from payments.gateway import declines
from payments.sandbox.published_cards import CARDS

GENERAL = declines.words("generic_decline")


@pytest.mark.parametrize("reason", ["lost_card", "stolen_card", "fraudulent", "new_in_2031"])
def test_what_must_not_be_told_gets_the_general_words(reason: str) -> None:
    assert gateway.Declined(reason).message == GENERAL


def test_each_test_card_that_declines_has_a_next_step() -> None:
    for card in CARDS:
        if card.decline_code is not None:
            words = gateway.Declined(card.decline_code).message
            assert any(step in words for step in ("Use another card", "use another card", "Try"))


@pytest.mark.parametrize("reason", ["insufficient_funds", "expired_card", "incorrect_cvc"])
def test_what_may_be_told_is_told(reason: str) -> None:
    assert gateway.Declined(reason).message != GENERAL
