"""While a sale is paused nobody's time to pay runs, whichever way the payment goes."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from accounts.models import Profile
from flashsale.models import Claim, Sale
from flashsale.pages import sale_page
from flashsale.services import claims
from flashsale.services import sales as sale_services
from flashsale.services.watch import conservation, sweeps
from payments.models import Payment
from shop import receivers
from shop.models import Order
from socialcommerce.lib import clock
from tests.factories import flashsale as sales

pytestmark = pytest.mark.django_db


@pytest.fixture
def sale() -> Sale:
    """Paused a minute ago, when its only hold had ten seconds left."""
    sale = sales.live_sale(units=1)
    people = sales.crowd(sale, 1)
    sales.fill_wallets(people, 10_000)
    sales.claim(sale, people[0])
    sales.drain(sale)
    paused_at = clock.now() - timedelta(minutes=1)
    deadline = paused_at + timedelta(seconds=10)
    Claim.objects.update(held_until=deadline)
    Order.objects.update(pay_by=deadline)
    sale_services.pause(sale_id=sale.pk, reason="fire", now=paused_at)
    sale.refresh_from_db()
    return sale


def pay(sale: Sale, *, now: datetime) -> None:
    claims.pay(
        sale_id=sale.pk,
        person=Profile.objects.get(claims__sale=sale),
        method="wallet",
        instrument_id=None,
        key="k",
        return_url="/",
        now=now,
    )


def test_the_unit_can_be_paid_meanwhile(sale: Sale) -> None:
    pay(sale, now=clock.now())
    assert Claim.objects.get().state == "paid"
    assert conservation.count(sale.pk).paid == 1


def test_a_card_payment_that_dies_meanwhile_leaves_the_unit_held(sale: Sale) -> None:
    order = Order.objects.get()
    payment = Payment(reference=order.reference)
    order.payment_id = payment.pk
    with transaction.atomic():
        receivers.let_order_go(payment=payment)
    assert Claim.objects.get().state == "held"
    assert Order.objects.get().state == "awaiting_payment"


def test_resumed_it_has_the_seconds_it_had_left(sale: Sale) -> None:
    now = clock.now()
    sale_services.resume(sale_id=sale.pk, now=now)
    claim = Claim.objects.select_related("order").get()
    assert claim.held_until == now + timedelta(seconds=10)
    assert claim.order is not None
    assert claim.order.pay_by == claim.held_until
    assert sweeps.expire(sale_id=sale.pk, now=now + timedelta(seconds=9)) == 0
    with pytest.raises(claims.TooLate):
        pay(sale, now=now + timedelta(seconds=10))
    assert sweeps.expire(sale_id=sale.pk, now=now + timedelta(seconds=10)) == 1


def test_the_page_shows_what_is_left(sale: Sale) -> None:
    viewer = Profile.objects.get(claims__sale=sale)
    page = sale_page.build(sale_id=sale.pk, viewer=viewer, now=clock.now())
    assert page.left_to_pay == timedelta(seconds=10)
