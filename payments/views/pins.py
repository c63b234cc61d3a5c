"""The payment PIN: setting it, changing it, and a new one by mail for whoever forgot it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.decorators import PersonRequest, person_required
from payments.people_forms import NewPinForm, PasswordForm, SetPinForm
from payments.services.people import pins
from socialcommerce.lib import clock, htmx, http, limits
from socialcommerce.lib.problems import Problem


@sensitive_post_parameters()
@never_cache
@http.require("GET", "POST")
@person_required
def edit(request: PersonRequest) -> HttpResponse:
    has_pin = pins.is_set(request.user.profile.pk)
    form = SetPinForm(request.POST if request.method == "POST" else None, has_pin=has_pin)
    context: dict[str, object] = {"form": form, "has_pin": has_pin}
    if form.is_valid():
        _check_limit(request)
        answers = form.cleaned_data
        try:
            pins.set_pin(
                user=request.user,
                pin=answers["pin"],
                password=answers["password"],
                old_pin=answers.get("old_pin", ""),
                now=clock.now(),
            )
        except Problem as problem:
            context["problem"] = problem
        else:
            return _done(request)
    return render(request, "payments/pin.html", context, status=422 if form.is_bound else 200)


@sensitive_post_parameters()
@http.require("GET", "POST")
@person_required
def forgotten(request: PersonRequest) -> HttpResponse:
    """With the password a link is sent to the person's address."""
    form = PasswordForm(request.POST if request.method == "POST" else None)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        _check_limit(request)
        try:
            pins.send_reset(
                user=request.user, password=form.cleaned_data["password"], now=clock.now()
            )
        except Problem as problem:
            context["problem"] = problem
        else:
            messages.success(request, _("A link is on its way to your address."))
            return htmx.redirect(request, reverse("payments:wallet"))
    return render(
        request, "payments/pin_forgotten.html", context, status=422 if form.is_bound else 200
    )


@sensitive_post_parameters()
@never_cache
@http.require("GET", "POST")
@person_required
def reset(request: PersonRequest, token: str) -> HttpResponse:
    """From that link; somebody else's opens nothing."""
    pins.check_reset(user=request.user, token=token)
    form = NewPinForm(request.POST if request.method == "POST" else None)
    context: dict[str, object] = {"form": form, "token": token}
    if form.is_valid():
        try:
            pins.reset(
                user=request.user, token=token, pin=form.cleaned_data["pin"], now=clock.now()
            )
        except Problem as problem:
            context["problem"] = problem
        else:
            return _done(request)
    return render(request, "payments/pin_reset.html", context, status=422 if form.is_bound else 200)


def _done(request: PersonRequest) -> HttpResponse:
    messages.success(request, _("Your payment PIN is set. We have told you by mail, too."))
    return htmx.redirect(request, reverse("payments:wallet"))


def _check_limit(request: PersonRequest) -> None:
    """Whoever is here might try passwords: a few times an hour."""
    limits.check(scope="pin-password", subject=str(request.user.pk), limit=10, window_seconds=3_600)
