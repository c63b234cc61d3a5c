"""Our minor units and Stripe's, where they are the same and where they are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments import gateway
from payments.gateway import amounts


@pytest.mark.parametrize(
    ("amount_minor", "currency", "expected"),
    [
        (1050, "USD", 1050),
        (500, "JPY", 500),
        (5120, "KWD", 5120),
        (5, "ISK", 500),  # written with two decimals, though there are none
        (5, "UGX", 500),
        (7, "XAF", 7),
        (0, "EUR", 0),
    ],
)
def test_an_amount_is_written_as_stripe_does(
    amount_minor: int, currency: str, expected: int
) -> None:
    assert amounts.to_stripe(amount_minor, currency) == expected
    assert amounts.from_stripe(expected, currency) == amount_minor


@pytest.mark.parametrize(
    ("amount_minor", "currency"),
    [(5121, "KWD"), (100, "XTS"), (100, "XAU")],
)
def test_an_amount_without_an_exact_form_is_refused(amount_minor: int, currency: str) -> None:
    with pytest.raises(gateway.UnmappedAmount):
        amounts.to_stripe(amount_minor, currency)


def test_a_fraction_of_a_krona_cannot_come_back() -> None:
    with pytest.raises(gateway.UnmappedAmount):
        amounts.from_stripe(501, "ISK")


@given(
    st.integers(0, 10**8),
    st.sampled_from(["USD", "EUR", "JPY", "KRW", "KWD", "ISK", "UGX", "CLP", "HUF", "TWD"]),
)
def test_what_goes_there_comes_back(amount_minor: int, currency: str) -> None:
    try:
        sent = amounts.to_stripe(amount_minor, currency)
    except gateway.UnmappedAmount:
        assert currency == "KWD"
        assert amount_minor % 10
        return
    assert amounts.from_stripe(sent, currency) == amount_minor
