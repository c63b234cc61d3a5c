"""Opening a store: a person applies, an operator answers."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from accounts.decorators import PersonRequest, person_required
from accounts.services.profiles import HandleRefused, HandleTaken
from shop.forms import StoreApplicationForm
from shop.services import stores
from socialcommerce.lib import clock, htmx, http


@http.require("GET", "POST")
@person_required
def open_store(request: PersonRequest) -> HttpResponse:
    """The application, or what became of it."""
    form = StoreApplicationForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _apply(request, form):
        messages.success(
            request, _("Your application is with us. We answer in your notifications.")
        )
        return htmx.redirect(request, request.path)
    context = {"form": form, "waiting": stores.waiting_for(request.user)}
    status = 422 if form.is_bound else 200
    return render(request, "shop/open_store.html", context, status=status)


def _apply(request: PersonRequest, form: StoreApplicationForm) -> bool:
    """False, with the reason at the field, for a handle that cannot be had."""
    try:
        stores.apply(owner=request.user, now=clock.now(), **form.cleaned_data)
    except (HandleRefused, HandleTaken) as problem:
        form.add_error("handle", str(problem))
        return False
    return True
