"""By hand in time, too late, by card with grace, and when the money comes after the end."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import Profile, User
from flashsale import tokens
from flashsale.gate import control
from flashsale.models import Claim, Sale
from flashsale.services import claims, waiting
from flashsale.services.watch import conservation, sweeps
from payments.services import charges, wallets
from shop import receivers
from shop.models import Order
from shop.services import orders
from socialcommerce.lib import clock, redis
from tests.factories import flashsale as sales

pytestmark = pytest.mark.django_db


def held(*, units: int = 1, money: int = 10_000) -> tuple[Sale, Claim]:
    sale = sales.live_sale(units=units)
    (person,) = sales.crowd(sale, 1)
    if money:
        sales.fill_wallets([person], money)
    sales.claim(sale, person)
    sales.drain(sale)
    return sale, Claim.objects.select_related("person__user", "order").get()


def post(client_of: Callable[[User], Client], claim: Claim, **body: str) -> int:
    user = claim.person.user
    assert user is not None
    url = f"/sales/{claim.sale_id}/claim/pay/"
    return client_of(user).post(url, {"key": "k1", "pay_with": "wallet", **body}).status_code


def test_paying_from_the_wallet_makes_it_mine(client_of: Callable[[User], Client]) -> None:
    sale, claim = held()
    assert post(client_of, claim) == 303
    assert post(client_of, claim) == 303  # a second press changes nothing
    claim.refresh_from_db()
    assert claim.state == "paid"
    assert conservation.count(sale.pk).paid == 1
    assert wallets.balance(profile_id=claim.person_id).available_minor == 10_000 - 1_900


def test_without_enough_money_it_stays_held(client_of: Callable[[User], Client]) -> None:
    sale, claim = held(money=0)
    assert 400 <= post(client_of, claim) < 500
    claim.refresh_from_db()
    assert claim.state == "held"
    assert conservation.count(sale.pk).held == 1


@pytest.mark.parametrize("body", [{"pay_with": "gold"}, {"pay_with": "card:0"}, {"key": "a b"}])
def test_a_bad_form_is_refused_and_the_unit_kept(
    body: dict[str, str], client_of: Callable[[User], Client]
) -> None:
    _sale, claim = held()
    assert post(client_of, claim, **body) == 422
    claim.refresh_from_db()
    assert claim.state == "held"


def test_nobody_pays_or_sees_the_claim_of_another(
    client_of: Callable[[User], Client], mallory: User
) -> None:
    _sale, claim = held()
    url = f"/sales/{claim.sale_id}/claim/pay/"
    body = {"key": "k1", "pay_with": "wallet"}
    assert client_of(mallory).post(url, body).status_code == 404
    seen = client_of(mallory).get(f"/sales/{claim.sale_id}/").content.decode()
    assert "Unit 1 is yours" not in seen
    assert Client().post(url, body)["Location"].startswith("/accounts/login/")
    assert client_of(mallory).get(url).status_code == 405


def test_after_the_deadline_it_is_too_late() -> None:
    sale, claim = held()
    with pytest.raises(claims.TooLate):
        claims.pay(
            sale_id=sale.pk,
            person=claim.person,
            method="wallet",
            instrument_id=None,
            key="k",
            return_url="/",
            now=clock.now() + timedelta(hours=1),
        )
    assert Order.objects.get().state == "awaiting_payment"


def test_before_the_first_sell_out_an_expired_unit_is_free_at_once() -> None:
    sale, claim = held(units=2)
    assert sweeps.expire(sale_id=sale.pk, now=clock.now() + timedelta(hours=1)) == 1
    assert conservation.count(sale.pk).free == 2
    assert control.remains(redis.gate(), sale.pk, [claim.lot_id]) == {claim.lot_id: 2}
    assert Order.objects.get().state == "expired"


def test_after_the_first_sell_out_it_is_pooled() -> None:
    sale, claim = held(units=1)
    sweeps.expire(sale_id=sale.pk, now=clock.now() + timedelta(hours=1))
    count = conservation.count(sale.pk)
    assert (count.free, count.pooled) == (0, 1)
    assert control.remains(redis.gate(), sale.pk, [claim.lot_id]) == {claim.lot_id: 0}


def late_payment(claim: Claim) -> None:
    """Money for an order that has expired, through payments' own door."""
    order = Order.objects.select_related("store").get(pk=claim.order_id or 0)
    with transaction.atomic():
        receivers.lock_order(reference=order.reference)
        payment = charges.pay_from_wallet(
            payer_id=order.buyer_id,
            payee_id=order.store.profile_id,
            amount_minor=order.total_minor,
            currency=order.currency,
            reference=order.reference,
            key="late",
            now=clock.now(),
        )
        receivers.pay_order(payment=payment)


def test_late_money_buys_the_unit_that_is_still_there() -> None:
    sale, claim = held(units=1)
    sweeps.expire(sale_id=sale.pk, now=clock.now() + timedelta(hours=1))
    late_payment(claim)
    claim.refresh_from_db()
    assert claim.state == "paid"
    assert conservation.count(sale.pk).paid == 1


def test_late_money_without_a_unit_goes_back() -> None:
    sale, claim = held(units=2)
    sweeps.expire(sale_id=sale.pk, now=clock.now() + timedelta(hours=1))
    others = sales.crowd(sale, 2)
    sales.open_gate(sale)
    for person in others:
        sales.claim(sale, person)
    sales.drain(sale)
    late_payment(claim)
    claim.refresh_from_db()
    assert claim.state == "expired"
    assert conservation.count(sale.pk).holds
    assert wallets.balance(profile_id=claim.person_id).available_minor == 10_000


def test_late_money_of_somebody_who_has_another_unit_by_now_goes_back() -> None:
    sale, claim = held(units=1)
    sweeps.expire(sale_id=sale.pk, now=clock.now() + timedelta(hours=1))
    waiting.join(sale_id=sale.pk, person=claim.person, now=clock.now())
    sale.refresh_from_db()
    assert waiting.offer(sale, now=clock.now()) == 1
    assert Claim.objects.get(state="held").wave == tokens.WAITING
    late_payment(claim)
    claim.refresh_from_db()
    assert claim.state == "expired"
    assert wallets.balance(profile_id=claim.person_id).available_minor == 10_000
    assert conservation.count(sale.pk).holds


def test_cancelling_a_paid_order_gives_its_unit_to_the_sale_again() -> None:
    sale, claim = held(units=2)
    buyer = Profile.objects.get(pk=claim.person_id)
    claims.pay(
        sale_id=sale.pk,
        person=buyer,
        method="wallet",
        instrument_id=None,
        key="k",
        return_url="/",
        now=clock.now(),
    )
    orders.cancel(order_id=claim.order_id or 0, reason="changed my mind", now=clock.now())
    claim.refresh_from_db()
    assert claim.state == "refunded"
    assert conservation.count(sale.pk).free == 2
