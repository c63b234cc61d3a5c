"""Reservations, claims and the first page of the operator site."""

from typing import Any, Final

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import OperatorModelAdmin, ReadOnlyAdmin
from accounts.admin.sites import DashboardRow, operator_site, register_dashboard
from accounts.models import User
from flashsale.models import Claim, DeadLetter, Reservation, Sale
from flashsale.sale_states import SaleState
from socialcommerce.lib import clock

SALES_CHOSEN: Final = 50
LIVE_SHOWN: Final = 10


class RecentSales(admin.RelatedFieldListFilter):
    """The newest sales to choose from, no rehearsal among them: not all that there ever were."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        rows = Sale.objects.filter(rehearses=None).order_by("-starts_at")[:SALES_CHOSEN]
        return [(str(sale.pk), str(sale)) for sale in rows]


class OfRealSales(ReadOnlyAdmin, OperatorModelAdmin):
    """Rows of rehearsals stay with the rehearsal."""

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Reservation | Claim]":
        rows: QuerySet[Reservation | Claim] = super().get_queryset(request)
        return rows.filter(sale__rehearses=None)


@admin.register(Reservation, site=operator_site)
class ReservationAdmin(OfRealSales):
    list_display = ("sale", "number", "person", "pay_from_wallet", "created_at", "withdrawn_at")
    list_filter = (("sale", RecentSales),)
    list_select_related = ("sale", "person")
    search_fields = ("person__handle",)
    ordering = ("-pk",)


@admin.register(Claim, site=operator_site)
class ClaimAdmin(OfRealSales):
    list_display = ("sale", "person", "state", "unit", "order", "claimed_at", "held_until")
    list_filter = ("state", ("sale", RecentSales))
    list_select_related = ("sale", "person", "unit", "order")
    search_fields = ("person__handle", "order__number")
    ordering = ("-pk",)


def waiting(_user: User) -> list[DashboardRow]:
    """What of the sales needs an operator today."""
    now, real = clock.now(), Sale.objects.filter(rehearses=None)
    drafts = real.filter(state=SaleState.DRAFT, reserve_closes_at__gt=now)
    paused = real.filter(state=SaleState.PAUSED)
    listed = reverse("operator:flashsale_sale_changelist")
    letters = DeadLetter.objects.filter(sale__rehearses=None).count()
    live = real.filter(state=SaleState.APPROVED, starts_at__lte=now, ends_at__gt=now)
    return [
        *(
            DashboardRow(
                label=_("Live now: %(sale)s") % {"sale": sale},
                count=sale.reserved - sale.withdrawn,
                url=reverse("operator:flashsale_sale_live", args=[sale.pk]),
            )
            for sale in live.order_by("-starts_at")[:LIVE_SHOWN]
        ),
        DashboardRow(
            label=_("Sales to approve"), count=drafts.count(), url=f"{listed}?state__exact=draft"
        ),
        DashboardRow(
            label=_("Sales that are paused"),
            count=paused.count(),
            url=f"{listed}?state__exact=paused",
        ),
        DashboardRow(
            label=_("Entries that could not be worked"),
            count=letters,
            url=reverse("operator:flashsale_deadletter_changelist"),
        ),
    ]


register_dashboard(operator_site.name, waiting)
