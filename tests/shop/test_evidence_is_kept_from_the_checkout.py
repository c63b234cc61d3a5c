"""What a bank will ask one day is written down when the buyer pays, and told when it asks."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Address, User
from payments.gateway.client import client as stripe_client
from payments.models import Payment
from payments.sandbox.server import Sandbox
from payments.services.disputing import answers
from shop.models import Order, PaidFrom, Variant
from shop.services import evidence, orders
from shop.services.checkout import CheckoutResult
from socialcommerce.lib import clock
from tests.factories import disputes
from tests.payments.conftest import BindCard, bind

__all__ = ["bind"]

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
Buy = Callable[..., CheckoutResult]
BROWSER = "Lynx/2.8"
ADDRESS = "198.51.100.7"


@pytest.fixture
def checkout_form(variant: Variant, address: Address) -> dict[str, str]:
    return {
        "variant": str(variant.pk),
        "quantity": "1",
        "address": str(address.pk),
        "seen_total_minor": "1650",
        "key": "k1",
    }


@pytest.fixture
def order(
    rich_alice: User, variant: Variant, checkout_form: dict[str, str], bind: BindCard,
    client_of: ClientOf,
) -> Order:  # fmt: skip
    """Bought on the page, from a known address and browser."""
    card = bind(rich_alice)
    client_of(rich_alice).post(
        f"/checkout/{variant.product_id}/",
        checkout_form | {"pay_with": f"card:{card.pk}"},
        headers={"User-Agent": BROWSER},
        REMOTE_ADDR=ADDRESS,
    )
    return Order.objects.get()


def payment_of(order: Order) -> Payment:
    return Payment.objects.get(pk=order.payment_id)


def test_who_pays_by_card_leaves_where_from_and_when(order: Order, rich_alice: User) -> None:
    kept = PaidFrom.objects.get()
    assert (kept.order, kept.address, kept.browser) == (order, ADDRESS, BROWSER)
    assert kept.email == rich_alice.email


def test_who_pays_from_the_wallet_leaves_nothing(
    rich_alice: User, variant: Variant, checkout_form: dict[str, str], client_of: ClientOf
) -> None:
    client_of(rich_alice).post(
        f"/checkout/{variant.product_id}/", checkout_form | {"pay_with": "wallet"}
    )
    assert Order.objects.get().state == "paid"
    assert not PaidFrom.objects.exists()


def test_an_address_changed_later_is_not_the_one_of_that_day(
    order: Order, rich_alice: User
) -> None:
    rich_alice.email = "new@example.com"
    rich_alice.save()
    known = evidence.about(order.reference)
    assert known is not None
    assert known.customer_email_address == "alice@example.com"


def test_the_dispute_says_all_that_is_known(order: Order, stripe_sandbox: Sandbox) -> None:
    known = disputes.dispute(stripe_sandbox, payment_of(order)).evidence
    assert known["customer_purchase_ip"] == ADDRESS
    assert known["customer_name"] == "Alice Example"
    assert known["shipping_address"] == "1 Main Street\n12345\nSpringfield\nUS"
    for words in ("1 x Notebook", "$12.50 each", "shipping $4.00", "total $16.50", "Paper Moon"):
        assert words in known["product_description"]
    assert "pressed the button to pay (browser: Lynx/2.8)" in known["access_activity_log"]
    assert "shipping_carrier" not in known  # it was not sent yet


def test_what_happened_since_reaches_the_bank_too(
    order: Order, mallory: User, stripe_sandbox: Sandbox
) -> None:
    found = disputes.dispute(stripe_sandbox, payment_of(order))
    orders.ship(order_id=order.pk, carrier="Post", tracking_number="RR1", now=clock.now())
    orders.confirm_receipt(order_id=order.pk, now=clock.now())
    answers.submit(dispute_id=found.pk, statement="", by_id=mallory.pk, now=clock.now())
    sent = stripe_client().v1.disputes.retrieve(found.stripe_id).evidence
    assert (sent.shipping_carrier, sent.shipping_tracking_number) == ("Post", "RR1")
    assert "the buyer confirmed the receipt" in str(sent.access_activity_log)
    assert sent.customer_email_address == "alice@example.com"


def test_an_order_without_a_press_of_the_button_still_says_what_it_knows(
    buy: Buy, rich_alice: User, bind: BindCard
) -> None:
    order = buy(method="card", instrument_id=bind(rich_alice).pk).order
    known = evidence.about(order.reference)
    assert known is not None
    assert known.customer_email_address == "alice@example.com"
    assert known.customer_purchase_ip == ""
    assert "pressed" not in known.access_activity_log


@pytest.mark.parametrize("reference", ["order:999999999", "order:x", "top-up:1", ""])
def test_nobody_speaks_for_what_is_no_order(reference: str) -> None:
    assert evidence.about(reference) is None


def test_a_forged_address_is_not_believed_and_none_is_kept_without_one(order: Order) -> None:
    for environ, kept in (
        ({"REMOTE_ADDR": ""}, None),
        ({"REMOTE_ADDR": "2001:db8::1"}, "2001:db8::1"),
    ):
        evidence.capture(order, environ=environ, now=clock.now())
        assert PaidFrom.objects.get().address == kept
