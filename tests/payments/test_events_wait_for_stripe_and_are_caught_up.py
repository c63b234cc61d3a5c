"""No news is lost while Stripe is away, or while we were; what was given up can be tried again."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from payments import tasks
from payments.models import Payment, Refund, StripeEvent
from payments.sandbox.server import Sandbox
from payments.services import charges, payout_drives, payouts, refunds, stripe_events
from socialcommerce.lib import clock
from tests.factories.accounts import StoreProfileFactory
from tests.factories.merchants import fund_the_site, onboarded
from tests.factories.payments import (
    available,
    escrow_of,
    give_back,
    give_money,
    open_card_payment,
)
from tests.payments.conftest import BindCard
from tests.payments.sandbox_fixture import deliver

pytestmark = pytest.mark.django_db


@pytest.fixture
def refund(alice: User, bob: User, bind: BindCard) -> Refund:
    """4.00 of 10.00 that reached the card."""
    payment = open_card_payment(alice.profile, bob.profile, bind(alice))
    charges.drive(payment_id=payment.pk, now=clock.now())
    (made,) = give_back(payment, 400)
    return refunds.drive(refund_id=made.pk, now=clock.now())


def hear_all(*, hours: int = 0) -> None:
    now = clock.now() + timedelta(hours=hours, seconds=1)
    while stripe_events.process_due(now=now, limit=100):
        pass


def test_a_refund_that_failed_while_stripe_was_away_is_back_in_escrow(
    refund: Refund, stripe_sandbox: Sandbox, client: Client, bob: User, settings: Settings
) -> None:
    stripe_sandbox.control(f"refunds/{refund.stripe_id}", status="failed")
    deliver(stripe_sandbox, client)
    secret_key, settings.STRIPE_SECRET_KEY = settings.STRIPE_SECRET_KEY, ""
    hear_all()
    refund.refresh_from_db()
    assert (refund.state, escrow_of(bob.profile)) == ("succeeded", 600)
    settings.STRIPE_SECRET_KEY = secret_key
    hear_all(hours=1)
    refund.refresh_from_db()
    assert (refund.state, escrow_of(bob.profile)) == ("failed", 1_000)
    assert not StripeEvent.objects.exclude(state="done").exists()


def test_a_payout_that_came_back_while_stripe_was_away_is_in_the_wallet(
    bob: User, stripe_sandbox: Sandbox, client: Client, settings: Settings
) -> None:
    store = StoreProfileFactory.create(owner=bob, handle="bobs")
    onboarded(store, stripe_sandbox)
    give_money(store, 8_000)
    fund_the_site(50_000)
    payout = payouts.ask(profile_id=store.pk, now=clock.now())
    payout_drives.drive(payout_id=payout.pk, now=clock.now())
    stripe_sandbox.control("clock", advance_seconds=3_600)
    payout = payout_drives.drive(payout_id=payout.pk, now=clock.now())
    assert payout.state == "paid"
    stripe_sandbox.control(f"payouts/{payout.payout_id}", status="failed")
    deliver(stripe_sandbox, client)
    secret_key, settings.STRIPE_SECRET_KEY = settings.STRIPE_SECRET_KEY, ""
    hear_all()
    settings.STRIPE_SECRET_KEY = secret_key
    hear_all(hours=1)
    payout.refresh_from_db()
    assert (payout.state, available(store)) == ("failed", 8_000)


def test_no_event_is_given_up_while_stripe_is_away_and_none_waits_for_ever(
    refund: Refund, stripe_sandbox: Sandbox, client: Client, settings: Settings
) -> None:
    deliver(stripe_sandbox, client)
    settings.STRIPE_SECRET_KEY = ""
    for hour in range(stripe_events.TRIES + 20):
        stripe_events.process_due(now=clock.now() + timedelta(hours=hour), limit=100)
    waiting = StripeEvent.objects.get(type="payment_intent.succeeded")
    assert (waiting.state, waiting.attempts) == ("pending", stripe_events.TRIES + 20)
    hear_all(hours=24 * 4)
    waiting.refresh_from_db()
    assert waiting.state == "dead"


def test_the_waits_double_up_to_an_hour(stripe_sandbox: Sandbox) -> None:
    row, now, waits = stranger(), clock.now(), []
    for _try in range(stripe_events.TRIES):
        stripe_events.process_due(now=now, limit=1)
        row.refresh_from_db()
        waits.append(int((row.try_at - now).total_seconds()))
        now = row.try_at
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 1_280, 2_560]
    StripeEvent.objects.update(attempts=500, state="pending")
    stripe_events.process_due(now=now, limit=1)
    row.refresh_from_db()
    assert row.try_at - now == timedelta(hours=1)


def stranger() -> StripeEvent:
    now = clock.now()
    subject = {"id": "pi_of_somebody_else", "object": "payment_intent", "metadata": {}}
    return StripeEvent.objects.create(
        event_id="evt_x",
        type="payment_intent.succeeded",
        object_id="pi_of_somebody_else",
        raw={"data": {"object": subject}},
        received_at=now,
        try_at=now,
    )


def test_events_that_never_arrived_are_fetched(
    refund: Refund, stripe_sandbox: Sandbox, bob: User
) -> None:
    stripe_sandbox.control("rules", drop_next=9)
    stripe_sandbox.control(f"refunds/{refund.stripe_id}", status="failed")
    stripe_sandbox.control("deliveries/collect")  # whatever else waited was answered, and lost
    assert not StripeEvent.objects.exists()
    tasks.catch_up_with_events()
    assert set(StripeEvent.objects.values_list("type", flat=True)) == {
        "refund.failed",
        "refund.updated",
    }
    hear_all()
    assert escrow_of(bob.profile) == 1_000
    assert stripe_events.catch_up(now=clock.now()) == 0


def test_without_stripe_nothing_is_fetched_and_nothing_breaks(
    refund: Refund, settings: Settings
) -> None:
    settings.STRIPE_SECRET_KEY = ""
    assert stripe_events.catch_up(now=clock.now()) == 0


def test_a_refund_of_another_amount_is_not_taken_for_ours(
    refund: Refund, stripe_sandbox: Sandbox, client: Client
) -> None:
    Refund.objects.filter(pk=refund.pk).update(stripe_id=None, amount_minor=399)
    deliver(stripe_sandbox, client)
    hear_all()
    refund.refresh_from_db()
    assert refund.stripe_id is None
    event = StripeEvent.objects.get(type="refund.created")
    assert (event.state, "is not refund" in event.last_error) == ("pending", True)
    Refund.objects.filter(pk=refund.pk).update(amount_minor=400)


@pytest.mark.parametrize("state", ["dead", "done"])
def test_an_operator_tries_an_event_again_and_is_on_record(
    state: str, mallory: User, client_of: Callable[[User], Client]
) -> None:
    mallory.is_operator = True
    mallory.save()
    row = stranger()
    StripeEvent.objects.update(state=state, attempts=stripe_events.TRIES)
    chosen = {"action": "replay", "_selected_action": [row.pk]}
    client_of(mallory).post(reverse("operator:payments_stripeevent_changelist"), chosen)
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("pending", 0)
    assert LogEntry.objects.get().change_message == "try again"
    assert stripe_events.replay(event_id=row.pk, now=clock.now()) == 0


def test_payments_are_untouched_by_a_repeat(
    refund: Refund, stripe_sandbox: Sandbox, client: Client
) -> None:
    deliver(stripe_sandbox, client)
    hear_all()
    before = Payment.objects.values().get()
    for row in StripeEvent.objects.all():
        assert stripe_events.replay(event_id=row.pk, now=clock.now()) == 1
    hear_all()
    assert Payment.objects.values().get() == before
    assert not StripeEvent.objects.exclude(state="done").exists()
