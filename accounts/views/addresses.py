"""The address book."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.decorators import PersonRequest, person_required
from accounts.forms import AddressForm
from accounts.models import Address
from accounts.services import addresses
from socialcommerce.lib import clock, htmx, http


@http.require("GET")
@person_required
def index(request: PersonRequest) -> HttpResponse:
    profile = request.user.profile
    context = {
        "addresses": Address.objects.kept().filter(profile=profile),
        "removed": addresses.just_removed(profile=profile, now=clock.now()),
    }
    return render(request, "accounts/addresses.html", context)


@http.require("GET", "POST")
@person_required
def add(request: PersonRequest) -> HttpResponse:
    form = AddressForm(request.POST or None)
    if form.is_valid():
        addresses.add(
            profile=request.user.profile,
            fields=form.address_fields,
            is_default=form.wants_default,
        )
        messages.success(request, _("The address is in your book."))
        return _home(request)
    return _form(request, form, title=_("New address"))


@http.require("GET", "POST")
@person_required
def edit(request: PersonRequest, address_id: int) -> HttpResponse:
    address = addresses.get(profile=request.user.profile, address_id=address_id)
    form = AddressForm(request.POST or None, instance=address)
    if form.is_valid():
        addresses.edit(
            address=address,
            fields=form.address_fields,
            is_default=form.wants_default,
        )
        messages.success(request, _("The address is saved. Orders keep the old one."))
        return _home(request)
    return _form(request, form, title=_("Edit address"))


@http.require("POST")
@person_required
def make_default(request: PersonRequest, address_id: int) -> HttpResponse:
    address = addresses.get(profile=request.user.profile, address_id=address_id)
    addresses.make_default(address=address)
    return _home(request)


@http.require("POST")
@person_required
def remove(request: PersonRequest, address_id: int) -> HttpResponse:
    address = addresses.get(profile=request.user.profile, address_id=address_id)
    addresses.remove(address=address, now=clock.now())
    return _home(request)


@http.require("POST")
@person_required
def restore(request: PersonRequest, address_id: int) -> HttpResponse:
    addresses.restore(profile=request.user.profile, address_id=address_id)
    messages.success(request, _("The address is back."))
    return _home(request)


def _home(request: PersonRequest) -> HttpResponse:
    return htmx.redirect(request, http.safe_next(request, reverse("accounts:addresses")))


def _form(request: PersonRequest, form: AddressForm, *, title: str) -> HttpResponse:
    context = {"form": form, "title": title, "next": http.safe_next(request, "")}
    status = 422 if form.is_bound else 200
    return render(request, "accounts/address_form.html", context, status=status)
