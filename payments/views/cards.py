"""Binding a card on Stripe's page and coming back; choosing the default; unbinding."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.decorators import PersonRequest, person_required
from payments import consents, instrument_pages, leaving
from payments.forms import NicknameForm
from payments.selectors import card_view
from payments.services import card_care, cards
from socialcommerce.lib import clock, htmx, http, limits
from socialcommerce.lib.problems import NotFound

# What the card service's script needs, on the one page that loads it.
# Source: https://docs.stripe.com/security/guide#content-security-policy
STRIPE_JS_POLICY = {
    "script-src": ["https://js.stripe.com", "https://*.js.stripe.com"],
    "frame-src": ["https://js.stripe.com", "https://*.js.stripe.com", "https://hooks.stripe.com"],
    "connect-src": ["https://api.stripe.com"],
}


@http.require("GET", "POST")
@person_required
def new(request: PersonRequest) -> HttpResponse:
    """What will happen, and the way to Stripe's page. `next` is where the person goes on."""
    next_url = http.safe_next(request, reverse("payments:wallet"))
    if request.method == "GET":
        return _page(request, next_url)
    _check_limit(request)
    session = cards.begin_setup(profile=request.user.profile, next_url=next_url, now=clock.now())
    return leaving.redirect(request, session.url)


@never_cache
@http.require("POST")
@person_required
def begin_here(request: PersonRequest) -> HttpResponse:
    """For the script of that page: what the frame needs to take a card."""
    if not settings.STRIPE_PAYMENT_ELEMENT:
        raise NotFound
    _check_limit(request)
    next_url = http.safe_next(request, reverse("payments:wallet"))
    form = cards.begin_here(profile=request.user.profile, next_url=next_url, now=clock.now())
    return JsonResponse({"client_secret": form.client_secret, "return_url": form.return_url})


@http.require("GET", "POST")
@person_required
def detail(request: PersonRequest, card_id: int) -> HttpResponse:
    """One card: how long it is good, what was agreed, and what its person calls it."""
    page = instrument_pages.card_page(request.user.profile, card_id)
    bound = request.POST if request.method == "POST" else None
    form = NicknameForm(bound, initial={"nickname": page.card.nickname})
    if form.is_valid():
        nickname = form.cleaned_data["nickname"]
        card_care.rename(
            profile_id=request.user.profile.pk, instrument_id=card_id, nickname=nickname
        )
        messages.success(request, _("The name is saved."))
        return htmx.redirect(request, reverse("payments:wallet"))
    status = 422 if form.is_bound else 200
    context = {"page": page, "form": form}
    return render(request, "payments/card.html", context, status=status)


@http.require("GET")
@person_required
def come_back(request: PersonRequest, setup_id: int) -> HttpResponse:
    setup = cards.own_setup(setup_id=setup_id, profile_id=request.user.profile.pk)
    card = cards.finish_setup(setup, now=clock.now())
    if card is None:
        messages.warning(request, _("No card was bound. You can try again."))
    else:
        view = card_view(card, today=clock.now())
        words = {"brand": view.brand, "last4": view.last4}
        messages.success(request, _("%(brand)s ···· %(last4)s is bound.") % words)
    return htmx.redirect(request, setup.next_url)


@http.require("GET")
@person_required
def cancelled(request: PersonRequest, setup_id: int) -> HttpResponse:
    setup = cards.own_setup(setup_id=setup_id, profile_id=request.user.profile.pk)
    messages.info(request, _("No card was bound. Nothing was charged."))
    return htmx.redirect(request, setup.next_url)


@http.require("POST")
@person_required
def make_default(request: PersonRequest, card_id: int) -> HttpResponse:
    cards.make_default(profile_id=request.user.profile.pk, instrument_id=card_id)
    messages.success(request, _("That card is offered first from now on."))
    return htmx.redirect(request, reverse("payments:wallet"))


@http.require("GET", "POST")
@person_required
def unbind(request: PersonRequest, card_id: int) -> HttpResponse:
    """There is no undo at Stripe, so this one asks."""
    profile_id = request.user.profile.pk
    card = cards.own(profile_id, card_id)
    if request.method == "GET":
        context = {"card": card_view(card, today=clock.now())}
        return render(request, "payments/card_unbind.html", context)
    cards.unbind(profile_id=profile_id, instrument_id=card_id, now=clock.now())
    messages.success(request, _("The card is unbound. It cannot be charged any more."))
    return htmx.redirect(request, reverse("payments:wallet"))


def _page(request: PersonRequest, next_url: str) -> HttpResponse:
    key = settings.STRIPE_PUBLISHABLE_KEY if settings.STRIPE_PAYMENT_ELEMENT else ""
    consent = consents.binding_a_card()
    context = {"next_url": next_url, "publishable_key": key, "consent": consent}
    response = render(request, "payments/card_new.html", context)
    if key:
        response._csp_update = STRIPE_JS_POLICY  # type: ignore[attr-defined]  # noqa: SLF001  django-csp's hook
    return response


def _check_limit(request: PersonRequest) -> None:
    """Testing stolen card numbers goes through this door: it opens a few times an hour."""
    limits.check(scope="bind-card", subject=str(request.user.pk), limit=20, window_seconds=3_600)
