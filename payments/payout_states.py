"""States of a payout: from the wallet to a bank, or back again."""

from enum import StrEnum

from socialcommerce.lib import states


class PayoutState(StrEnum):
    CREATED = "created"  # out of the wallet; Stripe may or may not have moved it yet
    SENT = "sent"  # on its way to the bank
    PAID = "paid"  # the bank has it; days later it may still send it back
    RETURNING = "returning"  # the bank refused; it is fetched from the store's account at Stripe
    FAILED = "failed"  # in the wallet again


TRANSITIONS = states.table(
    PayoutState,
    {
        PayoutState.CREATED: {PayoutState.SENT, PayoutState.RETURNING, PayoutState.FAILED},
        PayoutState.SENT: {PayoutState.PAID, PayoutState.RETURNING},
        PayoutState.PAID: {PayoutState.RETURNING},
        PayoutState.RETURNING: {PayoutState.FAILED},
        PayoutState.FAILED: set(),
    },
    initial=PayoutState.CREATED,
)
OPEN = frozenset({PayoutState.CREATED, PayoutState.SENT, PayoutState.RETURNING})
