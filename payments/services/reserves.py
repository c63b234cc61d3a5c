"""The reserve of young stores: a part of each sale's proceeds, in the wallet some weeks later."""

from datetime import datetime, timedelta

from django.db import transaction

from payments.models import MerchantTerms, Payment, Reserve
from payments.services import chart, ledger, receivables
from socialcommerce.lib.money import basis_points


def keep(payment: Payment, *, proceeds_minor: int, key: str, now: datetime) -> int:
    """How much of a release's proceeds waits in the reserve, by the payee's terms; its row stands.

    Inside the release's transaction, which books it. Zero for most.
    """
    terms = MerchantTerms.objects.filter(
        profile_id=payment.payee_id, reserve_basis_points__gt=0, reserve_until__gt=now
    ).first()
    share_minor = basis_points(proceeds_minor, terms.reserve_basis_points) if terms else 0
    if terms is not None and share_minor:
        Reserve.objects.create(
            payee_id=payment.payee_id,
            payment=payment,
            key=key,
            amount_minor=share_minor,
            currency=payment.currency,
            created_at=now,
            release_at=now + timedelta(days=terms.reserve_days),
        )
    return share_minor


def free_due(*, now: datetime, limit: int) -> int:
    """Up to `limit` reserves whose time has come are in their wallets, what the payee owes the site
    repaid first; how many.
    """
    due = Reserve.objects.filter(released_at__isnull=True, release_at__lte=now)
    ids = list(due.order_by("release_at", "pk").values_list("pk", flat=True)[:limit])
    return sum(_free(pk, now) for pk in ids)


def _free(reserve_id: int, now: datetime) -> bool:
    """Each alone, so that one that cannot be freed keeps no other waiting."""
    with transaction.atomic(durable=True):
        row = (
            Reserve.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
            .filter(pk=reserve_id, released_at__isnull=True)
            .select_related("payment")
            .first()
        )
        if row is None:
            return False  # somebody else is at it, or was
        Reserve.objects.filter(pk=row.pk).update(released_at=now)
        reserve_id = chart.reserve(row.payee_id, row.currency).pk
        wallet_id = chart.wallet(row.payee_id, row.currency).pk
        debt = receivables.lock(row.payee_id, row.currency, beside=(reserve_id, wallet_id))
        legs = receivables.credit(
            debt, source_id=reserve_id, wallet_id=wallet_id, amount_minor=row.amount_minor
        )
        ledger.post(
            kind="reserve_release",
            scope="reserve",
            key=str(row.pk),
            legs=legs,
            now=now,
            memo=row.payment.reference,
        )
        return True
