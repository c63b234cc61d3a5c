"""What a sale does when its orders speak: the claim follows, in the same transaction."""

from datetime import datetime
from typing import Any

from flashsale.claim_states import UNPAID, ClaimState
from flashsale.models import Claim
from flashsale.services import claims
from flashsale.standings import Standing
from payments.models import Payment
from shop.models import Order, OrderOrigin
from socialcommerce.lib import clock


def lock_claim(*, order_id: int, **_kwargs: Any) -> None:
    """Claim and unit come before the order in the one lock order."""
    claims.lock_of_order(order_id)


def pay_claim(*, order: Order, **_kwargs: Any) -> None:
    claim = _claim(order)
    if claim is not None and claim.state in UNPAID:
        claims.be_paid(claim, now=clock.now())


def pay_claim_late(*, order: Order, **_kwargs: Any) -> bool:
    """True when the sale can still serve the order: shop then books it as paid."""
    claim = _claim(order)
    return claim is not None and claims.be_paid_late(claim, now=clock.now())


def let_claim_go(*, order: Order, **_kwargs: Any) -> None:
    """The order's time ran out."""
    claim = _claim(order)
    if claim is not None and claim.state in UNPAID:
        claims.be_given_up(claim, now=clock.now())


def cancel_claim(*, order: Order, **_kwargs: Any) -> None:
    """Somebody cancelled the order, paid or not."""
    claim = _claim(order)
    if claim is not None and claim.state in (*UNPAID, ClaimState.PAID):
        claims.be_given_up(claim, now=clock.now(), reason=Standing.GIVEN_UP)


def ask_card(*, order_id: int, instrument_id: int, now: datetime, **_kwargs: Any) -> None:
    """From the sale's page or the order's: the unit waits for the bank. May refuse the card."""
    claims.begin_paying(order_id, instrument_id=instrument_id, now=now)


def let_card_go(*, order_id: int, **_kwargs: Any) -> None:
    claims.stop_paying(order_id)


def hold_claim_again(*, payment: Payment, **_kwargs: Any) -> None:
    """The card payment died, or the bank said no on its own page: the unit is held for another try
    until its own deadline.
    """
    kind, _, number = payment.reference.partition(":")
    if kind != "order" or not number.isdecimal():
        return
    claim = claims.lock_of_order(int(number))
    if claim is not None and claim.state == ClaimState.PAYING:
        claims.be_held_again(claim)


def _claim(order: Order) -> Claim | None:
    """Locked already, when the order was; again here costs nothing and asks fresh values."""
    return claims.lock_of_order(order.pk) if order.origin == OrderOrigin.SALE else None
