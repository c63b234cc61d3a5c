"""Random movements, holds, reversals and folds against a model that fits on a page."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from payments.models import Account, AccountKind, Hold, LedgerTransaction
from payments.services import chart, folding, holds, ledger
from socialcommerce.lib import clock

WALLETS = 3
people = st.integers(0, WALLETS - 1)
amounts = st.integers(1, 500)


class Crash(Exception):
    """The process dies before its transaction commits."""


class Books(RuleBasedStateMachine):
    """`spendable` and `held` are what each wallet ought to have."""

    def __init__(self) -> None:
        super().__init__()
        self.outer = transaction.atomic()
        self.outer.__enter__()
        self.number = 0
        self.accounts = [chart.wallet(10_000 + n, "USD").pk for n in range(WALLETS)]
        self.equity = chart.equity("USD").pk
        self.spendable = [0] * WALLETS
        self.pending: dict[int, tuple[int, int]] = {}
        self.reversible: list[tuple[int, int, int, int]] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    def key(self) -> str:
        self.number += 1
        return f"step:{self.number}"

    def post(self, source: int, goal: int, amount: int, *, crash: bool = False) -> int:
        with transaction.atomic():
            leg = ledger.Leg(source, goal, amount)
            booked = ledger.post(
                kind="step", scope="step", key=self.key(), legs=[leg], now=clock.now()
            )
            if crash:
                raise Crash
        return booked.pk

    @rule(who=people, amount=amounts)
    def grant(self, who: int, amount: int) -> None:
        self.post(self.equity, self.accounts[who], amount)
        self.spendable[who] += amount

    @rule(who=people, to=people, amount=amounts, crash=st.booleans())
    def transfer(self, who: int, to: int, amount: int, *, crash: bool) -> None:
        if who == to:
            with pytest.raises(ledger.BadEntry):
                self.post(self.accounts[who], self.accounts[to], amount)
        elif amount > self.spendable[who]:
            with pytest.raises(ledger.InsufficientFunds):
                self.post(self.accounts[who], self.accounts[to], amount)
        elif crash:
            with pytest.raises(Crash):
                self.post(self.accounts[who], self.accounts[to], amount, crash=True)
        else:
            booked = self.post(self.accounts[who], self.accounts[to], amount)
            self.spendable[who] -= amount
            self.spendable[to] += amount
            self.reversible.append((booked, who, to, amount))

    @rule(data=st.data())
    def reverse(self, data: st.DataObject) -> None:
        if not self.reversible:
            return
        booked, who, to, amount = data.draw(st.sampled_from(self.reversible))
        row = LedgerTransaction.objects.get(pk=booked)
        if amount > self.spendable[to]:
            with pytest.raises(ledger.InsufficientFunds), transaction.atomic():
                ledger.reverse(row, key=self.key(), now=clock.now())
            return
        with transaction.atomic():
            ledger.reverse(row, key=self.key(), now=clock.now())
        self.spendable[to] -= amount
        self.spendable[who] += amount
        self.reversible.remove((booked, who, to, amount))

    @rule(who=people, amount=amounts)
    def hold(self, who: int, amount: int) -> None:
        now = clock.now()
        try:
            with transaction.atomic():
                placed = holds.place(
                    account_id=self.accounts[who],
                    amount_minor=amount,
                    key=self.key(),
                    expires_at=now + timedelta(minutes=5),
                    now=now,
                )
        except ledger.InsufficientFunds:
            assert amount > self.spendable[who]
            return
        self.spendable[who] -= amount
        self.pending[placed.pk] = (who, amount)

    @rule(data=st.data(), to=people, take=st.booleans())
    def resolve(self, data: st.DataObject, to: int, *, take: bool) -> None:
        if not self.pending:
            return
        hold_id = data.draw(st.sampled_from(sorted(self.pending)))
        who, amount = self.pending[hold_id]
        take = take and who != to
        with transaction.atomic():
            if take:
                goal = self.accounts[to]
                holds.post(hold_id=hold_id, to_account_id=goal, kind="step", now=clock.now())
            else:
                holds.void(hold_id=hold_id, now=clock.now())
        self.spendable[to if take else who] += amount
        del self.pending[hold_id]

    @rule()
    def fold(self) -> None:
        folding.fold_some()

    @invariant()
    def the_books_are_those_of_the_model(self) -> None:
        assert ledger.verify() == []
        rows = Account.objects.in_bulk(self.accounts)
        free = [rows[pk].posted_minor - rows[pk].held_minor for pk in self.accounts]
        assert free == self.spendable
        assert Hold.objects.filter(state="pending").count() == len(self.pending)


@pytest.mark.django_db
def test_no_order_of_steps_breaks_the_books() -> None:
    chart.account(owner="site", kind=AccountKind.EQUITY, currency="USD")
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=15,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
