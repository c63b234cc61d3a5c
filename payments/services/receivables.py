"""What a payee owes the site: refunds of money that was paid out and spent. Recovered from sales.

Debts grow without a lock, as accruals; whoever repays one locks it, so that it is repaid once.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from payments.models import Account, AccountKind
from payments.services import balances, chart
from payments.services.ledger import Leg


@dataclass(frozen=True, slots=True)
class Debt:
    """`owed_minor` is above zero where money is owed; `account_id` is then the receivable's."""

    account_id: int = 0
    owed_minor: int = 0

    def less(self, legs: Iterable[Leg]) -> "Debt":
        """What is still owed after these legs."""
        repaid_minor = sum(leg.amount_minor for leg in legs if leg.to_account_id == self.account_id)
        return Debt(self.account_id, self.owed_minor - repaid_minor)


def lock(payee_id: int, currency: str, *, beside: Iterable[int]) -> Debt:
    """The payee's debt, locked together with the accounts that the caller is about to move: all of
    them in id order. Without a debt nothing is locked. Demands a transaction.
    """
    owner = chart.owner_of(payee_id)
    account_id = chart.existing({owner}, AccountKind.RECEIVABLE, currency).get(owner)
    if account_id is None:
        return Debt()
    locked = balances.lock(sorted({account_id, *beside}))
    balance_minor = locked[account_id].posted_minor + balances.fold(account_id)
    return Debt(account_id, max(0, -balance_minor))


def owed(payee_id: int, currency: str) -> int:
    """What the payee owes now, in minor units; nothing is locked. One query."""
    rows = Account.objects.filter(
        owner=chart.owner_of(payee_id), kind=AccountKind.RECEIVABLE, currency=currency
    )
    minor = F("posted_minor") + Coalesce(Sum("accruals__amount_minor"), 0)
    balance_minor = rows.annotate(minor=minor).values_list("minor", flat=True).first()
    return max(0, -(balance_minor or 0))


def credit(debt: Debt, *, source_id: int, wallet_id: int, amount_minor: int) -> list[Leg]:
    """Legs that bring the payee an amount: what is owed is repaid first, the rest is theirs."""
    repaid_minor = min(amount_minor, debt.owed_minor)
    return [
        Leg(source_id, goal_id, minor)
        for goal_id, minor in (
            (debt.account_id, repaid_minor),
            (wallet_id, amount_minor - repaid_minor),
        )
        if minor
    ]
