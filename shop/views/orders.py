"""A buyer's orders: look, pay, cancel, confirm. Somebody else's are not found."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from accounts.decorators import PersonRequest, person_required
from shop import order_pages
from shop.forms import CancelForm, ChoiceForm, PayForm
from shop.order_states import OrderState
from shop.services import checkout, orders
from shop.views.checkout import RETURN_URL, outcome
from socialcommerce.lib import clock, htmx, http


@http.require("GET")
@person_required
def index(request: PersonRequest) -> HttpResponse:
    found = order_pages.orders_of(request.user.profile, cursor=request.GET.get("cursor"))
    next_url = f"{request.path}?cursor={found.next_cursor}" if found.next_cursor else ""
    context = {"orders": found.orders, "next_url": next_url}
    return htmx.render(request, "shop/orders/index.html", "shop/orders/_rows.html", context)


@http.require("GET")
@person_required
def detail(request: PersonRequest, number: str) -> HttpResponse:
    """The whole order; htmx asks again while the bank has not answered."""
    chosen = ChoiceForm(request.GET)
    chosen.is_valid()
    return _page(request, number, CancelForm(), status=200, gift_id=chosen.gift_id)


@http.require("GET")
@person_required
def status(request: PersonRequest, number: str) -> HttpResponse:
    """Inside a card: the receipt once it is paid, the same patience until then."""
    order = orders.of_buyer(buyer=request.user.profile, number=number)
    if not htmx.is_htmx(request):
        return htmx.redirect(request, order.get_absolute_url())
    context = {"order": order, **order_pages.paying(order)}
    if order.state == OrderState.AWAITING_PAYMENT and context["decline"]:
        return render(request, "shop/checkout/_declined.html", context)
    waiting = order.state == OrderState.AWAITING_PAYMENT
    name = "_waiting" if waiting else "_receipt"
    return render(request, f"shop/checkout/{name}.html", context)


@http.require("POST")
@person_required
def pay(request: PersonRequest, number: str) -> HttpResponse:
    """Pays an order that waits for it: another card, or the wallet after all."""
    order = orders.of_buyer(buyer=request.user.profile, number=number)
    form = PayForm(request.POST)
    if not form.is_valid():
        context = {"order": order, **order_pages.paying(order), "errors": form}
        return htmx.render(
            request, "shop/orders/pay.html", "shop/checkout/_pay.html", context, status=422
        )
    method, instrument_id = form.means
    result = checkout.pay_order(
        order_id=order.pk,
        buyer=request.user.profile,
        method=method,
        instrument_id=instrument_id,
        wallet_part_minor=form.wallet_part_minor,
        pin=form.cleaned_data["pin"],
        gift=form.gift_part,
        key=form.cleaned_data["key"],
        now=clock.now(),
        return_url=RETURN_URL,
    )
    return outcome(request, result)


@http.require("POST")
@person_required
def cancel(request: PersonRequest, number: str) -> HttpResponse:
    order = orders.of_buyer(buyer=request.user.profile, number=number)
    form = CancelForm(request.POST)
    if not form.is_valid():
        return _page(request, number, form, status=422)
    reason = form.cleaned_data["reason"]
    cancelled = orders.cancel(order_id=order.pk, reason=reason, now=clock.now())
    text = (
        _("Cancelled. Your money is on its way back.")
        if cancelled.paid_at
        else _("Cancelled. Nothing was charged.")
    )
    messages.success(request, text)
    return htmx.redirect(request, order.get_absolute_url())


@http.require("POST")
@person_required
def confirm(request: PersonRequest, number: str) -> HttpResponse:
    """The buyer has it: the store gets its money."""
    order = orders.of_buyer(buyer=request.user.profile, number=number)
    orders.confirm_receipt(order_id=order.pk, now=clock.now())
    messages.success(request, _("Thank you. The store has its money now."))
    return htmx.redirect(request, order.get_absolute_url())


def _page(
    request: PersonRequest,
    number: str,
    cancel_form: CancelForm,
    *,
    status: int,
    gift_id: int | None = None,
) -> HttpResponse:
    page = order_pages.order_page(buyer=request.user.profile, number=number, now=clock.now())
    context = {"page": page, "order": page.order, "cancel_form": cancel_form}
    if page.can_pay:
        context |= order_pages.paying(page.order, gift_id=gift_id)
    return htmx.render(
        request, "shop/orders/detail.html", "shop/orders/_order.html", context, status=status
    )
