"""Refunds: guarded by one conditional UPDATE, committed before Stripe hears of them."""

import logging
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from payments import events, gateway
from payments.models import Payment, Refund
from payments.payment_states import PaymentState
from payments.refund_states import TRANSITIONS, RefundState
from payments.services import chart, ledger, settlement
from socialcommerce.lib import guards
from socialcommerce.lib.problems import Conflict

logger = logging.getLogger(__name__)


class NotRefundable(Conflict):
    """`left_minor` is what could still be given back. Nothing has moved."""

    code = "not-refundable"
    title = _("That is more than can be given back")


def issue(
    *,
    payment_id: int,
    amount_minor: int,
    reason: str,
    key: str,
    now: datetime,
    to: str = "source",
) -> Refund:
    """The money has left escrow: it is in the payer's wallet (succeeded), or on its way to the
    card (pending until `drive` has Stripe's word). The same key again returns what stands.

    `to` is "source" or "wallet". Inside the caller's transaction, as its last act. Raises
    NotRefundable past what is captured and not yet given, ledger.KeyConflict.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A refund joins the caller's transaction.")
    payment = settlement.locked(payment_id) if guards.is_on("refunds.guard") else _peek(payment_id)
    earlier = Refund.objects.filter(payment=payment, key=key).first()
    if earlier is not None:
        if earlier.amount_minor != amount_minor:
            raise ledger.KeyConflict
        return earlier
    _take(payment, amount_minor)
    to_card = payment.method == Payment.Method.CARD and to == "source"
    refund = Refund.objects.create(
        payment=payment,
        amount_minor=amount_minor,
        to=Refund.To.CARD if to_card else Refund.To.WALLET,
        reason=reason[:140],
        key=key,
        state=(RefundState.PENDING if to_card else RefundState.SUCCEEDED).value,
        drive_at=settlement.next_drive(now) if to_card else None,
        created_at=now,
        settled_at=None if to_card else now,
    )
    _book(refund, payment, now)
    events.refund_changed.send(sender=Refund, refund=refund)
    return refund


def drive(*, refund_id: int, now: datetime) -> Refund:
    """The refund says what Stripe says. Outside any transaction; safe to repeat and in parallel.

    Without an answer it stays pending and the sweep asks again, under the same key.
    """
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    if refund.to == Refund.To.WALLET or refund.state == RefundState.FAILED:
        return refund
    try:
        result = _ask(refund)
    except (gateway.Unavailable, gateway.NotConfigured):
        return refund
    except gateway.Rejected as rejected:
        if refund.stripe_id:
            # Stripe took it; that it does not say how it went gives no money back here.
            logger.error("Refund %s is not known at Stripe any more: %s", refund_id, rejected)
            return refund
        return apply(refund_id=refund_id, state=RefundState.FAILED, reason=str(rejected), now=now)
    Refund.objects.filter(pk=refund_id, stripe_id__isnull=True).update(stripe_id=result.id)
    reason = result.failure_reason or ""
    return apply(refund_id=refund_id, state=RefundState(result.status), reason=reason, now=now)


def apply(*, refund_id: int, state: RefundState, reason: str, now: datetime) -> Refund:
    """The refund is in that state, if it may get there; a failure puts the money back in escrow."""
    with transaction.atomic(durable=True):
        payment_id = Refund.objects.values_list("payment_id", flat=True).get(pk=refund_id)
        payment = settlement.locked(payment_id)
        refund = Refund.objects.select_for_update(no_key=True).get(pk=refund_id)
        old = RefundState(refund.state)
        if state not in TRANSITIONS.moves[old]:
            return refund  # a repeat, or news older than what is known
        refund.state = state.value
        refund.failure_reason = reason[:140]
        refund.settled_at, refund.drive_at = now, None
        refund.save()
        if state == RefundState.FAILED:
            _return(refund, payment, now)
        events.refund_changed.send(sender=Refund, refund=refund)
        return refund


def _peek(payment_id: int) -> Payment:
    return Payment.objects.get(pk=payment_id)


def _take(payment: Payment, amount_minor: int) -> None:
    """`refunded_minor` has grown by the amount, and never past what is captured and not given."""
    row = Payment.objects.filter(
        pk=payment.pk, state=PaymentState.SUCCEEDED, purpose=Payment.Purpose.PURCHASE
    )
    given = F("refunded_minor") + F("released_minor") + F("fee_minor")
    if guards.is_on("refunds.guard"):
        row = row.filter(captured_minor__gte=given + amount_minor)
    left_minor = (
        payment.captured_minor - payment.refunded_minor - payment.released_minor - payment.fee_minor
    )
    fits = 1 <= amount_minor <= left_minor
    if not fits or row.update(refunded_minor=F("refunded_minor") + amount_minor) != 1:
        raise NotRefundable(left_minor=left_minor)


def _ask(refund: Refund) -> gateway.RefundResult:
    if refund.stripe_id:
        return gateway.retrieve_refund(refund.stripe_id)
    return gateway.create_refund(
        payment_id=refund.payment.stripe_id or "",
        amount_minor=refund.amount_minor,
        metadata={"refund": str(refund.pk)},
        idempotency_key=f"refund:{refund.pk}",
    )


def _goal(refund: Refund, payment: Payment) -> int:
    if refund.to == Refund.To.CARD:
        return chart.clearing(payment.currency).pk
    return chart.wallet(payment.payer_id, payment.currency).pk


def _book(refund: Refund, payment: Payment, now: datetime) -> None:
    escrow_id = chart.escrow(payment.payee_id, payment.currency).pk
    ledger.post(
        kind=f"refund_to_{refund.to}",
        scope="refund",
        key=str(refund.pk),
        legs=[ledger.Leg(escrow_id, _goal(refund, payment), refund.amount_minor)],
        now=now,
        memo=payment.reference,
    )


def _return(refund: Refund, payment: Payment, now: datetime) -> None:
    """Stripe could not give it to the card: it is in escrow again, to be given another way."""
    Payment.objects.filter(pk=payment.pk).update(
        refunded_minor=F("refunded_minor") - refund.amount_minor
    )
    escrow_id = chart.escrow(payment.payee_id, payment.currency).pk
    ledger.post(
        kind="refund_failed",
        scope="refund_failed",
        key=str(refund.pk),
        legs=[ledger.Leg(_goal(refund, payment), escrow_id, refund.amount_minor)],
        now=now,
        memo=payment.reference,
    )
