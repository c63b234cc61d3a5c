"""States of a cash-out: from a person's wallet to the cards that filled it, or back again."""

from enum import StrEnum

from socialcommerce.lib import states


class CashOutState(StrEnum):
    CREATED = "created"  # out of the wallet; Stripe may or may not have heard of every part
    SENT = "sent"  # Stripe has every part
    PAID = "paid"  # nothing is under way any more; a part may have come back
    FAILED = "failed"  # all of it is in the wallet again


TRANSITIONS = states.table(
    CashOutState,
    {
        CashOutState.CREATED: {CashOutState.SENT, CashOutState.PAID, CashOutState.FAILED},
        CashOutState.SENT: {CashOutState.PAID, CashOutState.FAILED},
        CashOutState.PAID: {CashOutState.FAILED},  # banks send back what they had taken
        CashOutState.FAILED: set(),
    },
    initial=CashOutState.CREATED,
)
OPEN = frozenset({CashOutState.CREATED, CashOutState.SENT})
