"""Gift cards: buy one, hand its code on, put a code in, look at what is left."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.decorators import PersonRequest, person_required
from payments import gift_card_pages, leaving
from payments.gift_card_forms import CodeForm, GiftCardForm
from payments.gift_card_states import GiftCardState
from payments.models import GiftCard
from payments.payment_states import PaymentState
from payments.selectors import pay_choices
from payments.services.gift_cards import buying, codes
from socialcommerce.lib import clock, htmx, http, limits
from socialcommerce.lib.money import Money, format_money
from socialcommerce.lib.problems import Problem

CODES_AN_HOUR = 10  # nobody mistypes more often; whoever tries codes gets nowhere anyway


@http.require("GET", "POST")
@person_required
def new(request: PersonRequest) -> HttpResponse:
    """What a gift card may be of, for whom and paid how; then it is bought."""
    form = GiftCardForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _new_page(request, form, status=422 if form.is_bound else 200)
    limits.check(scope="gift-card", subject=str(request.user.pk), limit=20, window_seconds=3_600)
    try:
        card = buying.buy(
            buyer=request.user.profile,
            present=form.present,
            instrument_id=form.cleaned_data["pay_with"],
            key=form.cleaned_data["key"],
            now=clock.now(),
        )
    except Problem as problem:
        form.add_error(None, f"{problem.title}. {problem.detail}".rstrip(". ") + ".")
        return _new_page(request, form, status=422)
    return _onwards(request, card)


@http.require("GET")
@person_required
def detail(request: PersonRequest, card_id: int) -> HttpResponse:
    """To whoever holds it or has bought it."""
    return _page(request, card_id)


@never_cache
@http.require("POST")
@person_required
def show_code(request: PersonRequest, card_id: int) -> HttpResponse:
    """A new code, on this one answer and nowhere else."""
    limits.check(scope="gift-show", subject=str(request.user.pk), limit=20, window_seconds=3_600)
    code = codes.show(card_id=card_id, buyer_id=request.user.profile.pk)
    return _page(request, card_id, code=code)


@http.require("GET", "POST")
@person_required
def claim(request: PersonRequest) -> HttpResponse:
    """A code is put in; `next` is where the person goes on."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    next_url = http.safe_next(request, "")
    if not form.is_valid():
        return _claim_page(request, form, next_url, status=422 if form.is_bound else 200)
    check_tries(request.user.profile.pk)
    try:
        card = codes.claim(
            code=form.cleaned_data["code"], profile_id=request.user.profile.pk, now=clock.now()
        )
    except Problem as problem:
        form.add_error("code", f"{problem.title}. {problem.detail}")
        return _claim_page(request, form, next_url, status=422)
    amount = format_money(Money(card.amount_minor, card.currency))
    messages.success(request, _("The gift card of %(amount)s is yours.") % {"amount": amount})
    return htmx.redirect(request, next_url or reverse("payments:gift_card", args=[card.pk]))


def check_tries(profile_id: int) -> None:
    """Nothing while that person has tried few codes. Raises TooMany."""
    limits.check(
        scope="gift-code", subject=str(profile_id), limit=CODES_AN_HOUR, window_seconds=3_600
    )


def _new_page(request: PersonRequest, form: GiftCardForm, *, status: int) -> HttpResponse:
    context = {
        "form": form,
        "pay_choices": pay_choices(request.user.profile, 0),
        "pay_with": form.data.get("pay_with", ""),
    }
    return htmx.render(
        request,
        "payments/gift_cards/new.html",
        "payments/gift_cards/_new_form.html",
        context,
        status,
    )


def _page(request: PersonRequest, card_id: int, *, code: str = "") -> HttpResponse:
    page = gift_card_pages.page(request.user.profile, card_id)
    context = {"page": page, "card": page.card, "code": code}
    return render(request, "payments/gift_cards/detail.html", context)


def _claim_page(
    request: PersonRequest, form: CodeForm, next_url: str, *, status: int
) -> HttpResponse:
    context = {"form": form, "next_url": next_url}
    return render(request, "payments/gift_cards/claim.html", context, status=status)


def _onwards(request: PersonRequest, card: GiftCard) -> HttpResponse:
    """To the bank if it asks, to the payment where a card has not paid, else to the gift card."""
    if card.state != GiftCardState.ORDERED:
        return htmx.redirect(request, reverse("payments:gift_card", args=[card.pk]))
    payment = buying.payment_of(card)
    if payment.state == PaymentState.REQUIRES_ACTION and payment.next_action_url:
        return leaving.redirect(request, payment.next_action_url)
    return htmx.redirect(request, reverse("payments:payment", args=[payment.pk]))
