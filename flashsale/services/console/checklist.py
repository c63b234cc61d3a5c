"""What stands between a draft and a sale that can keep what it announces.

`problems` is what approving refuses; `run` is the whole list for the operator's page, with what
the machines say at this moment, which forbids nothing: they may be there tomorrow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from flashsale.models import Lot, Sale
from flashsale.services.console import forecasts
from flashsale.services.console.sale_rules import RULES, Finding, Level, Plan, Rule, ok
from shop.models import StockItem
from socialcommerce import health

HOLD_SECONDS_KIND: Final = 60  # fewer are hard to meet with a bank's question in between
WORK_BITS_KIND: Final = 18  # more keep an old phone busy for seconds


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the list: what was looked at, what was found, and what to do about it."""

    code: str
    title: str | Promise
    level: Level
    found: str
    remedy: str = ""


def problems(sale: Sale, lots: Sequence[Lot], *, now: datetime) -> list[Check]:
    """What forbids the sale to be approved; stock is taken under its own lock, which may refuse.

    Asks PostgreSQL alone.
    """
    checks = _apply(RULES, _plan(sale, lots, now))
    return [check for check in checks if check.level == Level.BLOCKING]


def run(sale: Sale, lots: Sequence[Lot], *, now: datetime) -> list[Check]:
    """The whole list, in the order of RULES, then the machines."""
    plan = _plan(sale, lots, now)
    return [*_apply({**RULES, **OUTLOOK}, plan), *_machines()]


def _plan(sale: Sale, lots: Sequence[Lot], now: datetime) -> Plan:
    return Plan(sale, lots, list(sale.waves.order_by("number")), now)


def _apply(rules: Mapping[str, tuple[Promise, Rule]], plan: Plan) -> list[Check]:
    return [Check(code, title, *rule(plan)) for code, (title, rule) in rules.items()]


def _reserving(plan: Plan) -> Finding:
    opens = max(plan.sale.reserve_opens_at, plan.now)
    seconds = max(0, int((plan.sale.reserve_closes_at - opens).total_seconds()))
    if seconds < settings.SALE_RESERVE_SECONDS_MIN:
        found = _("People have %(seconds)s seconds to reserve.") % {"seconds": seconds}
        return Level.WARNING, found, _("Who hears of it late cannot take part: leave more time.")
    minutes = seconds // 60
    return ok(_("People have %(minutes)s minutes to reserve.") % {"minutes": minutes})


def _stock(plan: Plan) -> Finding:
    if plan.sale.approved_at is not None:
        return ok(_("The units have left the store's stock."))
    items = StockItem.objects.filter(variant__in=[lot.variant_id for lot in plan.lots])
    free = {item.variant_id: item.free for item in items}
    for lot in plan.lots:
        there = free.get(lot.variant_id, 0)
        if there < lot.pledged:
            found = _("Of %(variant)s %(free)s of %(pledged)s are in stock.") % {
                "variant": lot.variant, "free": there, "pledged": lot.pledged
            }  # fmt: skip
            return Level.BLOCKING, found, _("Ask the store to stock up, or sell fewer.")
    return ok(_("Enough of everything is in the store's stock."))


def _price(plan: Plan) -> Finding:
    if any(lot.unit_price_minor > lot.variant.price_minor for lot in plan.lots):
        found = _("It costs more in the sale than in the shop.")
        return Level.WARNING, found, _("Look at the price again.")
    return ok(_("Not above the shop's own price."))


def _hold(plan: Plan) -> Finding:
    if plan.sale.hold_seconds < HOLD_SECONDS_KIND:
        found = _("People have %(seconds)s seconds to pay.") % {"seconds": plan.sale.hold_seconds}
        return Level.WARNING, found, _("A bank may ask for a code: a minute is kind.")
    return ok(_("%(seconds)s seconds to pay.") % {"seconds": plan.sale.hold_seconds})


def _work(plan: Plan) -> Finding:
    if plan.sale.work_bits > WORK_BITS_KIND:
        found = _("%(bits)s bits keep an old phone busy for long.") % {"bits": plan.sale.work_bits}
        return Level.WARNING, found, _("Take fewer.")
    if not plan.sale.work_bits:
        return ok(_("None is asked for."))
    found = _("%(bits)s bits. Nobody can claim without JavaScript.") % {"bits": plan.sale.work_bits}
    return Level.WARNING, found, _("Take 0 unless you expect scripts in the crowd.")


def _crowd(plan: Plan) -> Finding:
    forecast = forecasts.of(plan.sale, plan.lots)
    found = ngettext(
        "About %(people)s people, up to %(claims)s claims in the busiest second: that takes"
        " %(processes)s web process.",
        "About %(people)s people, up to %(claims)s claims in the busiest second: that takes"
        " %(processes)s web processes.",
        forecast.processes,
    ) % {
        "people": forecast.people,
        "claims": forecast.claims_a_second,
        "processes": forecast.processes,
    }
    if forecast.processes > settings.SALE_WEB_PROCESSES:
        remedy = _("There are %(processes)s: start more, or people wait longer for an answer.")
        return Level.WARNING, found, remedy % {"processes": settings.SALE_WEB_PROCESSES}
    return ok(found)


def _machines() -> list[Check]:
    """What /readyz says, as warnings."""
    return [
        Check(
            code,
            title,
            Level.OK if said == "ok" else Level.WARNING,
            _("Answers.") if said == "ok" else said,
            "" if said == "ok" else _("Start it before reservations open."),
        )
        for code, title in MACHINES.items()
        for said in [health.state_of(code)]
    ]


OUTLOOK: Final[dict[str, tuple[Promise, Rule]]] = {
    "stock": (gettext_lazy("Stock"), _stock),
    "reserving": (gettext_lazy("Time to reserve"), _reserving),
    "price": (gettext_lazy("Price"), _price),
    "hold": (gettext_lazy("Time to pay"), _hold),
    "work": (gettext_lazy("Proof of work"), _work),
    "crowd": (gettext_lazy("The crowd"), _crowd),
}
MACHINES: Final[dict[str, Promise]] = {
    "redis_gate": gettext_lazy("Gate"),
    "worker": gettext_lazy("Worker"),
    "controller": gettext_lazy("Controller"),
}
