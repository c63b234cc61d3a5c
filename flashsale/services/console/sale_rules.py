"""What forbids a sale to be announced: rules about its plan alone, each with its remedy."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feed import text as texts
from flashsale.models import Lot, Rehearsal, Sale, SaleKind, Wave
from flashsale.models.sales import UNITS_MAX
from flashsale.rehearsal import config
from flashsale.rehearsal.states import RehearsalState

WINDOW_MS: Final = range(1_000, 60_001)


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    BLOCKING = "blocking"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is checked, read once."""

    sale: Sale
    lots: Sequence[Lot]
    waves: Sequence[Wave]
    now: datetime

    @property
    def units(self) -> int:
        return sum(lot.pledged for lot in self.lots)


# What one rule found: how bad it is, in words, and the remedy.
Finding = tuple[Level, str, str]
Rule = Callable[[Plan], Finding]


def ok(found: str) -> Finding:
    return Level.OK, found, ""


def _times(plan: Plan) -> Finding:
    sale = plan.sale
    order = (sale.reserve_opens_at, sale.reserve_closes_at, sale.starts_at, sale.ends_at)
    if any(later < earlier for earlier, later in pairwise(order)):
        return Level.BLOCKING, _("The times are not in order."), _("Set each after the one before.")
    if sale.reserve_closes_at <= plan.now:
        return (
            Level.BLOCKING,
            _("Reservations would be closed already."),
            _("Please set later times."),
        )
    if sale.reserve_opens_at <= plan.now:
        found = _("Reservations open in the moment of the approval.")
        return Level.WARNING, found, _("Leave some time to announce it.")
    return ok(_("In order, and all to come."))


def _units(plan: Plan) -> Finding:
    if not plan.lots:
        return Level.BLOCKING, _("There is nothing to sell."), _("Add a lot.")
    if plan.units > UNITS_MAX:
        found = _("%(units)s units are more than one sale can hold.") % {"units": plan.units}
        return Level.BLOCKING, found, _("Stay below %(max)s.") % {"max": UNITS_MAX}
    return ok(_("%(units)s units in all.") % {"units": plan.units})


def _store(plan: Plan) -> Finding:
    for store in (lot.variant.product.store for lot in plan.lots):
        if not store.is_open:
            found = _("%(store)s is not open.") % {"store": store}
            return Level.BLOCKING, found, _("Approve the store first.")
        if not (plan.sale.currency == store.currency == settings.SITE_CURRENCY):
            found = _("%(store)s sells in another currency than the sale.") % {"store": store}
            return Level.BLOCKING, found, _("Choose a variant of another store.")
    return ok(_("Open, and in the sale's currency."))


def _words(plan: Plan) -> Finding:
    try:
        texts.check(plan.sale.post_text or plan.sale.title)
    except texts.BadText as error:
        found = _("The text of shared posts cannot be posted.")
        return Level.BLOCKING, found, str(error.detail or error.title)
    return ok(_("Can be posted as it is."))


def _kind(plan: Plan) -> Finding:
    """What the database cannot hold: a draw gives one unit, and a window is one that is felt."""
    sale = plan.sale
    if sale.kind == SaleKind.DRAW and sale.slots != 1:
        found = _("A draw gives one unit to a person.")
        return Level.BLOCKING, found, _("Set the units per person to 1.")
    if sale.kind == SaleKind.DRAW:
        return ok(_("A draw, with weights that are printed on the page."))
    if not sale.opening_window_ms:
        return ok(_("First come, without an opening window."))
    if sale.opening_window_ms not in WINDOW_MS:
        found = _("The opening window has to last from 1 to 60 seconds.")
        return Level.BLOCKING, found, _("Set it to 0 or to 1000 ms and more.")
    if timedelta(milliseconds=sale.opening_window_ms) >= sale.ends_at - sale.starts_at:
        found = _("The opening window lasts as long as the sale.")
        return Level.BLOCKING, found, _("Let the sale end later.")
    return ok(_("First come; who comes in the window has the same chance."))


def _waves(plan: Plan) -> Finding:
    """Nobody's hold is over before the first wave, and each has its time before the end."""
    if not plan.waves:
        found = _("Units that are not paid go to the waiting list.")
        return ok(found)
    moments = [plan.sale.starts_at, *(wave.opens_at for wave in plan.waves), plan.sale.ends_at]
    if [wave.number for wave in plan.waves] != list(range(1, len(plan.waves) + 1)):
        found = _("The waves have to be numbered 1, 2, 3.")
        return Level.BLOCKING, found, _("Number them anew.")
    hold = timedelta(seconds=plan.sale.hold_seconds)
    if any(later - earlier < hold for earlier, later in pairwise(moments)):
        found = _("A hold of %(seconds)s seconds does not fit between start, waves and end.")
        return (
            Level.BLOCKING,
            found % {"seconds": plan.sale.hold_seconds},
            _("Set the waves further apart, or the time to pay shorter."),
        )
    return ok(_("Every hold is over before the next wave."))


def _limits(plan: Plan) -> Finding:
    sale = plan.sale
    for limit in (sale.per_address_limit, sale.per_card_limit):
        if limit and limit < sale.slots:
            found = _("A person may take %(slots)s units, an address or a card fewer.")
            remedy = _("Raise the limit, or lower the units per person.")
            return Level.BLOCKING, found % {"slots": sale.slots}, remedy
    return ok(_("They do not contradict each other."))


def _rehearsal(plan: Plan) -> Finding:
    """A verdict holds for exactly the configuration that was played."""
    large = plan.units > settings.SALE_REHEARSE_ABOVE_UNITS
    level = Level.BLOCKING if large else Level.WARNING
    last = Rehearsal.objects.filter(sale=plan.sale, state=RehearsalState.DONE).first()
    if last is None:
        return level, _("It was not rehearsed."), _("Rehearse it.")
    if last.config_hash != config.hash_of(plan.sale):
        return level, _("It was changed since its rehearsal."), _("Rehearse it again.")
    if not last.verdict.get("go"):
        return level, _("The rehearsal said no."), _("Read its verdict and rehearse again.")
    return ok(_("Rehearsed like this, and it went well."))


RULES: Final[dict[str, tuple[Promise, Rule]]] = {
    "times": (gettext_lazy("Times"), _times),
    "units": (gettext_lazy("Units"), _units),
    "store": (gettext_lazy("Store"), _store),
    "words": (gettext_lazy("Words"), _words),
    "kind": (gettext_lazy("How units are given"), _kind),
    "waves": (gettext_lazy("Waves"), _waves),
    "limits": (gettext_lazy("Limits"), _limits),
    "rehearsal": (gettext_lazy("Rehearsal"), _rehearsal),
}
