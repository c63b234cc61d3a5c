"""Every difference between the books and Stripe's list, by kind."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

from payments.models import BalanceLine, Payout, Refund
from payments.payout_states import PayoutState
from payments.refund_states import RefundState
from payments.services.proof import Difference
from payments.services.reconciling import apart, costs, naming
from payments.services.reconciling.apart import Fact
from payments.services.reconciling.naming import Name
from socialcommerce.lib.money import plain_amount

TIMING: Final = "timing"
# What each kind means, and what an operator does about it.
WORDS: Final = {
    TIMING: _("The other side is on its way. It closes by itself, or becomes one of the next two."),
    "missing here": _(
        "Stripe moved money that the ledger does not know. Look at the payment, refund or payout"
        " that it names, and ask Stripe again from there."
    ),
    "missing there": _(
        "The ledger moved money, and Stripe's list does not say so. Look for it at Stripe."
    ),
    "amount": _("Both sides know of it and say different amounts."),
    "currency": _("Both sides know of it in different currencies: Stripe has exchanged money."),
    "fee": _("What Stripe took is not what its parts say, or not what it said before."),
    "unreadable": _("An amount or currency that has no exact form here."),
}
# Events come within minutes and sweeps ask every few seconds: what a day did not settle is stuck.
PATIENCE: Final = timedelta(days=1)
NOTHING: Final = "nothing"


def find(*, read_until: datetime) -> list[Difference]:
    """What is to be said of everything that the list, read until then, and the ledger have apart.

    What was booked since then alone is nobody's difference yet.
    """
    facts = apart.facts()
    awaited = _awaited()
    mixed = _in_two_currencies(facts)
    return [
        *(
            _fact(one, read_until, is_mixed=name in mixed, is_awaited=name in awaited)
            for one in facts
            for name in [(one.scope, one.key)]
            if one.lines or one.booked_at is None or one.booked_at < read_until
        ),
        *(_line(line, read_until) for line in apart.lines()),
        *(_sum(line) for line in apart.broken_sums()),
    ]


def _fact(one: Fact, read_until: datetime, *, is_mixed: bool, is_awaited: bool) -> Difference:
    is_new = one.booked_at is not None and read_until - one.booked_at < PATIENCE
    subject = f"{one.scope} {one.key}"
    if is_mixed:
        kind, subject = "currency", f"{subject} {one.currency}"
    elif is_awaited or is_new:
        kind = TIMING
    else:
        kind = "amount" if one.lines else "missing there"
    listed = _money(one.listed_minor, one.currency) if one.lines else NOTHING
    return Difference(kind, subject, _money(one.booked_minor, one.currency), listed)


def _in_two_currencies(facts: Iterable[Fact]) -> set[Name]:
    counts = Counter((one.scope, one.key) for one in facts)
    return {name for name, count in counts.items() if count > 1}


def _line(line: BalanceLine, read_until: datetime) -> Difference:
    kind = TIMING if read_until - line.made_at < PATIENCE else "missing here"
    subject = f"line {line.stripe_id} {line.type}"[:80]
    return Difference(kind, subject, NOTHING, _money(costs.said_minor(line), line.currency))


def _sum(line: BalanceLine) -> Difference:
    left_minor = line.amount_minor - line.fee_minor
    said = _money(line.net_minor, line.currency)
    return Difference("fee", f"line {line.stripe_id}", _money(left_minor, line.currency), said)


def _awaited() -> set[Name]:
    """Facts whose own row still waits for Stripe: it will be asked, however old it is."""
    refunds = Refund.objects.filter(state=RefundState.PENDING, stripe_id=None)
    payouts = Payout.objects.filter(state=PayoutState.CREATED, transfer_id=None)
    return {
        *(naming.of_refund(refund) for refund in refunds),
        *(("payout", str(pk)) for pk in payouts.values_list("pk", flat=True)),
    }


def _money(minor: int, currency: str) -> str:
    return f"{plain_amount(minor, currency)} {currency}"
