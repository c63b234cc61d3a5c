"""A payout on its way: into the merchant's account, from there to the bank, back if it fails.

Each step has a key made of our row, and is looked for before it is sent again once Stripe has
forgotten the key. Money is in the wallet again only when Stripe has given it back to the site.
"""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F

from payments import gateway
from payments.models import Payout
from payments.payout_states import TRANSITIONS, PayoutState
from payments.services import chart, ledger, payout_news, receivables, settlement
from payments.services.connect import KEY_KEPT

logger = logging.getLogger(__name__)

# What Stripe refuses today and takes tomorrow: card money is available some days after it was paid.
NOT_YET: Final = frozenset({"balance_insufficient", "insufficient_funds"})
BANK_SECONDS: Final = 3_600  # a bank takes days; Stripe's events are faster than asking
REFUSED_SECONDS: Final = 900


def drive(*, payout_id: int, now: datetime) -> Payout:
    """The payout is as far as Stripe lets it. Outside any transaction; safe to repeat and in
    parallel. Without an answer it stays where it is, and the sweep asks again.
    """
    try:
        return refetch(payout_id=payout_id, now=now)
    except (gateway.Unavailable, gateway.NotConfigured) as error:
        logger.warning("Payout %s has no answer: %s", payout_id, error)
    return Payout.objects.select_related("account").get(pk=payout_id)


def refetch(*, payout_id: int, now: datetime) -> Payout:
    """As `drive`; for events, which come once: raises gateway.Unavailable, NotConfigured."""
    payout = Payout.objects.select_related("account").get(pk=payout_id)
    if payout.state == PayoutState.CREATED and payout.transfer_id is None:
        payout = _transfer(payout, now)
    if payout.state == PayoutState.CREATED and payout.transfer_id is not None:
        payout = _send(payout, now)
    elif payout.state in {PayoutState.SENT, PayoutState.PAID}:
        payout = _look(payout, now)
    if payout.state == PayoutState.RETURNING:
        payout = _fetch_back(payout, now)
    return payout


def _transfer(payout: Payout, now: datetime) -> Payout:
    group = f"payout:{payout.pk}"
    try:
        result = gateway.find_transfer(group) if _key_is_forgotten(payout, now) else None
        result = result or gateway.create_transfer(
            account_id=payout.account.stripe_id or "",
            amount_minor=payout.amount_minor,
            currency=payout.currency,
            group=group,
            idempotency_key=f"payout:{payout.pk}:transfer:{payout.refusals}",
        )
    except gateway.Rejected as rejected:
        if rejected.code in NOT_YET:
            return _wait(payout, rejected, now)
        return _apply(payout, PayoutState.FAILED, now, failure_code=rejected.code or "")
    return _note(payout, transfer_id=result.id)


def _send(payout: Payout, now: datetime) -> Payout:
    metadata = {"payout": str(payout.pk)}
    account_id = payout.account.stripe_id or ""
    try:
        result = None
        if _key_is_forgotten(payout, now):
            result = gateway.find_payout(
                account_id=account_id, metadata=metadata, since=payout.created_at
            )
        result = result or gateway.create_payout(
            account_id=account_id,
            amount_minor=payout.amount_minor,
            currency=payout.currency,
            metadata=metadata,
            idempotency_key=f"payout:{payout.pk}:payout:{payout.refusals}",
        )
    except gateway.Rejected as rejected:
        if rejected.code in NOT_YET:
            return _wait(payout, rejected, now)
        return _apply(payout, PayoutState.RETURNING, now, failure_code=rejected.code or "")
    payout = _apply(_note(payout, payout_id=result.id), PayoutState.SENT, now)
    return _follow(payout, result, now)


def _look(payout: Payout, now: datetime) -> Payout:
    try:
        result = gateway.retrieve_payout(
            payout.payout_id or "", account_id=payout.account.stripe_id or ""
        )
    except gateway.Rejected as rejected:
        return _wait(payout, rejected, now)
    return _follow(payout, result, now)


def _follow(payout: Payout, result: gateway.PayoutResult, now: datetime) -> Payout:
    if result.status == gateway.PayoutStatus.PAID:
        return _apply(payout, PayoutState.PAID, now)
    if result.status == gateway.PayoutStatus.FAILED:
        return _apply(payout, PayoutState.RETURNING, now, failure_code=result.failure_code)
    if payout.state == PayoutState.SENT:
        return _note(payout, drive_at=now + timedelta(seconds=BANK_SECONDS))
    return payout


def _fetch_back(payout: Payout, now: datetime) -> Payout:
    """The site has the money again, and so has the wallet. Until then an operator sees it."""
    transfer_id = payout.transfer_id or ""
    try:
        if not gateway.retrieve_transfer(transfer_id).is_reversed:
            key = f"payout:{payout.pk}:reversal:{payout.refusals}"
            reversal_id = gateway.reverse_transfer(transfer_id, idempotency_key=key)
            payout = _note(payout, reversal_id=reversal_id)
    except gateway.Rejected as rejected:
        return _wait(payout, rejected, now)
    return _apply(payout, PayoutState.FAILED, now)


def _apply(payout: Payout, state: PayoutState, now: datetime, *, failure_code: str = "") -> Payout:
    """The payout is in that state, if it may get there; one that failed is in the wallet again."""
    with transaction.atomic(durable=True):
        row = Payout.objects.select_for_update(no_key=True, of=("self",)).select_related("account")
        current = row.get(pk=payout.pk)
        if state not in TRANSITIONS.moves[PayoutState(current.state)]:
            return current  # somebody else was faster
        refused = state == PayoutState.FAILED and current.state == PayoutState.CREATED
        if refused and current.transfer_id is not None:
            return current  # another drive got it through meanwhile
        current.state = state.value
        current.failure_code = failure_code[:60] or current.failure_code
        current.trouble = ""
        over = state in {PayoutState.PAID, PayoutState.FAILED}
        current.settled_at = now if over else None
        current.drive_at = None if over else settlement.next_drive(now)
        current.save()
        if state == PayoutState.FAILED:
            _return(current, now)
        return current


def _return(payout: Payout, now: datetime) -> None:
    """What the payee came to owe meanwhile is repaid first, as from a sale."""
    payout_news.payout_failed(payout, now=now)
    wallet_id = chart.wallet(payout.payee_id, payout.currency).pk
    debt = receivables.lock(payout.payee_id, payout.currency, beside=[wallet_id])
    legs = receivables.credit(
        debt,
        source_id=chart.clearing(payout.currency).pk,
        wallet_id=wallet_id,
        amount_minor=payout.amount_minor,
    )
    ledger.post(
        kind="payout_failed",
        scope="payout_failed",
        key=str(payout.pk),
        legs=legs,
        now=now,
        memo=f"payout:{payout.pk}",
    )


def _wait(payout: Payout, rejected: gateway.Rejected, now: datetime) -> Payout:
    """Asked again later, under another key: this one would only repeat the refusal."""
    Payout.objects.filter(pk=payout.pk, refusals=payout.refusals).update(
        refusals=F("refusals") + 1,
        trouble=str(rejected)[:140],
        drive_at=now + timedelta(seconds=REFUSED_SECONDS),
    )
    return Payout.objects.select_related("account").get(pk=payout.pk)


def _note(payout: Payout, **facts: object) -> Payout:
    Payout.objects.filter(pk=payout.pk).update(**facts)
    return Payout.objects.select_related("account").get(pk=payout.pk)


def _key_is_forgotten(payout: Payout, now: datetime) -> bool:
    return now - payout.created_at > KEY_KEPT
