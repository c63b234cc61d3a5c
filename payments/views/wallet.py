"""The wallet's first page and its statement."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.decorators import PersonRequest, person_required
from payments import exports, gift_card_pages, instrument_pages, people_page, selectors
from payments.forms import WalletPeriodForm
from payments.services import receivables, wallets
from socialcommerce.lib import htmx, http, sheets
from socialcommerce.lib.problems import Invalid

NEWEST = 5
PAGE_SIZE = 30


@http.require("GET")
@person_required
def index(request: PersonRequest) -> HttpResponse:
    profile = request.user.profile
    context = {
        "balance": wallets.balance(profile_id=profile.pk),
        "owed_minor": receivables.owed(profile.pk, settings.SITE_CURRENCY),
        "others": wallets.others(profile_id=profile.pk),
        "cards": selectors.cards_of(profile),
        "gift_cards": gift_card_pages.mine(profile),
        "sites": instrument_pages.sites_of(profile),
        "statement": selectors.statement(profile, cursor=None, size=NEWEST),
        "care": people_page.care(request.user),
    }
    return render(request, "payments/wallet.html", context)


@http.require("GET")
@person_required
def statement(request: PersonRequest) -> HttpResponse:
    """All movements by pages, or those of a period. A period that is none shows its error."""
    form = WalletPeriodForm(request.GET)
    since, until = form.bounds if form.is_valid() else (None, None)
    found = selectors.statement(
        request.user.profile,
        cursor=request.GET.get("cursor"),
        size=PAGE_SIZE,
        since=since,
        until=until,
        currency=form.cleaned_data.get("currency", ""),
    )
    context = {
        "form": form,
        "statement": found,
        "next_url": _next_url(form, found.next_cursor),
        "csv_url": _address("payments:statement_csv", form),
    }
    partial = "payments/_statement.html" if request.GET.get("cursor") else "payments/_period.html"
    return htmx.render(request, "payments/statement.html", partial, context)


@http.require("GET")
@person_required
def statement_csv(request: PersonRequest) -> HttpResponse:
    """The same movements as a file. Raises Invalid for a period that is none."""
    form = WalletPeriodForm(request.GET)
    if not form.is_valid():
        raise Invalid(_("Please choose a day for the beginning and one for the end."))
    since, until = form.bounds
    currency = form.cleaned_data["currency"]
    rows = exports.statement(request.user.profile, since=since, until=until, currency=currency)
    return sheets.download(rows, filename="statement.csv")


def _next_url(form: WalletPeriodForm, cursor: str | None) -> str:
    return _address("payments:statement", form, cursor=cursor) if cursor is not None else ""


def _address(name: str, form: WalletPeriodForm, **more: str) -> str:
    """The page of that name for the same wallet and period."""
    kept = {key: form.data[key] for key in form.fields if form.data.get(key)}
    query = urlencode({**kept, **more})
    return f"{reverse(name)}?{query}" if query else reverse(name)
