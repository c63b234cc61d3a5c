"""A past sale as the draft of a new one."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from flashsale.local_time import moment_of
from flashsale.models import Lot, Sale, Wave
from flashsale.models.sales import RULE_FIELDS, TIME_FIELDS
from flashsale.services import acts

COPIED: Final = ("title", "blurb", "post_text", "currency", *RULE_FIELDS)


def clone(*, sale_id: int, by: User, now: datetime) -> Sale:
    """A draft like that sale, at the same time of the first day on which all of it is to come.

    The time of day is the site's; everything else keeps its distance from the start. Opens the
    transaction.
    """
    with transaction.atomic(durable=True):
        old = Sale.objects.get(pk=sale_id)
        shift = _shift(old, now=now)
        times = {name: getattr(old, name) + shift for name in TIME_FIELDS}
        copied = {name: getattr(old, name) for name in COPIED}
        new = Sale.objects.create(**copied, **times, created_at=now)
        Lot.objects.bulk_create(
            Lot(
                sale=new,
                variant_id=lot.variant_id,
                unit_price_minor=lot.unit_price_minor,
                pledged=lot.pledged,
            )
            for lot in old.lots.all()
        )
        Wave.objects.bulk_create(
            Wave(sale=new, number=wave.number, opens_at=wave.opens_at + shift)
            for wave in old.waves.all()
        )
        acts.log(new, kind="cloned", by=by, detail={"from": old.pk}, now=now)
    return new


def _shift(old: Sale, *, now: datetime) -> timedelta:
    zone = timezone.get_default_timezone()
    start = old.starts_at.astimezone(zone)
    days = max(1, (now - old.reserve_opens_at).days + 1)
    while True:
        day = start.date() + timedelta(days=days)
        shift = moment_of(day, start.time(), zone) - old.starts_at
        if old.reserve_opens_at + shift > now:
            return shift
        days += 1
