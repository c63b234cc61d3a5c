"""Card payments over HTTP against the sandbox: captured once, whatever happens on the way."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from payments import events
from payments.models import AccountKind, LedgerTransaction, Payment, StripeEvent
from payments.payment_states import PaymentState
from payments.sandbox.server import Sandbox
from payments.services import charges, stripe_events, sweeps
from socialcommerce.lib import clock
from tests.factories.payments import bind_card, escrow_of, open_card_payment, site_account
from tests.payments.conftest import BindCard
from tests.payments.sandbox_fixture import answer_bank, deliver

pytestmark = pytest.mark.django_db

DECLINED = "4000000000000341"  # binds, then declines
WANTS_3DS = "4000000000003220"


def drive(payment: Payment) -> Payment:
    return charges.drive(payment_id=payment.pk, now=clock.now())


def later(**span: int) -> datetime:
    return clock.now() + timedelta(**span)


def test_a_captured_payment_stands_in_escrow(alice: User, bob: User, bind: BindCard) -> None:
    payment = drive(open_card_payment(alice.profile, bob.profile, bind(alice), 1_200))
    assert (payment.state, payment.captured_minor) == (PaymentState.SUCCEEDED, 1_200)
    assert escrow_of(bob.profile) == 1_200


def test_driving_again_changes_nothing(alice: User, bob: User, bind: BindCard) -> None:
    payment = open_card_payment(alice.profile, bob.profile, bind(alice), 1_200)
    for _repeat in range(3):
        drive(payment)
    assert escrow_of(bob.profile) == 1_200


def test_the_apps_above_lock_first_and_hear_of_it_once(
    alice: User, bob: User, bind: BindCard
) -> None:
    heard: list[str] = []

    def locking(**said: Any) -> None:
        heard.append(f"locking {said['reference']}")

    def settled(**said: Any) -> None:
        heard.append(f"settled {said['payment'].captured_minor}")

    events.payment_locking.connect(locking)
    events.payment_settled.connect(settled)
    try:
        payment = drive(open_card_payment(alice.profile, bob.profile, bind(alice), 700))
        drive(payment)
    finally:
        events.payment_locking.disconnect(locking)
        events.payment_settled.disconnect(settled)
    assert heard == ["locking test:card", "settled 700"]


def test_a_declined_card_waits_for_another(alice: User, bob: User, bind: BindCard) -> None:
    payment = drive(open_card_payment(alice.profile, bob.profile, bind(alice, DECLINED)))
    assert payment.state == PaymentState.REQUIRES_METHOD
    assert payment.decline_code == "generic_decline"
    good = bind(alice)
    payment = charges.retry(payment_id=payment.pk, instrument_id=good.pk, now=clock.now())
    assert payment.state == PaymentState.SUCCEEDED
    assert (payment.instrument_id, payment.attempt) == (good.pk, 2)


def test_somebody_elses_card_is_refused(alice: User, bob: User, mallory: User) -> None:
    card = bind_card(alice.profile)
    with pytest.raises(charges.NoSuchCard):
        open_card_payment(mallory.profile, bob.profile, card)


def test_three_d_secure_is_asked_for_and_confirmed(alice: User, bob: User, bind: BindCard) -> None:
    payment = drive(open_card_payment(alice.profile, bob.profile, bind(alice, WANTS_3DS)))
    assert payment.state == PaymentState.REQUIRES_ACTION
    back = answer_bank(payment.next_action_url)
    assert f"/wallet/payments/{payment.pk}/return" in back
    assert drive(payment).state == PaymentState.SUCCEEDED


def test_three_d_secure_that_fails_charges_nothing(alice: User, bob: User, bind: BindCard) -> None:
    payment = drive(open_card_payment(alice.profile, bob.profile, bind(alice, WANTS_3DS)))
    answer_bank(payment.next_action_url, "fail")
    payment = drive(payment)
    assert payment.state == PaymentState.REQUIRES_METHOD
    assert escrow_of(bob.profile) == 0


def test_no_answer_after_success_is_asked_again_and_never_doubled(
    alice: User, bob: User, bind: BindCard, stripe_sandbox: Sandbox
) -> None:
    payment = open_card_payment(alice.profile, bob.profile, bind(alice), 900)
    stripe_sandbox.control("rules", break_next=3)  # the SDK itself asks three times
    assert drive(payment).state == PaymentState.PROCESSING
    assert sweeps.drive_stuck(now=later(minutes=1), limit=10) == 1
    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED
    assert escrow_of(bob.profile) == 900


def test_a_payment_past_its_time_is_cancelled_at_stripe(
    alice: User, bob: User, bind: BindCard
) -> None:
    payment = drive(open_card_payment(alice.profile, bob.profile, bind(alice, WANTS_3DS)))
    bank = payment.next_action_url
    sweeps.drive_stuck(now=later(minutes=20), limit=10)
    payment.refresh_from_db()
    assert payment.state == PaymentState.CANCELLED
    assert bank


def test_cancelling_before_stripe_knows_sends_nothing(alice: User, bob: User) -> None:
    payment = open_card_payment(alice.profile, bob.profile, bind_card(alice.profile))
    assert charges.cancel(payment_id=payment.pk, now=clock.now()).state == PaymentState.CANCELLED


def test_cancelling_what_succeeded_tells_the_truth(alice: User, bob: User, bind: BindCard) -> None:
    payment = drive(open_card_payment(alice.profile, bob.profile, bind(alice, WANTS_3DS)))
    answer_bank(payment.next_action_url)
    assert charges.cancel(payment_id=payment.pk, now=clock.now()).state == PaymentState.SUCCEEDED
    assert escrow_of(bob.profile) == 1_000


def test_an_amount_that_is_not_ours_is_flagged_and_never_booked(
    alice: User, bob: User, bind: BindCard
) -> None:
    payment = drive(open_card_payment(alice.profile, bob.profile, bind(alice, WANTS_3DS)))
    Payment.objects.filter(pk=payment.pk).update(amount_minor=1)
    answer_bank(payment.next_action_url)
    payment = drive(payment)
    assert payment.flag == "Stripe says 1000 USD"
    assert payment.state == PaymentState.REQUIRES_ACTION
    assert escrow_of(bob.profile) == 0


@pytest.mark.parametrize("order", ["as sent", "reversed", "five times"])
def test_events_in_any_order_end_in_the_same_books(
    order: str, alice: User, bob: User, bind: BindCard, stripe_sandbox: Sandbox, client: Client
) -> None:
    payment = drive(open_card_payment(alice.profile, bob.profile, bind(alice, WANTS_3DS)))
    answer_bank(payment.next_action_url)
    assert set(deliver(stripe_sandbox, client)) == {200}
    if order == "reversed":
        for age, row in enumerate(StripeEvent.objects.order_by("pk")):
            StripeEvent.objects.filter(pk=row.pk).update(try_at=clock.now() - timedelta(age + 1))
    for _repeat in range(5 if order == "five times" else 1):
        StripeEvent.objects.update(state="pending", try_at=clock.now())
        stripe_events.process_due(now=clock.now(), limit=100)
    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED
    assert escrow_of(bob.profile) == 1_000
    assert LedgerTransaction.objects.filter(kind="card_payment").count() == 1
    assert site_account(AccountKind.CLEARING).accruals.count() == 1


def test_an_event_that_comes_before_the_answer_settles_the_payment(
    alice: User, bob: User, bind: BindCard, stripe_sandbox: Sandbox, client: Client
) -> None:
    payment = open_card_payment(alice.profile, bob.profile, bind(alice))
    stripe_sandbox.control("rules", break_next=3)  # the SDK itself asks three times
    drive(payment)
    deliver(stripe_sandbox, client)
    stripe_events.process_due(now=clock.now(), limit=100)
    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED
    assert drive(payment).state == PaymentState.SUCCEEDED
    assert escrow_of(bob.profile) == 1_000
