"""Writing a post: the page, the composer in a timeline, and what can be attached."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.decorators import PersonRequest, person_required
from accounts.models import Profile
from feed import selectors
from feed.forms import QUERY_CHARACTERS_MAX, ComposeForm, card_choices, new_pictures
from feed.models import Post
from feed.services import posts
from socialcommerce.lib import clock, htmx, http
from socialcommerce.lib.problems import Invalid, Problem


@http.require("GET", "POST")
@person_required
def compose(request: PersonRequest) -> HttpResponse:
    """The page to write on; a POST publishes, or (`find`) looks for something to attach."""
    viewer = request.user.profile
    if request.method != "POST":
        initial = {name: request.GET.get(name, "")[:500] for name in ("text", "card")}
        return _page(request, ComposeForm.blank(viewer, **initial))
    form = ComposeForm(request.POST, authors=selectors.acting_profiles(request.user))
    if "find" in request.POST:
        return _page(request, form)
    if not form.is_valid():
        return _refuse(request, form)
    try:
        post = _publish(request, form)
    except Problem as problem:
        if htmx.is_htmx(request):
            raise
        form.add_error(None, f"{problem.title}. {problem.detail}".strip())
        return _page(request, form, status=problem.status)
    return _published(request, post, viewer)


@http.require("GET")
@person_required
def attachable(request: PersonRequest) -> HttpResponse:
    """What the composer may attach, for `card_query`; `author` may be one of their stores."""
    query = request.GET.get("card_query", "")[:QUERY_CHARACTERS_MAX].replace("\0", "").strip()
    authors = selectors.acting_profiles(request.user)
    author = next((one for one in authors if str(one.pk) == request.GET.get("author")), authors[0])
    context = {"choices": card_choices(author, query), "query": query}
    return render(request, "feed/_card_choices.html", context)


def _publish(request: PersonRequest, form: ComposeForm) -> Post:
    sent = form.cleaned_data
    author = form.chosen_author()
    answered = selectors.visible(sent["in_reply_to"], author) if sent["in_reply_to"] else None
    return posts.publish(
        author=author,
        text=sent["text"],
        pictures=new_pictures(request.FILES, request.POST.getlist("alt_text")),
        in_reply_to=answered,
        card=sent["card"],
        card_by_hand=True,
        idempotency_key=sent["key"],
        now=clock.now(),
    )


def _published(request: PersonRequest, post: Post, viewer: Profile) -> HttpResponse:
    """The post where it belongs and an empty composer; without htmx the page it belongs to."""
    if not htmx.is_htmx(request):
        messages.success(request, _("Posted."))
        answered = post.in_reply_to_id
        url = reverse("feed:post", args=[answered]) if answered else reverse("feed:home")
        return htmx.redirect(request, url)
    form = ComposeForm.blank(viewer, in_reply_to=post.in_reply_to_id)
    context = {"post": selectors.get(post.pk, post.author), "form": form, "viewer": viewer}
    return render(request, "feed/_published.html", context)


def _refuse(request: PersonRequest, form: ComposeForm) -> HttpResponse:
    if htmx.is_htmx(request):
        # The composer stays as it is, files and all: only what is wrong comes back.
        raise Invalid(" ".join(str(error) for errors in form.errors.values() for error in errors))
    return _page(request, form, status=422)


def _page(request: PersonRequest, form: ComposeForm, *, status: int = 200) -> HttpResponse:
    author = form.authors[0]
    query = str(form["card_query"].value() or "")[:QUERY_CHARACTERS_MAX].replace("\0", "")
    context = {
        "form": form,
        "viewer": request.user.profile,
        "choices": card_choices(author, query),
        "query": query,
    }
    return render(request, "feed/compose.html", context, status=status)
