"""States of a refund. Stripe may take a success back days later: succeeded can still fail."""

from enum import StrEnum

from socialcommerce.lib import states


class RefundState(StrEnum):
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


TRANSITIONS = states.table(
    RefundState,
    {
        RefundState.PENDING: {RefundState.SUCCEEDED, RefundState.FAILED},
        RefundState.SUCCEEDED: {RefundState.FAILED},
        RefundState.FAILED: set(),
    },
    initial=RefundState.PENDING,
)
