"""A payment by card on its way: the top-up form, the bank's page and back, a second card."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.decorators import PersonRequest, person_required
from payments import leaving, selectors
from payments.forms import CardForm, TopUpForm
from payments.gateway.declines import words as decline_words
from payments.models import Payment
from payments.payment_states import ENDS, OPEN, PaymentState
from payments.services import charges, receivables, top_ups, wallets
from socialcommerce.lib import clock, htmx, http, limits
from socialcommerce.lib.money import Money, format_money
from socialcommerce.lib.problems import NotFound


@http.require("GET", "POST")
@person_required
def top_up(request: PersonRequest) -> HttpResponse:
    cards = selectors.cards_of(request.user.profile)
    form = TopUpForm(request.POST if request.method == "POST" else None, cards=cards)
    if not form.is_valid():
        context = {
            "form": form,
            "cards": cards,
            "balance": wallets.balance(profile_id=request.user.profile.pk),
            "owed_minor": receivables.owed(request.user.profile.pk, settings.SITE_CURRENCY),
        }
        status = 422 if form.is_bound else 200
        return htmx.render(
            request, "payments/top_up.html", "payments/_top_up_form.html", context, status
        )
    limits.check(scope="top-up", subject=str(request.user.pk), limit=20, window_seconds=3_600)
    payment = top_ups.begin(
        profile_id=request.user.profile.pk,
        amount_minor=form.cleaned_data["amount"],
        instrument_id=form.cleaned_data["card"],
        key=form.cleaned_data["key"],
        now=clock.now(),
    )
    return _onwards(request, payment)


@http.require("GET")
@person_required
def detail(request: PersonRequest, payment_id: int) -> HttpResponse:
    payment = _own_here(request, payment_id)
    if payment.purpose == Payment.Purpose.GIFT_CARD and payment.state in ENDS:
        return htmx.redirect(request, payment.return_url)
    cards = selectors.cards_of(request.user.profile)
    context = {
        "payment": payment,
        "is_open": payment.state in OPEN,
        "form": CardForm(cards=cards),
        "cards": cards,
        "attempts": selectors.attempts_of(payment),
        "decline": decline_words(payment.decline_code) if payment.decline_code else "",
    }
    return htmx.render(request, "payments/payment.html", "payments/_payment.html", context)


@http.require("GET")
@person_required
def come_back(request: PersonRequest, payment_id: int) -> HttpResponse:
    """From the bank's page: asks Stripe how it went, then on to where the person was."""
    payment = charges.drive(payment_id=_own(request, payment_id).pk, now=clock.now())
    if payment.purpose == Payment.Purpose.PURCHASE and http.is_safe(request, payment.return_url):
        return htmx.redirect(request, payment.return_url)
    return _onwards(request, payment, again=False)


@http.require("POST")
@person_required
def retry(request: PersonRequest, payment_id: int) -> HttpResponse:
    payment = _own_here(request, payment_id)
    cards = selectors.cards_of(request.user.profile)
    form = CardForm(request.POST, cards=cards)
    if not form.is_valid():
        messages.error(request, _("Please choose a card. Nothing was charged."))
        return htmx.redirect(request, reverse("payments:payment", args=[payment.pk]))
    payment = charges.retry(
        payment_id=payment.pk, instrument_id=form.cleaned_data["card"], now=clock.now()
    )
    return _onwards(request, payment)


@http.require("POST")
@person_required
def cancel(request: PersonRequest, payment_id: int) -> HttpResponse:
    payment = _own_here(request, payment_id)
    return _onwards(request, charges.cancel(payment_id=payment.pk, now=clock.now()), again=False)


def _own(request: PersonRequest, payment_id: int) -> Payment:
    mine = Payment.objects.of(request.user.profile.pk).filter(method=Payment.Method.CARD)
    payment = mine.select_related("instrument").filter(pk=payment_id).first()
    if payment is None:
        raise NotFound
    return payment


def _own_here(request: PersonRequest, payment_id: int) -> Payment:
    """A top-up or a gift card. What a shop began is retried and cancelled where the order is."""
    payment = _own(request, payment_id)
    if payment.purpose == Payment.Purpose.PURCHASE:
        raise NotFound
    return payment


def _onwards(request: PersonRequest, payment: Payment, *, again: bool = True) -> HttpResponse:
    """To the bank if it asks (once), to wallet or gift card when all is done, else to the payment's
    page.
    """
    if payment.state == PaymentState.REQUIRES_ACTION and payment.next_action_url and again:
        return leaving.redirect(request, payment.next_action_url)
    if payment.purpose == Payment.Purpose.GIFT_CARD and payment.state in ENDS:
        return htmx.redirect(request, payment.return_url)
    if payment.state == PaymentState.SUCCEEDED:
        amount = format_money(Money(payment.amount_minor, payment.currency))
        messages.success(request, _("%(amount)s is in your wallet.") % {"amount": amount})
        return htmx.redirect(request, reverse("payments:wallet"))
    return htmx.redirect(request, reverse("payments:payment", args=[payment.pk]))
