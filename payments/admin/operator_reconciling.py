"""Stripe's list beside the books on the operator site: figures, days, lines, and what is apart."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action

from accounts.admin.base import OperatorModelAdmin, ReadOnlyAdmin
from accounts.admin.sites import DashboardRow, operator_site, register_dashboard
from accounts.models import User
from payments import gateway
from payments.models import BalanceDay, BalanceLine, LedgerDifference
from payments.services.reconciling import days
from payments.services.reconciling.explaining import WORDS
from payments.services.reconciling.figures import Figures, figures
from socialcommerce.lib import clock
from socialcommerce.lib.money import Money, format_money

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class Figure(NamedTuple):
    label: "StrPromise"
    value: str
    tone: str = ""
    note: str = ""


@admin.register(BalanceDay, site=operator_site)
class BalanceDayAdmin(ReadOnlyAdmin, OperatorModelAdmin):
    list_display = ("day", "began_at", "completed_at", "trouble")
    list_filter = (("trouble", admin.EmptyFieldListFilter),)
    ordering = ("-day",)
    actions = ("read_again",)
    actions_list = ("beside",)

    @admin.action(description=_("Read again"))
    def read_again(self, request: HttpRequest, rows: "QuerySet[BalanceDay]") -> None:
        for row in rows:
            try:
                count = days.run(row.day, now=clock.now())
            except gateway.GatewayError as error:
                self.message_user(request, f"{row}: {error}", messages.ERROR)
                continue
            self.log_change(request, row, "read again")
            text = ngettext("%(count)d new difference.", "%(count)d new differences.", count)
            self.message_user(request, f"{row}: {text % {'count': count}}", messages.SUCCESS)

    @action(description=_("Stripe beside the books"), url_path="beside")  # type: ignore[untyped-decorator]
    def beside(self, request: HttpRequest) -> HttpResponse:
        """The figures of each currency, and how many differences of which kind are open."""
        now = clock.now()
        waiting = LedgerDifference.objects.filter(resolved_at=None, kind__in=WORDS)
        counts = dict(waiting.values_list("kind").annotate(Count("pk")).order_by("kind"))
        context = {
            **operator_site.each_context(request),
            "title": _("Stripe beside the books"),
            "read_until": days.read_until(now=now),
            "books": [(one.currency, _facts(one, now)) for one in figures()],
            "kinds": [(kind, counts.get(kind, 0), words) for kind, words in WORDS.items()],
            "differences_url": reverse("operator:payments_ledgerdifference_changelist"),
            "lines_url": reverse("operator:payments_balanceline_changelist"),
        }
        return render(request, "payments/operator/beside.html", context)


@admin.register(BalanceLine, site=operator_site)
class BalanceLineAdmin(ReadOnlyAdmin, OperatorModelAdmin):
    list_display = ("stripe_id", "type", "amount", "fee", "made_at", "source_id", "transaction")
    list_filter = (("transaction", admin.EmptyFieldListFilter), "type", "currency")
    list_select_related = ("transaction",)
    search_fields = ("=stripe_id", "=source_id", "=parent_id")
    ordering = ("-pk",)

    @admin.display(description=_("amount"), ordering="amount_minor")
    def amount(self, line: BalanceLine) -> str:
        return format_money(Money(line.amount_minor, line.currency))

    @admin.display(description=_("fee"), ordering="fee_minor")
    def fee(self, line: BalanceLine) -> str:
        return format_money(Money(line.fee_minor, line.currency))


def _facts(one: Figures, now: datetime) -> list[Figure]:
    def money(minor: int) -> str:
        return format_money(Money(minor, one.currency))

    return [
        Figure(_("At Stripe by our books"), money(one.books_minor)),
        Figure(_("Clearing age"), _age(one.since, now), note=_since(one.since)),
        Figure(_("By Stripe's list"), money(one.listed_minor)),
        Figure(
            _("Unmatched"),
            f"{one.unmatched_count}: {money(one.unmatched_minor)}",
            "warning" if one.unmatched_count else "good",
            _since(one.unmatched_since),
        ),
        Figure(_("Completeness"), f"{one.completeness:.2f} %"),
        Figure(
            _("Unexplained"),
            money(one.unexplained_minor),
            "danger" if one.unexplained_minor else "good",
        ),
    ]


def _age(since: datetime | None, now: datetime) -> str:
    days_old = (now - since).days if since else 0
    return ngettext("%(count)d day", "%(count)d days", days_old) % {"count": days_old}


def _since(moment: datetime | None) -> str:
    return date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT") if moment else ""


def dashboard(_user: User) -> Sequence[DashboardRow]:
    """Days of Stripe's list that could not be read to their end."""
    stuck = BalanceDay.objects.exclude(trouble="")
    listed = reverse("operator:payments_balanceday_changelist")
    label = _("days of Stripe's list that could not be read")
    return [DashboardRow(label=label, count=stuck.count(), url=f"{listed}?trouble__isempty=0")]


register_dashboard("operator", dashboard)
