"""The pages of a sale, and what is done there without hurry."""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import RequestContext
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from accounts.decorators import PersonRequest, person_required
from accounts.selectors import recent_unread_count, viewer_of
from flashsale import forms, selectors
from flashsale.models.sales import SLOTS_MAX
from flashsale.pages import groups, sale_page
from flashsale.pages.sale_page import SalePage
from flashsale.services import claims, reservations, waiting
from flashsale.standings import Standing
from flashsale.views import hot
from payments import leaving
from shop.forms import PayForm
from shop.services import evidence
from socialcommerce.lib import clock, htmx, http, limits
from socialcommerce.lib.problems import Invalid

REFRESH_SECONDS: Final = 2


class BadPayment(Invalid):
    code = "bad-payment"
    title = _("Please choose how to pay")


@http.require("GET")
def index(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    return render(request, "flashsale/sales.html", {"sales": selectors.listed(now=now)})


@never_cache
@http.require("GET")
def sale(request: HttpRequest, sale_id: int) -> HttpResponse:
    return _page(request, sale_id)


@never_cache
@http.require("GET")
def panel(request: HttpRequest, sale_id: int) -> HttpResponse:
    """The one face of this moment, for the page's script."""
    page = sale_page.build(sale_id=sale_id, viewer=viewer_of(request.user), now=clock.now())
    return render(request, "flashsale/_panel.html", {"page": page, "sale": page.sale})


@csrf_exempt  # a POST goes to the hot view, whose token stands for the form's
@never_cache
@http.require("GET", "POST")
def claim(request: HttpRequest, sale_id: int) -> HttpResponse:
    """POST: into the line. GET: where one stands, asking again by itself without JavaScript."""
    return _page(request, sale_id, asks=True) if _is_read(request) else hot.claim(request, sale_id)


@csrf_exempt  # as above
@never_cache
@http.require("GET", "POST")
def reservation(request: HttpRequest, sale_id: int) -> HttpResponse:
    """POST: reserve. GET: whether it is written down yet."""
    return (
        _page(request, sale_id, asks=True) if _is_read(request) else hot.reserve(request, sale_id)
    )


@http.require("POST")
@person_required
def withdraw(request: PersonRequest, sale_id: int) -> HttpResponse:
    reservations.withdraw(sale_id=sale_id, person=request.user.profile, now=clock.now())
    messages.success(request, _("Your reservation is withdrawn. You can reserve again."))
    return htmx.redirect(request, reverse("flashsale:sale", args=[sale_id]))


@http.require("POST")
@person_required
def wait(request: PersonRequest, sale_id: int) -> HttpResponse:
    """A place on the waiting list; again it stays the same place."""
    waiting.join(sale_id=sale_id, person=request.user.profile, now=clock.now())
    return panel_or_page(request, sale_id, reverse("flashsale:sale", args=[sale_id]))


@http.require("POST")
@person_required
def stop_waiting(request: PersonRequest, sale_id: int) -> HttpResponse:
    waiting.leave(sale_id=sale_id, person=request.user.profile)
    return panel_or_page(request, sale_id, reverse("flashsale:sale", args=[sale_id]))


@http.require("POST")
@person_required
def pay(request: PersonRequest, sale_id: int) -> HttpResponse:
    """The held unit is paid in place, or the bank is asked."""
    limits.check(scope="pay-claim", subject=str(request.user.pk), limit=30, window_seconds=60)
    form = PayForm(request.POST)
    if not form.is_valid():
        raise BadPayment(_("Nothing was charged. The unit stays yours until the time is over."))
    back = reverse("flashsale:claim", args=[sale_id])
    method, instrument_id = form.means
    result = claims.pay(
        sale_id=sale_id,
        person=request.user.profile,
        method=method,
        instrument_id=instrument_id,
        wallet_part_minor=form.wallet_part_minor,
        pin=form.cleaned_data["pin"],
        key=form.cleaned_data["key"],
        return_url=back,
        now=clock.now(),
        slot=forms.slot(request.POST.get("slot", ""), slots=SLOTS_MAX),
    )
    evidence.capture(result.order, environ=request.META, now=clock.now())
    if result.next_action_url:
        return leaving.redirect(request, result.next_action_url)
    return panel_or_page(request, sale_id, back)


def panel_or_page(request: HttpRequest, sale_id: int, url: str) -> HttpResponse:
    if not htmx.is_htmx(request):
        return htmx.redirect(request, url)
    page = sale_page.build(sale_id=sale_id, viewer=viewer_of(request.user), now=clock.now())
    return render(request, "flashsale/_panel.html", {"page": page, "sale": page.sale})


def _page(request: HttpRequest, sale_id: int, *, asks: bool = False) -> HttpResponse:
    viewer = viewer_of(request.user)
    page = sale_page.build(sale_id=sale_id, viewer=viewer, now=clock.now())
    context = {
        **groups.asked_by_gaps(page),
        "refresh_seconds": _refresh_seconds(page, asks=asks),
    }
    if viewer is not None:  # for the frame's unread_count, which would count anew each time
        request.unread_count = recent_unread_count(viewer)  # type: ignore[attr-defined]
    shell = groups.shell(page.sale, groups.of(page))
    return HttpResponse(shell.fill(RequestContext(request, context)).text())


def _refresh_seconds(page: SalePage, *, asks: bool) -> int:
    """After how long a page without scripts loads itself anew; 0 for never."""
    if page.draw is not None and page.standing == Standing.DRAWING:
        return page.draw.refresh_seconds
    # Not under somebody who chooses how to pay.
    return REFRESH_SECONDS if asks and page.is_under_way and page.pay_choices is None else 0


def _is_read(request: HttpRequest) -> bool:
    return request.method in ("GET", "HEAD")
