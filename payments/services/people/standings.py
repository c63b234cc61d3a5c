"""A person's standing, and how much it lets them move."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile, User
from payments.models import Payment, Standing, StandingLimits
from payments.payment_states import PaymentState
from socialcommerce.lib.problems import Invalid

PAID_BEFORE: Final = timedelta(days=30)  # a chargeback would mostly have come by then
# Minor units of the site's currency. Whoever steals an account or opens a thousand gets no
# further than this before somebody looks; an operator changes each of them for everybody.
DEFAULTS: Final = {
    Standing.NEW: {
        "top_up_day_minor": 200_000,
        "top_up_week_minor": 400_000,
        "spend_day_minor": 300_000,
        "spend_week_minor": 600_000,
        "cash_out_day_minor": 50_000,
        "cash_out_week_minor": 100_000,
    },
    Standing.CONFIRMED: {
        "top_up_day_minor": 500_000,
        "top_up_week_minor": 1_000_000,
        "spend_day_minor": 1_000_000,
        "spend_week_minor": 2_000_000,
        "cash_out_day_minor": 200_000,
        "cash_out_week_minor": 500_000,
    },
    Standing.LONG_STANDING: {
        "top_up_day_minor": 2_000_000,
        "top_up_week_minor": 5_000_000,
        "spend_day_minor": 5_000_000,
        "spend_week_minor": 10_000_000,
        "cash_out_day_minor": 1_000_000,
        "cash_out_week_minor": 2_000_000,
    },
}
LIMITS: Final = tuple(DEFAULTS[Standing.NEW])


class BadLimits(Invalid):
    code = "bad-limits"
    title = _("Those limits cannot be set")


def of(profile_id: int, *, now: datetime) -> Standing:
    """New: without a confirmed address, or in the first days. Long-standing: half a year here,
    and a payment that stood for a month. Confirmed: everybody else. One query.
    """
    row = (
        Profile.objects.filter(pk=profile_id)
        .annotate(
            is_reachable=Exists(
                User.objects.filter(pk=OuterRef("user_id"), emailaddress__verified=True)
            ),
            has_paid=Exists(
                Payment.objects.filter(
                    payer_id=OuterRef("pk"),
                    state=PaymentState.SUCCEEDED,
                    created_at__lte=now - PAID_BEFORE,
                )
            ),
        )
        .values_list("created_at", "is_reachable", "has_paid")
        .first()
    )
    if row is None:
        return Standing.NEW
    joined_at, is_reachable, has_paid = row
    days = (now - joined_at).days
    if not is_reachable or days < settings.LIMITS_NEW_DAYS:
        return Standing.NEW
    if has_paid and days >= settings.LIMITS_LONG_DAYS:
        return Standing.LONG_STANDING
    return Standing.CONFIRMED


def limits_of(standing: Standing) -> StandingLimits:
    """What the operators set for it, or else what stands above. One query."""
    changed = StandingLimits.objects.filter(standing=standing).first()
    return changed or StandingLimits(standing=standing, **DEFAULTS[standing])


def all_limits() -> list[StandingLimits]:
    """A row for each standing, made where there was none."""
    for standing, defaults in DEFAULTS.items():
        StandingLimits.objects.get_or_create(standing=standing, defaults=defaults)
    return list(StandingLimits.objects.order_by("top_up_day_minor", "pk"))


def change(
    *, standing: Standing, limits: dict[str, int], by_id: int, now: datetime
) -> StandingLimits:
    """Everybody in that standing has these limits (by the names in LIMITS) from now on.

    Raises BadLimits: a week that holds less than a day.
    """
    for act in ("top_up", "spend", "cash_out"):
        if not 0 <= limits[f"{act}_day_minor"] <= limits[f"{act}_week_minor"]:
            raise BadLimits(_("A week holds at least what a day does. Nothing was changed."))
    with transaction.atomic(durable=True):
        row, _made = StandingLimits.objects.update_or_create(
            standing=standing, defaults={**limits, "changed_by_id": by_id, "changed_at": now}
        )
    return row
