"""Refunds: guarded, to wallet at once, to the card with Stripe's word, back when it fails."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import User
from payments import events
from payments.models import Payment, Refund
from payments.refund_states import RefundState
from payments.sandbox.server import Sandbox
from payments.services import charges, ledger, refunds, stripe_events, sweeps, top_ups
from socialcommerce.lib import clock
from tests.factories.payments import (
    available,
    escrow_of,
    give_money,
    open_card_payment,
    pay,
)
from tests.payments.conftest import BindCard
from tests.payments.sandbox_fixture import deliver

pytestmark = pytest.mark.django_db

REFUND_FAILS_LATER = "4000000000005126"
REFUND_PENDING = "4000000000007726"


def issue(payment: Payment, amount_minor: int, *, key: str = "r", to: str = "source") -> Refund:
    with transaction.atomic():
        (refund,) = refunds.issue(
            payment_id=payment.pk,
            amount_minor=amount_minor,
            reason="changed my mind",
            key=key,
            to=to,
            now=clock.now(),
        )
    return refund


def by_card(alice: User, bob: User, bind: BindCard, number: str = "4242424242424242") -> Payment:
    payment = open_card_payment(alice.profile, bob.profile, bind(alice, number), 1_000)
    return charges.drive(payment_id=payment.pk, now=clock.now())


def test_a_wallet_payment_goes_back_to_the_wallet_at_once(alice: User, bob: User) -> None:
    give_money(alice.profile, 1_000)
    payment = pay(alice.profile, bob.profile, 1_000)
    assert issue(payment, 400).state == RefundState.SUCCEEDED
    assert (available(alice.profile), escrow_of(bob.profile)) == (400, 600)


def test_the_same_key_gives_back_once(alice: User, bob: User) -> None:
    give_money(alice.profile, 1_000)
    payment = pay(alice.profile, bob.profile, 1_000)
    assert issue(payment, 400) == issue(payment, 400)
    assert available(alice.profile) == 400
    with pytest.raises(ledger.KeyConflict):
        issue(payment, 401)


@pytest.mark.parametrize("amount_minor", [0, -1, 1_001, 2**63])
def test_an_amount_that_does_not_fit_is_refused(amount_minor: int, alice: User, bob: User) -> None:
    give_money(alice.profile, 1_000)
    payment = pay(alice.profile, bob.profile, 1_000)
    with pytest.raises(refunds.NotRefundable) as refusal:
        issue(payment, amount_minor)
    assert refusal.value.extra == {"left_minor": 1_000}
    assert escrow_of(bob.profile) == 1_000


def test_parts_add_up_to_the_whole_and_no_further(alice: User, bob: User) -> None:
    give_money(alice.profile, 1_000)
    payment = pay(alice.profile, bob.profile, 1_000)
    issue(payment, 600, key="one")
    issue(payment, 400, key="two")
    with pytest.raises(refunds.NotRefundable):
        issue(payment, 1, key="three")
    assert available(alice.profile) == 1_000


def test_a_card_payment_goes_back_to_the_card(alice: User, bob: User, bind: BindCard) -> None:
    refund = issue(by_card(alice, bob, bind), 300)
    assert refund.state == RefundState.PENDING
    assert escrow_of(bob.profile) == 700
    assert refunds.drive(refund_id=refund.pk, now=clock.now()).state == RefundState.SUCCEEDED
    assert available(alice.profile) == 0


def test_a_card_payment_may_go_back_to_the_wallet(alice: User, bob: User, bind: BindCard) -> None:
    assert issue(by_card(alice, bob, bind), 300, to="wallet").state == RefundState.SUCCEEDED
    assert available(alice.profile) == 300


def test_a_refund_that_waits_is_asked_about_by_the_sweep(
    alice: User, bob: User, bind: BindCard, stripe_sandbox: Sandbox
) -> None:
    refund = issue(by_card(alice, bob, bind, REFUND_PENDING), 300)
    refund = refunds.drive(refund_id=refund.pk, now=clock.now())
    assert refund.state == RefundState.PENDING
    stripe_sandbox.control(f"refunds/{refund.stripe_id}", status="succeeded")
    sweeps.drive_refunds(now=clock.now() + timedelta(minutes=5), limit=10)
    refund.refresh_from_db()
    assert refund.state == RefundState.SUCCEEDED


def test_a_refund_that_fails_after_success_puts_the_money_back(
    alice: User, bob: User, bind: BindCard, stripe_sandbox: Sandbox, client: Client
) -> None:
    heard: list[str] = []

    def changed(**said: Any) -> None:
        heard.append(said["refund"].state)

    payment = by_card(alice, bob, bind, REFUND_FAILS_LATER)
    events.refund_changed.connect(changed)
    try:
        refund = issue(payment, 1_000)
        refund = refunds.drive(refund_id=refund.pk, now=clock.now())
        if refund.state != RefundState.FAILED:
            stripe_sandbox.control(f"refunds/{refund.stripe_id}", status="failed")
        deliver(stripe_sandbox, client)
        stripe_events.process_due(now=clock.now(), limit=100)
    finally:
        events.refund_changed.disconnect(changed)
    refund.refresh_from_db()
    payment.refresh_from_db()
    assert (refund.state, payment.refunded_minor) == (RefundState.FAILED, 0)
    assert escrow_of(bob.profile) == 1_000
    assert (heard[0], heard[-1]) == ("pending", "failed")
    issue(payment, 1_000, key="another way", to="wallet")
    assert available(alice.profile) == 1_000


def test_a_lost_answer_is_asked_again_and_refunds_once(
    alice: User, bob: User, bind: BindCard, stripe_sandbox: Sandbox, client: Client
) -> None:
    refund = issue(by_card(alice, bob, bind), 600)
    stripe_sandbox.control("rules", break_next=3)
    assert refunds.drive(refund_id=refund.pk, now=clock.now()).state == RefundState.PENDING
    deliver(stripe_sandbox, client)  # the webhook is here before our own answer
    stripe_events.process_due(now=clock.now(), limit=100)
    refund.refresh_from_db()
    assert refund.state == RefundState.SUCCEEDED
    assert refund.payment.refunded_minor == 600


def test_a_top_up_is_not_refundable(alice: User, bind: BindCard) -> None:
    payment = top_ups.begin(
        profile_id=alice.profile.pk,
        amount_minor=2_000,
        instrument_id=bind(alice).pk,
        key="t",
        now=clock.now(),
    )
    assert available(alice.profile) == 2_000
    with pytest.raises(refunds.NotRefundable):
        issue(payment, 100)
