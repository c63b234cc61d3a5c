"""Closing the wallet and opening it again; and how much may move in a day and a week."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.decorators import PersonRequest, person_required
from payments import people_page
from payments.services.people import closing
from socialcommerce.lib import clock, htmx, http


@http.require("GET", "POST")
@person_required
def edit(request: PersonRequest) -> HttpResponse:
    """POST closes an open wallet, after the page has said what that means."""
    profile_id = request.user.profile.pk
    if request.method == "POST":
        closing.close(profile_id=profile_id, now=clock.now())
        messages.success(request, _("Your wallet is closed. You can open it again at any time."))
        return htmx.redirect(request, reverse("payments:wallet"))
    return render(request, "payments/closing.html", people_page.closing_page(profile_id))


@http.require("POST")
@person_required
def reopen(request: PersonRequest) -> HttpResponse:
    closing.reopen(profile_id=request.user.profile.pk)
    messages.success(request, _("Your wallet is open again."))
    return htmx.redirect(request, reverse("payments:wallet"))


@http.require("GET")
@person_required
def limits(request: PersonRequest) -> HttpResponse:
    context = people_page.limits_page(request.user.profile.pk, now=clock.now())
    return render(request, "payments/limits.html", context)
