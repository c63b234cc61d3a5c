"""A refund that a card does not take reaches the buyer all the same."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Notification, User
from payments.models import Refund
from payments.refund_states import RefundState
from payments.sandbox.server import Sandbox
from payments.services import refunds, wallets
from shop.models import Order
from shop.services import orders
from shop.services.checkout import CheckoutResult
from socialcommerce.lib import clock
from tests.payments.conftest import BindCard, bind

__all__ = ["bind"]

pytestmark = pytest.mark.django_db
Buy = Callable[..., CheckoutResult]


@pytest.fixture
def cancelled(buy: Buy, rich_alice: User, bind: BindCard, stripe_sandbox: Sandbox) -> Order:
    order = buy(method="card", instrument_id=bind(rich_alice, "4242424242424242").pk).order
    return orders.cancel(order_id=order.pk, reason="", now=clock.now())


def fail(order: Order) -> None:
    refund = Refund.objects.get(payment=order.payment, to=Refund.To.CARD)
    refunds.apply(
        refund_id=refund.pk, state=RefundState.FAILED, reason="expired_card", now=clock.now()
    )


def test_it_goes_to_the_wallet_once(cancelled: Order, client_of: Callable[[User], Client]) -> None:
    assert wallets.balance(profile_id=cancelled.buyer_id).available_minor == 100_000
    fail(cancelled)
    fail(cancelled)  # the webhook comes twice
    assert wallets.balance(profile_id=cancelled.buyer_id).available_minor == 101_650
    assert Refund.objects.filter(payment=cancelled.payment, to=Refund.To.WALLET).count() == 1
    user = cancelled.buyer.user
    assert user is not None
    page = client_of(user).get(cancelled.get_absolute_url()).content.decode()
    assert "it is in your wallet" in page


def test_the_buyer_hears_of_it(cancelled: Order) -> None:
    before = Notification.objects.filter(kind="shop.refund_done").count()
    fail(cancelled)
    assert Notification.objects.filter(kind="shop.refund_done").count() == before + 1
