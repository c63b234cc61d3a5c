"""Linking an account at another site: the text, the way there and back, and taking it back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.decorators import PersonRequest, person_required
from accounts.services import links
from payments import consents, instrument_pages, leaving
from payments.services import linked
from socialcommerce.lib import clock, htmx, http, limits
from socialcommerce.lib.problems import Problem


@http.require("GET", "POST")
@person_required
def link(request: PersonRequest, key: str) -> HttpResponse:
    """What the person agrees to, and on to the site. `next` is where they go on afterwards."""
    site = linked.site(key)
    next_url = http.safe_next(request, reverse("payments:wallet"))
    if request.method == "GET":
        context = {"site": site, "consent": consents.linking(site), "next_url": next_url}
        return render(request, "payments/linked/consent.html", context)
    limits.check(scope="link", subject=str(request.user.pk), limit=20, window_seconds=3_600)
    url = linked.begin(
        profile=request.user.profile,
        provider=site,
        consent_version=request.POST.get("consent_version", ""),
        next_url=next_url,
        now=clock.now(),
    )
    return leaving.redirect(request, url)


@never_cache
@http.require("GET")
@person_required
def come_back(request: PersonRequest, key: str) -> HttpResponse:
    """The way back is taken before anything is asked, so that nobody goes it twice."""
    site = linked.site(key)
    query, profile, now = request.GET, request.user.profile, clock.now()
    way = links.WayBack(
        state=query.get("state", ""),
        code=query.get("code", ""),
        error=query.get("error", ""),
        issuer=query.get("iss", ""),
    )
    attempt = links.take(profile=profile, provider=site, way=way, now=now)
    try:
        linked.finish(profile=profile, provider=site, attempt=attempt, way=way, now=now)
    except Problem as problem:
        problem.next_url, problem.next_label = attempt.next_url, _("Back to where you were")
        raise
    messages.success(request, _("Your %(site)s account is linked.") % {"site": site.name})
    return htmx.redirect(request, attempt.next_url)


@http.require("GET", "POST")
@person_required
def unlink(request: PersonRequest, linked_id: int) -> HttpResponse:
    """Prices may hang on it, so this one asks."""
    profile = request.user.profile
    site = instrument_pages.linked_site(profile, linked_id)
    if request.method == "GET":
        return render(request, "payments/linked/unlink.html", {"site": site})
    linked.unlink(profile_id=profile.pk, linked_id=linked_id, now=clock.now())
    words = _("Your %(site)s account is not linked any more.")
    messages.success(request, words % {"site": site.name})
    return htmx.redirect(request, reverse("payments:wallet"))
