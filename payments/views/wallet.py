"""The wallet's first page and its statement."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.decorators import PersonRequest, person_required
from payments import selectors
from payments.forms import PeriodForm
from payments.services import wallets
from socialcommerce.lib import htmx, http

NEWEST = 5
PAGE_SIZE = 30


@http.require("GET")
@person_required
def index(request: PersonRequest) -> HttpResponse:
    profile = request.user.profile
    context = {
        "balance": wallets.balance(profile_id=profile.pk),
        "cards": selectors.cards_of(profile),
        "statement": selectors.statement(profile, cursor=None, size=NEWEST),
    }
    return render(request, "payments/wallet.html", context)


@http.require("GET")
@person_required
def statement(request: PersonRequest) -> HttpResponse:
    """All movements by pages, or those of a period. A period that is none shows its error."""
    form = PeriodForm(request.GET)
    since, until = form.bounds if form.is_valid() else (None, None)
    found = selectors.statement(
        request.user.profile,
        cursor=request.GET.get("cursor"),
        size=PAGE_SIZE,
        since=since,
        until=until,
    )
    context = {"form": form, "statement": found, "next_url": _next_url(form, found.next_cursor)}
    partial = "payments/_statement.html" if request.GET.get("cursor") else "payments/_period.html"
    return htmx.render(request, "payments/statement.html", partial, context)


def _next_url(form: PeriodForm, cursor: str | None) -> str:
    if cursor is None:
        return ""
    kept = {name: form.data[name] for name in ("since", "until") if form.data.get(name)}
    return f"{reverse('payments:statement')}?{urlencode({**kept, 'cursor': cursor})}"
