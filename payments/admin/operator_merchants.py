"""Merchants' money on the operator site: runs, what failed, who is held, and on which terms."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from accounts.admin import form_pages
from accounts.admin.base import OperatorModelAdmin, ReadOnlyAdmin, acting_user
from accounts.admin.form_pages import FormPage
from accounts.admin.sites import DashboardRow, operator_site, register_dashboard
from accounts.models import User
from payments.admin.forms import HoldForm, NothingForm, ReserveForm
from payments.admin.merchant import PAYOUT_COLOURS
from payments.merchant_page import PAYOUT_WORDS
from payments.models import ConnectAccount, ConnectState, MerchantTerms, Payout, Reserve
from payments.payout_states import PayoutState
from payments.services import connect, merchant_terms, payouts
from socialcommerce.lib import clock
from socialcommerce.lib.money import Money, format_money
from socialcommerce.lib.problems import Problem


@admin.register(MerchantTerms, site=operator_site)
class TermsAdmin(ReadOnlyAdmin, OperatorModelAdmin):
    list_display = ("profile", "payout_every", "next_run_on", "is_held", "reserve_basis_points")
    list_filter = ("is_held", "payout_every")
    list_select_related = ("profile",)
    search_fields = ("profile__handle", "profile__name")
    ordering = ("pk",)
    actions_detail = ("hold", "let_go", "reserve")

    @action(description=_("Hold payouts"), url_path="hold")  # type: ignore[untyped-decorator]
    def hold(self, request: HttpRequest, object_id: str) -> HttpResponse:
        terms = self._own_or_404(request, object_id)
        return self._page(
            request,
            terms,
            title=_("Hold payouts"),
            form=HoldForm(form_pages.answers(request)),
            do=lambda answers: merchant_terms.hold(
                profile_id=terms.profile_id,
                reason=answers["reason"],
                by_id=acting_user(request).pk,
                now=clock.now(),
            ),
            done=_("Held. The store reads why. What is on its way already goes on."),
        )

    @action(description=_("Let payouts go on"), url_path="let-go")  # type: ignore[untyped-decorator]
    def let_go(self, request: HttpRequest, object_id: str) -> HttpResponse:
        terms = self._own_or_404(request, object_id)
        return self._page(
            request,
            terms,
            title=_("Let payouts go on"),
            form=NothingForm(form_pages.answers(request)),
            do=lambda _answers: merchant_terms.let_go(
                profile_id=terms.profile_id, by_id=acting_user(request).pk, now=clock.now()
            ),
            done=_("Payouts go on with the next run."),
        )

    @action(description=_("Change the reserve"), url_path="reserve")  # type: ignore[untyped-decorator]
    def reserve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        terms = self._own_or_404(request, object_id)
        form = ReserveForm(form_pages.answers(request), initial=ReserveForm.initial_of(terms))
        return self._page(
            request,
            terms,
            title=_("Change the reserve"),
            form=form,
            do=lambda _answers: merchant_terms.set_reserve(
                profile_id=terms.profile_id,
                reserving=form.reserving,
                by_id=acting_user(request).pk,
                now=clock.now(),
            ),
            done=_("Kept. What is in the reserve already stays as it was promised."),
        )

    def _page(
        self,
        request: HttpRequest,
        terms: MerchantTerms,
        *,
        title: Any,
        form: forms.Form,
        do: Callable[[dict[str, Any]], object],
        done: Any,
    ) -> HttpResponse:
        """The act is in the row's history, with who did it."""

        def noted(answers: dict[str, Any]) -> None:
            do(answers)
            self.log_change(request, terms, f"{title}: {answers.get('reason', '')}".rstrip(": "))

        page = FormPage(
            site=operator_site,
            title=f"{title}: {terms}",
            button=title,
            done=done,
            back_url=reverse("operator:payments_merchantterms_change", args=[terms.pk]),
            form=form,
            do=noted,
        )
        return form_pages.show(request, page)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        terms: MerchantTerms | None = self.get_object(request, str(object_id))
        found: list[Any] = super().get_actions_detail(request, object_id)
        hidden = "hold" if terms and terms.is_held else "let-go"
        return [one for one in found if one.path != hidden]

    def _own_or_404(self, request: HttpRequest, object_id: str) -> MerchantTerms:
        terms: MerchantTerms | None = self.get_object(request, object_id)
        if terms is None or not self.has_view_permission(request):
            raise Http404
        return terms


@admin.register(Payout, site=operator_site)
class PayoutAdmin(ReadOnlyAdmin, OperatorModelAdmin):
    list_display = ("run_on", "payee", "amount", "standing", "attempt", "failure_code", "trouble")
    list_filter = ("state", "run_on", ("trouble", admin.EmptyFieldListFilter))
    list_select_related = ("payee",)
    search_fields = ("=payee__handle", "=transfer_id", "=payout_id")
    ordering = ("-pk",)
    actions = ("retry",)

    @admin.display(description=_("amount"), ordering="amount_minor")
    def amount(self, payout: Payout) -> str:
        return format_money(Money(payout.amount_minor, payout.currency))

    @display(description=_("state"), label=PAYOUT_COLOURS)  # type: ignore[untyped-decorator]
    def standing(self, payout: Payout) -> tuple[str, str]:
        return payout.state, str(PAYOUT_WORDS[PayoutState(payout.state)])

    @admin.action(description=_("Pay out once more"))
    def retry(self, request: HttpRequest, chosen: "QuerySet[Payout]") -> None:
        """Each on its own: one that cannot go keeps none of the others back."""
        for payout in chosen.select_related("payee"):
            try:
                payouts.retry(payout_id=payout.pk, now=clock.now())
            except Problem as problem:
                self.message_user(request, f"{payout.payee}: {problem.detail}", messages.WARNING)
            else:
                self.log_change(request, payout, "retry")
                self.message_user(request, f"{payout.payee}: {_('on its way')}", messages.SUCCESS)


@admin.register(ConnectAccount, site=operator_site)
class ConnectAccountAdmin(ReadOnlyAdmin, OperatorModelAdmin):
    list_display = ("profile", "stripe_id", "state", "payouts_enabled", "updated_at")
    list_filter = ("state",)
    list_select_related = ("profile",)
    search_fields = ("=profile__handle", "=stripe_id")
    ordering = ("-pk",)
    actions = ("refresh",)

    @admin.action(description=_("Ask Stripe again"))
    def refresh(self, request: HttpRequest, chosen: "QuerySet[ConnectAccount]") -> None:
        for account in chosen:
            try:
                connect.refresh(account_id=account.pk, now=clock.now())
            except Problem as problem:
                self.message_user(request, f"{account}: {problem.title}", messages.WARNING)


@admin.register(Reserve, site=operator_site)
class ReserveAdmin(ReadOnlyAdmin, OperatorModelAdmin):
    list_display = ("payee", "payment", "amount", "release_at", "released_at")
    list_filter = (("released_at", admin.EmptyFieldListFilter),)
    list_select_related = ("payee", "payment")
    search_fields = ("=payee__handle",)
    ordering = ("-pk",)

    @admin.display(description=_("amount"), ordering="amount_minor")
    def amount(self, row: Reserve) -> str:
        return format_money(Money(row.amount_minor, row.currency))


def dashboard(_user: User) -> Sequence[DashboardRow]:
    """Payouts that none has followed, that Stripe refuses for now, and accounts that stand."""
    listed = reverse("operator:payments_payout_changelist")
    later = Payout.objects.filter(payee=OuterRef("payee"), pk__gt=OuterRef("pk"))
    failed = Payout.objects.filter(~Exists(later), state=PayoutState.FAILED)
    stopped = ConnectAccount.objects.filter(state=ConnectState.RESTRICTED)
    accounts = reverse("operator:payments_connectaccount_changelist")
    return [
        DashboardRow(
            label=_("payouts that came back"),
            count=failed.count(),
            url=f"{listed}?state__exact=failed",
        ),
        DashboardRow(
            label=_("payouts that Stripe refuses for now"),
            count=Payout.objects.exclude(trouble="").count(),
            url=f"{listed}?trouble__isempty=0",
        ),
        DashboardRow(
            label=_("stores whose account is restricted"),
            count=stopped.count(),
            url=f"{accounts}?state__exact=restricted",
        ),
    ]


register_dashboard("operator", dashboard)
