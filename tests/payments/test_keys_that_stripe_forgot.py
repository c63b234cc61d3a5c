"""A key lasts a day at Stripe: what is older is looked for before it is sent again."""

from datetime import datetime, timedelta

import pytest

from accounts.models import User
from payments import gateway
from payments.gateway.client import client
from payments.models import Instrument, Payment, Refund, StripeCustomer
from payments.payment_states import PaymentState
from payments.refund_states import RefundState
from payments.sandbox import idempotency
from payments.sandbox.server import Sandbox
from payments.services import charges, refunds
from socialcommerce.lib import clock
from tests.factories.payments import available, escrow_of, give_back, open_card_payment
from tests.payments.conftest import BindCard

pytestmark = pytest.mark.django_db


@pytest.fixture
def card(alice: User, bind: BindCard) -> Instrument:
    return bind(alice)


def days_later() -> datetime:
    return clock.now() + timedelta(days=2)


def forget_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a day at Stripe does it."""
    monkeypatch.setattr(idempotency, "_KEEP_SECONDS", 0)


def test_a_payment_that_arrived_is_found_and_not_sent_again(
    alice: User,
    bob: User,
    card: Instrument,
    stripe_sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    payment = open_card_payment(alice.profile, bob.profile, card, 900)
    stripe_sandbox.control("rules", break_next=3)  # done, and the answer is lost
    assert charges.drive(payment_id=payment.pk, now=clock.now()).state == "processing"
    forget_keys(monkeypatch)
    payment = charges.drive(payment_id=payment.pk, now=days_later())
    assert (payment.state, escrow_of(bob.profile)) == (PaymentState.SUCCEEDED, 900)
    assert intents_of(payment) == 1


def test_a_payment_that_never_arrived_is_sent(
    alice: User, bob: User, card: Instrument, stripe_sandbox: Sandbox
) -> None:
    payment = open_card_payment(alice.profile, bob.profile, card, 900)
    payment = charges.drive(payment_id=payment.pk, now=days_later())
    assert payment.state == PaymentState.SUCCEEDED
    assert intents_of(payment) == 1


def test_a_refund_that_arrived_is_found_and_not_sent_again(
    alice: User,
    bob: User,
    card: Instrument,
    stripe_sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    payment = open_card_payment(alice.profile, bob.profile, card, 900)
    charges.drive(payment_id=payment.pk, now=clock.now())
    (refund,) = give_back(payment, 400)
    stripe_sandbox.control("rules", break_next=3)
    assert refunds.drive(refund_id=refund.pk, now=clock.now()).state == RefundState.PENDING
    forget_keys(monkeypatch)
    assert refunds.drive(refund_id=refund.pk, now=days_later()).state == RefundState.SUCCEEDED
    assert sandbox_refunds(payment) == 1


def test_a_key_that_was_used_for_something_else_charges_nothing_and_is_flagged(
    alice: User, bob: User, card: Instrument, stripe_sandbox: Sandbox
) -> None:
    """As after a copy of the database was played back: row numbers come a second time."""
    payment = open_card_payment(alice.profile, bob.profile, card, 900)
    use_key(f"payment:{payment.pk}:1", card)
    payment = charges.drive(payment_id=payment.pk, now=clock.now())
    assert payment.state == PaymentState.FAILED
    assert "idempotent" in Payment.objects.get(pk=payment.pk).flag
    assert escrow_of(bob.profile) == 0


def test_what_stripe_has_of_the_payment_counts_more_than_the_key(
    alice: User, bob: User, card: Instrument, stripe_sandbox: Sandbox
) -> None:
    payment = open_card_payment(alice.profile, bob.profile, card, 900)
    use_key(f"payment:{payment.pk}:1", card, amount_minor=900, payment=str(payment.pk))
    payment = charges.drive(payment_id=payment.pk, now=clock.now())
    assert (payment.state, escrow_of(bob.profile)) == (PaymentState.SUCCEEDED, 900)


def test_a_refund_whose_key_was_used_comes_back_to_be_given_otherwise(
    alice: User, bob: User, card: Instrument, stripe_sandbox: Sandbox
) -> None:
    payment = open_card_payment(alice.profile, bob.profile, card, 900)
    charges.drive(payment_id=payment.pk, now=clock.now())
    (refund,) = give_back(payment, 400)
    use_key(f"refund:{refund.pk}", card)
    assert refunds.drive(refund_id=refund.pk, now=clock.now()).state == RefundState.FAILED
    assert escrow_of(bob.profile) == 900
    give_back(payment, 400, to="wallet")
    assert available(alice.profile) == 400


def use_key(key: str, card: Instrument, *, amount_minor: int = 123, payment: str = "other") -> None:
    customer = StripeCustomer.objects.get(profile=card.profile)
    gateway.create_payment(
        amount_minor=amount_minor,
        currency="USD",
        customer_id=customer.stripe_id,
        payment_method_id=card.payment_method_id,
        off_session=False,
        return_url="https://plaza.example/elsewhere",
        metadata={"payment": payment, "earlier": "yes"},
        idempotency_key=key,
    )


def intents_of(payment: Payment) -> int:
    customer = StripeCustomer.objects.get(profile_id=payment.payer_id).stripe_id
    found = client().v1.payment_intents.list({"customer": customer})
    return len(found.data)


def sandbox_refunds(payment: Payment) -> int:
    assert payment.pk == Refund.objects.get().payment_id
    payment.refresh_from_db()
    found = client().v1.refunds.list({"payment_intent": payment.stripe_id or ""})
    return len(found.data)
