"""A store on the merchant site: its shipping, its fee, its name on invoices, its statement."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from accounts.admin.base import LEADERS, NOBODY, MerchantModelAdmin
from accounts.admin.sites import merchant_site
from payments.forms import PeriodForm
from payments.statements import Period
from shop import statements
from shop.admin.forms import StoreForm
from shop.fee_words import fee_words, rules_in_force
from shop.models import Store
from socialcommerce.lib import clock, sheets

HEADINGS = (
    _("Goods"),
    _("Shipping"),
    _("Discount"),
    _("Sold"),
    _("Fee"),
    _("Refunds"),
    _("Disputes"),
    _("Other"),
    _("Paid out"),
    _("Net"),
    _("In reserve"),
)
SHOWN_DAYS = 30  # without a wish for another period


@admin.register(Store, site=merchant_site)
class StoreAdmin(MerchantModelAdmin):
    profile_path = "profile"
    add_roles = NOBODY  # a store is applied for, on the market
    form = StoreForm
    list_display = ("profile", "state", "ship_within_days")
    list_select_related = ("profile",)
    fieldsets = (
        (None, {"fields": ("profile", "state", "fee")}),
        (
            _("Shipping"),
            {"fields": ("shipping_price_minor", "free_shipping_from_minor", "ship_within_days")},
        ),
        (_("On invoices"), {"fields": ("legal_name", "legal_address", "tax_id")}),
    )
    readonly_fields = ("profile", "state", "fee")
    actions_detail = ("statement",)

    @admin.display(description=_("fee"))
    def fee(self, store: Store) -> str:
        """What orders of today are placed under; where products or categories differ, each."""
        return fee_words(rules_in_force(store, at=clock.now()))

    @action(description=_("Statement"), url_path="statement")  # type: ignore[untyped-decorator]
    def statement(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        store: Store = self.own_or_404(request, object_id, LEADERS)
        form = PeriodForm(request.GET)
        found = statements.store_statement(store, _period(form))
        if request.GET.get("format") == "csv":
            name = f"{store.profile.handle}-statement.csv"
            return sheets.download(statements.as_rows(found), filename=name)
        context = {
            **merchant_site.each_context(request),
            "title": _("Statement of %(store)s") % {"store": store},
            "form": form,
            "statement": found,
            "orders": found.orders[-statements.ROWS_SHOWN :],
            "headings": HEADINGS,
            "columns": 1 + len(HEADINGS),
            "file_query": _query(form),
            "opts": self.opts,
        }
        return render(request, "shop/admin/statement.html", context)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        store: Store | None = self.get_object(request, str(object_id))
        found: list[Any] = super().get_actions_detail(request, object_id)
        return found if store and self.has_change_permission(request, store) else []


def _period(form: PeriodForm) -> Period:
    """As asked for; without a wish, or with a senseless one, the last days up to now."""
    since, until = form.bounds if form.is_valid() else (None, None)
    until = until or clock.now()
    return Period(since or timezone.localtime(until) - timedelta(days=SHOWN_DAYS), until)


def _query(form: PeriodForm) -> str:
    kept = {name: form.data[name] for name in ("since", "until") if form.data.get(name)}
    return urlencode({**kept, "format": "csv"})
