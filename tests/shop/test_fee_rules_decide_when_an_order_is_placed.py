"""The site's fee: the narrowest rule wins, an order keeps its terms, history is not rewritten."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from payments.services import refunds
from shop.models import FeeRule, FeeScope, Order, Variant
from shop.services import fees, orders
from shop.services.checkout import CheckoutResult
from shop.services.fees import FeeTerms, Target, Terms
from socialcommerce.lib import clock
from tests.factories import payments as money
from tests.factories import shop as make
from tests.shop.test_orders_in_bulk import row

pytestmark = pytest.mark.django_db
Buy = Callable[..., CheckoutResult]
ClientOf = Callable[[User], Client]


def rule(by: User, target: Target, terms: Terms, *, at: datetime | None = None) -> FeeRule:
    now = clock.now()
    return fees.set_rule(
        target=target, terms=terms, note="agreed", valid_from=at or now, by_id=by.pk, now=now
    )


def of(variant: Variant, *, currency: str = "USD", at: datetime | None = None) -> FeeTerms:
    return fees.terms_of([variant.pk], currency=currency, at=at or clock.now())[variant.pk]


def complete(order: Order) -> Order:
    orders.ship(order_id=order.pk, carrier="Post", tracking_number="", now=clock.now())
    return orders.confirm_receipt(order_id=order.pk, now=clock.now())


def test_where_no_rule_fits_the_site_setting_holds(variant: Variant, settings) -> None:
    settings.STORE_FEE_BASIS_POINTS = 450
    assert of(variant) == FeeTerms(None, 450, 0)


def test_the_narrowest_rule_wins_whenever_it_was_set(bob: User, variant: Variant) -> None:
    product = variant.product
    narrowest_first = [
        (Target(FeeScope.PRODUCT, product=product), 40),
        (Target(FeeScope.STORE, store=product.store), 30),
        (Target(FeeScope.CATEGORY, category=product.category), 20),
        (Target(FeeScope.SITE), 10),
    ]
    for target, points in narrowest_first:
        rule(bob, target, Terms(points))
    for _target, points in narrowest_first:
        assert of(variant).basis_points == points
        fees.end_rule(rule_id=FeeRule.objects.get(basis_points=points).pk, now=clock.now())
    assert of(variant).rule_id is None


def test_rules_of_other_things_do_not_reach_it(bob: User, mallory: User, variant: Variant) -> None:
    other = make.make_variant(make.make_store(mallory, name="Other"), category="food")
    rule(bob, Target(FeeScope.STORE, store=other.product.store), Terms(9_000))
    rule(bob, Target(FeeScope.PRODUCT, product=other.product), Terms(9_000))
    rule(bob, Target(FeeScope.CATEGORY, category="food"), Terms(9_000))
    assert of(variant).basis_points == 300


def test_a_later_rule_of_the_same_scope_replaces_the_earlier(bob: User, variant: Variant) -> None:
    soon = clock.now() + timedelta(days=1)
    rule(bob, Target(FeeScope.SITE), Terms(200))
    rule(bob, Target(FeeScope.SITE), Terms(250), at=soon)
    assert of(variant).basis_points == 200
    assert of(variant, at=soon).basis_points == 250


def test_a_fixed_part_is_for_orders_in_its_currency_alone(bob: User, variant: Variant) -> None:
    rule(bob, Target(FeeScope.SITE), Terms(100, 30, "EUR"))
    assert of(variant) == FeeTerms(None, 300, 0)
    assert of(variant, currency="EUR").fixed_minor == 30


def test_a_rule_cannot_begin_in_the_past(bob: User) -> None:
    with pytest.raises(fees.BadRule):
        rule(bob, Target(FeeScope.SITE), Terms(1), at=clock.now() - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("total_minor", "points", "fixed", "fee"),
    [(1_650, 300, 0, 50), (1_650, 300, 30, 80), (100, 300, 500, 100), (1, 4_999, 0, 0)],
)
def test_the_fee_rounds_half_up_and_takes_all_at_most(total_minor, points, fixed, fee) -> None:
    assert FeeTerms(None, points, fixed).of(total_minor) == fee


def test_an_order_keeps_the_terms_it_was_placed_under(bob: User, buy: Buy) -> None:
    first = rule(bob, Target(FeeScope.SITE), Terms(1_000, 30, "USD"))
    order = buy().order
    rule(bob, Target(FeeScope.SITE), Terms(9_000))
    complete(order)
    order.refresh_from_db()
    assert (order.fee_rule_id, order.fee_basis_points, order.fee_fixed_minor) == (
        first.pk,
        1_000,
        30,
    )
    assert order.fee_minor == 195  # a tenth of 16.50, and 0.30
    assert money.available(order.store.profile) == 1_650 - 195


def test_of_what_went_back_before_the_release_no_fee_is_kept(bob: User, buy: Buy) -> None:
    rule(bob, Target(FeeScope.SITE), Terms(1_000, 30, "USD"))
    order = buy().order
    assert order.payment_id is not None
    refunds.issue(
        payment_id=order.payment_id, amount_minor=650, reason="", key="r", now=clock.now()
    )
    complete(order)
    order.refresh_from_db()
    fee = 118  # 195 x 1000 / 1650 = 118.18
    assert money.available(order.store.profile) == 1_000 - fee
    assert order.payment is not None
    assert order.payment.fee_minor == fee


def test_a_sales_orders_go_by_the_same_rules_without_a_query_each(
    alice: User, bob: User, variant: Variant, now: datetime
) -> None:
    own = make.make_variant(variant.product.store, name="Green")
    rule(bob, Target(FeeScope.PRODUCT, product=own.product), Terms(1_000, 30, "USD"))
    later = clock.now()
    counts = []
    for size in (1, 20):
        rows = [row(alice, one, later) for one in [variant, own] * size]
        with CaptureQueriesContext(connection) as queries:
            refs = orders.create_held(rows, now=later)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    found = [Order.objects.get(pk=ref.id) for ref in refs[:2]]
    assert [one.fee_minor for one in found] == [30, 130]  # 3 % and 10 % + 0.30 of 9.99
    assert found[0].fee_rule_id is None


def test_rules_are_ended_and_never_rewritten(bob: User) -> None:
    made = rule(bob, Target(FeeScope.SITE), Terms(200))
    for sentence in (
        "UPDATE shop_feerule SET basis_points = 0",
        "UPDATE shop_feerule SET ended_at = now(), note = 'other'",
        "DELETE FROM shop_feerule",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sentence)
    FeeRule.objects.filter(pk=made.pk).update(ended_at=clock.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        FeeRule.objects.filter(pk=made.pk).update(ended_at=None)


@pytest.mark.parametrize(
    "fields",
    [
        {"scope": "site", "category": "food"},
        {"scope": "category"},
        {"scope": "store"},
        {"scope": "site", "basis_points": 10_001},
        {"scope": "site", "fixed_minor": 5},
        {"scope": "site", "fixed_minor": -5, "currency": "USD"},
    ],
)
def test_the_database_refuses_rules_that_mean_nothing(db: None, fields: dict) -> None:
    now = clock.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        FeeRule.objects.create(
            **{"basis_points": 1, "note": "", "valid_from": now, "created_at": now, **fields}
        )


def test_an_operator_sets_and_ends_a_rule_and_a_form_that_names_two_is_refused(
    bob: User, variant: Variant, client_of: ClientOf
) -> None:
    bob.is_operator = True
    bob.save()
    browser = client_of(bob)
    page = "/operator/shop/feerule/add/"
    form = {
        "store": "@paper_moon",
        "basis_points": "150",
        "fixed_minor": "0.25",
        "note": "a friend",
    }
    assert browser.post(page, {**form, "category": "food"}).status_code == 422
    assert not FeeRule.objects.exists()
    assert browser.post(page, form).status_code == 302
    made = FeeRule.objects.get()
    assert (made.scope, made.store, made.created_by) == ("store", variant.product.store, bob)
    assert of(variant) == FeeTerms(made.pk, 150, 25)
    listed = "/operator/shop/feerule/"
    assert "a friend" in browser.get(listed).content.decode()
    browser.post(listed, {"action": "end", "_selected_action": str(made.pk)})
    assert of(variant).rule_id is None


def test_a_merchant_reads_the_fee_of_the_store_and_of_each_order(
    bob: User, buy: Buy, client_of: ClientOf
) -> None:
    order = buy().order
    rule(bob, Target(FeeScope.STORE, store=order.store), Terms(250))
    browser = client_of(bob)
    store_page = browser.get(f"/merchant/shop/store/{order.store_id}/change/").content.decode()
    assert "2.50 % of each order" in store_page
    order_page = browser.get(f"/merchant/shop/order/{order.pk}/change/").content.decode()
    assert "$0.50 (3 %)" in order_page
    assert "$16.50 until the buyer has the goods" in order_page
    complete(order)
    order_page = browser.get(f"/merchant/shop/order/{order.pk}/change/").content.decode()
    assert "$0.50 fee, $16.00 yours" in order_page
