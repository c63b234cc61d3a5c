"""Sales on the operator site: written as drafts; what is announced is acted on, not rewritten."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.admin.base import OperatorModelAdmin, OperatorTabularInline
from accounts.admin.sites import operator_site
from flashsale.admin import operator_console
from flashsale.admin.line_up_forms import ONE_UNIT
from flashsale.models import Lot, Sale, SaleKind, Wave
from flashsale.models.sales import TIME_FIELDS
from flashsale.sale_states import SaleState
from shop.admin.forms import AdminAmountField
from socialcommerce.lib import guards
from socialcommerce.lib.money import Money, format_money

SLOTS: Final = range(1, 11)
WATCH: Final = {
    SaleState.DRAFT: ("checklist", _("Check-list")),
    SaleState.APPROVED: ("live", _("Live")),
    SaleState.PAUSED: ("live", _("Live")),
}


class OnlyDraftsChange:
    """What was announced is a promise: it can be called off, not rewritten."""

    def has_change_permission(self, request: HttpRequest, obj: Sale | None = None) -> bool:
        may: bool = super().has_change_permission(request, obj)  # type: ignore[misc]
        return may and (obj is None or obj.state == SaleState.DRAFT)

    def has_add_permission(self, request: HttpRequest, obj: Sale | None = None) -> bool:
        return self.has_change_permission(request, obj)


class SaleForm(forms.ModelForm[Sale]):
    class Meta:
        model = Sale
        fields = ("title",)  # the admin names the rest
        help_texts = {
            "blurb": _("A few sentences for the sale's page. At most 2000 characters."),
            "reserve_opens_at": _(
                "People can reserve from then on; they see the sale from its approval on."
            ),
            "starts_at": _("First come: units can be claimed from then on. Draw: it is drawn."),
            "ends_at": _("Nobody can claim any more; units that are left go back to the shelf."),
            "kind": _("What people are told first, and what cannot be changed afterwards."),
            "slots": _("1 to 10. In a draw: 1."),
            "opening_window_ms": _("0: none. Otherwise 1000 to 60000; first come only."),
            "hold_seconds": _("How long a unit waits for somebody who pays by hand."),
            "work_bits": _(
                "0: none. Each bit doubles the work of a browser before it may claim. Whoever has"
                " no JavaScript cannot claim at all; the page says so before they reserve."
            ),
            "reserve_closes_at": _("At the start at the latest; a draw needs some time between."),
        }

    def clean(self) -> dict[str, Any]:
        """Names the field that is wrong, where the database would name a constraint."""
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        for earlier, later in pairwise(TIME_FIELDS):
            first, second = answers.get(earlier), answers.get(later)
            if first is None or second is None:
                continue
            if second < first or (second == first and later != "starts_at"):
                label = self.fields[earlier].label
                self.add_error(later, _("This has to come after: %(time)s.") % {"time": label})
        self._check_kind(answers)
        return answers

    def _check_kind(self, answers: dict[str, Any]) -> None:
        is_draw = answers.get("kind") == SaleKind.DRAW
        if is_draw and answers.get("opening_window_ms"):
            self.add_error("opening_window_ms", _("A draw has no opening window."))
        if not is_draw and answers.get("pass_weight"):
            self.add_error("pass_weight", _("Passes weigh in draws only."))
        if answers.get("slots", 1) not in SLOTS:
            self.add_error("slots", _("From 1 to 10."))


class LotForm(forms.ModelForm[Lot]):
    unit_price_minor = AdminAmountField(label=_("Price"), lowest_minor=1, help_text=ONE_UNIT)

    class Meta:
        model = Lot
        fields = ("variant", "unit_price_minor", "pledged")
        help_texts = {
            "variant": _("What is sold: part of its name finds it."),
            "pledged": _(
                "They leave the store's stock when the sale is approved. From then on there can"
                " only be more."
            ),
        }


class LotInline(OnlyDraftsChange, OperatorTabularInline):
    model = Lot
    form = LotForm
    readonly_fields = ("price",)
    autocomplete_fields = ("variant",)
    min_num = 1
    max_num = 20
    hide_title = True

    def get_fields(self, request: HttpRequest, obj: Sale | None = None) -> Sequence[Any]:
        """What is written in whole dollars is read as dollars too."""
        writes = self.has_change_permission(request, obj)
        return ("variant", "unit_price_minor" if writes else "price", "pledged")

    def has_delete_permission(self, request: HttpRequest, obj: Sale | None = None) -> bool:
        return self.has_change_permission(request, obj)

    @admin.display(description=_("price"))
    def price(self, lot: Lot) -> str:
        return format_money(Money(lot.unit_price_minor, lot.sale.currency))


class WaveForm(forms.ModelForm[Wave]):
    class Meta:
        model = Wave
        fields = ("number", "opens_at")
        help_texts = {
            "number": _("1 to 5, in the order of their times."),
            "opens_at": _("Units that nobody paid by then go to those who came and lost."),
        }


class WaveInline(OnlyDraftsChange, OperatorTabularInline):
    """Announced moments at which units that were not paid are offered again."""

    model = Wave
    form = WaveForm
    max_num = 5
    hide_title = True

    def has_delete_permission(self, request: HttpRequest, obj: Sale | None = None) -> bool:
        return self.has_change_permission(request, obj)


@admin.register(Sale, site=operator_site)
class SaleAdmin(OnlyDraftsChange, OperatorModelAdmin):
    list_display = ("title", "standing", "kind", "starts_at", "reserved", "pledged", "watch")
    list_filter = ("state", "kind")
    search_fields = ("title",)
    ordering = ("-starts_at",)
    form = SaleForm
    inlines = (LotInline, WaveInline)
    change_form_outer_before_template = "flashsale/operator/_above_the_form.html"
    fieldsets = (
        (_("What"), {"fields": ("title", "blurb", "post_text")}),
        (
            _("When"),
            {
                "fields": (*TIME_FIELDS, "hold_seconds"),
                "description": _("Times are the site's: %(zone)s.") % {"zone": settings.TIME_ZONE},
            },
        ),
        (
            _("How units are given"),
            {
                "fields": ("kind", "slots", "opening_window_ms", "pass_weight"),
                "description": _(
                    "First come: an opening window puts everybody who presses within it into a"
                    " public order by lot, so that a fast line gains nothing. Draw: everybody who"
                    " reserves takes part, with the weights that the page prints."
                ),
            },
        ),
        (
            _("Limits"),
            {
                "fields": ("per_address_limit", "per_card_limit", "work_bits"),
                "description": _("Against hoarding and scripts; each costs honest people a bit."),
            },
        ),
    )

    class Media:
        css = {"all": ("operator/console.css",)}

    def get_urls(self) -> list[URLPattern]:
        return [*operator_console.urls(), *super().get_urls()]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A draft that is written holds its row: who approves it meanwhile waits, or was first and
        nothing is written over what was announced.
        """
        with transaction.atomic():
            if request.method == "POST" and guards.is_on("draft locked"):
                _lock(object_id)
            page: HttpResponse = super().changeform_view(
                request, object_id, form_url, extra_context
            )
        return page

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Sale]":
        """Rehearsals have a page of their own."""
        rows: QuerySet[Sale] = super().get_queryset(request)
        return rows.filter(rehearses=None).annotate(units_pledged=Sum("lots__pledged"))

    @display(  # type: ignore[untyped-decorator]
        description=_("state"),
        label={
            **dict.fromkeys(SaleState, "info"),  # without an entry the key is shown, not the word
            SaleState.DRAFT: "warning",
            SaleState.APPROVED: "success",
            SaleState.PAUSED: "danger",
        },
    )
    def standing(self, sale: Sale) -> tuple[str, str]:
        return sale.state, str(sale.get_state_display())

    @admin.display(description=_("units"))
    def pledged(self, sale: Any) -> int:
        return sale.units_pledged or 0

    @admin.display(description=_("watch"))
    def watch(self, sale: Sale) -> str:
        page, words = WATCH.get(SaleState(sale.state), ("report", _("Report")))
        url = reverse(f"operator:flashsale_sale_{page}", args=[sale.pk])
        return format_html('<a class="text-primary-600" href="{}">{}</a>', url, words)


def _lock(object_id: str | None) -> None:
    """Nothing for a sale that is new, or none."""
    if object_id is not None and object_id.isdecimal():
        Sale.objects.select_for_update(no_key=True).filter(pk=object_id).first()
