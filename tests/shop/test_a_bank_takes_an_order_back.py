"""A chargeback of an order: the money follows the order's state when it comes back, once."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from payments.models import AccountKind, Dispute, Payment, Refund
from payments.sandbox.server import Sandbox
from payments.services import refunds
from shop.models import Order
from shop.services import orders
from shop.services.checkout import CheckoutResult
from socialcommerce.lib import clock
from tests.factories import disputes
from tests.factories import payments as money
from tests.payments.conftest import BindCard, bind

__all__ = ["bind"]

pytestmark = pytest.mark.django_db
Buy = Callable[..., CheckoutResult]
BEFORE = 100_000  # what Alice has in her wallet


@pytest.fixture
def order(buy: Buy, rich_alice: User, bind: BindCard) -> Order:
    """16.50, by card, of which the site gets 0.50."""
    return buy(method="card", instrument_id=bind(rich_alice).pk).order


def payment_of(order: Order) -> Payment:
    return Payment.objects.get(pk=order.payment_id)


def complete(order: Order) -> None:
    orders.ship(order_id=order.pk, carrier="Post", tracking_number="1", now=clock.now())
    orders.confirm_receipt(order_id=order.pk, now=clock.now())


def drive(refund: Refund) -> str:
    return refunds.drive(refund_id=refund.pk, now=clock.now()).state


def test_won_after_completion_the_store_has_it_less_the_fee(
    order: Order, bob: User, stripe_sandbox: Sandbox
) -> None:
    found = disputes.dispute(stripe_sandbox, payment_of(order))
    complete(order)
    store = order.store.profile
    assert money.available(store) == 0
    disputes.decide(stripe_sandbox, found, "won")
    assert (money.available(store), money.escrow_of(store)) == (1_600, 0)
    assert money.balance_of(AccountKind.FEES) == 50


def test_won_in_part_after_completion_the_fee_is_the_whole_orders(
    order: Order, stripe_sandbox: Sandbox
) -> None:
    found = disputes.dispute(stripe_sandbox, payment_of(order), amount_minor=650)
    complete(order)
    store = order.store.profile
    assert money.available(store) == 970
    disputes.decide(stripe_sandbox, found, "won")
    assert money.available(store) == 1_600
    assert money.balance_of(AccountKind.FEES) == 50


def test_won_before_shipping_it_waits_in_escrow(order: Order, stripe_sandbox: Sandbox) -> None:
    disputes.decide(stripe_sandbox, disputes.dispute(stripe_sandbox, payment_of(order)), "won")
    store = order.store.profile
    assert money.escrow_of(store) == 1_650
    complete(order)
    assert money.available(store) == 1_600


def test_a_cancelled_order_gives_nothing_more_back_and_after_winning_everything(
    order: Order, rich_alice: User, stripe_sandbox: Sandbox
) -> None:
    found = disputes.dispute(stripe_sandbox, payment_of(order))
    cancelled = orders.cancel(order_id=order.pk, reason="charged back", now=clock.now())
    assert cancelled.state == "cancelled"
    assert not Refund.objects.exists()
    disputes.decide(stripe_sandbox, found, "won")
    refund = Refund.objects.get()
    assert (refund.to, refund.amount_minor, drive(refund)) == ("card", 1_650, "succeeded")
    assert money.escrow_of(order.store.profile) == 0


def test_a_cancelled_order_gives_the_undisputed_rest_to_the_wallet(
    order: Order, rich_alice: User, stripe_sandbox: Sandbox
) -> None:
    disputes.dispute(stripe_sandbox, payment_of(order), amount_minor=650)
    orders.cancel(order_id=order.pk, reason="charged back", now=clock.now())
    assert money.available(rich_alice.profile) == BEFORE + 1_000


def test_a_refund_that_fails_for_a_chargeback_reaches_no_wallet(
    order: Order, rich_alice: User, stripe_sandbox: Sandbox
) -> None:
    """The bank has the money: what usually goes to the wallet instead would be given twice."""
    (refund,) = money.give_back(payment_of(order), 1_650)
    stripe_id = disputes.begin(stripe_sandbox, payment_of(order))
    assert drive(refund) == "failed"
    assert money.available(rich_alice.profile) == BEFORE
    disputes.decide(stripe_sandbox, Dispute.objects.get(stripe_id=stripe_id), "won")
    assert money.available(rich_alice.profile) == BEFORE + 1_650  # what she was promised
    assert money.escrow_of(order.store.profile) == 0


def test_the_store_reads_on_the_order_where_its_money_went(
    order: Order, bob: User, client_of: Callable[[User], Client], stripe_sandbox: Sandbox
) -> None:
    disputes.dispute(stripe_sandbox, payment_of(order), amount_minor=650)
    money.give_back(payment_of(order), 100, to="wallet")
    page = client_of(bob).get(f"/merchant/shop/order/{order.pk}/change/").content.decode()
    assert "$1.00 refunded, $6.50 taken back by the buyer&#x27;s bank" in page


def test_the_same_news_again_pays_nobody_twice(order: Order, stripe_sandbox: Sandbox) -> None:
    found = disputes.dispute(stripe_sandbox, payment_of(order))
    complete(order)
    disputes.decide(stripe_sandbox, found, "won")
    for _again in range(3):
        disputes.hear(found.stripe_id)
    assert money.available(order.store.profile) == 1_600
