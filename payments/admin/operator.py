"""Money on the operator site: everything to be seen, nothing to be edited. The books change by
services alone; what an operator may do here are actions that call one.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin.base import (
    OperatorModelAdmin,
    OperatorTabularInline,
    ReadOnlyAdmin,
    acting_user,
)
from accounts.admin.sites import DashboardRow, operator_site, register_dashboard
from accounts.models import User
from payments import gateway
from payments.admin import acts
from payments.models import (
    Account,
    Hold,
    LedgerDifference,
    LedgerTransaction,
    Payment,
    PaymentAttempt,
    Refund,
    StripeEvent,
    StripeEventState,
    Transfer,
)
from payments.refund_states import RefundState
from payments.services import charges, proof, refunds, reviews, stripe_events
from payments.services.reconciling.explaining import TIMING
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


class AttemptInline(ReadOnlyAdmin, OperatorTabularInline):
    model = PaymentAttempt
    fields = ("number", "instrument", "outcome", "decline_code", "began_at", "ended_at")
    hide_title = True


class RefundInline(ReadOnlyAdmin, OperatorTabularInline):
    model = Refund
    fields = ("amount", "clawed", "to", "state", "reason", "failure_reason", "created_at")
    readonly_fields = ("amount", "clawed")
    hide_title = True

    @admin.display(description=_("amount"))
    def amount(self, refund: Refund) -> str:
        return _money(refund.amount_minor, refund.payment.currency)

    @admin.display(description=_("taken back after release"))
    def clawed(self, refund: Refund) -> str:
        return _money(refund.clawed_minor, refund.payment.currency)


@admin.register(Payment, site=operator_site)
class PaymentAdmin(RealMoney):
    list_display = ("reference", "payer", "payee", "amount", "method", "state", "flag")
    list_filter = ("state", "method", "purpose", ("flag", admin.EmptyFieldListFilter))
    list_select_related = ("payer", "payee")
    search_fields = ("=reference", "=stripe_id", "=payer__handle", "=payee__handle")
    inlines = (AttemptInline, RefundInline)
    actions = ("look_again", "stop", "close_flags", "give_back")

    @admin.display(description=_("amount"), ordering="amount_minor")
    def amount(self, payment: Payment) -> str:
        return _money(payment.amount_minor, payment.currency)

    @admin.action(description=_("Ask Stripe again"))
    def look_again(self, request: HttpRequest, rows: "QuerySet[Payment]") -> None:
        self._at_stripe(request, rows, "look again", reviews.look_again)

    @admin.action(description=_("Stop what is under way"))
    def stop(self, request: HttpRequest, rows: "QuerySet[Payment]") -> None:
        self._at_stripe(request, rows, "stop", charges.cancel)

    @admin.action(description=_("Flag worked off, with a reason"))
    def close_flags(self, request: HttpRequest, rows: "QuerySet[Payment]") -> HttpResponse | None:
        def close(said: dict[str, Any]) -> int:
            for payment in rows:
                reviews.close(payment_id=payment.pk, now=clock.now())
                acts.log(self, request, payment, f"{payment.flag}: {said['reason']}")
            return len(rows)

        form = acts.ReasonForm(acts.answers(request))
        title = _("Work the flag off")
        return acts.ask_and_do(
            self, request, rows, form, action="close_flags", title=title, do=close
        )

    @admin.action(description=_("Give money back"))
    def give_back(self, request: HttpRequest, rows: "QuerySet[Payment]") -> HttpResponse | None:
        """One payment at once: what goes back is typed in its currency."""
        payment = rows.first()
        if payment is None or len(rows) != 1:
            self.message_user(request, _("Please choose one payment."), messages.WARNING)
            return None

        def give(said: dict[str, Any]) -> int:
            made = refunds.give_back(
                payment_id=payment.pk,
                amount_minor=said["amount"],
                reason=said["reason"],
                key=f"operator:{said['key']}",
                to=said["to"],
                now=clock.now(),
            )
            amount = _money(said["amount"], payment.currency)
            acts.log(self, request, payment, f"gave back {amount}: {said['reason']}")
            return len(made)

        form = acts.GiveBackForm(acts.answers(request), payment=payment)
        title = _("Give money back")
        return acts.ask_and_do(self, request, rows, form, action="give_back", title=title, do=give)

    def _at_stripe(
        self,
        request: HttpRequest,
        rows: "QuerySet[Payment]",
        said: str,
        do: Callable[..., Payment],
    ) -> None:
        for payment in rows.filter(method=Payment.Method.CARD):
            try:
                found = do(payment_id=payment.pk, now=clock.now())
            except gateway.GatewayError as error:
                self.message_user(request, f"{payment}: {error}", messages.ERROR)
                continue
            acts.log(self, request, payment, said)
            words = f"{found}: {found.flag}" if found.flag else str(found)
            self.message_user(request, words, messages.SUCCESS)


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
    list_display = (
        "kind",
        "subject",
        "expected",
        "actual",
        "found_at",
        "resolved_at",
        "resolved_by",
        "reason",
    )
    list_filter = ("kind", ("resolved_at", admin.EmptyFieldListFilter))
    list_select_related = ("resolved_by",)
    actions = ("resolve",)

    @admin.action(description=_("Worked off, with a reason"))
    def resolve(
        self, request: HttpRequest, rows: "QuerySet[LedgerDifference]"
    ) -> HttpResponse | None:
        def work_off(said: dict[str, Any]) -> int:
            found = proof.resolve(
                rows, by=acting_user(request), reason=said["reason"], now=clock.now()
            )
            for row in found:
                acts.log(self, request, row, said["reason"])
            return len(found)

        form = acts.ReasonForm(acts.answers(request))
        title = _("Work it off")
        return acts.ask_and_do(
            self, request, rows, form, action="resolve", title=title, do=work_off
        )


@admin.register(StripeEvent, site=operator_site)
class StripeEventAdmin(Book):
    list_display = ("event_id", "type", "state", "attempts", "last_error", "received_at")
    list_filter = ("state", "type")
    search_fields = ("=event_id", "=object_id")
    actions = ("replay",)

    @admin.action(description=_("Try again"))
    def replay(self, request: HttpRequest, rows: "QuerySet[StripeEvent]") -> None:
        count = 0
        for row in rows:
            count += stripe_events.replay(event_id=row.pk, now=clock.now())
            acts.log(self, request, row, "try again")
        text = ngettext("%(count)d event waits again.", "%(count)d events wait again.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)


def dashboard(_user: User) -> Sequence[DashboardRow]:
    """Money that waits for a person."""
    return [
        _row(
            LedgerDifference.objects.filter(resolved_at=None).exclude(kind=TIMING),
            _("differences in the books"),
        ),
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
