"""Buying inside the card: each answer is the card's next face, or a page without JavaScript."""

from dataclasses import replace

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from accounts.decorators import PersonRequest, person_required
from accounts.forms import AddressForm
from accounts.selectors import viewer_of
from accounts.services import addresses
from payments import leaving
from shop import checkout_page, order_pages, selectors
from shop.forms import CheckoutForm, Choice, ChoiceForm
from shop.order_states import OrderState
from shop.services import checkout, evidence
from shop.services.checkout import CheckoutResult
from socialcommerce.lib import clock, htmx, http, limits
from socialcommerce.lib.problems import NotFound, Problem

RETURN_URL = "/orders/{number}/"


@http.require("GET", "POST")
@person_required
def card(request: PersonRequest, product_id: int) -> HttpResponse:
    """GET: choose and confirm. POST: buy."""
    if request.method == "POST":
        return _buy(request, product_id)
    form = ChoiceForm(request.GET)
    form.is_valid()
    return _choose(request, product_id, form.choice, status=200)


@http.require("GET")
def closed(request: HttpRequest, product_id: int) -> HttpResponse:
    """The card as it stood before it was opened; without JavaScript the product's page."""
    viewer = viewer_of(request.user)
    product = selectors.product(product_id, viewer=viewer)
    if not htmx.is_htmx(request):
        return htmx.redirect(request, product.url)
    return render(request, "shop/checkout/_offer.html", {"card": product, "viewer": viewer})


@http.require("POST")
@person_required
def add_address(request: PersonRequest, product_id: int) -> HttpResponse:
    """A new address in place; the card goes on with it."""
    form = AddressForm(request.POST)
    chosen = ChoiceForm(request.POST)
    chosen.is_valid()
    choice = chosen.choice
    if not form.is_valid():
        return _choose(request, product_id, choice, status=422, address_form=form)
    address = addresses.add(
        profile=request.user.profile, fields=form.address_fields, is_default=form.wants_default
    )
    choice = replace(choice, address_id=address.pk)
    return _choose(request, product_id, choice, status=200)


def _buy(request: PersonRequest, product_id: int) -> HttpResponse:
    form = CheckoutForm(request.POST)
    if not form.is_valid():
        return _choose(request, product_id, form.choice, status=422, errors=form)
    limits.check(scope="checkout", subject=str(request.user.pk), limit=30, window_seconds=60)
    method, instrument_id = form.means
    answers = form.cleaned_data
    try:
        result = checkout.place(
            buyer=request.user.profile,
            variant_id=answers["variant"],
            quantity=answers["quantity"],
            address_id=answers["address"],
            method=method,
            instrument_id=instrument_id,
            wallet_part_minor=form.wallet_part_minor,
            pin=answers["pin"],
            gift=form.gift_part,
            code=answers["code"],
            seen_total_minor=answers["seen_total_minor"],
            key=answers["key"],
            now=clock.now(),
            return_url=RETURN_URL,
        )
    except NotFound:
        raise
    except Problem as problem:
        return _choose(request, product_id, form.choice, status=problem.status, problem=problem)
    return outcome(request, result)


def _choose(
    request: PersonRequest,
    product_id: int,
    choice: Choice,
    *,
    status: int,
    errors: CheckoutForm | None = None,
    address_form: AddressForm | None = None,
    problem: Problem | None = None,
) -> HttpResponse:
    page = checkout_page.build(buyer=request.user.profile, product_id=product_id, choice=choice)
    context = {
        "page": page,
        "card": page.product,
        "pay_choices": page.pay_choices,
        "errors": errors,
        "address_form": address_form or AddressForm(),
        "wants_address": bool(address_form or "new_address" in request.GET or not page.addresses),
        "problem": problem,
    }
    refused = status >= 400 and htmx.is_htmx(request)
    return htmx.render(
        request,
        "shop/checkout/page.html",
        "shop/checkout/_form.html",
        context,
        status=422 if refused else status,  # htmx swaps 2xx and 422, nothing else
    )


def outcome(request: PersonRequest, result: CheckoutResult) -> HttpResponse:
    """Receipt, the bank's page, another card, or patience: where the purchase stands."""
    order = result.order
    evidence.capture(order, environ=request.META, now=clock.now())
    if result.next_action_url:
        return leaving.redirect(request, result.next_action_url)
    if not htmx.is_htmx(request):
        if result.decline_code:
            messages.error(request, _("The card was declined. Nothing was charged."))
        return htmx.redirect(request, order.get_absolute_url())
    context = {"order": order, **order_pages.paying(order)}
    if order.state == OrderState.AWAITING_PAYMENT and result.decline_code:
        return render(request, "shop/checkout/_declined.html", context)
    if order.state == OrderState.AWAITING_PAYMENT:
        return render(request, "shop/checkout/_waiting.html", context)
    return render(request, "shop/checkout/_receipt.html", context)
