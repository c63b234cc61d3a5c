"""Stripe's events: stored once, answered at once, processed from the row.

An event only says where to look: the object is fetched again, so that late, repeated and
reordered events all end in the same books.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from payments import gateway
from payments.models import (
    CardSetup,
    ConnectAccount,
    Payment,
    Payout,
    Refund,
    StripeEvent,
    StripeEventState,
)
from payments.services import cards, charges, connect, payout_drives, refunds
from payments.services.disputing import following
from socialcommerce.lib.problems import Problem

logger = logging.getLogger(__name__)

TRIES: Final = 10  # with the waits below: three quarters of an hour
FIRST_WAIT_SECONDS: Final = 5
LONGEST_WAIT_SECONDS: Final = 3_600
# Stripe itself tries for three days to tell us; as long we try to ask it.
LASTS: Final = timedelta(days=3)


class Forged(Problem):
    code = "bad-signature"
    status = 400
    title = _("That did not come from Stripe")


class Unknown(LookupError):
    """The object is not (or not yet) in our tables; another try may find it."""


def receive(*, payload: bytes, signature: str, now: datetime) -> StripeEvent:
    """The event is stored, once for each id. Raises Forged."""
    try:
        event = gateway.parse_event(
            payload=payload, signature=signature, secrets=settings.STRIPE_WEBHOOK_SECRETS
        )
    except gateway.BadSignature as error:
        raise Forged from error
    row, _made = _keep(event, now)
    return row


def catch_up(*, now: datetime) -> int:
    """Events that Stripe could not deliver within the last days are stored; how many are new.

    Talks to Stripe, outside any transaction. Without an answer the next run does it.
    """
    count = 0
    try:
        for event in gateway.list_missed_events(since=now - LASTS):
            _row, made = _keep(event, now)
            count += made
    except gateway.GatewayError as error:
        logger.warning("Events that did not arrive wait for the next run: %s", error)
    return count


def process_due(*, now: datetime, limit: int) -> int:
    """Up to `limit` events are done, put off or given up; how many. Several at once share them."""
    events = StripeEvent.objects.in_bulk(_take_due(now, limit))
    for event in events.values():
        _process(event, now=now)
    return len(events)


def replay(*, event_id: int, now: datetime) -> int:
    """An event that was given up, or done, is pending again with all its tries; 0 if it is so
    already. Harmless: the object is fetched again.
    """
    over = [StripeEventState.DEAD, StripeEventState.DONE]
    return StripeEvent.objects.filter(pk=event_id, state__in=over).update(
        state=StripeEventState.PENDING, attempts=0, try_at=now, processed_at=None
    )


def _keep(event: gateway.EventInfo, now: datetime) -> tuple[StripeEvent, bool]:
    return StripeEvent.objects.get_or_create(
        event_id=event.id,
        defaults={
            "type": event.type[:80],
            "object_id": event.object_id,
            "raw": event.raw,
            "received_at": now,
            "try_at": now,
        },
    )


def _take_due(now: datetime, limit: int) -> list[int]:
    """Put off first, in a short transaction of its own: whoever dies here leaves a later try."""
    with transaction.atomic(durable=True):
        due = (
            StripeEvent.objects.select_for_update(skip_locked=True, no_key=True)
            .filter(state=StripeEventState.PENDING, try_at__lte=now)
            .order_by("try_at", "pk")[:limit]
        )
        rows = list(due)
        for row in rows:
            row.attempts += 1
            row.try_at = now + timedelta(seconds=_wait_seconds(row.attempts))
        StripeEvent.objects.bulk_update(rows, ["attempts", "try_at"])
        return [row.pk for row in rows]


def _process(event: StripeEvent, *, now: datetime) -> None:
    subject: dict[str, Any] = event.raw["data"]["object"]
    handle = HANDLERS.get(str(subject.get("object")), _ignore)
    try:
        handle(subject, now)
    except Exception as error:  # noqa: BLE001  whatever it is, the others go on and this one waits
        _put_off(event, error, now)
        return
    StripeEvent.objects.filter(pk=event.pk).update(
        state=StripeEventState.DONE, processed_at=now, last_error=""
    )


def _wait_seconds(attempts: int) -> int:
    doublings: int = 2 ** min(attempts - 1, 10)
    return min(FIRST_WAIT_SECONDS * doublings, LONGEST_WAIT_SECONDS)


def _put_off(event: StripeEvent, error: Exception, now: datetime) -> None:
    """While Stripe does not answer no event is to blame, and none is given up for days."""
    waits = _is_away(error) and now - event.received_at < LASTS
    dead = event.attempts >= TRIES and not waits
    logger.warning("Event %s, try %s: %r", event.event_id, event.attempts, error)
    StripeEvent.objects.filter(pk=event.pk).update(
        state=StripeEventState.DEAD if dead else StripeEventState.PENDING,
        last_error=repr(error)[:200],
    )


def _is_away(error: Exception) -> bool:
    if isinstance(error, Problem):  # what the services make of it
        return error.status == HTTPStatus.SERVICE_UNAVAILABLE
    return isinstance(error, gateway.Unavailable | gateway.NotConfigured)


def _about_payment(subject: dict[str, Any], now: datetime) -> None:
    stripe_id = str(subject["id"])
    named = _number(subject, "payment")
    payment = (
        Payment.objects.filter(stripe_id=stripe_id).first()
        or Payment.objects.filter(pk=named, method=Payment.Method.CARD).first()
    )
    if payment is None:
        raise Unknown(stripe_id)
    charges.refetch(payment_id=payment.pk, stripe_id=stripe_id, now=now)


def _about_refund(subject: dict[str, Any], now: datetime) -> None:
    stripe_id = str(subject["id"])
    refund = (
        Refund.objects.filter(stripe_id=stripe_id).first()
        or Refund.objects.filter(pk=_number(subject, "refund")).first()
    )
    if refund is None or refund.stripe_id not in {None, stripe_id}:
        raise Unknown(stripe_id)
    refunds.refetch(refund_id=refund.pk, stripe_id=stripe_id, now=now)


def _about_dispute(subject: dict[str, Any], now: datetime) -> None:
    following.look(stripe_id=str(subject["id"]), now=now)


def _about_setup(subject: dict[str, Any], now: datetime) -> None:
    if subject.get("mode") != "setup":
        return
    setup = CardSetup.objects.filter(stripe_id=str(subject["id"])).first()
    if setup is None:
        raise Unknown(subject["id"])
    cards.finish_setup(setup, now=now)


def _about_setup_intent(subject: dict[str, Any], now: datetime) -> None:
    """Those of hosted pages are not ours to know: the page's own event speaks for them."""
    setup = CardSetup.objects.filter(stripe_id=str(subject["id"])).first()
    if setup is not None:
        cards.finish_setup(setup, now=now)


def _about_payout(subject: dict[str, Any], now: datetime) -> None:
    """Those without our row's id are the site's own, to its own bank."""
    stripe_id = str(subject["id"])
    named = _number(subject, "payout")
    payout = (
        Payout.objects.filter(payout_id=stripe_id).first()
        or Payout.objects.filter(pk=named).first()
    )
    if payout is not None:
        payout_drives.refetch(payout_id=payout.pk, now=now)
    elif named != -1:
        raise Unknown(stripe_id)


def _about_account(subject: dict[str, Any], now: datetime) -> None:
    account = ConnectAccount.objects.filter(stripe_id=str(subject["id"])).first()
    if account is None:
        raise Unknown(subject["id"])
    connect.refresh(account_id=account.pk, now=now)


def _ignore(_subject: dict[str, Any], _now: datetime) -> None:
    """Stripe sends more kinds than we asked for; they stay on record."""


def _number(subject: dict[str, Any], name: str) -> int:
    """Our row's id from the metadata that we sent along, or -1."""
    text = str((subject.get("metadata") or {}).get(name, ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else -1


HANDLERS: Final[dict[str, Callable[[dict[str, Any], datetime], None]]] = {
    "payment_intent": _about_payment,
    "refund": _about_refund,
    "dispute": _about_dispute,
    "payout": _about_payout,
    "account": _about_account,
    "checkout.session": _about_setup,
    "setup_intent": _about_setup_intent,
}
