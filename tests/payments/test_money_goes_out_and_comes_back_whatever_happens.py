"""Payments, declines, releases and refunds in any order: nobody gets more than is theirs.

Stripe's word is handed in as a value; the card service itself is never asked.
"""

from dataclasses import dataclass

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from pytest_django import Settings

from accounts.models import Profile, User
from payments import gateway
from payments.gateway import PaymentResult, PaymentStatus
from payments.models import AccountKind, Payment, Refund
from payments.payment_states import OPEN, PaymentState
from payments.refund_states import RefundState
from payments.services import charges, escrow, folding, ledger, refunds, settlement
from socialcommerce.lib import clock
from tests.factories import payments as money
from tests.factories.accounts import UserFactory

amounts = st.integers(60, 900)
WORDS = {
    "paid": PaymentStatus.SUCCEEDED,
    "declined": PaymentStatus.REQUIRES_PAYMENT_METHOD,
    "cancelled": PaymentStatus.CANCELED,
    "bank": PaymentStatus.REQUIRES_ACTION,
}


@dataclass
class Cast:
    buyers: list[Profile]
    seller: Profile
    supplier: Profile


class Money(RuleBasedStateMachine):
    """`granted` is what each buyer ever put into their wallet; `cast` is set by the test."""

    cast: Cast

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer._from_testcase = True  # type: ignore[attr-defined]  as Django's own tests
        self.outer.__enter__()
        self.granted = [0 for _buyer in self.cast.buyers]
        self.spent = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    def some_payment(self, data: st.DataObject, **which: object) -> Payment | None:
        ids = sorted(
            Payment.objects.filter(payee=self.cast.seller, **which).values_list("pk", flat=True)
        )
        return Payment.objects.get(pk=data.draw(st.sampled_from(ids))) if ids else None

    @rule(who=st.integers(0, 1), amount=amounts)
    def grant(self, who: int, amount: int) -> None:
        money.give_money(self.cast.buyers[who], amount)
        self.granted[who] += amount

    @rule(who=st.integers(0, 1), amount=amounts)
    def pay_from_wallet(self, who: int, amount: int) -> None:
        buyer = self.cast.buyers[who]
        enough = money.available(buyer) >= amount
        try:
            money.pay(buyer, self.cast.seller, amount)
        except ledger.InsufficientFunds:
            assert not enough

    @rule(who=st.integers(0, 1), amount=amounts, part=st.integers(0, 500))
    def pay_by_card(self, who: int, amount: int, part: int) -> None:
        buyer, part = self.cast.buyers[who], min(part, amount - 50)
        enough = money.available(buyer) >= part
        try:
            payment = money.open_card_payment(
                buyer, self.cast.seller, buyer.instruments.get(), amount, wallet_part_minor=part
            )
        except ledger.InsufficientFunds:
            assert not enough
            return
        charges.drive(payment_id=payment.pk, now=clock.now())

    @rule(data=st.data(), word=st.sampled_from(sorted(WORDS)))
    def stripe_says(self, data: st.DataObject, word: str) -> None:
        payment = self.some_payment(data, method="card", state__in=[*OPEN])
        if payment is None:
            return
        result = PaymentResult(
            id=f"pi_{payment.pk}",
            status=WORDS[word],
            amount_minor=payment.card_part_minor,
            currency=payment.currency,
            charge_id=None,
            next_action_url="https://bank.example/" if word == "bank" else None,
            decline=gateway.Declined("generic_decline") if word == "declined" else None,
            client_secret="",
        )
        settlement.apply(
            payment_id=payment.pk, result=result, attempt=payment.attempt, now=clock.now()
        )

    @rule(data=st.data())
    def try_again(self, data: st.DataObject) -> None:
        payment = self.some_payment(data, state=PaymentState.REQUIRES_METHOD)
        if payment is None or payment.instrument_id is None:
            return
        enough = money.available(payment.payer) >= payment.wallet_part_minor
        try:
            charges.retry(
                payment_id=payment.pk, instrument_id=payment.instrument_id, now=clock.now()
            )
        except ledger.InsufficientFunds:
            assert not enough

    @rule(data=st.data(), basis=st.integers(0, 5_000))
    def release(self, data: st.DataObject, basis: int) -> None:
        payment = self.some_payment(data, state=PaymentState.SUCCEEDED)
        if payment is not None:
            escrow.release(
                payment_id=payment.pk,
                fee_minor=payment.in_escrow_minor * basis // 10_000,
                now=clock.now(),
            )

    @rule(data=st.data(), amount=st.integers(1, 900), to=st.sampled_from(["source", "wallet"]))
    def give_back(self, data: st.DataObject, amount: int, to: str) -> None:
        payment = self.some_payment(data, state=PaymentState.SUCCEEDED)
        if payment is None:
            return
        try:
            money.give_back(payment, amount, to=to)
        except refunds.NotRefundable:
            assert amount > payment.refundable_minor

    @rule(data=st.data(), ends=st.sampled_from([RefundState.SUCCEEDED, RefundState.FAILED]))
    def the_card_answers(self, data: st.DataObject, ends: RefundState) -> None:
        on_their_way = Refund.objects.filter(to=Refund.To.CARD).order_by("pk")
        ids = list(on_their_way.values_list("pk", flat=True))
        if ids:
            refund_id = data.draw(st.sampled_from(ids))
            refunds.apply(refund_id=refund_id, state=ends, reason="", now=clock.now())

    @rule(part=st.integers(1, 100))
    def the_seller_spends(self, part: int) -> None:
        amount = money.available(self.cast.seller) * part // 100
        if amount:
            money.pay(self.cast.seller, self.cast.supplier, amount)
            self.spent += amount

    @rule()
    def fold(self) -> None:
        folding.fold_some()

    @invariant()
    def the_books_prove(self) -> None:
        assert ledger.verify() == []
        assert not Payment.objects.exclude(flag="").exists()

    @invariant()
    def everybody_has_what_is_theirs(self) -> None:
        sold = list(Payment.objects.filter(payee=self.cast.seller, state=PaymentState.SUCCEEDED))
        for who, buyer in enumerate(self.cast.buyers):
            mine = [one for one in sold if one.payer_id == buyer.pk]
            paid = sum(one.amount_minor - one.card_part_minor for one in mine)
            assert wallet(buyer) == self.granted[who] - paid + given(buyer, Refund.To.WALLET)
            by_card = sum(one.card_part_minor for one in mine)
            assert given(buyer, Refund.To.CARD) <= by_card
        payee = sum(one.released_minor - one.clawed_minor + one.fee_returned_minor for one in sold)
        assert wallet(self.cast.seller) - money.owed_by(self.cast.seller) == payee - self.spent
        fees = sum(one.fee_minor - one.fee_returned_minor for one in sold)
        assert money.balance_of(AccountKind.FEES) == fees


def wallet(profile: Profile) -> int:
    return money.wallet_of(profile).posted_minor


def given(buyer: Profile, to: Refund.To) -> int:
    rows = Refund.objects.filter(payment__payer=buyer, to=to).exclude(state=RefundState.FAILED)
    return sum(rows.values_list("amount_minor", flat=True))


@pytest.mark.django_db
def test_no_order_of_events_makes_or_loses_money(
    alice: User, bob: User, mallory: User, settings_without_stripe: None
) -> None:
    Money.cast = Cast([alice.profile, mallory.profile], bob.profile, UserFactory.create().profile)
    for buyer in Money.cast.buyers:
        money.bind_card(buyer)
    run_state_machine_as_test(
        Money,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture
def settings_without_stripe(settings: Settings) -> None:
    """Without a key every question to Stripe ends at once, unanswered."""
    settings.STRIPE_SECRET_KEY = ""
