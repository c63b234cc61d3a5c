"""One's own corner: the hub and the profile one shows."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.admin.sites import merchant_site
from accounts.decorators import PersonRequest, person_required
from accounts.forms import ProfileForm
from accounts.models import Profile
from accounts.services import profiles
from socialcommerce.lib import htmx, http, pictures


@http.require("GET")
@person_required
def hub(request: PersonRequest) -> HttpResponse:
    context = {"profile": request.user.profile, "has_store": merchant_site.admits(request.user)}
    return render(request, "accounts/me.html", context)


@http.require("GET", "POST")
@person_required
def edit(request: PersonRequest) -> HttpResponse:
    profile = request.user.profile
    initial = {"name": profile.name, "bio": profile.bio}
    form = ProfileForm(request.POST or None, request.FILES or None, initial=initial)
    if form.is_valid() and _save(profile, form):
        messages.success(request, _("Your profile is saved."))
        return htmx.redirect(request, profile.get_absolute_url())
    status = 422 if form.is_bound else 200
    context = {"form": form, "profile": profile}
    return render(request, "accounts/profile_form.html", context, status=status)


def _save(profile: Profile, form: ProfileForm) -> bool:
    """False, nothing saved and the reason beside the field, if the picture is no good."""
    data = form.cleaned_data
    try:
        with transaction.atomic():
            profiles.edit(profile=profile, name=data["name"], bio=data["bio"])
            if data["avatar"]:
                profiles.set_avatar(profile=profile, upload=data["avatar"])
            elif data["remove_avatar"]:
                profiles.remove_avatar(profile=profile)
    except pictures.BadPicture as problem:
        form.add_error("avatar", str(problem))
        return False
    return True
