"""How many people a sale will have, how many of them press at once, and what that takes."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import F, Max, QuerySet

from flashsale.models import Lot, Sale, Second
from flashsale.sale_states import SaleState


@dataclass(frozen=True, slots=True)
class Forecast:
    """`people` reserve, `claims_a_second` come in the busiest second, for which `processes` web
    processes are needed. `past` is the sale that it was learnt from, if any.
    """

    people: int
    claims_a_second: int
    processes: int
    past: Sale | None


def of(sale: Sale, lots: Sequence[Lot]) -> Forecast:
    """Learnt from the same store's last sale, else from the settings; never fewer than reserved."""
    units = sum(lot.pledged for lot in lots)
    past = _past_sales(lots).first()
    people = max(units * _people_per_unit(past), sale.reserved - sale.withdrawn)
    peak = -(-people * _peak_percent(past) // 100)
    return Forecast(people, peak, -(-peak // settings.SALE_CLAIMS_PER_PROCESS), past)


def _past_sales(lots: Sequence[Lot]) -> "QuerySet[Sale]":
    stores = {lot.variant.product.store_id for lot in lots}
    settled = Sale.objects.public().filter(state=SaleState.SETTLED, reserved__gt=F("withdrawn"))
    return settled.filter(lots__variant__product__store__in=stores).distinct().order_by("-ends_at")


def _people_per_unit(past: Sale | None) -> int:
    if past is None:
        return settings.SALE_PEOPLE_PER_UNIT
    units = sum(lot.pledged for lot in past.lots.all())
    return max(1, -(-(past.reserved - past.withdrawn) // units))


def _peak_percent(past: Sale | None) -> int:
    """What share of the people of that sale pressed in its busiest second, from 1 to 100."""
    busiest: int | None = None
    if past is not None:
        seconds = Second.objects.filter(sale=past)
        busiest = seconds.aggregate(most=Max("claim_requests"))["most"]
    if past is None or not busiest:
        return settings.SALE_PEAK_PERCENT
    return min(100, max(1, -(-100 * busiest // (past.reserved - past.withdrawn))))
