"""How fast a person's money may move: topped up, spent, cashed out, in 24 hours and in 7 days.

Counted from the rows that stand for the money (what is under way counts, what died or went back
does not), under the person's own lock: two payments at once cannot pass what one may not.
Charges of a sale's batch count too but are not refused here: what they are is the consent given
with a reservation, and the sale has limits of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import Combinable
from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from payments.models import CashOut, Payment, StandingLimits
from payments.payment_states import PaymentState
from payments.services import bounds
from payments.services.people import standings
from socialcommerce.lib import guards
from socialcommerce.lib.money import TEST_CURRENCY, Money, format_money
from socialcommerce.lib.problems import Problem


class Act(StrEnum):
    TOP_UP = "top_up"
    SPEND = "spend"
    CASH_OUT = "cash_out"


WINDOWS: Final = {"day": timedelta(hours=24), "week": timedelta(days=7)}
WORDS: Final[dict[Act, str | Promise]] = {
    Act.TOP_UP: _("Topping up"),
    Act.SPEND: _("Paying"),
    Act.CASH_OUT: _("Cashing out"),
}
DEAD: Final = [PaymentState.FAILED.value, PaymentState.CANCELLED.value]


class LimitReached(Problem):
    """`left_minor` may move now; `possible_at` is when the amount may, None if never at once."""

    code = "limit-reached"
    status = 409
    title = _("That is more than your limit allows")


@dataclass(frozen=True, slots=True)
class Gauge:
    """How much of a limit is used, in minor units of the currency."""

    act: Act
    window: str
    currency: str
    limit_minor: int
    used_minor: int

    @property
    def left_minor(self) -> int:
        return max(0, self.limit_minor - self.used_minor)

    @property
    def percent(self) -> int:
        """How full it is, 100 at most."""
        if self.used_minor >= self.limit_minor:
            return 100
        return self.used_minor * 100 // self.limit_minor


def lock(profile_id: int) -> None:
    """Whatever else this person begins to pay waits until the transaction ends. In the one lock
    order it stands between the order and its payment.
    """
    if guards.is_on("velocity.lock"):
        person = Profile.objects.filter(pk=profile_id).order_by()
        person.select_for_update(no_key=True, of=("self",)).values_list("pk").first()


def check(*, profile_id: int, act: Act, amount_minor: int, currency: str, now: datetime) -> None:
    """Nothing within the person's limits. The caller has `lock`ed. Three queries.

    Each currency is counted for itself, with about the site's limits (`bounds`); the test money
    of rehearsals has no limits. Raises LimitReached.
    """
    if currency == TEST_CURRENCY:
        return
    moved = _moved(profile_id, act, currency, now)
    limits = standings.limits_of(standings.of(profile_id, now=now))
    found = _gauges(act, limits, moved, currency, now)
    passed = [gauge for gauge in found if amount_minor > gauge.left_minor]
    if passed:
        raise _refusal(passed, amount_minor, moved, now)


def gauges(profile_id: int, *, now: datetime) -> list[Gauge]:
    """Every limit of the person in the site's currency, and how much is used. Five queries."""
    currency = settings.SITE_CURRENCY
    limits = standings.limits_of(standings.of(profile_id, now=now))
    return [
        gauge
        for act in Act
        for gauge in _gauges(act, limits, _moved(profile_id, act, currency, now), currency, now)
    ]


Moved = list[tuple[datetime, int]]


def _moved(profile_id: int, act: Act, currency: str, now: datetime) -> Moved:
    """When and how much, in the longest window, the oldest first."""
    since = now - max(WINDOWS.values())
    found = _rows(act).filter(created_at__gt=since, currency=currency)
    owner = {"profile_id" if act == Act.CASH_OUT else "payer_id": profile_id}
    counted = found.filter(**owner).annotate(minor=_minor(act)).filter(minor__gt=0)
    return list(counted.order_by("created_at").values_list("created_at", "minor"))


def _rows(act: Act) -> "QuerySet[CashOut] | QuerySet[Payment]":
    if act == Act.CASH_OUT:
        return CashOut.objects.all()
    is_top_up = Q(purpose=Payment.Purpose.TOP_UP)
    payments = Payment.objects.filter(is_top_up if act == Act.TOP_UP else ~is_top_up)
    return payments.exclude(state__in=DEAD)


def _minor(act: Act) -> Combinable:
    """What of a row counts: a top-up all of it, also when it was cashed out again."""
    if act == Act.TOP_UP:
        return F("amount_minor")
    return F("amount_minor") - F("returned_minor" if act == Act.CASH_OUT else "refunded_minor")


def _gauges(
    act: Act, limits: StandingLimits, moved: Moved, currency: str, now: datetime
) -> Iterable[Gauge]:
    for window, length in WINDOWS.items():
        limit_minor = bounds.about(getattr(limits, f"{act}_{window}_minor"), currency)
        used_minor = sum(minor for at, minor in moved if at > now - length)
        yield Gauge(act, window, currency, limit_minor, used_minor)


def _refusal(
    passed: Sequence[Gauge], amount_minor: int, moved: Moved, now: datetime
) -> LimitReached:
    """Of the limit that leaves least; that is possible again when all of them allow it."""
    narrow = min(passed, key=lambda gauge: (gauge.left_minor, gauge.limit_minor))
    moments = [_possible_at(gauge, amount_minor, moved, now) for gauge in passed]
    possible_at = None if None in moments else max(moment for moment in moments if moment)
    words = {
        "act": WORDS[narrow.act],
        "left": format_money(Money(narrow.left_minor, narrow.currency)),
        "limit": format_money(Money(min(one.limit_minor for one in passed), narrow.currency)),
    }
    if possible_at is None:
        text = _("%(act)s: at most %(limit)s at once. Nothing moved; please take less.")
    else:
        text = _(
            "%(act)s: %(left)s of %(limit)s is left for now. Nothing moved. The amount is possible"
            " again from %(moment)s on."
        )
        moment = timezone.localtime(possible_at)
        words["limit"] = format_money(Money(narrow.limit_minor, narrow.currency))
        words["moment"] = formats.date_format(moment, "SHORT_DATETIME_FORMAT")
    return LimitReached(
        text % words,
        limit_minor=narrow.limit_minor,
        left_minor=narrow.left_minor,
        possible_at=possible_at,
    )


def _possible_at(gauge: Gauge, amount_minor: int, moved: Moved, now: datetime) -> datetime | None:
    """When enough of what counts is older than the window."""
    over_minor = gauge.used_minor + amount_minor - gauge.limit_minor
    if amount_minor > gauge.limit_minor:
        return None
    length = WINDOWS[gauge.window]
    for at, minor in moved:
        if at > now - length:
            over_minor -= minor
            if over_minor <= 0:
                return at + length
    return None
