"""What a sale does when its orders speak: the claim follows, in the same transaction."""

from typing import Any

from flashsale.claim_states import UNPAID, ClaimState
from flashsale.models import Claim
from flashsale.services import claims
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
    """The order has expired or was cancelled."""
    claim = _claim(order)
    if claim is not None and claim.state in (*UNPAID, ClaimState.PAID):
        claims.be_given_up(claim, now=clock.now())


def hold_claim_again(*, payment: Payment, **_kwargs: Any) -> None:
    """The card payment died; the unit is held for another try until its own deadline."""
    kind, _, number = payment.reference.partition(":")
    if kind != "order" or not number.isdecimal():
        return
    claim = claims.lock_of_order(int(number))
    if claim is not None and claim.state == ClaimState.PAYING:
        claims.be_held_again(claim)


def _claim(order: Order) -> Claim | None:
    """Locked already, when the order was; again here costs nothing and asks fresh values."""
    return claims.lock_of_order(order.pk) if order.origin == OrderOrigin.SALE else None
