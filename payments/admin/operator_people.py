"""People's own money on the operator site: who is stopped and why, limits, what is cashed out."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin import form_pages
from accounts.admin.base import (
    OperatorModelAdmin,
    OperatorTabularInline,
    ReadOnlyAdmin,
    acting_user,
)
from accounts.admin.form_pages import FormPage
from accounts.admin.sites import DashboardRow, operator_site, register_dashboard
from accounts.models import User
from accounts.services import profiles
from payments.admin.acts import ReasonForm
from payments.cash_out_states import CashOutState
from payments.models import CashOut, MoneyFreeze, Refund, Standing, StandingLimits
from payments.services.people import freezing, standings
from socialcommerce.lib import clock
from socialcommerce.lib.money import (
    InvalidAmount,
    Money,
    format_money,
    parse_amount,
    plain_amount,
)

LABELS = {
    field.name: field.verbose_name
    for field in StandingLimits._meta.fields  # noqa: SLF001  Django's public-by-custom name
    if field.name in standings.LIMITS
}
CASH_OUT_COLOURS = {"created": "info", "sent": "info", "paid": "success", "failed": "danger"}


class WhoForm(ReasonForm):
    """Whose money, and why."""

    handle = forms.CharField(
        label=_("Handle"),
        max_length=40,
        help_text=_("Whose money it is: alice, say."),
        widget=UnfoldAdminTextInputWidget(),
    )
    field_order = ("handle", "reason")


class LimitsForm(forms.Form):
    """The six amounts of a standing, typed in major units."""

    def __init__(self, *args: Any, row: StandingLimits, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in standings.LIMITS:
            self.fields[name] = forms.CharField(
                label=LABELS[name],
                max_length=16,
                help_text=_("In the site's currency. A day is 24 hours, a week 7 days."),
                initial=plain_amount(getattr(row, name), settings.SITE_CURRENCY),
                widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
            )

    def clean(self) -> dict[str, int]:
        """In minor units."""
        amounts = {}
        for name, typed in self.cleaned_data.items():
            try:
                amounts[name] = parse_amount(typed, settings.SITE_CURRENCY)
            except InvalidAmount as invalid:
                self.add_error(name, str(invalid))
        return amounts


@admin.register(MoneyFreeze, site=operator_site)
class FreezeAdmin(ReadOnlyAdmin, OperatorModelAdmin):
    """The audit trail of who was stopped; its two buttons stop somebody and let them go on."""

    list_display = (
        "profile",
        "reason",
        "frozen_at",
        "frozen_by",
        "lifted_at",
        "lifted_by",
        "lifted_reason",
    )
    list_filter = (("lifted_at", admin.EmptyFieldListFilter),)
    list_select_related = ("profile", "frozen_by", "lifted_by")
    search_fields = ("=profile__handle", "reason")
    ordering = ("-pk",)
    actions_list = ("freeze", "lift")

    @action(description=_("Stop somebody's money"), url_path="freeze")  # type: ignore[untyped-decorator]
    def freeze(self, request: HttpRequest) -> HttpResponse:
        return self._page(
            request,
            title=_("Stop somebody's money"),
            done=_("Stopped: nothing goes out. What comes in still arrives."),
            act=lambda profile_id, reason: freezing.freeze(
                profile_id=profile_id,
                reason=reason,
                by_id=acting_user(request).pk,
                now=clock.now(),
            ),
        )

    @action(description=_("Let somebody's money go on"), url_path="lift")  # type: ignore[untyped-decorator]
    def lift(self, request: HttpRequest) -> HttpResponse:
        return self._page(
            request,
            title=_("Let somebody's money go on"),
            done=_("They can pay, top up and cash out again."),
            act=lambda profile_id, reason: freezing.lift(
                profile_id=profile_id,
                reason=reason,
                by_id=acting_user(request).pk,
                now=clock.now(),
            ),
        )

    def _page(
        self,
        request: HttpRequest,
        *,
        title: Any,
        done: Any,
        act: Callable[[int, str], object],
    ) -> HttpResponse:
        def do(answers: dict[str, Any]) -> None:
            profile = profiles.get(answers["handle"].strip().lstrip("@"))
            act(profile.pk, answers["reason"])
            self.log_change(request, profile, f"{title}: {answers['reason']}"[:200])

        initial = {"handle": request.GET.get("handle", "")}
        page = FormPage(
            site=operator_site,
            title=title,
            button=title,
            done=done,
            back_url=reverse("operator:payments_moneyfreeze_changelist"),
            form=WhoForm(form_pages.answers(request), initial=initial),
            do=do,
            notes=[_("The reason stays on record; the person does not read it.")],
        )
        return form_pages.show(request, page)


@admin.register(StandingLimits, site=operator_site)
class LimitsAdmin(ReadOnlyAdmin, OperatorModelAdmin):
    list_display = ("name", "top_up", "spend", "cash_out", "changed_by", "changed_at")
    list_select_related = ("changed_by",)
    ordering = ("top_up_day_minor", "pk")
    actions_detail = ("change",)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Every standing has its row from the first look on."""
        standings.all_limits()
        shown: HttpResponse = super().changelist_view(request, extra_context)
        return shown

    @admin.display(description=_("standing"))
    def name(self, row: StandingLimits) -> str:
        return str(row)

    @admin.display(description=_("topped up in a day, a week"))
    def top_up(self, row: StandingLimits) -> str:
        return _day_and_week(row.top_up_day_minor, row.top_up_week_minor)

    @admin.display(description=_("spent"))
    def spend(self, row: StandingLimits) -> str:
        return _day_and_week(row.spend_day_minor, row.spend_week_minor)

    @admin.display(description=_("cashed out"))
    def cash_out(self, row: StandingLimits) -> str:
        return _day_and_week(row.cash_out_day_minor, row.cash_out_week_minor)

    @action(description=_("Change these limits"), url_path="limits")  # type: ignore[untyped-decorator]
    def change(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row: StandingLimits | None = self.get_object(request, object_id)
        if row is None or not self.has_view_permission(request):
            raise Http404

        def do(answers: dict[str, Any]) -> None:
            before = ", ".join(str(getattr(row, name)) for name in standings.LIMITS)
            standings.change(
                standing=Standing(row.standing),
                limits=answers,
                by_id=acting_user(request).pk,
                now=clock.now(),
            )
            after = ", ".join(str(answers[name]) for name in standings.LIMITS)
            self.log_change(request, row, f"{before} > {after}"[:200])

        page = FormPage(
            site=operator_site,
            title=f"{_('Change these limits')}: {row}",
            button=_("Change these limits"),
            done=_("Everybody in that standing has them from now on."),
            back_url=reverse("operator:payments_standinglimits_changelist"),
            form=LimitsForm(form_pages.answers(request), row=row),
            do=do,
        )
        return form_pages.show(request, page)


class PartInline(ReadOnlyAdmin, OperatorTabularInline):
    model = Refund
    fields = ("payment", "amount", "state", "stripe_id", "failure_reason")
    readonly_fields = ("amount",)
    hide_title = True

    @admin.display(description=_("amount"))
    def amount(self, part: Refund) -> str:
        return _money(part.amount_minor, part.payment.currency)


@admin.register(CashOut, site=operator_site)
class CashOutAdmin(ReadOnlyAdmin, OperatorModelAdmin):
    list_display = ("profile", "amount", "returned", "standing", "created_at", "settled_at")
    list_filter = ("state",)
    list_select_related = ("profile",)
    search_fields = ("=profile__handle",)
    ordering = ("-pk",)
    inlines = (PartInline,)

    @admin.display(description=_("amount"), ordering="amount_minor")
    def amount(self, cash_out: CashOut) -> str:
        return _money(cash_out.amount_minor, cash_out.currency)

    @admin.display(description=_("came back"), ordering="returned_minor")
    def returned(self, cash_out: CashOut) -> str:
        return _money(cash_out.returned_minor, cash_out.currency)

    @display(description=_("state"), label=CASH_OUT_COLOURS)  # type: ignore[untyped-decorator]
    def standing(self, cash_out: CashOut) -> tuple[str, str]:
        return cash_out.state, str(STATE_WORDS[CashOutState(cash_out.state)])


STATE_WORDS = {
    CashOutState.CREATED: _("Being sent"),
    CashOutState.SENT: _("On its way"),
    CashOutState.PAID: _("At the card"),
    CashOutState.FAILED: _("Came back"),
}


def _money(amount_minor: int, currency: str) -> str:
    return format_money(Money(amount_minor, currency))


def _day_and_week(day_minor: int, week_minor: int) -> str:
    return " / ".join(_money(minor, settings.SITE_CURRENCY) for minor in (day_minor, week_minor))


def dashboard(_user: User) -> Sequence[DashboardRow]:
    """Money that came back to a wallet because no card took it."""
    listed = reverse("operator:payments_cashout_changelist")
    return [
        DashboardRow(
            label=_("cash-outs that came back"),
            count=CashOut.objects.filter(state=CashOutState.FAILED).count(),
            url=f"{listed}?state__exact=failed",
        )
    ]


register_dashboard("operator", dashboard)
