"""The statement: every cent of a period by order, opening to closing, on the page and as a file."""

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import Role, User
from accounts.services import memberships
from payments.services import merchant_terms, payouts, refunds
from payments.statements import Period
from shop import statements
from shop.models import Order, Product, Store, Variant
from shop.services import orders
from shop.services.checkout import CheckoutResult
from shop.statements import StoreStatement
from socialcommerce.lib import clock
from tests.factories import payments as money
from tests.factories.merchants import ready_account
from tests.shop.test_orders_in_bulk import row

pytestmark = pytest.mark.django_db
Buy = Callable[..., CheckoutResult]
ClientOf = Callable[[User], Client]


def statement(store: Store, *, days: int = 1) -> StoreStatement:
    now = clock.now()
    return statements.store_statement(
        store, Period(now - timedelta(days=days), now + timedelta(seconds=1))
    )


def complete(order: Order) -> None:
    orders.ship(order_id=order.pk, carrier="Post", tracking_number="", now=clock.now())
    orders.confirm_receipt(order_id=order.pk, now=clock.now())


def refund(order: Order, amount_minor: int) -> None:
    assert order.payment_id is not None
    refunds.issue(
        payment_id=order.payment_id, amount_minor=amount_minor, reason="", key="r", now=clock.now()
    )


def test_each_order_says_what_was_sold_kept_and_given_back(buy: Buy, store: Store) -> None:
    order = buy().order
    refund(order, 150)
    complete(order)
    (row,) = statement(store).orders
    assert (row.number, row.goods_minor, row.shipping_minor) == (order.number, 1_250, 400)
    line = row.line
    assert (line.sold_minor, line.refunded_minor, line.fee_minor) == (1_650, -150, -45)
    assert line.net_minor == 1_650 - 150 - 45


def test_closing_is_opening_and_every_line(buy: Buy, store: Store) -> None:
    first = buy().order
    complete(first)
    buy(key="two")
    money.give_money(store.profile, 77)  # no order's
    found = statement(store).money
    assert found.opening.total_minor == 0
    assert found.total.net_minor == found.closing.total_minor == 1_600 + 1_650 + 77
    assert (found.closing.wallet_minor, found.closing.escrow_minor) == (1_600 + 77, 1_650)


def test_what_moves_between_a_stores_own_accounts_is_no_line(buy: Buy, store: Store) -> None:
    merchant_terms.welcome(profile_id=store.profile_id, now=clock.now())
    order = buy().order
    complete(order)
    found = statement(store)
    assert found.money.closing.reserve_minor == found.orders[0].reserve_minor == 160
    assert found.money.total.other_minor == 0
    assert found.money.closing.total_minor == 1_600


def test_payouts_stand_by_themselves_and_what_failed_cancels_out(buy: Buy, store: Store) -> None:
    complete(buy().order)
    ready_account(store.profile)
    payout = payouts.ask(profile_id=store.profile_id, now=clock.now())
    found = statement(store)
    (line,) = found.others
    assert (line.reference, line.paid_out_minor) == (f"payout:{payout.pk}", -1_600)
    assert found.money.closing.total_minor == 0


def test_the_periods_own_movements_alone_and_the_rest_in_the_opening(
    buy: Buy, store: Store
) -> None:
    complete(buy().order)
    now = clock.now() + timedelta(seconds=1)
    later = statements.store_statement(store, Period(now, now + timedelta(days=1)))
    assert later.orders == later.others == ()
    assert later.money.opening == later.money.closing
    assert later.money.opening.total_minor == 1_600


def test_what_a_store_owes_counts_against_it(buy: Buy, store: Store) -> None:
    """Paid out and then given back: the refund is a line, the debt a part of the closing."""
    order = buy().order
    complete(order)
    ready_account(store.profile)
    payouts.ask(profile_id=store.profile_id, now=clock.now())
    refund(order, 1_650)
    found = statement(store)
    assert found.money.closing.receivable_minor == -1_600
    assert found.money.closing.total_minor == found.money.total.net_minor == -1_600
    (row,) = found.orders
    assert (row.line.sold_minor, row.line.net_minor) == (1_650, 0)


def test_another_stores_money_is_not_in_it(buy: Buy, store: Store, alice: User) -> None:
    buy()
    money.give_money(alice.profile, 5)
    found = statement(store).money
    assert found.closing.total_minor == 1_650


def test_it_costs_the_same_for_one_order_and_for_many(
    buy: Buy, store: Store, variant: Variant, django_assert_num_queries
) -> None:
    buy()
    with django_assert_num_queries(6):
        statement(store)
    for number in range(4):
        buy(key=str(number))
    with django_assert_num_queries(6):
        assert len(statement(store).orders) == 5


def read(client: Client, store: Store, **query: str) -> list[dict[str, str]]:
    url = f"/merchant/shop/store/{store.pk}/statement/"
    answer = client.get(url, {"format": "csv", **query})
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


def test_the_file_has_every_cent_with_a_point(
    bob: User, buy: Buy, store: Store, variant: Variant, client_of: ClientOf
) -> None:
    Product.objects.filter(pk=variant.product_id).update(vat_basis_points=1_900)
    order = buy().order
    complete(order)
    until = (clock.now() + timedelta(days=1)).date().isoformat()
    opening, row, closing = read(client_of(bob), store, until=until)
    assert (opening["what"], opening["net"]) == ("opening", "0.00")
    assert row == {
        "what": "order", "reference": order.number,
        "date": order.created_at.isoformat(timespec="seconds"),
        "goods": "12.50", "shipping": "4.00", "discount": "0.00", "sold": "16.50",
        "fee": "-0.50", "refunds": "0.00",
        "disputes": "0.00", "other": "0.00", "paid_out": "0.00", "net": "16.00",
        "in_reserve": "0.00",
        "vat_percent": "19.00", "currency": "USD",
    }  # fmt: skip
    assert (closing["what"], closing["net"]) == ("closing", "16.00")


def test_the_page_shows_it_and_keeps_its_period(
    bob: User, buy: Buy, store: Store, client_of: ClientOf
) -> None:
    order = buy().order
    browser = client_of(bob)
    url = f"/merchant/shop/store/{store.pk}/statement/"
    page = browser.get(url).content.decode()
    assert order.number in page
    assert "$16.50" in page
    past = browser.get(url, {"since": "2020-01-01", "until": "2020-12-31"}).content.decode()
    assert order.number not in past
    assert "Nothing moved in this time" in past
    assert "since=2020-01-01&amp;until=2020-12-31&amp;format=csv" in past
    assert browser.get(url, {"since": "x", "until": "10000-01-01"}).status_code == 200


def test_a_packer_and_another_store_do_not_read_it(
    mallory: User, alice: User, buy: Buy, store: Store, client_of: ClientOf
) -> None:
    buy()
    memberships.add(profile=store.profile, user=mallory, role=Role.PACKER, now=clock.now())
    for person in (mallory, alice):
        for query in ("", "?format=csv"):
            answer = client_of(person).get(f"/merchant/shop/store/{store.pk}/statement/{query}")
            assert answer.status_code in {302, 403, 404}


def test_an_order_keeps_who_sold_it_and_the_rate_that_was_in_the_price(
    buy: Buy, store: Store, variant: Variant, now: datetime
) -> None:
    Store.objects.update(legal_name="Moon GmbH", legal_address="1 Quay", tax_id="PT 501")
    Product.objects.update(vat_basis_points=700)
    order = buy().order
    Store.objects.update(legal_name="Other", tax_id="")
    Product.objects.update(vat_basis_points=None)
    order.refresh_from_db()
    seller = order.shown["store"]
    assert (seller["legal_name"], seller["legal_address"], seller["tax_id"]) == (
        "Moon GmbH",
        "1 Quay",
        "PT 501",
    )
    assert order.lines.get().vat_basis_points == 700


def test_a_sales_order_keeps_the_same(
    alice: User, store: Store, variant: Variant, now: datetime
) -> None:
    Store.objects.update(legal_name="Moon GmbH", tax_id="PT 501")
    Product.objects.update(vat_basis_points=700)
    with transaction.atomic():
        (ref,) = orders.create_held([row(alice, variant, now)], now=now)
    order = Order.objects.get(pk=ref.id)
    assert (order.shown["store"]["legal_name"], order.shown["store"]["tax_id"]) == (
        "Moon GmbH",
        "PT 501",
    )
    assert order.lines.get().vat_basis_points == 700
