"""Following and blocking, and the lists of who does."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts import selectors
from accounts.decorators import PersonRequest, person_required
from accounts.models import Profile
from accounts.services import blocks, follows, profiles
from socialcommerce.lib import clock, htmx, http

PAGE_SIZE = 30


@http.require("POST")
@person_required
def follow(request: PersonRequest, handle: str) -> HttpResponse:
    profile = profiles.get(handle)
    follows.follow(follower=request.user.profile, followed=profile, now=clock.now())
    return _button(request, profile)


@http.require("POST")
@person_required
def unfollow(request: PersonRequest, handle: str) -> HttpResponse:
    profile = profiles.get(handle)
    follows.unfollow(follower=request.user.profile, followed=profile)
    return _button(request, profile)


@http.require("POST")
@person_required
def block(request: PersonRequest, handle: str) -> HttpResponse:
    profile = profiles.get(handle)
    blocks.block(blocker=request.user.profile, blocked=profile, now=clock.now())
    messages.success(
        request,
        _("@%(handle)s is blocked: neither of you sees the other.") % {"handle": profile.handle},
    )
    return htmx.redirect(request, http.safe_next(request, http.back(request, "/")))


@http.require("POST")
@person_required
def unblock(request: PersonRequest, handle: str) -> HttpResponse:
    profile = profiles.get(handle)
    blocks.unblock(blocker=request.user.profile, blocked=profile)
    messages.success(request, _("@%(handle)s is no longer blocked.") % {"handle": profile.handle})
    return htmx.redirect(request, http.safe_next(request, http.back(request, "/me/blocked/")))


def _button(request: PersonRequest, profile: Profile) -> HttpResponse:
    if not htmx.is_htmx(request):
        default = profile.get_absolute_url()
        return htmx.redirect(request, http.safe_next(request, http.back(request, default)))
    relation = selectors.relation(request.user.profile, profile)
    context = {"profile": profile, "relation": relation}
    return render(request, "accounts/_follow_button.html", context)


@http.require("GET")
def followers(request: HttpRequest, handle: str) -> HttpResponse:
    viewer = selectors.viewer_of(request.user)
    profile = profiles.visible(handle, viewer=viewer)
    found = selectors.followers(profile, viewer=viewer, **_page(request))
    return _list(request, found, profile=profile, shown="followers")


@http.require("GET")
def following(request: HttpRequest, handle: str) -> HttpResponse:
    viewer = selectors.viewer_of(request.user)
    profile = profiles.visible(handle, viewer=viewer)
    found = selectors.following(profile, viewer=viewer, **_page(request))
    return _list(request, found, profile=profile, shown="following")


@http.require("GET")
@person_required
def blocked(request: PersonRequest) -> HttpResponse:
    profile = request.user.profile
    found = selectors.blocked(profile, **_page(request))
    return _list(request, found, profile=profile, shown="blocked")


def _page(request: HttpRequest) -> dict[str, Any]:
    return {"cursor": request.GET.get("cursor"), "size": PAGE_SIZE}


def _list(
    request: HttpRequest, found: selectors.ProfileList, *, profile: Profile, shown: str
) -> HttpResponse:
    context = {"found": found, "profile": profile, "shown": shown}
    page = "accounts/blocked.html" if shown == "blocked" else "accounts/profile_list.html"
    return htmx.render(request, page, "accounts/_profile_rows.html", context)
