"""Home, explore, topics, profiles; and the small answer that says how much is new."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.decorators import PersonRequest, person_required
from accounts.models import Profile
from accounts.selectors import relation, viewer_of
from feed import arrivals, selectors
from feed.cards import CardRef
from feed.forms import ComposeForm
from feed.models import Post
from feed.selectors import Timeline
from feed.text import canonical_topic
from socialcommerce.lib import clock, htmx, http
from socialcommerce.lib.problems import NotFound, Problem

TABS = {
    "posts": gettext_lazy("Posts"),
    "replies": gettext_lazy("Replies"),
    "pictures": gettext_lazy("Pictures"),
}


class BadMoment(Problem):
    code = "bad-moment"
    status = 400
    title = gettext_lazy("That is no moment in time")


@http.require("GET")
def home(request: HttpRequest) -> HttpResponse:
    """Their own timeline for who is logged in, everybody's with an invitation for who is not."""
    viewer = viewer_of(request.user)
    if viewer is None:
        found = _page(request, selectors.explore(None), viewer)
        return _show(request, "feed/welcome.html", found, viewer, poll="explore")
    found = selectors.home(viewer, cursor=request.GET.get("cursor"))
    return _show(
        request, "feed/home.html", found, viewer, poll="home", form=ComposeForm.blank(viewer)
    )


@http.require("GET")
def explore(request: HttpRequest) -> HttpResponse:
    viewer = viewer_of(request.user)
    hot = request.GET.get("sort") == "hot"
    posts = selectors.hot(viewer, now=clock.now()) if hot else selectors.explore(viewer)
    order = selectors.HOTTEST if hot else selectors.NEWEST
    found = selectors.timeline(posts, viewer=viewer, cursor=request.GET.get("cursor"), order=order)
    url = reverse("feed:explore")
    tabs = [
        {"url": url, "label": _("Latest"), "here": not hot},
        {"url": f"{url}?sort=hot", "label": _("Much talked about"), "here": hot},
    ]
    return _show(
        request, "feed/explore.html", found, viewer, poll="" if hot else "explore", tabs=tabs
    )


@http.require("GET")
def topic(request: HttpRequest, tag: str) -> HttpResponse:
    """One page for a topic, whichever way it was written."""
    canonical = canonical_topic(tag)
    if not canonical:
        raise NotFound
    if canonical != tag:
        return redirect("feed:topic", canonical)
    viewer = viewer_of(request.user)
    found = _page(request, selectors.topic(canonical, viewer), viewer)
    return _show(request, "feed/topic.html", found, viewer, tag=canonical)


@http.require("GET")
@person_required
def group(request: PersonRequest, card_type: str, card_id: int) -> HttpResponse:
    """The posts behind one grouped entry of the viewer's home."""
    viewer = request.user.profile
    posts = selectors.of_group(CardRef(card_type, card_id), viewer)
    return _show(request, "feed/group.html", _page(request, posts, viewer), viewer)


@http.require("GET")
def profile(request: HttpRequest, handle: str) -> HttpResponse:
    viewer = viewer_of(request.user)
    shown = Profile.objects.active().by_handle(handle).first()
    tie = relation(viewer, shown) if shown else None
    if shown is None or (tie is not None and tie.is_blocked_by):
        raise NotFound(_("Nobody here has that handle."))
    tab = request.GET.get("tab", "posts")
    if tab not in TABS:
        raise NotFound
    found = _page(request, selectors.of_profile(shown, tab, viewer), viewer)
    url = shown.get_absolute_url()
    tabs = [
        {"url": url if key == "posts" else f"{url}?tab={key}", "label": label, "here": key == tab}
        for key, label in TABS.items()
    ]
    return _show(
        request, "feed/profile.html", found, viewer, profile=shown, relation=tie, tabs=tabs, tab=tab
    )


@http.require("GET")
def new(request: HttpRequest) -> HttpResponse:
    """How many posts came since the page was made, as the pill that loads them."""
    since = _moment(request.GET.get("since", ""))
    viewer = viewer_of(request.user)
    name = "home" if request.GET.get("timeline") == "home" and viewer else "explore"
    context = {
        "count": arrivals.count(name, since=since, viewer=viewer),
        "poll": name,
        "since": since,
        "most": selectors.NEW_COUNT_MAX,
    }
    return render(request, "feed/_new_posts.html", context)


def _moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text)
    except ValueError:
        raise BadMoment from None
    if moment is None or moment.tzinfo is None:
        raise BadMoment
    # Nobody leaves a page open for longer, and the count stops at 99 anyway.
    now = clock.now()
    return min(max(moment, now - timedelta(days=30)), now)


def _page(request: HttpRequest, posts: "QuerySet[Post]", viewer: Profile | None) -> Timeline:
    return selectors.timeline(posts, viewer=viewer, cursor=request.GET.get("cursor"))


def _show(
    request: HttpRequest,
    template: str,
    found: Timeline,
    viewer: Profile | None,
    *,
    poll: str = "",
    **context: Any,
) -> HttpResponse:
    """The page, or for htmx the rows that follow. `poll` names what the pill asks for."""
    context |= {
        "timeline": found,
        "viewer": viewer,
        "next_url": next_url(request, found),
        "poll": "" if request.GET.get("cursor") else poll,
        "since": found.newest_at or clock.now(),
    }
    return htmx.render(request, template, "feed/_rows.html", context)


def next_url(request: HttpRequest, found: Timeline) -> str:
    """The address of the next page, "" at the end."""
    if found.next_cursor is None:
        return ""
    query = request.GET.copy()
    query["cursor"] = found.next_cursor
    return f"{request.path}?{query.urlencode()}"
