"""What people do for a draw without hurry: take a pass, look at their turns, keep a secret."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from accounts.decorators import PersonRequest, person_required
from accounts.models import Profile, User
from flashsale.models import PassRoute, Sale
from flashsale.services.fairness import passes, secrets, turns
from socialcommerce.lib import clock, htmx, http, limits
from socialcommerce.lib.problems import Invalid, NotFound

PARTY_MAX = 60


class BadRoute(Invalid):
    code = "bad-route"
    title = _("A pass is taken for one cent or for nothing")


class BadParty(Invalid):
    code = "bad-party"
    title = _("Nobody can be invited like that")


@http.require("POST")
@person_required
def take_pass(request: PersonRequest, sale_id: int) -> HttpResponse:
    route = request.POST.get("route", "")
    if route not in PassRoute.values:
        raise BadRoute
    passes.take(
        sale_id=sale_id, person=request.user.profile, route=PassRoute(route), now=clock.now()
    )
    messages.success(request, _("You have a pass. It counts once you have reserved."))
    return htmx.redirect(request, reverse("flashsale:sale", args=[sale_id]))


@never_cache
@http.require("GET")
@person_required
def own_turns(request: PersonRequest) -> HttpResponse:
    kept = turns.of_person(request.user.profile, now=clock.now())
    return render(request, "flashsale/turns.html", {"kept": kept})


@never_cache
@http.require("GET", "POST")
def parties(request: HttpRequest, sale_id: int) -> HttpResponse:
    """GET: who has a share of the seed, for everybody. POST: an act of a party or an operator."""
    if request.method == "POST":
        return _act(request, sale_id)
    sale = Sale.objects.public().filter(pk=sale_id).first()
    if sale is None or not sale.uses_seed:
        raise NotFound
    invited = list(sale.secrets.all())
    context = {
        "sale": sale,
        "parties": invited,
        "mine": next((one for one in invited if _is_holder(one.holder_id, request)), None),
        "deadline": secrets.deadline(sale),
        "is_open": sale.sealed_at is None and clock.now() < sale.reserve_closes_at,
        "invites": getattr(request.user, "is_operator", False),
    }
    return render(request, "flashsale/secrets.html", context)


def _is_holder(holder_id: int | None, request: HttpRequest) -> bool:
    return holder_id is not None and holder_id == request.user.pk


@person_required
def _act(request: PersonRequest, sale_id: int) -> HttpResponse:
    limits.check(scope="secrets", subject=str(request.user.pk), limit=20, window_seconds=60)
    now, user = clock.now(), request.user
    if "commitment" in request.POST:
        secrets.commit(sale_id=sale_id, holder=user, commitment=request.POST["commitment"], now=now)
        messages.success(request, _("You are committed. Keep the secret: it is asked for later."))
    elif "value" in request.POST:
        secrets.reveal(sale_id=sale_id, holder=user, value=request.POST["value"], now=now)
        messages.success(request, _("Your secret is public and fits your commitment."))
    else:
        holder, party = _invited(request)
        secrets.invite(sale_id=sale_id, party=party, holder=holder, by=user, now=now)
        messages.success(request, _("The party is invited."))
    return htmx.redirect(request, reverse("flashsale:parties", args=[sale_id]))


def _invited(request: HttpRequest) -> tuple[User, str]:
    handle = request.POST.get("handle", "").strip().removeprefix("@")
    party = request.POST.get("party", "").strip()
    profile = Profile.objects.by_handle(handle).select_related("user").first()
    if profile is None or profile.user is None or not 1 <= len(party) <= PARTY_MAX:
        raise BadParty(_("Give the name of the party and the handle of one person."))
    if party == secrets.SITE or "\0" in party:
        raise BadParty(_("That name is taken."))
    return profile.user, party
