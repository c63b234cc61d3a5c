"""A merchant's money on the merchant site: where it stands, when it is paid out, and to what bank.

Only who leads a store sees it; only its owners say to which bank it goes.
"""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from accounts.admin import form_pages
from accounts.admin.base import LEADERS, MerchantModelAdmin, ReadOnlyAdmin, acting_user
from accounts.admin.form_pages import FormPage
from accounts.admin.scope import managed_ids
from accounts.admin.sites import merchant_site
from accounts.models import Role
from payments import leaving, merchant_page
from payments.admin.forms import BankForm, NothingForm, ScheduleForm
from payments.gateway import connect_words
from payments.models import ConnectAccount, MerchantTerms, Payout
from payments.payout_states import PayoutState
from payments.services import connect, merchant_terms, payouts
from socialcommerce.lib import clock
from socialcommerce.lib.money import Money, format_money
from socialcommerce.lib.problems import Problem

OWNERS = frozenset([Role.OWNER])
# Unfold shows the words of a state only where it has a colour for it.
PAYOUT_COLOURS = {
    "created": "info", "sent": "info", "paid": "success", "returning": "warning",
    "failed": "danger",
}  # fmt: skip


@admin.register(MerchantTerms, site=merchant_site)
class MoneyAdmin(ReadOnlyAdmin, MerchantModelAdmin):
    profile_path = "profile"
    view_roles = LEADERS
    list_display = ("profile", "payout_every", "next_run_on", "is_held")
    list_select_related = ("profile",)
    ordering = ("pk",)
    actions_detail = ("schedule", "pay_out", "bank")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Every own store has its terms from the first look on."""
        for profile_id in sorted(managed_ids(request, LEADERS)):
            merchant_terms.of(profile_id, now=clock.now())
        shown: HttpResponse = super().changelist_view(request, extra_context)
        return shown

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        terms: MerchantTerms = self.own_or_404(request, object_id, LEADERS)
        today = merchant_terms.site_day(clock.now())
        context = {
            **merchant_site.each_context(request),
            "title": _("Money of %(store)s") % {"store": terms},
            "page": merchant_page.money_page(terms, today=today),
            "opts": self.opts,
        }
        return render(request, "payments/admin/money.html", context)

    def get_urls(self) -> list[Any]:
        back = path(
            "<path:object_id>/bank/back/",
            self.admin_site.admin_view(self.bank_back),
            name="payments_merchantterms_bank_back",
        )
        return [back, *super().get_urls()]

    @action(description=_("When to pay out"), url_path="schedule")  # type: ignore[untyped-decorator]
    def schedule(self, request: HttpRequest, object_id: str) -> HttpResponse:
        terms: MerchantTerms = self.own_or_404(request, object_id, LEADERS)
        page = FormPage(
            site=merchant_site,
            title=_("When to pay out"),
            button=_("Pay out so"),
            done=_("Kept. The next payout goes by it."),
            back_url=_home(terms),
            form=ScheduleForm(form_pages.answers(request), terms=terms),
            do=lambda answers: merchant_terms.set_schedule(
                profile_id=terms.profile_id,
                every=answers["every"],
                minimum_minor=answers["minimum"],
                by_id=acting_user(request).pk,
                now=clock.now(),
            ),
        )
        return form_pages.show(request, page)

    @action(description=_("Pay out now"), url_path="pay-out")  # type: ignore[untyped-decorator]
    def pay_out(self, request: HttpRequest, object_id: str) -> HttpResponse:
        terms: MerchantTerms = self.own_or_404(request, object_id, LEADERS)
        pots = merchant_page.pots(terms)
        amount = format_money(Money(pots.wallet_minor - pots.held_minor, pots.currency))
        page = FormPage(
            site=merchant_site,
            title=_("Pay out now"),
            button=_("Pay out %(amount)s") % {"amount": amount},
            done=_("On its way. Banks take one to three working days."),
            back_url=_home(terms),
            form=NothingForm(form_pages.answers(request)),
            do=lambda _answers: payouts.ask(profile_id=terms.profile_id, now=clock.now()),
            notes=[_("All that is in the wallet goes to your bank. There is one payout a day.")],
        )
        return form_pages.show(request, page)

    @action(description=_("Bank account"), url_path="bank")  # type: ignore[untyped-decorator]
    def bank(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """To Stripe's own page, and so through ours (`payments.leaving`)."""
        terms: MerchantTerms = self.own_or_404(request, object_id, OWNERS)
        begun = ConnectAccount.objects.filter(profile_id=terms.profile_id).first()
        form = BankForm(form_pages.answers(request), initial={"country": "US"})
        if begun is not None:
            del form.fields["country"]  # it cannot change any more
        page = FormPage(
            site=merchant_site,
            title=_("Bank account"),
            button=_("Go on at the payment service"),
            done="",
            back_url=_home(terms),
            form=form,
            do=lambda _answers: None,
            notes=[
                _("Who you are and where your money goes is asked on the payment service's page."),
                _("This site does not see it. Afterwards you come back here."),
            ],
        )
        if not form.is_valid():
            return form_pages.show(request, page)
        wanted = connect.Onboarding(
            profile_id=terms.profile_id,
            country=begun.country if begun else form.cleaned_data["country"],
            email=acting_user(request).email,
            return_path=reverse("merchant:payments_merchantterms_bank_back", args=[terms.pk]),
            refresh_path=reverse("merchant:payments_merchantterms_bank", args=[terms.pk]),
        )
        try:
            url = connect.begin(wanted, now=clock.now())
        except Problem as problem:
            messages.error(request, f"{problem.title}. {problem.detail}")
            return redirect(_home(terms))
        return leaving.redirect(request, url)  # type: ignore[arg-type]  # a member is a person

    def bank_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """From Stripe's page: how far it got."""
        terms: MerchantTerms = self.own_or_404(request, object_id, OWNERS)
        begun = ConnectAccount.objects.filter(profile_id=terms.profile_id).first()
        if begun is not None:
            try:
                begun = connect.refresh(account_id=begun.pk, now=clock.now())
            except Problem as problem:
                messages.error(request, f"{problem.title}. {problem.detail}")
            else:
                _say_how_far(request, begun)
        return redirect(_home(terms))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        return []  # they stand on the page itself, where they belong


@admin.register(Payout, site=merchant_site)
class PayoutAdmin(ReadOnlyAdmin, MerchantModelAdmin):
    profile_path = "payee"
    view_roles = LEADERS
    list_display = ("run_on", "payee", "amount", "standing", "settled_at")
    list_select_related = ("payee",)
    ordering = ("-pk",)
    fields = ("payee", "run_on", "amount", "is_now", "why", "created_at", "settled_at")
    readonly_fields = ("amount", "is_now", "why")

    @admin.display(description=_("amount"))
    def amount(self, payout: Payout) -> str:
        return format_money(Money(payout.amount_minor, payout.currency))

    @display(description=_("state"), label=PAYOUT_COLOURS)  # type: ignore[untyped-decorator]
    def standing(self, payout: Payout) -> tuple[str, str]:
        return payout.state, self.is_now(payout)

    @admin.display(description=_("state"))
    def is_now(self, payout: Payout) -> str:
        return str(merchant_page.PAYOUT_WORDS[PayoutState(payout.state)])

    @admin.display(description=_("what happened"))
    def why(self, payout: Payout) -> str:
        """Of a payout that came back: what happened, what was kept, what to do."""
        if payout.state not in {PayoutState.FAILED, PayoutState.RETURNING}:
            return "-"
        kept = translate("The money is in your wallet, or will be in a moment.")
        return f"{connect_words.payout_failure(payout.failure_code)} {kept}"


def _home(terms: MerchantTerms) -> str:
    return reverse("merchant:payments_merchantterms_change", args=[terms.pk])


def _say_how_far(request: HttpRequest, account: ConnectAccount) -> None:
    missing = connect_words.missing(account.requirements.get("missing", ()))
    if account.payouts_enabled:
        messages.success(request, translate("The bank account is ready for payouts."))
    elif missing:
        words = translate("Not ready yet. Still needed: %(missing)s.")
        messages.warning(request, words % {"missing": ", ".join(missing)})
    else:
        messages.info(request, translate("The payment service looks at what you sent."))
