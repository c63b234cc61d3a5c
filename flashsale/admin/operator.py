"""Sales on the operator site: written as drafts, then approved, paused, resumed or called off."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.admin.base import OperatorModelAdmin, OperatorTabularInline, ReadOnlyAdmin
from accounts.admin.sites import DashboardRow, operator_site, register_dashboard
from accounts.models import User
from flashsale.models import Claim, DeadLetter, Lot, Reservation, Sale
from flashsale.sale_states import SaleState
from flashsale.services import conservation, sales
from shop.admin.forms import AdminAmountField
from socialcommerce.lib import clock
from socialcommerce.lib.money import Money, format_money
from socialcommerce.lib.problems import Problem


class OnlyDraftsChange:
    """What was announced is a promise: it can be called off, not rewritten."""

    def has_change_permission(self, request: HttpRequest, obj: Sale | None = None) -> bool:
        may: bool = super().has_change_permission(request, obj)  # type: ignore[misc]
        return may and (obj is None or obj.state == SaleState.DRAFT)


class SaleForm(forms.ModelForm[Sale]):
    class Meta:
        model = Sale
        fields = ("title",)  # the admin names the rest

    def clean(self) -> dict[str, Any]:
        """Names the time that comes too early, where the database would name a constraint."""
        answers: dict[str, Any] = super().clean() or self.cleaned_data
        order = ("reserve_opens_at", "reserve_closes_at", "starts_at", "ends_at")
        for earlier, later in pairwise(order):
            first, second = answers.get(earlier), answers.get(later)
            if first is None or second is None:
                continue
            if second < first or (second == first and later != "starts_at"):
                label = self.fields[earlier].label
                self.add_error(later, _("This has to come after: %(time)s.") % {"time": label})
        return answers


class LotForm(forms.ModelForm[Lot]):
    unit_price_minor = AdminAmountField(label=_("Price"), lowest_minor=1)

    class Meta:
        model = Lot
        fields = ("variant", "unit_price_minor", "pledged")


class LotInline(OnlyDraftsChange, OperatorTabularInline):
    model = Lot
    form = LotForm
    readonly_fields = ("price",)
    autocomplete_fields = ("variant",)
    min_num = max_num = 1
    hide_title = True

    def get_fields(self, request: HttpRequest, obj: Sale | None = None) -> Sequence[Any]:
        """What is written in whole dollars is read as dollars too."""
        writes = self.has_change_permission(request, obj)
        return ("variant", "unit_price_minor" if writes else "price", "pledged")

    @admin.display(description=_("price"))
    def price(self, lot: Lot) -> str:
        return format_money(Money(lot.unit_price_minor, lot.sale.currency))

    def has_add_permission(self, request: HttpRequest, obj: Sale | None = None) -> bool:
        return self.has_change_permission(request, obj)


@admin.register(Sale, site=operator_site)
class SaleAdmin(OnlyDraftsChange, OperatorModelAdmin):
    list_display = ("title", "standing", "starts_at", "reserved", "units")
    list_filter = ("state",)
    search_fields = ("title",)
    ordering = ("-starts_at",)
    form = SaleForm
    inlines = (LotInline,)
    fields = (
        "title",
        "blurb",
        "post_text",
        "reserve_opens_at",
        "reserve_closes_at",
        "starts_at",
        "ends_at",
        "hold_seconds",
    )
    actions = ("approve", "pause", "resume", "cancel")

    @display(  # type: ignore[untyped-decorator]
        description=_("state"),
        label={"draft": "warning", "approved": "success", "paused": "danger"},
    )
    def standing(self, sale: Sale) -> tuple[str, str]:
        return sale.state, str(sale.get_state_display())

    @admin.display(description=_("free, held, paid, pooled"))
    def units(self, sale: Sale) -> str:
        counted = conservation.count(sale.pk)
        return f"{counted.free}, {counted.held}, {counted.paid}, {counted.pooled}"

    @admin.action(description=_("Approve: announce it and take the lot out of stock"))
    def approve(self, request: HttpRequest, chosen: "QuerySet[Sale]") -> None:
        by = request.user
        assert isinstance(by, User)  # noqa: S101 - the site lets nobody else in
        self._do(
            request, chosen, lambda sale: sales.approve(sale_id=sale.pk, by=by, now=clock.now())
        )

    @admin.action(description=_("Pause: nothing is admitted, every clock stands still"))
    def pause(self, request: HttpRequest, chosen: "QuerySet[Sale]") -> None:
        reason = str(_("An operator is looking at it."))
        self._do(
            request,
            chosen,
            lambda sale: sales.pause(sale_id=sale.pk, reason=reason, now=clock.now()),
        )

    @admin.action(description=_("Resume: everybody has the seconds they had left"))
    def resume(self, request: HttpRequest, chosen: "QuerySet[Sale]") -> None:
        self._do(request, chosen, lambda sale: sales.resume(sale_id=sale.pk, now=clock.now()))

    @admin.action(description=_("Cancel for good and give all money back"))
    def cancel(self, request: HttpRequest, chosen: "QuerySet[Sale]") -> None:
        self._do(request, chosen, lambda sale: sales.cancel(sale_id=sale.pk, now=clock.now()))

    def _do(
        self, request: HttpRequest, chosen: "QuerySet[Sale]", act: Callable[[Sale], object]
    ) -> None:
        """Each sale by itself: one that cannot does not keep the others."""
        for sale in chosen:
            try:
                act(sale)
            except Problem as problem:
                text = f"{sale}: {problem.title}. {problem.detail}"
                self.message_user(request, text, messages.ERROR)
                continue
            self.log_change(request, sale, str(request.POST.get("action", "")))
            self.message_user(request, _("%(sale)s: done.") % {"sale": sale}, messages.SUCCESS)


@admin.register(Reservation, site=operator_site)
class ReservationAdmin(ReadOnlyAdmin, OperatorModelAdmin):
    list_display = ("sale", "number", "person", "pay_from_wallet", "created_at", "withdrawn_at")
    list_filter = ("sale",)
    list_select_related = ("sale", "person")
    search_fields = ("person__handle",)
    ordering = ("-pk",)


@admin.register(Claim, site=operator_site)
class ClaimAdmin(ReadOnlyAdmin, OperatorModelAdmin):
    list_display = ("sale", "person", "state", "unit", "order", "claimed_at", "held_until")
    list_filter = ("state", "sale")
    list_select_related = ("sale", "person", "unit", "order")
    search_fields = ("person__handle", "order__number")
    ordering = ("-pk",)


@admin.register(DeadLetter, site=operator_site)
class DeadLetterAdmin(ReadOnlyAdmin, OperatorModelAdmin):
    list_display = ("sale", "stream", "reason", "created_at")
    list_filter = ("stream",)
    list_select_related = ("sale",)
    ordering = ("-pk",)


def waiting(_user: User) -> list[DashboardRow]:
    """What of the sales needs an operator today."""
    drafts = Sale.objects.filter(state=SaleState.DRAFT, reserve_closes_at__gt=clock.now())
    paused = Sale.objects.filter(state=SaleState.PAUSED)
    listed = reverse("operator:flashsale_sale_changelist")
    letters = reverse("operator:flashsale_deadletter_changelist")
    return [
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
            count=DeadLetter.objects.count(),
            url=letters,
        ),
    ]


register_dashboard(operator_site.name, waiting)
