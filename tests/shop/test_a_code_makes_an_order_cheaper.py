"""A store's code takes a share or an amount off its goods, within the limits it was set with."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from accounts.models import Address, User
from payments.models import Refund
from payments.sandbox.server import Sandbox
from payments.services import wallets
from shop.models import Coupon, CouponUse, Order, Store, Variant
from shop.services import checkout, coupons, orders, sweeps
from shop.services.checkout import CheckoutResult
from socialcommerce.lib import clock
from tests.factories import shop as make
from tests.factories.coupons import make_coupon
from tests.factories.payments import bind_card, escrow_of, give_money

pytestmark = pytest.mark.django_db
Buy = Callable[..., CheckoutResult]


def test_a_share_of_the_goods_comes_off(store: Store, buy: Buy, bob: User) -> None:
    """12.50 less a fifth is 10.00; shipping stays 4.00."""
    coupon = make_coupon(store)
    order = buy(code=" welcome ", seen_total_minor=1_400).order
    assert (order.discount_minor, order.total_minor, order.coupon_id) == (250, 1_400, coupon.pk)
    assert order.fee_minor == 42  # 3 % of what is paid
    assert order.shown["discount"] == {"minor": 250, "code": "WELCOME"}
    assert escrow_of(store.profile) == 1_400
    coupon.refresh_from_db()
    assert (coupon.use_count, coupon.given_minor) == (1, 250)


def test_an_amount_comes_off_and_never_more_than_the_goods(store: Store, buy: Buy) -> None:
    make_coupon(store, basis_points=None, amount_minor=5_000)
    order = buy(code="WELCOME", seen_total_minor=400).order
    assert (order.discount_minor, order.total_minor) == (1_250, 400)


def test_something_stays_to_be_paid(store: Store, buy: Buy) -> None:
    Store.objects.filter(pk=store.pk).update(shipping_price_minor=0)
    make_coupon(store, basis_points=10_000)
    assert buy(code="WELCOME", seen_total_minor=50).order.total_minor == 50


def test_the_page_must_have_shown_it(store: Store, buy: Buy) -> None:
    make_coupon(store)
    with pytest.raises(checkout.TotalChanged):
        buy(code="WELCOME")
    with pytest.raises(checkout.TotalChanged):
        buy(seen_total_minor=1_400)
    assert not CouponUse.objects.exists()


def test_the_same_press_uses_it_once(store: Store, buy: Buy) -> None:
    coupon = make_coupon(store)
    for _press in range(2):
        buy(code="WELCOME", seen_total_minor=1_400)
    coupon.refresh_from_db()
    assert (coupon.use_count, Order.objects.count()) == (1, 1)
    with pytest.raises(checkout.KeyReused):
        buy(code="OTHER", seen_total_minor=1_400)


def refused(buy: Buy, **changes: Any) -> str:
    with pytest.raises((coupons.NoSuchCoupon, coupons.CouponUsedUp)) as raised:
        buy(**{"code": "WELCOME", "seen_total_minor": 1_400, "key": "refused", **changes})
    assert not Order.objects.filter(key="refused").exists()
    return str(raised.value.detail)


def test_another_stores_code_opens_nothing(mallory: User, buy: Buy) -> None:
    make_coupon(make.make_store(mallory, name="Elsewhere"))
    assert "another store's" in refused(buy)


@pytest.mark.parametrize("code", ["X", "NOPE", "WELCOME'--", "ＷＥＬＣＯＭＥ", "W" * 40])
def test_what_is_no_code_is_said(code: str, store: Store, buy: Buy) -> None:
    make_coupon(store)
    refused(buy, code=code)


def test_before_and_after_its_time_it_opens_nothing(store: Store, buy: Buy) -> None:
    now = clock.now()
    coupon = make_coupon(store, valid_from=now + timedelta(hours=1))
    refused(buy)
    refused(buy, now=coupon.valid_until)


def test_one_that_was_ended_opens_nothing(store: Store, buy: Buy) -> None:
    coupons.end_coupon(coupon_id=make_coupon(store).pk, now=clock.now())
    refused(buy)


def test_small_orders_are_told_from_what_on(store: Store, buy: Buy) -> None:
    make_coupon(store, minimum_minor=1_251)
    assert "$12.51" in refused(buy)


def test_a_person_uses_it_as_often_as_it_says(store: Store, buy: Buy) -> None:
    make_coupon(store, per_person=2)
    for key in ("a", "b"):
        buy(code="WELCOME", seen_total_minor=1_400, key=key)
    assert "as one person may" in refused(buy)


def test_all_together_use_it_as_often_as_it_says(store: Store, buy: Buy, mallory: User) -> None:
    make_coupon(store, uses_max=1)
    buy(code="WELCOME", seen_total_minor=1_400)
    give_money(mallory.profile, 5_000)
    address = make.make_address(mallory.profile)
    assert "Others were first" in refused(buy, buyer=mallory.profile, address_id=address.pk)


def test_the_budget_is_never_passed(store: Store, buy: Buy) -> None:
    make_coupon(store, budget_minor=499, per_person=5)
    buy(code="WELCOME", seen_total_minor=1_400)
    refused(buy)


def test_an_order_that_is_cancelled_gives_its_use_back(store: Store, buy: Buy) -> None:
    coupon = make_coupon(store, uses_max=1)
    order = buy(code="WELCOME", seen_total_minor=1_400).order
    orders.cancel(order_id=order.pk, reason="", now=clock.now())
    coupon.refresh_from_db()
    assert (coupon.use_count, coupon.given_minor) == (0, 0)
    buy(code="WELCOME", seen_total_minor=1_400, key="again")


def test_a_refund_gives_back_what_was_paid(store: Store, buy: Buy, rich_alice: User) -> None:
    make_coupon(store)
    order = buy(code="WELCOME", seen_total_minor=1_400).order
    orders.cancel(order_id=order.pk, reason="", now=clock.now())
    assert Refund.objects.get().amount_minor == 1_400
    assert wallets.balance(profile_id=rich_alice.profile.pk).available_minor == 100_000


def test_an_order_that_nobody_pays_gives_its_use_back(
    store: Store, buy: Buy, stripe_sandbox: Sandbox
) -> None:
    coupon = make_coupon(store)
    buyer = Address.objects.get().profile
    card = bind_card(buyer)
    order = buy(code="WELCOME", seen_total_minor=1_400, method="card", instrument_id=card.pk).order
    coupon.refresh_from_db()
    assert coupon.use_count == 1
    sweeps.expire_unpaid(now=order.pay_by + timedelta(hours=1), limit=10)
    order.refresh_from_db()
    coupon.refresh_from_db()
    assert (order.state, coupon.use_count, coupon.given_minor) == ("expired", 0, 0)


def test_the_database_keeps_terms_and_discounts(store: Store, buy: Buy) -> None:
    coupon = make_coupon(store)
    order = buy(code="WELCOME", seen_total_minor=1_400).order
    with pytest.raises(DatabaseError, match="end it"), transaction.atomic():
        Coupon.objects.filter(pk=coupon.pk).update(basis_points=9_000)
    with pytest.raises(DatabaseError, match="end it"), transaction.atomic():
        make_coupon(store, code="UNUSED").delete()
    with pytest.raises(DatabaseError, match="keeps what its buyer saw"), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(discount_minor=1)


@pytest.mark.parametrize(
    "change",
    [
        {"code": "no spaces"},
        {"code": "ÄÖÜ"},
        {"amount_minor": 100},
        {"basis_points": None},
        {"valid_until": clock.now() - timedelta(days=1)},
    ],
)
def test_terms_that_make_no_sense_are_refused(change: dict[str, Any], store: Store) -> None:
    with pytest.raises(coupons.BadCoupon):
        make_coupon(store, **change)


def test_a_code_means_one_thing_at_a_time(store: Store, variant: Variant) -> None:
    first = make_coupon(store)
    with pytest.raises(coupons.BadCoupon):
        make_coupon(store)
    coupons.end_coupon(coupon_id=first.pk, now=clock.now())
    make_coupon(store)
