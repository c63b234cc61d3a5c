"""Wallet and card, many tabs, the order's own page and the sweep: the unit is paid once or not."""

from collections import Counter
from datetime import timedelta

import pytest

from accounts.models import Profile
from flashsale import verification
from flashsale.models import Claim, Sale
from flashsale.services import claims
from flashsale.services.watch import conservation, sweeps
from payments.models import Payment, Refund
from payments.services import wallets
from shop.models import Order
from shop.services import checkout
from socialcommerce.lib import clock
from tests.concurrency.flashsale.crowds import at_once
from tests.factories import flashsale as sales
from tests.payments.conftest import BindCard, bind

__all__ = ["bind"]

pytestmark = pytest.mark.django_db(transaction=True)
MONEY = 10_000
TOTAL, PART = 1_900, 700


def held() -> tuple[Sale, Claim]:
    sale = sales.live_sale(units=1)
    people = sales.crowd(sale, 1)
    sales.fill_wallets(people, MONEY)
    sales.claim(sale, people[0])
    sales.drain(sale)
    return sale, Claim.objects.select_related("person__user", "order").get()


def test_fifty_at_once_by_wallet_card_and_both_are_one_payment(bind: BindCard) -> None:
    sale, claim = held()
    user = claim.person.user
    assert user is not None
    card_id = bind(user, "4242424242424242").pk

    def pay(click: int) -> str:
        by_card = click % 3 > 0
        claims.pay(
            sale_id=sale.pk,
            person=Profile.objects.get(pk=claim.person_id),
            method="card" if by_card else "wallet",
            instrument_id=card_id if by_card else None,
            wallet_part_minor=PART if click % 3 > 1 else 0,
            key=f"k{click // 10}",
            return_url="/",
            now=clock.now(),
        )
        return "ok"

    said = Counter(str(answer) for answer in at_once(pay, range(50), threads=10))
    assert said["ok"] > 0
    claim.refresh_from_db()
    assert claim.state == "paid", said
    kept = [
        row.captured_minor - row.refunded_minor
        for row in Payment.objects.filter(payer=claim.person, purpose="purchase")
    ]
    assert sum(kept) == TOTAL
    assert conservation.count(sale.pk).paid == 1
    assert verification.faults(sale.pk) == []
    spent = MONEY - wallets.balance(profile_id=claim.person_id).available_minor
    assert spent in (0, PART, TOTAL)


def test_the_orders_page_and_the_sweep_at_the_same_moment() -> None:
    """Paid and kept, or expired and not charged; which of the two is chance."""
    sale, claim = held()
    deadline = clock.now() + timedelta(seconds=30)
    Claim.objects.update(held_until=deadline)
    Order.objects.update(pay_by=deadline)

    def act(which: str) -> object:
        if which == "sweep":
            return sweeps.expire(sale_id=sale.pk, now=deadline)
        return checkout.pay_order(
            order_id=claim.order_id or 0,
            buyer=Profile.objects.get(pk=claim.person_id),
            method="wallet",
            key="k",
            return_url="/",
            now=deadline - timedelta(milliseconds=1),
        )

    at_once(act, ["order", "sweep", "sweep"], threads=3)
    claim.refresh_from_db()
    spent = MONEY - wallets.balance(profile_id=claim.person_id).available_minor
    assert (claim.state, spent) in [("paid", TOTAL), ("expired", 0)]
    assert Refund.objects.count() == 0
    assert conservation.count(sale.pk).holds
    assert verification.faults(sale.pk) == []
