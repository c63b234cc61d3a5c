"""Tries of a payment are there for whoever pays: which card, when, and what the bank said."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from payments.models import Instrument, PaymentAttempt
from payments.sandbox.server import Sandbox
from payments.services import charges, top_ups
from socialcommerce.lib import clock
from tests.factories.payments import bind_card, open_card_payment
from tests.payments.conftest import BindCard

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
NO_MONEY, WANTS_3DS = "4000000000000341", "4000000000003220"


def tries() -> list[tuple[int, str, str]]:
    rows = PaymentAttempt.objects.order_by("payment_id", "number")
    return list(rows.values_list("number", "outcome", "decline_code"))


def test_a_decline_and_the_card_that_worked(alice: User, bob: User, bind: BindCard) -> None:
    payment = open_card_payment(alice.profile, bob.profile, bind(alice, NO_MONEY))
    assert tries() == [(1, "open", "")]
    charges.drive(payment_id=payment.pk, now=clock.now())
    good = bind(alice)
    charges.retry(payment_id=payment.pk, instrument_id=good.pk, now=clock.now())
    assert tries() == [(1, "declined", "generic_decline"), (2, "succeeded", "")]
    assert [one.instrument_id for one in payment.attempts.order_by("number")][1] == good.pk


def test_a_payment_that_is_given_up(alice: User, bob: User, bind: BindCard) -> None:
    payment = open_card_payment(alice.profile, bob.profile, bind(alice, WANTS_3DS))
    charges.drive(payment_id=payment.pk, now=clock.now())
    charges.cancel(payment_id=payment.pk, now=clock.now())
    assert tries() == [(1, "stopped", "")]


def test_the_person_reads_why_and_what_to_do(
    alice: User, bob: User, bind: BindCard, client_of: ClientOf
) -> None:
    payment = top_ups.begin(
        profile_id=alice.profile.pk,
        amount_minor=2_000,
        instrument_id=bind(alice, NO_MONEY).pk,
        key="t",
        now=clock.now(),
    )
    page = client_of(alice).get(reverse("payments:payment", args=[payment.pk])).content.decode()
    for words in ("1 try by card", "0341", "Declined", "Use another card"):
        assert words in page, words


def test_programs_read_it_too(
    alice: User, bob: User, bind: BindCard, client_of: ClientOf, stripe_sandbox: Sandbox
) -> None:
    payment = open_card_payment(alice.profile, bob.profile, bind(alice, NO_MONEY))
    charges.drive(payment_id=payment.pk, now=clock.now())
    said = client_of(alice).get(f"/api/v1/payments/{payment.pk}").json()
    (attempt,) = said["attempts"]
    assert (attempt["outcome"], attempt["decline_code"]) == ("declined", "generic_decline")
    assert client_of(bob).get(f"/api/v1/payments/{payment.pk}").status_code == 404


def expired(card: Instrument) -> Instrument:
    now = clock.now()
    last_month = (now.year, now.month - 1) if now.month > 1 else (now.year - 1, 12)
    card.exp_year, card.exp_month = last_month
    card.save()
    return card


def test_an_expired_card_is_refused_before_anything_is_asked(alice: User, bob: User) -> None:
    card = expired(bind_card(alice.profile))
    with pytest.raises(charges.CardExpired) as refusal:
        open_card_payment(alice.profile, bob.profile, card)
    assert "another card" in str(refusal.value)
    assert tries() == []


def test_a_card_is_good_to_the_end_of_its_month(alice: User, bob: User) -> None:
    card, now = bind_card(alice.profile), clock.now()
    card.exp_year, card.exp_month = now.year, now.month
    card.save()
    assert open_card_payment(alice.profile, bob.profile, card).state == "created"


def test_a_declined_payment_does_not_go_to_an_expired_card(
    alice: User, bob: User, bind: BindCard
) -> None:
    payment = open_card_payment(alice.profile, bob.profile, bind(alice, NO_MONEY))
    charges.drive(payment_id=payment.pk, now=clock.now())
    other = expired(bind(alice))
    with pytest.raises(charges.CardExpired):
        charges.retry(payment_id=payment.pk, instrument_id=other.pk, now=clock.now())
    assert len(tries()) == 1
