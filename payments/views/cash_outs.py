"""Cashing out: how much could go to which card, asking for it, and how far it is."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from accounts.decorators import PersonRequest, person_required
from payments import people_page
from payments.people_forms import CashOutForm
from payments.services.people import cash_outs
from socialcommerce.lib import clock, htmx, http, limits
from socialcommerce.lib.money import plain_amount
from socialcommerce.lib.problems import Problem


@sensitive_post_parameters("pin")
@http.require("GET", "POST")
@person_required
def new(request: PersonRequest) -> HttpResponse:
    """What can go back to which card; a refusal stands above the form, with all that was typed."""
    quote = cash_outs.quote(profile_id=request.user.profile.pk)
    initial = {"amount": plain_amount(quote.to_cards_minor, quote.currency)}
    form = CashOutForm(request.POST if request.method == "POST" else None, initial=initial)
    context = {"form": form, "page": people_page.cash_out_page(quote)}
    if form.is_valid():
        limits.check(scope="cash-out", subject=str(request.user.pk), limit=20, window_seconds=3_600)
        try:
            return _ask(request, form)
        except Problem as problem:
            context["problem"] = problem
    return render(request, "payments/cash_out.html", context, status=422 if form.is_bound else 200)


@http.require("GET")
@person_required
def detail(request: PersonRequest, cash_out_id: int) -> HttpResponse:
    cash_out = cash_outs.own(profile_id=request.user.profile.pk, cash_out_id=cash_out_id)
    context = {"cash_out": cash_out, "parts": people_page.parts_of(cash_out)}
    return htmx.render(request, "payments/cash_out_done.html", "payments/_cash_out.html", context)


def _ask(request: PersonRequest, form: CashOutForm) -> HttpResponse:
    cash_out = cash_outs.ask(
        profile_id=request.user.profile.pk,
        amount_minor=form.cleaned_data["amount"],
        pin=form.cleaned_data["pin"],
        key=f"page:{form.cleaned_data['key']}",
        now=clock.now(),
    )
    return htmx.redirect(request, reverse("payments:cash_out", args=[cash_out.pk]))
