import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialcommerce.lib.money import (
    InvalidAmount,
    Money,
    allocate,
    basis_points,
    exponent,
    format_money,
    parse_amount,
    plain_amount,
)


@given(
    amount=st.integers(0, 10**13),
    weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=50).filter(any),
)
def test_parts_always_sum_to_the_whole_and_stray_less_than_one_unit(
    amount: int, weights: list[int]
) -> None:
    parts = allocate(amount, weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - amount * weight) < sum(weights)


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1, 5]])
def test_impossible_weights_are_a_bug(weights: list[int]) -> None:
    with pytest.raises(ValueError, match=r"weights|empty"):
        allocate(100, weights)


@given(amount=st.integers(0, 10**12), currency=st.sampled_from(["USD", "JPY", "KWD", "XTS"]))
def test_what_a_form_shows_reads_back_as_the_same_amount(amount: int, currency: str) -> None:
    assert parse_amount(plain_amount(amount, currency), currency) == amount


@pytest.mark.parametrize(
    ("text", "currency", "amount"),
    [("12", "USD", 1200), ("12.5", "USD", 1250), ("0.01", "USD", 1), ("7", "JPY", 7)],
)
def test_people_may_leave_digits_out(text: str, currency: str, amount: int) -> None:
    assert parse_amount(text, currency) == amount


@pytest.mark.parametrize(
    "text",
    ["", "-1", "+1", "1e3", "NaN", "inf", "1.234", "1,5", "１２", ".5", "5.", "1.2.3", "1 000"],
)
def test_anything_but_plain_digits_is_refused(text: str) -> None:
    with pytest.raises(InvalidAmount):
        parse_amount(text, "USD")


@pytest.mark.parametrize("text", ["9" * 31, "100000000000.01", "0x10", "1\u0000"])
def test_amounts_beyond_any_order_are_refused(text: str) -> None:
    with pytest.raises(InvalidAmount):
        parse_amount(text, "USD")


def test_a_yen_has_no_fraction_and_a_dinar_three_digits() -> None:
    assert (exponent("JPY"), exponent("USD"), exponent("KWD")) == (0, 2, 3)
    with pytest.raises(InvalidAmount):
        parse_amount("1.5", "JPY")
    # The bank's digits, not those that are still in use.
    assert (exponent("ALL"), exponent("IQD"), exponent("HUF")) == (2, 3, 2)
    with pytest.raises(InvalidAmount):
        exponent("ZZZ")


def test_money_reads_as_the_locale_writes_it() -> None:
    assert format_money(Money(1250, "USD"), "en_US") == "$12.50"
    assert format_money(Money(1250, "EUR"), "de_DE") == "12,50\xa0€"
    assert format_money(Money(1250, "JPY"), "en_US") == "¥1,250"


def test_a_fee_rounds_half_a_unit_up() -> None:
    assert [basis_points(amount, 300) for amount in (100, 16, 17, 50, 0)] == [3, 0, 1, 2, 0]
