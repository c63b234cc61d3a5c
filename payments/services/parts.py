"""The wallet's part of a card payment: set aside while the card is asked, taken with its money.

Each try has a hold of its own: whoever's card is declined can spend the part at once, and the
next try sets it aside anew. Building blocks of charges and settlement; the payment is locked.
"""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from payments.hold_states import HoldState
from payments.models import Hold, Payment
from payments.services import chart, holds

# The payment ends the hold. Its own time is a net under a payment that nobody ever ends.
KEPT: Final = timedelta(days=90)


def largest(amount_minor: int) -> int:
    """What the wallet can pay of it at most: below CARD_MIN_MINOR no card is charged."""
    return amount_minor - settings.CARD_MIN_MINOR


def set_aside(payment: Payment, *, now: datetime) -> None:
    """The wallet's part waits for the card. Raises ledger.InsufficientFunds."""
    if payment.wallet_part_minor:
        holds.place(
            account_id=chart.wallet(payment.payer_id, payment.currency).pk,
            amount_minor=payment.wallet_part_minor,
            key=_key(payment),
            expires_at=now + KEPT,
            now=now,
        )


def are_there(payment: Payment) -> bool:
    """Whether everything but the card's part can be taken now."""
    return not payment.wallet_part_minor or _waiting(payment) is not None


def take(payment: Payment, *, to_account_id: int, now: datetime) -> None:
    """The wallet's part has moved, as the card's does."""
    waiting = _waiting(payment)
    if waiting is not None:
        holds.post(
            hold_id=waiting.pk,
            to_account_id=to_account_id,
            kind="wallet_payment",
            now=now,
            memo=payment.reference,
        )


def free(payment: Payment, *, now: datetime) -> None:
    """The wallet's part can be spent otherwise; nothing where there is none."""
    waiting = _waiting(payment)
    if waiting is not None:
        holds.void(hold_id=waiting.pk, now=now)


def _waiting(payment: Payment) -> Hold | None:
    if not payment.wallet_part_minor:
        return None
    return Hold.objects.filter(key=_key(payment), state=HoldState.PENDING.value).first()


def _key(payment: Payment) -> str:
    return f"payment:{payment.pk}:{payment.attempt}"
