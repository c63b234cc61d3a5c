"""Refunds: guarded by one conditional UPDATE, committed before Stripe hears of them."""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _

from payments import events, gateway
from payments.models import Payment, Refund
from payments.payment_states import PaymentState
from payments.refund_states import TRANSITIONS, RefundState
from payments.services import asking, ledger, settlement, taking_back
from payments.services.disputing import books, following, refusals
from payments.services.gift_cards import spending
from payments.services.people import cash_out_parts
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
) -> list[Refund]:
    """The money has left the payee: a row for each place it goes to, in the payer's wallet or on
    their gift card already (succeeded), or on its way to the card (pending until `drive` has
    Stripe's word). The same key again returns what stands.

    `to` is "source" (first what the card paid, then the wallet, the gift card last) or "wallet"
    (there, but the gift card's part, which stays one). Out of escrow first; what was released is
    taken back (see taking_back). Inside the caller's transaction, as its last act. Raises
    NotRefundable past what was captured and not yet given back, refusals.ChargedBack,
    ledger.KeyConflict.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A refund joins the caller's transaction.")
    payment = settlement.locked(payment_id) if guards.is_on("refunds.guard") else _peek(payment_id)
    earlier = list(Refund.objects.filter(payment=payment, key=key).order_by("pk"))
    if earlier:
        if sum(refund.amount_minor for refund in earlier) != amount_minor:
            raise ledger.KeyConflict
        return earlier
    _check(payment, amount_minor)
    shares = _shares(payment, amount_minor, to=to)
    if any(place == Refund.To.CARD for place, _minor in shares):
        refusals.refuse(payment)
    taken = [(place, taking_back.take(payment, minor)) for place, minor in shares]
    _save(payment, amount_minor, [sources for _place, sources in taken])
    made = [
        (_make(payment, place, sources, reason=reason, key=key, now=now), sources)
        for place, sources in taken
    ]
    takings = [taking_back.of_refund(payment, refund, sources) for refund, sources in made]
    if any(place == Refund.To.GIFT_CARD for place, _sources in taken):
        spending.keep_open(payment.gift_card_id or 0, now=now)
    ledger.post_many(taking_back.entries(payment, takings), now=now)
    for refund, _sources in made:
        events.refund_changed.send(sender=Refund, refund=refund)
    return [refund for refund, _sources in made]


def give_back(
    *,
    payment_id: int,
    amount_minor: int,
    reason: str,
    key: str,
    now: datetime,
    to: str = "source",
) -> list[Refund]:
    """As `issue`, in a transaction of its own, and driven. Raises what `issue` does."""
    with transaction.atomic(durable=True):
        made = issue(
            payment_id=payment_id,
            amount_minor=amount_minor,
            reason=reason,
            key=key,
            now=now,
            to=to,
        )
    return [drive(refund_id=refund.pk, now=now) for refund in made]


def drive(*, refund_id: int, now: datetime) -> Refund:
    """The refund says what Stripe says. Outside any transaction; safe to repeat and in parallel.

    Without an answer it stays pending and the sweep asks again, under the same key.
    """
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    if refund.to != Refund.To.CARD or refund.state == RefundState.FAILED:
        return refund
    try:
        result = _told(refund, _ask(refund, now), now)
    except (gateway.Unavailable, gateway.NotConfigured):
        return refund
    except gateway.Rejected as rejected:
        if refund.stripe_id:
            # Stripe took it; that it does not say how it went gives no money back here.
            logger.error("Refund %s is not known at Stripe any more: %s", refund_id, rejected)
            return refund
        return _fail_unmade(refund, rejected, now)
    return _follow(refund, result, now)


def refetch(*, refund_id: int, stripe_id: str, now: datetime) -> Refund:
    """The refund is as far as this one of Stripe's is; for events, which may come before our own
    answer, or long after the end. Raises gateway.GatewayError, Rejected if it is not the same.
    """
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    result = gateway.retrieve_refund(stripe_id)
    said = (result.payment_id, result.amount_minor, result.currency)
    if said != (refund.payment.stripe_id, refund.amount_minor, refund.payment.currency):
        raise gateway.Rejected(f"{stripe_id} is not refund {refund_id}: {said}")
    return _follow(refund, _told(refund, result, now), now)


def apply(*, refund_id: int, state: RefundState, reason: str, now: datetime) -> Refund:
    """The refund is in that state, if it may get there; a failure puts the money back where it
    came from.
    """
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
        if refund.cash_out_id is not None:
            cash_out_parts.follow(refund, now=now)
        elif state == RefundState.FAILED:
            books.refund_failed(payment, refund, now=now)
        events.refund_changed.send(sender=Refund, refund=refund)
        return refund


def _follow(refund: Refund, result: gateway.RefundResult, now: datetime) -> Refund:
    Refund.objects.filter(pk=refund.pk, stripe_id__isnull=True).update(stripe_id=result.id)
    state, reason = RefundState(result.status), result.failure_reason or ""
    return apply(refund_id=refund.pk, state=state, reason=reason, now=now)


def _told(refund: Refund, result: gateway.RefundResult, now: datetime) -> gateway.RefundResult:
    """A refund often fails because the bank has given the buyer the money. That has to be known
    first, or the buyer would get it once more.
    """
    if result.status == gateway.RefundStatus.FAILED:
        following.look_at_payment(refund.payment, now=now)
    return result


def _fail_unmade(refund: Refund, rejected: gateway.Rejected, now: datetime) -> Refund:
    try:
        following.look_at_payment(refund.payment, now=now)
    except gateway.GatewayError:
        return refund  # asked again
    return apply(refund_id=refund.pk, state=RefundState.FAILED, reason=str(rejected), now=now)


def _peek(payment_id: int) -> Payment:
    return Payment.objects.get(pk=payment_id)


def _check(payment: Payment, amount_minor: int) -> None:
    is_paid = payment.state == PaymentState.SUCCEEDED
    is_refundable = is_paid and payment.purpose == Payment.Purpose.PURCHASE
    if not is_refundable or not 1 <= amount_minor <= payment.refundable_minor:
        refusals.refuse(payment)
        raise NotRefundable(left_minor=payment.refundable_minor if is_refundable else 0)


def _shares(payment: Payment, amount_minor: int, *, to: str) -> list[tuple[Refund.To, int]]:
    """What goes where: in the reverse order of taking, so the card first, then the wallet, and the
    gift card last, which gets what it paid and never more.
    """
    given = _given(payment)
    money_minor = payment.amount_minor - payment.gift_part_minor  # what was no gift
    on_card_minor = given.get(Refund.To.CARD, 0) + refusals.taken_minor(payment)
    # Less than nothing where a bank took what the wallet had been given.
    money_minor = max(0, money_minor - on_card_minor - given.get(Refund.To.WALLET, 0))
    card_minor = 0
    if to == "source" and payment.method == Payment.Method.CARD:
        card_minor = min(amount_minor, money_minor, payment.card_part_minor - on_card_minor)
    wallet_minor = min(amount_minor, money_minor) - card_minor
    shares = [
        (Refund.To.CARD, card_minor),
        (Refund.To.WALLET, wallet_minor),
        (Refund.To.GIFT_CARD, amount_minor - card_minor - wallet_minor),
    ]
    return [(place, minor) for place, minor in shares if minor]


def _given(payment: Payment) -> dict[str, int]:
    """What each place got back so far, in minor units."""
    rows = Refund.objects.filter(payment=payment).exclude(state=RefundState.FAILED.value)
    return dict(rows.values_list("to").annotate(minor=Sum("amount_minor")))


def _save(payment: Payment, amount_minor: int, sources: Sequence[taking_back.Sources]) -> None:
    """What was given back has grown by the amount, and never past what was captured."""
    row = Payment.objects.filter(pk=payment.pk)
    if guards.is_on("refunds.guard"):
        row = row.filter(captured_minor__gte=F("refunded_minor") + amount_minor)
    grown = row.update(
        refunded_minor=F("refunded_minor") + amount_minor,
        clawed_minor=F("clawed_minor") + sum(one.clawed_minor for one in sources),
        fee_returned_minor=F("fee_returned_minor") + sum(one.fee_minor for one in sources),
    )
    if grown != 1:
        raise NotRefundable(left_minor=payment.refundable_minor)


def _make(
    payment: Payment,
    place: Refund.To,
    sources: taking_back.Sources,
    *,
    reason: str,
    key: str,
    now: datetime,
) -> Refund:
    to_card = place == Refund.To.CARD
    return Refund.objects.create(
        payment=payment,
        amount_minor=sum(sources),
        clawed_minor=sources.clawed_minor,
        fee_minor=sources.fee_minor,
        to=place,
        reason=reason[:140],
        key=key,
        state=(RefundState.PENDING if to_card else RefundState.SUCCEEDED).value,
        drive_at=settlement.next_drive(now) if to_card else None,
        created_at=now,
        settled_at=None if to_card else now,
    )


def _ask(refund: Refund, now: datetime) -> gateway.RefundResult:
    if refund.stripe_id:
        return gateway.retrieve_refund(refund.stripe_id)
    found = _look_up(refund) if asking.key_is_old(refund.created_at, now) else None
    if found is not None:
        return found
    try:
        return gateway.create_refund(
            payment_id=refund.payment.stripe_id or "",
            amount_minor=refund.amount_minor,
            metadata={"refund": str(refund.pk)},
            idempotency_key=f"refund:{refund.pk}",
        )
    except gateway.KeyMisused as misused:
        return _find(refund, misused)


def _look_up(refund: Refund) -> gateway.RefundResult | None:
    return gateway.find_refund(
        payment_id=refund.payment.stripe_id or "", metadata={"refund": str(refund.pk)}
    )


def _find(refund: Refund, misused: gateway.KeyMisused) -> gateway.RefundResult:
    """Something else was sent under the refund's key: what Stripe has of the refund counts.

    Raises gateway.Rejected if it has nothing: then no money has left.
    """
    found = _look_up(refund)
    if found is None:
        raise gateway.Rejected(str(misused)) from misused
    return found
