"""What a card service can do to a payment: lost, late, reordered and wrong answers."""

from datetime import timedelta

import pytest
import stripe
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from payments import gateway
from payments.models import (
    CardSetup,
    Instrument,
    LedgerTransaction,
    Payment,
    StripeCustomer,
    StripeEvent,
)
from payments.payment_states import PaymentState
from payments.sandbox.server import Sandbox
from payments.services import cards, charges, chart, refunds, settlement, stripe_events, sweeps
from socialcommerce.lib import clock
from tests.factories.payments import escrow_of, open_card_payment
from tests.payments.conftest import BindCard
from tests.payments.sandbox_fixture import answer_bank, deliver, type_card

pytestmark = pytest.mark.django_db

DECLINED = "4000000000000341"  # binds, then declines
WANTS_3DS = "4000000000003220"


def drive(payment: Payment) -> Payment:
    return charges.drive(payment_id=payment.pk, now=clock.now())


def waiting(alice: User, bob: User, bind: BindCard) -> Payment:
    """A payment of 1000 that Stripe has and the bank has not decided."""
    return drive(open_card_payment(alice.profile, bob.profile, bind(alice, WANTS_3DS)))


def hear_all(sandbox: Sandbox, client: Client, *, reverse: bool = False) -> None:
    deliver(sandbox, client)
    now = clock.now()
    if reverse:
        for age, row in enumerate(StripeEvent.objects.order_by("pk")):
            StripeEvent.objects.filter(pk=row.pk).update(try_at=now - timedelta(age + 1))
    stripe_events.process_due(now=now + timedelta(seconds=1), limit=100)


def test_money_for_a_dead_payment_is_flagged_and_not_booked(
    alice: User, bob: User, bind: BindCard, stripe_sandbox: Sandbox, client: Client
) -> None:
    payment = waiting(alice, bob, bind)
    bank = payment.next_action_url
    settlement.die(settlement.locked(payment.pk), PaymentState.FAILED, now=clock.now())
    answer_bank(bank)
    hear_all(stripe_sandbox, client)
    payment.refresh_from_db()
    assert payment.state == PaymentState.FAILED
    assert payment.flag == "Stripe took money for a payment that is dead here"
    assert (payment.captured_minor, escrow_of(bob.profile)) == (0, 0)
    assert not LedgerTransaction.objects.exists()
    assert not StripeEvent.objects.exclude(state="done").exists()


def test_news_of_the_end_of_a_dead_payment_is_no_flag(
    alice: User, bob: User, bind: BindCard, stripe_sandbox: Sandbox, client: Client
) -> None:
    payment = waiting(alice, bob, bind)
    charges.cancel(payment_id=payment.pk, now=clock.now())
    hear_all(stripe_sandbox, client, reverse=True)
    payment.refresh_from_db()
    assert (payment.state, payment.flag) == (PaymentState.CANCELLED, "")


def test_another_currency_is_flagged_and_not_booked(alice: User, bob: User, bind: BindCard) -> None:
    payment = waiting(alice, bob, bind)
    Payment.objects.filter(pk=payment.pk).update(currency="EUR")
    answer_bank(payment.next_action_url)
    payment = drive(payment)
    assert payment.flag == "Stripe says 1000 USD"
    assert payment.captured_minor == 0
    assert not LedgerTransaction.objects.exists()


def test_a_second_payment_at_stripe_for_the_same_row_is_flagged(
    alice: User, bob: User, bind: BindCard
) -> None:
    payment = drive(open_card_payment(alice.profile, bob.profile, bind(alice)))
    second = at_stripe(payment, key="another key")
    payment = charges.refetch(payment_id=payment.pk, stripe_id=second.id, now=clock.now())
    assert payment.flag == f"a second PaymentIntent: {second.id}"
    assert (payment.stripe_id != second.id, escrow_of(bob.profile)) == (True, 1_000)


def at_stripe(payment: Payment, *, key: str) -> gateway.PaymentResult:
    """What a web process does that dies before it can write the answer down."""
    assert payment.instrument is not None
    return gateway.create_payment(
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        customer_id=StripeCustomer.objects.get(profile_id=payment.payer_id).stripe_id,
        payment_method_id=payment.instrument.payment_method_id,
        off_session=False,
        return_url="http://127.0.0.1/back",
        metadata={"payment": str(payment.pk)},
        idempotency_key=key,
    )


def test_an_event_before_our_row_is_there_waits_for_it(
    alice: User, bob: User, bind: BindCard, stripe_sandbox: Sandbox, client: Client
) -> None:
    payment = open_card_payment(alice.profile, bob.profile, bind(alice))
    at_stripe(payment, key="early")
    pk = payment.pk
    payment.attempts.all().delete()
    payment.delete()
    hear_all(stripe_sandbox, client)
    assert set(
        StripeEvent.objects.filter(type__startswith="payment_intent").values_list(
            "state", flat=True
        )
    ) == {"pending"}
    payment.pk = pk
    payment.save(force_insert=True)
    Payment.objects.filter(pk=pk).update(state=PaymentState.PROCESSING)
    stripe_events.process_due(now=clock.now() + timedelta(minutes=1), limit=100)
    payment.refresh_from_db()
    assert (payment.state, escrow_of(bob.profile)) == (PaymentState.SUCCEEDED, 1_000)
    assert not StripeEvent.objects.exclude(state="done").exists()


def test_a_late_failure_after_a_later_success_changes_nothing(
    alice: User, bob: User, bind: BindCard, stripe_sandbox: Sandbox, client: Client
) -> None:
    payment = drive(open_card_payment(alice.profile, bob.profile, bind(alice, DECLINED)))
    charges.retry(payment_id=payment.pk, instrument_id=bind(alice).pk, now=clock.now())
    hear_all(stripe_sandbox, client, reverse=True)
    payment.refresh_from_db()
    assert (payment.state, payment.decline_code, payment.flag) == ("succeeded", "", "")
    assert escrow_of(bob.profile) == 1_000
    assert StripeEvent.objects.filter(type="payment_intent.payment_failed").get().state == "done"


def test_binding_the_card_anew_while_an_answer_is_lost_charges_once(
    alice: User, bob: User, bind: BindCard, stripe_sandbox: Sandbox
) -> None:
    payment = open_card_payment(alice.profile, bob.profile, bind(alice))
    stripe_sandbox.control("rules", break_next=3)  # the SDK itself asks three times
    assert drive(payment).state == PaymentState.PROCESSING
    before = Instrument.objects.get().payment_method_id
    bind(alice)
    assert Instrument.objects.get().payment_method_id != before
    payment = drive(payment)
    assert (payment.state, payment.flag) == (PaymentState.SUCCEEDED, "")
    assert escrow_of(bob.profile) == 1_000


def test_after_another_request_under_the_same_key_what_stripe_has_counts(
    alice: User, bob: User, bind: BindCard, settings: Settings
) -> None:
    payment = open_card_payment(alice.profile, bob.profile, bind(alice))
    at_stripe(payment, key=f"payment:{payment.pk}:1")  # with another return address than ours
    payment = drive(payment)
    assert (payment.state, payment.flag) == (PaymentState.SUCCEEDED, "")


def test_a_declined_answer_that_is_lost_is_learnt_without_a_second_try(
    alice: User, bob: User, bind: BindCard, stripe_sandbox: Sandbox
) -> None:
    payment = open_card_payment(alice.profile, bob.profile, bind(alice, DECLINED))
    stripe_sandbox.control("rules", break_next=3)
    assert drive(payment).state == PaymentState.PROCESSING
    sweeps.drive_stuck(now=clock.now() + timedelta(minutes=1), limit=10)
    payment.refresh_from_db()
    assert payment.state == PaymentState.REQUIRES_METHOD
    api = stripe.StripeClient(stripe_sandbox.secret_key, base_addresses={"api": stripe_sandbox.url})
    assert [one.id for one in api.v1.payment_intents.list().data] == [payment.stripe_id]


def test_the_frozen_try_no_other_card(alice: User, bob: User, bind: BindCard) -> None:
    payment = drive(open_card_payment(alice.profile, bob.profile, bind(alice, DECLINED)))
    good = bind(alice)
    User.objects.filter(pk=alice.pk).update(frozen_at=clock.now())
    with pytest.raises(charges.PayerBarred):
        charges.retry(payment_id=payment.pk, instrument_id=good.pk, now=clock.now())
    assert escrow_of(bob.profile) == 0


@pytest.mark.parametrize(("currency", "amount_minor"), [("JPY", 1_050), ("KWD", 12_340)])
def test_yen_and_dinars_are_captured_and_given_back_exactly(
    currency: str, amount_minor: int, alice: User, bob: User, bind: BindCard
) -> None:
    payment = drive(in_currency(alice, bob, bind(alice), currency, amount_minor))
    assert (payment.state, payment.captured_minor) == (PaymentState.SUCCEEDED, amount_minor)
    assert payment.stripe_id is not None
    assert gateway.retrieve_payment(payment.stripe_id).amount_minor == amount_minor
    account = chart.escrow(bob.profile.pk, currency)
    assert account.accruals.get().amount_minor == amount_minor
    refund = give_back(payment, amount_minor)
    assert (refund.state, refund.amount_minor) == ("succeeded", amount_minor)


def test_what_stripe_cannot_write_is_refused_and_charges_nothing(
    alice: User, bob: User, bind: BindCard
) -> None:
    payment = drive(in_currency(alice, bob, bind(alice), "KWD", 12_345))
    assert (payment.state, payment.stripe_id) == (PaymentState.FAILED, None)
    assert "12345" in Payment.objects.get(pk=payment.pk).flag


def test_a_refund_that_stripe_cannot_write_is_in_escrow_again(
    alice: User, bob: User, bind: BindCard
) -> None:
    payment = drive(in_currency(alice, bob, bind(alice), "KWD", 12_340))
    assert give_back(payment, 5).state == "failed"
    payment.refresh_from_db()
    assert payment.refunded_minor == 0


def test_a_refund_that_stripe_lost_sight_of_is_not_given_twice(
    alice: User, bob: User, bind: BindCard, stripe_sandbox: Sandbox
) -> None:
    payment = drive(open_card_payment(alice.profile, bob.profile, bind(alice, "4000000000007726")))
    refund = give_back(payment, 400)
    assert refund.state == "pending"
    refund.stripe_id = "re_nobody_knows"
    refund.save()
    assert refunds.drive(refund_id=refund.pk, now=clock.now()).state == "pending"
    assert escrow_of(bob.profile) == 600


def in_currency(
    alice: User, bob: User, card: Instrument, currency: str, amount_minor: int
) -> Payment:
    now = clock.now()
    return charges.open_card_payment(
        payer_id=alice.profile.pk,
        payee_id=bob.profile.pk,
        amount_minor=amount_minor,
        currency=currency,
        instrument_id=card.pk,
        reference="test:currency",
        key="currency",
        return_url="/wallet/",
        expires_at=now + timedelta(minutes=15),
        now=now,
    )


def give_back(payment: Payment, amount_minor: int):  # type: ignore[no-untyped-def]
    now = clock.now()
    (refund,) = refunds.issue(
        payment_id=payment.pk, amount_minor=amount_minor, reason="", key="back", now=now
    )
    return refunds.drive(refund_id=refund.pk, now=now)


def test_a_card_whose_event_was_lost_is_bound_when_the_person_comes_back(
    alice: User, stripe_sandbox: Sandbox, client: Client
) -> None:
    session = cards.begin_setup(profile=alice.profile, next_url="/wallet/", now=clock.now())
    stripe_sandbox.control("rules", drop_next=9)
    type_card(session.url, "4242424242424242")
    hear_all(stripe_sandbox, client)
    assert not Instrument.objects.exists()
    setup = CardSetup.objects.get(stripe_id=session.id)
    assert cards.finish_setup(setup, now=clock.now()) == Instrument.objects.get()
