"""Timelines as cursor pages."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.person import person_of
from accounts.models import Profile
from accounts.selectors import relation, viewer_of
from feed import selectors
from feed.api.serializers import PostOutput, PostPageOutput
from feed.cards import CardRef
from feed.models import Post
from feed.text import canonical_topic
from socialcommerce.lib import api
from socialcommerce.lib.api import ProblemSerializer
from socialcommerce.lib.problems import NotFound

ANSWERS = {200: PostPageOutput, 400: ProblemSerializer, 404: ProblemSerializer}
PAGED = extend_schema(parameters=[api.CURSOR, api.SIZE], responses=ANSWERS, tags=["timelines"])
OWN_PAGED = extend_schema(
    parameters=[api.CURSOR, api.SIZE],
    responses={**ANSWERS, 401: ProblemSerializer, 403: ProblemSerializer},
    tags=["timelines"],
)


@OWN_PAGED
@api_view(["GET"])
def home(request: Request) -> Response:
    """Your own posts and those of whom you follow, newest first.

    Where many of them posted the same card by a sale's rules, one entry with a `group` stands for
    all.
    """
    cursor, size = request.query_params.get("cursor"), api.page_size(request)
    found = selectors.home(person_of(request).profile, cursor=cursor, size=size)
    return Response(PostPageOutput({"results": found.posts, "next_cursor": found.next_cursor}).data)


@OWN_PAGED
@api_view(["GET"])
def group(request: Request, card_type: str, card_id: int) -> Response:
    """The posts behind an entry with a `group`, newest first."""
    card = CardRef(card_type, card_id)
    return page(request, selectors.of_group(card, person_of(request).profile))


@PAGED
@api_view(["GET"])
@permission_classes([AllowAny])
def explore(request: Request) -> Response:
    """Everybody's posts, newest first."""
    return page(request, selectors.explore(viewer_of(request.user)))


@PAGED
@api_view(["GET"])
@permission_classes([AllowAny])
def topic(request: Request, tag: str) -> Response:
    """Posts about a topic, in whichever way it is written."""
    canonical = canonical_topic(tag)
    if not canonical:
        raise NotFound
    return page(request, selectors.topic(canonical, viewer_of(request.user)))


@PAGED
@api_view(["GET"])
@permission_classes([AllowAny])
def profile(request: Request, handle: str) -> Response:
    """A profile's posts and reposts, newest first."""
    viewer = viewer_of(request.user)
    found = Profile.objects.active().by_handle(handle).first()
    tie = relation(viewer, found) if found else None
    if found is None or (tie is not None and tie.is_blocked_by):
        raise NotFound
    return page(request, selectors.of_profile(found, "posts", viewer))


def page(
    request: Request,
    posts: "QuerySet[Post]",
    *,
    order: tuple[str, ...] = selectors.NEWEST,
) -> Response:
    viewer = viewer_of(request.user)
    return api.page_response(
        request,
        selectors.with_people(posts),
        lambda rows: [PostOutput(view).data for view in selectors.present(rows, viewer)],
        order=order,
    )
