"""Banks, buyers and events after the same payment at once: each cent goes one way."""

import pytest
from django.db import transaction

from accounts.models import User
from payments import gateway
from payments.models import Dispute, Payment
from payments.payment_states import PaymentState
from payments.services import ledger, refunds, settlement
from payments.services.disputing import following
from payments.services.disputing.refusals import ChargedBack
from socialcommerce.lib import clock, guards
from tests.concurrency.payments.threads import at_once, empty_the_books
from tests.factories.payments import (
    available,
    bind_card,
    escrow_of,
    open_card_payment,
    owed_by,
)

pytestmark = pytest.mark.django_db(transaction=True)


def sold(alice: User, bob: User) -> Payment:
    """1000 by card, in escrow; no Stripe is asked."""
    payment = open_card_payment(alice.profile, bob.profile, bind_card(alice.profile), 1_000)
    Payment.objects.filter(pk=payment.pk).update(state=PaymentState.PROCESSING)
    paid = gateway.PaymentResult(
        id="pi_1",
        status=gateway.PaymentStatus.SUCCEEDED,
        amount_minor=1_000,
        currency="USD",
        charge_id="ch_1",
        next_action_url=None,
        decline=None,
        client_secret="",
    )
    return settlement.apply(payment_id=payment.pk, result=paid, attempt=1, now=clock.now())


def told(stripe_id: str, amount_minor: int) -> gateway.DisputeResult:
    taken = gateway.DisputeMove(f"txn_{stripe_id}", -amount_minor, 1_500, "USD")
    return gateway.DisputeResult(
        id=stripe_id,
        status=gateway.DisputeStatus.NEEDS_RESPONSE,
        amount_minor=amount_minor,
        currency="USD",
        reason="fraudulent",
        payment_id="pi_1",
        opened_at=clock.now(),
        due_by=None,
        is_submitted=False,
        moves=(taken,),
    )


def hear(result: gateway.DisputeResult) -> Dispute:
    return following.take_in(result, now=clock.now())


def test_the_same_news_five_times_at_once_takes_the_money_once(alice: User, bob: User) -> None:
    payment = sold(alice, bob)
    acts = [lambda: hear(told("du_1", 1_000))] * 5
    results = at_once(acts, held=("payments_payment", payment.pk))
    assert [type(one) for one in results] == [Dispute] * 5
    assert Dispute.objects.get().escrow_minor == 1_000
    assert escrow_of(bob.profile) == owed_by(bob.profile) == 0


def two_disputes_of_one_payment(alice: User, bob: User) -> Payment:
    payment = sold(alice, bob)
    acts = [lambda name=name: hear(told(name, 400)) for name in ("du_1", "du_2")]
    at_once(acts, held=("payments_payment", payment.pk))
    payment.refresh_from_db()
    return payment


def test_two_disputes_at_once_share_the_payment(alice: User, bob: User) -> None:
    assert two_disputes_of_one_payment(alice, bob).refunded_minor == 800
    assert escrow_of(bob.profile) == 200


def test_without_the_lock_the_payment_forgets_one_of_them(alice: User, bob: User) -> None:
    with guards.switched_off("disputes.lock"):
        assert two_disputes_of_one_payment(alice, bob).refunded_minor == 400
    assert {found.kind for found in ledger.verify()} == {"escrow", "refunded"}
    empty_the_books()


def test_a_refund_and_a_chargeback_at_once_give_it_back_once_or_cost_the_store(
    alice: User, bob: User
) -> None:
    payment = sold(alice, bob)

    def give_back() -> object:
        with transaction.atomic():
            return refunds.issue(
                payment_id=payment.pk,
                amount_minor=1_000,
                reason="",
                key="r",
                to="wallet",
                now=clock.now(),
            )

    refunded, disputed = at_once(
        [give_back, lambda: hear(told("du_1", 1_000))], held=("payments_payment", payment.pk)
    )
    assert isinstance(disputed, Dispute)
    if isinstance(refunded, ChargedBack):
        assert (available(alice.profile), owed_by(bob.profile)) == (0, 0)
    else:
        assert (available(alice.profile), owed_by(bob.profile)) == (1_000, 1_000)
