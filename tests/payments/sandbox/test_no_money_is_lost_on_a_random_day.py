"""After any run of payments, refunds, disputes, transfers and payouts the money is all there."""

import contextlib
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import stripe

from payments.sandbox.server import Sandbox
from tests.payments.sandbox.connect import receiver

STEPS = 120
# Both sides of what moves between the platform and its accounts.
_BETWEEN = ("transfer", "transfer_refund", "payment", "payment_refund")
# What may be asked for at the wrong moment, and is refused then.
_REFUSALS = (stripe.InvalidRequestError, ValueError)


class Day:
    """One seed's run of random requests and of random acts of banks."""

    def __init__(self, api: stripe.StripeClient, sandbox: Sandbox, seed: int) -> None:
        self.api, self.sandbox, self.chance = api, sandbox, random.Random(seed)
        self.accounts = [receiver(api, sandbox).id for _ in range(2)]
        api.v1.topups.create({"amount": 5_000, "currency": "usd"})

    def go(self) -> None:
        acts: list[Callable[[], object]] = [
            self.pay,
            self.pay,
            self.refund,
            self.dispute,
            self.decide,
            self.transfer,
            self.reverse,
            self.pay_out,
            self.settle,
            self.wait,
        ]
        for _ in range(STEPS):
            with contextlib.suppress(*_REFUSALS):
                self.chance.choice(acts)()

    def amount(self) -> int:
        return self.chance.randint(1, 40) * 100

    def one(self, listed: Any) -> Any:
        """Return one of a list, or refuse as Stripe would if there is none."""
        if not listed.data:
            raise ValueError("There is none yet.")
        return self.chance.choice(listed.data)

    def owner(self) -> stripe.RequestOptions:
        account = self.chance.choice(["", *self.accounts])
        return {"stripe_account": account} if account else {}

    def pay(self) -> None:
        cards = ["pm_card_visa", "pm_card_bypassPending", "pm_card_createDispute"]
        self.api.v1.payment_intents.create(
            {
                "amount": self.amount(),
                "currency": "usd",
                "payment_method": self.chance.choice(cards),
                "confirm": True,
                "off_session": True,
            }
        )

    def refund(self) -> None:
        charge = self.one(self.api.v1.charges.list({"limit": 100}))
        self.api.v1.refunds.create({"charge": charge.id, "amount": self.amount()})

    def dispute(self) -> None:
        charge = self.one(self.api.v1.charges.list({"limit": 100}))
        inquiry = self.chance.random() < 0.3
        self.sandbox.control(f"charges/{charge.id}/dispute", inquiry=inquiry)

    def decide(self) -> None:
        dispute = self.one(self.api.v1.disputes.list({"limit": 100}))
        status = self.chance.choice(["won", "lost", "needs_response"])
        self.sandbox.control(f"disputes/{dispute.id}", status=status)

    def transfer(self) -> None:
        destination = self.chance.choice(self.accounts)
        self.api.v1.transfers.create(
            {"amount": self.amount(), "currency": "usd", "destination": destination}
        )

    def reverse(self) -> None:
        transfer = self.one(self.api.v1.transfers.list({"limit": 100}))
        self.api.v1.transfers.reversals.create(transfer.id, {"amount": self.amount()})

    def pay_out(self) -> None:
        if self.chance.random() < 0.5:
            self.sandbox.control("payouts/automatic", account=self.chance.choice(self.accounts))
            self.sandbox.control("payouts/automatic")
            return
        self.api.v1.payouts.create({"amount": self.amount(), "currency": "usd"}, self.owner())

    def settle(self) -> None:
        kind = self.chance.choice(["payouts", "refunds"])
        listing: Any = getattr(self.api.v1, kind)
        options = self.owner() if kind == "payouts" else {}
        wanted = self.one(listing.list({"limit": 100}, options))
        self.sandbox.control(f"{kind}/{wanted.id}", status="failed")

    def wait(self) -> None:
        self.sandbox.control("clock", advance_seconds=self.chance.choice([20, 100_000]))

    def transactions(self, account: str = "") -> list[stripe.BalanceTransaction]:
        options: stripe.RequestOptions = {"stripe_account": account} if account else {}
        page = self.api.v1.balance_transactions.list({"limit": 100}, options)
        return list(page.auto_paging_iter())

    def balance(self, account: str = "") -> int:
        options: stripe.RequestOptions = {"stripe_account": account} if account else {}
        found = self.api.v1.balance.retrieve({}, options)
        return sum(part.amount for part in (*found.available, *found.pending))


@pytest.fixture(params=[1, 2, 3])
def day(api: stripe.StripeClient, sandbox: Sandbox, request: pytest.FixtureRequest) -> Day:
    day = Day(api, sandbox, request.param)
    day.go()
    return day


def test_the_balances_are_the_sums_and_nothing_is_lost_between_accounts(day: Day) -> None:
    between: Counter[str] = Counter()
    kinds = set()
    for account in ("", *day.accounts):
        transactions = day.transactions(account)
        assert sum(each.net for each in transactions) == day.balance(account)
        for each in transactions:
            assert each.net == each.amount - each.fee
            kinds.add(each.type)
            if each.type in _BETWEEN:
                between[each.currency] += each.net
    assert between["usd"] == 0
    assert {"charge", "refund", "adjustment", "transfer", "payout"} <= kinds


def test_each_automatic_payout_is_what_is_in_it(day: Day) -> None:
    seen: set[str] = set()
    for payout in day.api.v1.payouts.list({"limit": 100}).auto_paging_iter():
        if payout.automatic:
            page = day.api.v1.balance_transactions.list({"payout": payout.id, "limit": 100})
            contents = list(page.auto_paging_iter())
            assert sum(each.net for each in contents) == 0
            assert seen.isdisjoint(each.id for each in contents)
            seen |= {each.id for each in contents}
    assert seen


def test_no_charge_gives_back_more_than_it_took(day: Day) -> None:
    for charge in day.api.v1.charges.list({"limit": 100}).auto_paging_iter():
        refunds = day.api.v1.refunds.list({"charge": charge.id, "limit": 100}).data
        good = sum(each.amount for each in refunds if each.status in ("pending", "succeeded"))
        assert good == charge.amount_refunded <= charge.amount
        for dispute in day.api.v1.disputes.list({"charge": charge.id}).data:
            taken = sum(each.amount for each in dispute.balance_transactions)
            held = dispute.status in ("needs_response", "under_review", "lost")
            assert taken == (-dispute.amount if held else 0)
