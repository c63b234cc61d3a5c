"""Page, sweep and webhook at the same moment: one capture, one movement."""

from datetime import timedelta

import pytest
from django.db import transaction

from accounts.models import User
from payments.models import LedgerTransaction, Payment, StripeEvent
from payments.sandbox.server import Sandbox
from payments.services import charges, refunds, stripe_events, top_ups
from socialcommerce.lib import clock
from tests.concurrency.payments.threads import at_once
from tests.factories.payments import available, escrow_of, open_card_payment
from tests.payments.conftest import BindCard, bind
from tests.payments.sandbox_fixture import stripe_sandbox, stripe_sandbox_server

__all__ = ["bind", "stripe_sandbox", "stripe_sandbox_server"]

pytestmark = pytest.mark.django_db(transaction=True)


def test_six_drives_at_once_capture_once(alice: User, bob: User, bind: BindCard) -> None:
    payment = open_card_payment(alice.profile, bob.profile, bind(alice), 800)
    at_once([lambda: charges.drive(payment_id=payment.pk, now=clock.now())] * 6)
    payment = charges.drive(payment_id=payment.pk, now=clock.now())
    assert payment.state == "succeeded"
    assert escrow_of(bob.profile) == 800
    assert LedgerTransaction.objects.filter(kind="card_payment").count() == 1


def test_the_same_top_up_five_times_at_once_is_one(alice: User, bind: BindCard) -> None:
    card = bind(alice)

    def press() -> Payment:
        return top_ups.begin(
            profile_id=alice.profile.pk,
            amount_minor=2_500,
            instrument_id=card.pk,
            key="one form",
            now=clock.now(),
        )

    results = at_once([press] * 5)
    assert {one.pk for one in results if isinstance(one, Payment)} == {Payment.objects.get().pk}
    charges.drive(payment_id=Payment.objects.get().pk, now=clock.now())
    assert available(alice.profile) == 2_500


def test_one_event_five_times_in_parallel_settles_once(
    alice: User, bob: User, bind: BindCard, stripe_sandbox: Sandbox
) -> None:
    payment = open_card_payment(alice.profile, bob.profile, bind(alice), 800)
    stripe_sandbox.control("rules", break_next=3)  # our own answer is lost
    charges.drive(payment_id=payment.pk, now=clock.now())
    now = clock.now()
    for event in stripe_sandbox.control("deliveries/collect"):
        stripe_events.receive(
            payload=event["payload"].encode(), signature=event["signature"], now=now
        )
    later = now + timedelta(seconds=1)
    at_once([lambda: stripe_events.process_due(now=later, limit=50)] * 5)
    payment.refresh_from_db()
    assert (payment.state, escrow_of(bob.profile)) == ("succeeded", 800)
    assert not StripeEvent.objects.exclude(state="done").exists()


def test_a_refund_driven_from_both_sides_is_one_refund(
    alice: User, bob: User, bind: BindCard
) -> None:
    payment = open_card_payment(alice.profile, bob.profile, bind(alice), 800)
    charges.drive(payment_id=payment.pk, now=clock.now())
    with transaction.atomic():
        (refund,) = refunds.issue(
            payment_id=payment.pk, amount_minor=300, reason="", key="r", now=clock.now()
        )
    at_once([lambda: refunds.drive(refund_id=refund.pk, now=clock.now())] * 4)
    assert refunds.drive(refund_id=refund.pk, now=clock.now()).state == "succeeded"
    assert escrow_of(bob.profile) == 500
