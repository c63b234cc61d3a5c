"""By card: the unit stays held while the bank thinks, with a capped grace, and is never lost."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils.html import escape

from accounts.models import User
from flashsale.models import Claim, Sale
from flashsale.services import claims
from flashsale.services.watch import conservation, sweeps
from payments.models import Payment, Refund
from payments.services import charges
from shop.services import checkout
from shop.services.checkout import CheckoutResult
from socialcommerce.lib import clock
from tests.factories import flashsale as sales
from tests.payments.conftest import BindCard, bind
from tests.payments.sandbox_fixture import answer_bank

__all__ = ["bind"]

pytestmark = pytest.mark.django_db
DECLINED = "4000000000000341"  # binds, then declines
WANTS_3DS = "4000000000003220"
Pay = Callable[[str], CheckoutResult]


@pytest.fixture
def sale() -> Sale:
    return sales.live_sale(units=2)


@pytest.fixture
def claim(sale: Sale) -> Claim:
    (person,) = sales.crowd(sale, 1)
    sales.claim(sale, person)
    sales.drain(sale)
    return Claim.objects.select_related("person__user", "order").get()


@pytest.fixture
def pay(claim: Claim, bind: BindCard) -> Pay:
    def by_card(number: str) -> CheckoutResult:
        return claims.pay(
            sale_id=claim.sale_id,
            person=claim.person,
            method="card",
            instrument_id=bind(claim.person.user, number).pk,
            key=f"k{number}",
            return_url=f"/sales/{claim.sale_id}/claim/",
            now=clock.now(),
        )

    return by_card


def deadline(claim: Claim) -> datetime:
    claim.refresh_from_db()
    assert claim.held_until is not None
    return claim.held_until


def test_a_good_card_pays_at_once(sale: Sale, claim: Claim, pay: Pay) -> None:
    pay("4242424242424242")
    claim.refresh_from_db()
    assert claim.state == "paid"
    assert conservation.count(sale.pk).paid == 1


def test_a_decline_leaves_it_held_for_another_card(claim: Claim, pay: Pay) -> None:
    assert pay(DECLINED).decline_code
    claim.refresh_from_db()
    assert claim.state == "held"
    pay("4242424242424242")
    claim.refresh_from_db()
    assert claim.state == "paid"


def test_a_bank_that_says_no_on_its_page_leaves_it_held_for_another_card(
    claim: Claim, pay: Pay
) -> None:
    answer_bank(pay(WANTS_3DS).next_action_url, "fail")
    payment = Payment.objects.get()
    charges.drive(payment_id=payment.pk, now=clock.now())
    claim.refresh_from_db()
    assert (claim.state, claim.card_fingerprint) == ("held", "")
    pay("4242424242424242")
    claim.refresh_from_db()
    assert claim.state == "paid"


def test_news_of_an_earlier_no_changes_nothing_while_the_next_card_is_asked(
    claim: Claim, pay: Pay
) -> None:
    answer_bank(pay(WANTS_3DS).next_action_url, "fail")
    payment = charges.drive(payment_id=Payment.objects.get().pk, now=clock.now())
    claims.begin_paying(
        claim.order_id or 0, instrument_id=payment.instrument_id or 0, now=clock.now()
    )
    charges.refetch(payment_id=payment.pk, stripe_id=payment.stripe_id or "", now=clock.now())
    claim.refresh_from_db()
    assert claim.state == "paying"
    assert claim.card_fingerprint


def test_another_card_while_the_bank_waits_counts_as_the_one_that_pays(
    sale: Sale, claim: Claim, pay: Pay
) -> None:
    Sale.objects.filter(pk=sale.pk).update(per_card_limit=1)
    pay(WANTS_3DS)
    pay("4242424242424242")
    claim.refresh_from_db()
    card = Payment.objects.get(state="succeeded").instrument
    assert card is not None
    assert (claim.state, claim.card_fingerprint) == ("paid", card.fingerprint)


def test_whoever_left_the_banks_page_finds_the_way_back(
    claim: Claim, pay: Pay, client_of: Callable[[User], Client]
) -> None:
    url = pay(WANTS_3DS).next_action_url
    assert claim.person.user is not None
    page = client_of(claim.person.user).get(f"/sales/{claim.sale_id}/claim/").content.decode()
    assert f'href="{escape(url)}"' in page


def test_the_page_says_why_the_bank_said_no(
    claim: Claim, pay: Pay, client_of: Callable[[User], Client]
) -> None:
    pay(DECLINED)
    assert claim.person.user is not None
    page = client_of(claim.person.user).get(f"/sales/{claim.sale_id}/").content.decode()
    assert "Your bank declined the card. Use another card, or ask your bank why." in page
    assert "The unit stays yours until the time is over." in page


def test_a_payment_at_the_bank_keeps_the_unit_past_the_deadline(
    sale: Sale, claim: Claim, pay: Pay
) -> None:
    url = pay(WANTS_3DS).next_action_url
    claim.refresh_from_db()
    assert claim.state == "paying"
    late = deadline(claim) + timedelta(seconds=60)
    assert sweeps.expire(sale_id=sale.pk, now=late) == 0
    assert sweeps.stop_payments(sale_id=sale.pk, now=late) == 1
    claim.refresh_from_db()
    assert claim.state == "paying"
    answer_bank(url)
    assert claim.order is not None
    claim.order.refresh_from_db()
    charges.drive(payment_id=claim.order.payment_id or 0, now=clock.now())
    claim.refresh_from_db()
    assert claim.state == "paid"
    assert conservation.count(sale.pk).holds


def test_after_the_grace_the_payment_is_stopped_and_the_unit_is_free(
    sale: Sale, claim: Claim, pay: Pay
) -> None:
    pay(WANTS_3DS)
    late = deadline(claim) + timedelta(seconds=121)
    sweeps.stop_payments(sale_id=sale.pk, now=late)
    sweeps.expire(sale_id=sale.pk, now=late)
    claim.refresh_from_db()
    assert claim.state == "expired"
    assert conservation.count(sale.pk).free == 2
    assert claim.order is not None
    claim.order.refresh_from_db()
    assert (claim.order.state, claim.order.payment.state) == ("expired", "cancelled")  # type: ignore[union-attr]


def test_stopping_finds_that_the_money_is_there(sale: Sale, claim: Claim, pay: Pay) -> None:
    answer_bank(pay(WANTS_3DS).next_action_url)
    late = deadline(claim) + timedelta(seconds=121)
    sweeps.stop_payments(sale_id=sale.pk, now=late)
    claim.refresh_from_db()
    assert claim.state == "paid"
    assert Refund.objects.count() == 0
    assert conservation.count(sale.pk).paid == 1


def test_the_grace_is_given_once(claim: Claim, pay: Pay) -> None:
    pay(DECLINED)
    claim.refresh_from_db()
    first = claim.paying_until
    pay(WANTS_3DS)
    claim.refresh_from_db()
    assert claim.paying_until == first


def test_a_payment_begun_on_the_orders_page_counts_like_one_begun_here(
    sale: Sale, claim: Claim, pay: Pay
) -> None:
    pay(WANTS_3DS)
    Claim.objects.filter(pk=claim.pk).update(state="held", paying_until=None)
    late = deadline(claim) + timedelta(seconds=1)
    assert sweeps.expire(sale_id=sale.pk, now=late) == 0
    claim.refresh_from_db()
    assert claim.state == "paying"
    assert conservation.count(sale.pk).holds


def pay_on_the_orders_page(claim: Claim, bind: BindCard, number: str) -> CheckoutResult:
    return checkout.pay_order(
        order_id=claim.order_id or 0,
        buyer=claim.person,
        method="card",
        instrument_id=bind(claim.person.user, number).pk,
        key=f"o{number}",
        return_url="/orders/{number}/",
        now=clock.now(),
    )


def test_asked_from_the_orders_page_the_unit_waits_for_the_bank_too(
    sale: Sale, claim: Claim, bind: BindCard
) -> None:
    pay_on_the_orders_page(claim, bind, WANTS_3DS)
    claim.refresh_from_db()
    assert (claim.state, claim.paying_until) == ("paying", deadline(claim) + timedelta(seconds=120))
    late = deadline(claim) + timedelta(seconds=60)
    assert sweeps.expire(sale_id=sale.pk, now=late) == 0


def test_declined_on_the_orders_page_it_is_held_for_another_card(
    claim: Claim, bind: BindCard
) -> None:
    assert pay_on_the_orders_page(claim, bind, DECLINED).decline_code
    claim.refresh_from_db()
    assert (claim.state, claim.card_fingerprint) == ("held", "")


def test_too_late_for_the_card_on_the_orders_page_as_well(claim: Claim, bind: BindCard) -> None:
    Claim.objects.update(held_until=clock.now())
    with pytest.raises(claims.TooLate):
        pay_on_the_orders_page(claim, bind, WANTS_3DS)
    assert Payment.objects.count() == 0


def test_the_card_that_has_paid_its_share_pays_no_more_from_any_page(
    sale: Sale, claim: Claim, pay: Pay, bind: BindCard
) -> None:
    Sale.objects.filter(pk=sale.pk).update(per_card_limit=1)
    pay("4242424242424242")
    claim.refresh_from_db()
    assert claim.state == "paid"
    assert claim.card_fingerprint
    (friend,) = sales.crowd(sale, 1)
    sales.claim(sale, friend)
    sales.drain(sale)
    other = Claim.objects.select_related("person__user").get(person_id=friend.profile_id)
    with pytest.raises(claims.CardUsedUp):
        pay_on_the_orders_page(other, bind, "4242424242424242")
    other.refresh_from_db()
    assert other.state == "held"
    pay_on_the_orders_page(other, bind, "5555555555554444")
    other.refresh_from_db()
    assert other.state == "paid"


def test_a_declined_card_has_used_up_nothing(sale: Sale, claim: Claim, pay: Pay) -> None:
    Sale.objects.filter(pk=sale.pk).update(per_card_limit=1)
    pay(DECLINED)
    pay("4242424242424242")
    claim.refresh_from_db()
    assert claim.state == "paid"
