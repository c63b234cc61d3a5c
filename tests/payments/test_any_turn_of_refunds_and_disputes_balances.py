"""Refunds, releases, a chargeback and its end in any order: the books hold after each step."""

from contextlib import suppress
from dataclasses import replace

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.models import Profile, User
from payments import gateway
from payments.models import Dispute, Instrument, Payment, Refund
from payments.payment_states import PaymentState
from payments.refund_states import RefundState
from payments.services import escrow, ledger, refunds, settlement
from payments.services.disputing import following
from payments.services.disputing.refusals import ChargedBack
from socialcommerce.lib import clock
from tests.factories.payments import bind_card, open_card_payment, pay

PRICE = 1_000
amounts = st.integers(1, PRICE)
steps = st.one_of(
    st.tuples(st.just("refund"), amounts, st.sampled_from(["source", "wallet"])),
    st.tuples(st.just("fail")),
    st.tuples(st.just("release"), st.integers(0, 60)),
    st.tuples(st.just("spend"), amounts),
    st.tuples(st.just("dispute"), amounts),
    st.tuples(st.just("end"), st.sampled_from(["won", "lost"])),
)


class Case:
    """One payment by card, and what Stripe would say of its one dispute. Nobody asks Stripe."""

    def __init__(self, card: Instrument, store: Profile, thief: Profile, number: int) -> None:
        self.store, self.thief = store, thief
        opened = open_card_payment(card.profile, store, card, PRICE)
        Payment.objects.filter(pk=opened.pk).update(state=PaymentState.PROCESSING)
        self.name = f"{number}"
        paid = gateway.PaymentResult(
            id=f"pi_{number}",
            status=gateway.PaymentStatus.SUCCEEDED,
            amount_minor=PRICE,
            currency="USD",
            charge_id=None,
            next_action_url=None,
            decline=None,
            client_secret="",
        )
        self.payment = settlement.apply(
            payment_id=opened.pk, result=paid, attempt=1, now=clock.now()
        )
        self.told: gateway.DisputeResult | None = None

    def refund(self, amount_minor: int, to: str) -> None:
        with suppress(refunds.NotRefundable, ChargedBack), transaction.atomic():
            key = f"{Refund.objects.count()}"
            refunds.issue(
                payment_id=self.payment.pk,
                amount_minor=amount_minor,
                reason="",
                key=key,
                to=to,
                now=clock.now(),
            )

    def fail(self) -> None:
        found = Refund.objects.filter(payment=self.payment, state=RefundState.PENDING).first()
        if found is not None:
            refunds.apply(refund_id=found.pk, state=RefundState.FAILED, reason="", now=clock.now())

    def release(self, fee_minor: int) -> None:
        with suppress(ledger.BadEntry):
            escrow.release(payment_id=self.payment.pk, fee_minor=fee_minor, now=clock.now())

    def spend(self, amount_minor: int) -> None:
        with suppress(ledger.InsufficientFunds):
            pay(self.store, self.thief, amount_minor)

    def dispute(self, amount_minor: int) -> None:
        if self.told is not None:
            return
        taken = gateway.DisputeMove(f"taken_{self.name}", -amount_minor, 15, "USD")
        self.told = gateway.DisputeResult(
            id=f"du_{self.name}",
            status=gateway.DisputeStatus.NEEDS_RESPONSE,
            amount_minor=amount_minor,
            currency="USD",
            reason="general",
            payment_id=f"pi_{self.name}",
            opened_at=clock.now(),
            due_by=None,
            is_submitted=False,
            moves=(taken,),
        )
        following.take_in(self.told, now=clock.now())

    def end(self, status: str) -> None:
        if self.told is None:
            return
        moves = self.told.moves[:1]
        if status == "won":
            back = gateway.DisputeMove(f"back_{self.name}", self.told.amount_minor, 0, "USD")
            moves = (*moves, back)
        ended = replace(self.told, status=gateway.DisputeStatus(status), moves=moves)
        following.take_in(ended, now=clock.now())

    def holds(self) -> None:
        """The proof finds nothing, and only what was given back twice is the store's excess."""
        assert ledger.verify() == []
        given = Refund.objects.filter(payment=self.payment).exclude(state=RefundState.FAILED)
        refunded_minor = sum(given.values_list("amount_minor", flat=True))
        for found in Dispute.objects.standing().filter(payment=self.payment):
            assert found.excess_minor == max(0, refunded_minor + found.taken_minor - PRICE)


@pytest.mark.django_db
def test_no_order_of_steps_breaks_the_books(alice: User, bob: User, mallory: User) -> None:
    card, numbers = bind_card(alice.profile), iter(range(1_000))

    @example([("refund", 600, "source"), ("dispute", 900), ("fail",), ("end", "won")])
    @example([("refund", 400, "wallet"), ("release", 30), ("dispute", PRICE), ("end", "won")])
    @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(steps, min_size=3, max_size=9))
    def play(turns: list[tuple[str, ...]]) -> None:
        case = Case(card, bob.profile, mallory.profile, next(numbers))
        for name, *said in turns:
            getattr(case, name)(*said)
            case.holds()

    play()
