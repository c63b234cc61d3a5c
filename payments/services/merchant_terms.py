"""A merchant's terms: when its money is paid out, and whether. Every change names who made it."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from payments.models import MerchantTerms, PayoutEvery
from payments.services import bounds
from socialcommerce.lib.problems import Invalid


class BadTerms(Invalid):
    code = "bad-merchant-terms"
    title = _("Those terms cannot be set")


class Reserving(NamedTuple):
    """Of each sale's proceeds so many hundredths of a percent are kept for so many days, of sales
    that are released before `until` (None: of none).
    """

    basis_points: int
    days: int
    until: datetime | None


def of(profile_id: int, *, now: datetime, currency: str = "") -> MerchantTerms:
    """The terms of that payee, made with the site's defaults if there were none, for what is sold
    in that currency, else in the site's.
    """
    currency = currency or settings.SITE_CURRENCY
    found, _made = MerchantTerms.objects.select_related("profile").get_or_create(
        profile_id=profile_id,
        defaults={
            "currency": currency,
            "next_run_on": next_run(PayoutEvery.WEEKLY, after=site_day(now)),
            "minimum_minor": bounds.about(settings.PAYOUT_MINIMUM_MINOR, currency),
            "changed_at": now,
        },
    )
    return found


def welcome(*, profile_id: int, now: datetime, currency: str = "") -> MerchantTerms:
    """A young store: for a while a part of its proceeds waits for what may come back. It sells in
    that currency, else in the site's.
    """
    terms = of(profile_id, now=now, currency=currency)
    if terms.reserve_until is None:
        reserving = Reserving(
            settings.RESERVE_BASIS_POINTS,
            settings.RESERVE_DAYS,
            now + timedelta(days=settings.RESERVE_YOUNG_DAYS),
        )
        set_reserve(profile_id=profile_id, reserving=reserving, by_id=None, now=now)
        terms.refresh_from_db()
    return terms


def set_schedule(
    *, profile_id: int, every: PayoutEvery, minimum_minor: int, by_id: int, now: datetime
) -> None:
    """Paid out so often, from so much on; the next run is the first after today.

    Raises BadTerms for a minimum below the site's.
    """
    currency = of(profile_id, now=now).currency
    if minimum_minor < bounds.about(settings.PAYOUT_MINIMUM_MINOR, currency):
        raise BadTerms(_("The smallest payout is below what a transfer is worth."))
    MerchantTerms.objects.filter(profile_id=profile_id).update(
        payout_every=every,
        minimum_minor=minimum_minor,
        next_run_on=next_run(every, after=site_day(now)),
        changed_by_id=by_id,
        changed_at=now,
    )


def set_reserve(*, profile_id: int, reserving: Reserving, by_id: int | None, now: datetime) -> None:
    """Sales that are released from now on are kept back so; what is kept already stays as it is.

    Raises BadTerms for a share without days.
    """
    if reserving.basis_points and not reserving.days:
        raise BadTerms(_("Please say for how many days the reserve is kept."))
    of(profile_id, now=now)
    MerchantTerms.objects.filter(profile_id=profile_id).update(
        reserve_basis_points=reserving.basis_points,
        reserve_days=reserving.days,
        reserve_until=reserving.until,
        changed_by_id=by_id,
        changed_at=now,
    )


def hold(*, profile_id: int, reason: str, by_id: int, now: datetime) -> None:
    """No payout begins until an operator lets go; the store reads the reason."""
    if not reason.strip():
        raise BadTerms(_("Please say why: the store reads it."))
    of(profile_id, now=now)
    with transaction.atomic():
        # The run reads this row under its lock: a payout that has begun is not stopped here.
        MerchantTerms.objects.select_for_update(no_key=True).get(profile_id=profile_id)
        MerchantTerms.objects.filter(profile_id=profile_id).update(
            is_held=True, hold_reason=reason.strip(), changed_by_id=by_id, changed_at=now
        )


def let_go(*, profile_id: int, by_id: int, now: datetime) -> None:
    """Payouts go on with the next run."""
    MerchantTerms.objects.filter(profile_id=profile_id).update(
        is_held=False, hold_reason="", changed_by_id=by_id, changed_at=now
    )


def site_day(now: datetime) -> date:
    """The day it is in the site's time zone."""
    return timezone.localdate(now, timezone.get_default_timezone())


def next_run(every: str, *, after: date) -> date | None:
    """The first day after that one on which such a payee is looked at; None if never by itself."""
    if every == PayoutEvery.MANUAL:
        return None
    if every == PayoutEvery.MONTHLY:
        return (after.replace(day=1) + timedelta(days=32)).replace(day=1)
    if every == PayoutEvery.WEEKLY:
        return after + timedelta(days=7 - after.weekday())
    return after + timedelta(days=1)
