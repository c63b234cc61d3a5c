"""Whether a seller is in good standing: what a store has shown before it may sell alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from flashsale.sale_states import SaleState
from payments.models import Dispute
from shop.models import Order, Store
from shop.order_states import OrderState

LOOKS_BACK: Final = timedelta(days=90)
# One bad order of three says little; below so many troubled orders nobody is held up.
TROUBLED_FREE: Final = 2


@dataclass(frozen=True, slots=True)
class Standing:
    """`paid` orders of the last 90 days, of which `troubled` were called off, are late, or were
    taken back by the buyer's bank.
    """

    is_open: bool
    open_days: int
    paid: int
    troubled: int

    def missing(self) -> list[str]:
        """What stands between the seller and a drop, in words; nothing in good standing."""
        return [reason for reason in (self._closed(), self._young(), self._troubled()) if reason]

    def _closed(self) -> str:
        return "" if self.is_open else _("The store is not open.")

    def _young(self) -> str:
        left = settings.DROP_STORE_DAYS - self.open_days
        if left <= 0 or not self.is_open:
            return ""
        return ngettext(
            "The store has to be open for %(days)s more day.",
            "The store has to be open for %(days)s more days.",
            left,
        ) % {"days": left}

    def _troubled(self) -> str:
        within = 100 * self.troubled <= settings.DROP_TROUBLE_PERCENT_MAX * self.paid
        if within or self.troubled <= TROUBLED_FREE:
            return ""
        return _(
            "%(troubled)s of %(paid)s paid orders of the last 90 days were cancelled, are not "
            "shipped in time or were charged back; at most %(percent)s %% may be."
        ) % {
            "troubled": self.troubled,
            "paid": self.paid,
            "percent": settings.DROP_TROUBLE_PERCENT_MAX,
        }


def standing(store: Store, *, now: datetime) -> Standing:
    """Two queries. A store that was suspended counts its days from the day it was opened again;
    orders of a sale that an operator or the system called off are not held against it.
    """
    orders = Order.objects.filter(store=store, paid_at__gt=now - LOOKS_BACK)
    orders = orders.exclude(claim__sale__state=SaleState.CANCELLED)
    late = Q(state=OrderState.PAID, ship_by__lt=now)
    charged_back = Exists(Dispute.objects.standing().filter(payment=OuterRef("payment_id")))
    return Standing(
        is_open=store.is_open,
        open_days=(now - store.approved_at).days if store.approved_at else 0,
        paid=orders.count(),
        troubled=orders.filter(late | Q(state=OrderState.CANCELLED) | charged_back).count(),
    )
