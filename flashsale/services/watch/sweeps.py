"""The guarantee behind every deadline of a sale: bounded, repeatable, several do no harm."""

import logging
from collections import Counter
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from flashsale.claim_states import ClaimState
from flashsale.gate import control
from flashsale.models import Claim
from flashsale.sale_states import SaleState
from flashsale.services import claims, units
from flashsale.services.locking import lock_sale
from flashsale.unit_states import UnitState
from payments.payment_states import OPEN, PaymentState
from payments.services import charges
from shop.services import orders
from socialcommerce.lib import faultpoints

logger = logging.getLogger(__name__)

LIMIT: Final = 500  # claims in one transaction


def expire(*, sale_id: int, now: datetime) -> int:
    """Up to LIMIT holds whose deadline has passed are expired and their units returned; how many.

    One whose card payment is under way gets its grace instead. A paused sale's clocks stand
    still. Locks the sale, if there is anything to do, then claims that nobody else has locked,
    then their units.
    """
    if not _unpaid_in_time(sale_id, now).exists():
        return 0
    with transaction.atomic(durable=True):
        sale = lock_sale(sale_id)
        if sale.state != SaleState.APPROVED:
            return 0
        rows = _overdue(sale_id, now)
        _give_grace([row.pk for row in rows if _is_paying(row)])
        over = [row for row in rows if not _is_paying(row)]
        ids = [row.pk for row in over]
        unit_ids = [row.unit_id for row in over if row.unit_id is not None]
        state = units.state_of_returned(sale)
        Claim.objects.filter(pk__in=ids).update(state=ClaimState.EXPIRED)
        units.move(unit_ids, state)
        orders.expire_many([row.order_id for row in over if row.order_id is not None], now=now)
    faultpoints.reach("units returned")
    if state == UnitState.FREE and over:
        control.give(sale, Counter(row.lot_id for row in over))
    if over:
        control.answer(ids)
    return len(over)


def stop_payments(*, sale_id: int, now: datetime) -> int:
    """Card payments that have used up their grace are cancelled; what Stripe says then decides.

    How many claims it looked at. No transaction may be open: Stripe is asked.
    """
    late = Claim.objects.filter(
        sale_id=sale_id,
        sale__state=SaleState.APPROVED,
        state=ClaimState.PAYING,
        held_until__lte=now,
    ).select_related("order__payment")
    rows = list(late.order_by("held_until")[:LIMIT])
    for claim in rows:
        try:
            _stop_payment(claim, now)
        except Exception:
            # Whatever is wrong with one payment, the units behind it come back.
            logger.exception("Payment of claim %s not stopped; it is tried again", claim.pk)
    return len(rows)


def _stop_payment(claim: Claim, now: datetime) -> None:
    faultpoints.reach("before a payment is stopped")
    payment = claim.order.payment if claim.order else None
    if payment is None or payment.state not in OPEN:
        _hold_again(claim.pk)
    elif payment.state == PaymentState.REQUIRES_METHOD or _grace_is_over(claim, now):
        charges.cancel(payment_id=payment.pk, now=now)


def _unpaid_in_time(sale_id: int, now: datetime) -> "QuerySet[Claim]":
    return Claim.objects.filter(sale_id=sale_id, state=ClaimState.HELD, held_until__lte=now)


def _overdue(sale_id: int, now: datetime) -> list[Claim]:
    locked = (
        _unpaid_in_time(sale_id, now)
        .order_by("held_until")
        .select_for_update(no_key=True, skip_locked=True, of=("self",))
    )
    return list(locked.select_related("order__payment")[:LIMIT])


def _is_paying(claim: Claim) -> bool:
    """A payment begun from the order's own page counts like one begun here."""
    payment = claim.order.payment if claim.order else None
    running = {PaymentState.CREATED, PaymentState.PROCESSING, PaymentState.REQUIRES_ACTION}
    return payment is not None and payment.state in running


def _give_grace(claim_ids: list[int]) -> None:
    grace = timedelta(seconds=settings.SALE_PAYING_GRACE_SECONDS)
    Claim.objects.filter(pk__in=claim_ids).update(
        state=ClaimState.PAYING, paying_until=F("held_until") + grace
    )


def _grace_is_over(claim: Claim, now: datetime) -> bool:
    return claim.paying_until is None or claim.paying_until <= now


def _hold_again(claim_id: int) -> None:
    """The next sweep ends it, by its own deadline."""
    with transaction.atomic(durable=True):
        claim = Claim.objects.select_for_update(no_key=True).get(pk=claim_id)
        if claim.state == ClaimState.PAYING:
            claims.be_held_again(claim)
