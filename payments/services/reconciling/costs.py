"""What a line of Stripe's list says that nothing else here knows: costs, and the site's own bank.

Booked from the line itself, once (its id is the key): Stripe's fee is gone whether or not the
rest of the line has been found in the ledger.
"""

import functools
from collections.abc import Callable, Iterable
from typing import Final

from payments.models import Account, BalanceLine
from payments.services import chart, ledger

Find = Callable[[Callable[[str], Account], str], int]
SCOPE: Final = "balance_line"
# The whole amount is a cost.
_COSTS: Final = frozenset({"stripe_fee", "stripe_fx_fee", "tax_fee"})
# Between the site's balance at Stripe and the site's own bank.
_BANK: Final = frozenset({"payout", "payout_cancel", "payout_failure", "topup", "topup_reversal"})
# What is booked for these elsewhere has their fee in it.
COME_NET: Final = frozenset({"dispute", "dispute_reversal"})


def is_own_fact(line: BalanceLine) -> bool:
    """Whether the line is booked from itself, and from nothing else."""
    return line.type in _COSTS | _BANK


def said_minor(line: BalanceLine) -> int:
    """What is to be found of the line in the ledger, under the name of what moved."""
    return line.net_minor if line.category in COME_NET else line.amount_minor


def entries(lines: Iterable[BalanceLine]) -> list[ledger.Entry]:
    """What is to be booked from the lines themselves. Opens the accounts that it needs."""
    find = functools.cache(lambda account, currency: account(currency).pk)
    found = [(line, _legs(line, find)) for line in lines]
    return [
        ledger.Entry(
            kind="site_bank" if line.type in _BANK else "stripe_fee",
            scope=SCOPE,
            key=line.stripe_id,
            legs=tuple(legs),
            memo=line.source_id,
        )
        for line, legs in found
        if legs
    ]


def _legs(line: BalanceLine, find: Find) -> list[ledger.Leg]:
    """Out of costs or the bank into clearing, or the other way round."""
    takes = []
    if is_own_fact(line):
        takes.append((chart.costs if line.type in _COSTS else chart.bank, -line.amount_minor))
    if line.category not in COME_NET:
        takes.append((chart.costs, line.fee_minor))
    legs = []
    for account, minor in takes:
        if minor:
            ends = find(account, line.currency), find(chart.clearing, line.currency)
            legs.append(ledger.Leg(*(ends if minor > 0 else ends[::-1]), abs(minor)))
    return legs
