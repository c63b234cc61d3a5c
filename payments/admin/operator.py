"""Money on the operator site: everything to be seen, nothing to be edited. The books change by
services alone; what an operator may do here are actions that call one.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin.base import OperatorModelAdmin, OperatorTabularInline, ReadOnlyAdmin
from accounts.admin.sites import DashboardRow, operator_site, register_dashboard
from accounts.models import User
from payments.models import (
    Account,
    Hold,
    LedgerDifference,
    LedgerTransaction,
    Payment,
    Refund,
    StripeEvent,
    StripeEventState,
    Transfer,
)
from payments.refund_states import RefundState
from payments.services import proof, stripe_events
from socialcommerce.lib import clock
from socialcommerce.lib.money import TEST_CURRENCY, Money, format_money

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class Book(ReadOnlyAdmin, OperatorModelAdmin):
    """A list of the books, the newest first."""

    ordering = ("-pk",)


class RealMoney(Book):
    """A list without the test money of rehearsals, of which there is a lot."""

    currency_path = "currency"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.exclude(**{self.currency_path: TEST_CURRENCY})


def _money(amount_minor: int, currency: str) -> str:
    return format_money(Money(amount_minor, currency))


@admin.register(Account, site=operator_site)
class AccountAdmin(RealMoney):
    list_display = ("owner", "kind", "posted", "held", "accrues")
    list_filter = ("kind", "currency")
    search_fields = ("owner",)

    @admin.display(description=_("posted"), ordering="posted_minor")
    def posted(self, account: Account) -> str:
        return _money(account.posted_minor, account.currency)

    @admin.display(description=_("set aside"), ordering="held_minor")
    def held(self, account: Account) -> str:
        return _money(account.held_minor, account.currency)


class TransferInline(ReadOnlyAdmin, OperatorTabularInline):
    model = Transfer
    fields = ("from_account", "to_account", "amount")
    readonly_fields = ("amount",)
    hide_title = True

    @admin.display(description=_("amount"))
    def amount(self, transfer: Transfer) -> str:
        return _money(transfer.amount_minor, transfer.currency)


@admin.register(LedgerTransaction, site=operator_site)
class LedgerTransactionAdmin(Book):
    list_display = ("kind", "scope", "key", "memo", "created_at")
    list_filter = ("kind",)
    search_fields = ("=key", "memo")
    inlines = (TransferInline,)


@admin.register(Hold, site=operator_site)
class HoldAdmin(RealMoney):
    currency_path = "account__currency"
    list_display = ("account", "amount", "state", "expires_at")
    list_filter = ("state",)
    list_select_related = ("account",)

    @admin.display(description=_("amount"), ordering="amount_minor")
    def amount(self, hold: Hold) -> str:
        return _money(hold.amount_minor, hold.account.currency)


class RefundInline(ReadOnlyAdmin, OperatorTabularInline):
    model = Refund
    fields = ("amount", "to", "state", "reason", "failure_reason", "created_at")
    readonly_fields = ("amount",)
    hide_title = True

    @admin.display(description=_("amount"))
    def amount(self, refund: Refund) -> str:
        return _money(refund.amount_minor, refund.payment.currency)


@admin.register(Payment, site=operator_site)
class PaymentAdmin(RealMoney):
    list_display = ("reference", "payer", "payee", "amount", "method", "state", "flag")
    list_filter = ("state", "method", "purpose", ("flag", admin.EmptyFieldListFilter))
    list_select_related = ("payer", "payee")
    search_fields = ("=reference", "=stripe_id", "=payer__handle", "=payee__handle")
    inlines = (RefundInline,)

    @admin.display(description=_("amount"), ordering="amount_minor")
    def amount(self, payment: Payment) -> str:
        return _money(payment.amount_minor, payment.currency)


@admin.register(Refund, site=operator_site)
class RefundAdmin(RealMoney):
    currency_path = "payment__currency"
    list_display = ("payment", "amount", "to", "state", "reason", "failure_reason")
    list_filter = ("state", "to")
    list_select_related = ("payment",)

    @admin.display(description=_("amount"), ordering="amount_minor")
    def amount(self, refund: Refund) -> str:
        return _money(refund.amount_minor, refund.payment.currency)


@admin.register(LedgerDifference, site=operator_site)
class LedgerDifferenceAdmin(Book):
    list_display = ("kind", "subject", "expected", "actual", "found_at", "resolved_at")
    list_filter = ("kind", ("resolved_at", admin.EmptyFieldListFilter))
    actions = ("resolve",)

    @admin.action(description=_("Worked off"))
    def resolve(self, request: HttpRequest, rows: "QuerySet[LedgerDifference]") -> None:
        count = proof.resolve(rows, now=clock.now())
        text = ngettext("%(count)d difference closed.", "%(count)d differences closed.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)


@admin.register(StripeEvent, site=operator_site)
class StripeEventAdmin(Book):
    list_display = ("event_id", "type", "state", "attempts", "last_error", "received_at")
    list_filter = ("state", "type")
    search_fields = ("=event_id", "=object_id")
    actions = ("replay",)

    @admin.action(description=_("Try again"))
    def replay(self, request: HttpRequest, rows: "QuerySet[StripeEvent]") -> None:
        count = sum(stripe_events.replay(event_id=row.pk, now=clock.now()) for row in rows)
        text = ngettext("%(count)d event waits again.", "%(count)d events wait again.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)


def dashboard(_user: User) -> Sequence[DashboardRow]:
    """Money that waits for a person."""
    return [
        _row(LedgerDifference.objects.filter(resolved_at=None), _("differences in the books")),
        _row(Payment.objects.exclude(flag=""), _("payments that do not agree with Stripe")),
        _row(Refund.objects.filter(state=RefundState.FAILED), _("refunds that failed")),
        _row(StripeEvent.objects.filter(state=StripeEventState.DEAD), _("dead letters of Stripe")),
    ]


def _row(waiting: "QuerySet[Any]", label: "StrPromise") -> DashboardRow:
    name = waiting.model._meta.model_name  # noqa: SLF001  Django's public-by-custom name
    return DashboardRow(
        label=label, count=waiting.count(), url=reverse(f"operator:payments_{name}_changelist")
    )


register_dashboard("operator", dashboard)
