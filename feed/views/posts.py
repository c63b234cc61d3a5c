"""One post: its page, and everything that can be done to it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.decorators import PersonRequest, person_required
from accounts.selectors import viewer_of
from feed import selectors
from feed.forms import ComposeForm
from feed.services import likes, posts, reposts
from feed.views.timelines import next_url
from socialcommerce.lib import clock, htmx, http
from socialcommerce.lib.problems import NotFound


@http.require("GET")
def detail(request: HttpRequest, post_id: int) -> HttpResponse:
    """The post with what it answers and its answers; htmx asks for further answers."""
    viewer = viewer_of(request.user)
    try:
        thread = selectors.thread(post_id, viewer=viewer, cursor=request.GET.get("cursor"))
    except NotFound:
        return _gone(request, post_id)
    context = {
        "thread": thread,
        "timeline": thread.replies,
        "post": thread.post,
        "viewer": viewer,
        "next_url": next_url(request, thread.replies),
        "form": ComposeForm.blank(viewer, in_reply_to=thread.post.post.pk) if viewer else None,
    }
    return htmx.render(request, "feed/post.html", "feed/_rows.html", context)


@http.require("POST")
@person_required
def like(request: PersonRequest, post_id: int) -> HttpResponse:
    post = likes.like(profile=request.user.profile, post_id=post_id, now=clock.now())
    return _actions(request, post.pk)


@http.require("POST")
@person_required
def unlike(request: PersonRequest, post_id: int) -> HttpResponse:
    post = likes.unlike(profile=request.user.profile, post_id=post_id)
    return _actions(request, post.pk)


@http.require("POST")
@person_required
def repost(request: PersonRequest, post_id: int) -> HttpResponse:
    shared = reposts.repost(author=request.user.profile, post_id=post_id, now=clock.now())
    return _actions(request, shared.repost_of_id or shared.pk)


@http.require("POST")
@person_required
def undo_repost(request: PersonRequest, post_id: int) -> HttpResponse:
    original = reposts.undo(author=request.user.profile, post_id=post_id, now=clock.now())
    return _actions(request, original.pk)


@http.require("POST")
@person_required
def delete(request: PersonRequest, post_id: int) -> HttpResponse:
    """The post leaves the page; a toast (or its own page) offers the way back."""
    actors = selectors.acting_ids(request.user)
    post = posts.delete(post_id=post_id, actor_ids=actors, now=clock.now())
    if htmx.is_htmx(request):
        return render(request, "feed/_deleted.html", {"post": post})
    return htmx.redirect(request, post.get_absolute_url())


@http.require("POST")
@person_required
def restore(request: PersonRequest, post_id: int) -> HttpResponse:
    actors = selectors.acting_ids(request.user)
    post = posts.restore(post_id=post_id, actor_ids=actors, now=clock.now())
    messages.success(request, _("Your post is back."))
    return htmx.redirect(request, post.get_absolute_url())


def _actions(request: PersonRequest, post_id: int) -> HttpResponse:
    """The row of buttons as it stands now; without htmx back to where the button was."""
    if not htmx.is_htmx(request):
        url = reverse("feed:post", args=[post_id])
        return htmx.redirect(request, f"{http.back(request, url)}#post-{post_id}")
    context = {"post": selectors.get(post_id, request.user.profile)}
    return render(request, "feed/_post_actions.html", context)


def _gone(request: HttpRequest, post_id: int) -> HttpResponse:
    """Who wrote it learns what became of it; to everybody else it never was."""
    post = selectors.own_gone(post_id, request.user)
    if post is None:
        raise NotFound(_("This post is not here. It may have been deleted."))
    return render(request, "feed/gone.html", {"post": post}, status=404)
