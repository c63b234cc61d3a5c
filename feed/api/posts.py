"""One post, and everything that can be done to it."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view, parser_classes, permission_classes
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny, IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.person import person_of
from accounts.models import Profile
from accounts.selectors import viewer_of
from feed import selectors
from feed.api import timelines
from feed.api.serializers import PostInput, PostOutput, ReportInput, ReportOutput
from feed.cards import CardRef
from feed.models import Post
from feed.services import likes, posts, reports, reposts
from feed.services.posts import NewPicture
from socialcommerce.lib import api, clock
from socialcommerce.lib.api import ProblemSerializer
from socialcommerce.lib.problems import NotFound

REFUSALS: dict[int, Any] = dict.fromkeys((400, 401, 403, 404, 409, 422, 429), ProblemSerializer)
OPTIONAL_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=False,
    description="1 to 64 of A-Z a-z 0-9 _ . : -. The same key gives the same post.",
    pattern=f"^{api.KEY_PATTERN.pattern}$",
)
done = extend_schema(request=None, responses={200: PostOutput, **REFUSALS}, tags=["posts"])


@extend_schema(
    request={"application/json": PostInput, "multipart/form-data": PostInput},
    parameters=[OPTIONAL_KEY],
    responses={201: PostOutput, **REFUSALS, 415: ProblemSerializer},
    tags=["posts"],
)
@api_view(["POST"])
@parser_classes([api.PlainJSONParser, MultiPartParser])
def publish(request: Request) -> Response:
    """Publish a post or an answer; multipart carries pictures."""
    serializer = PostInput(data=request.data)
    serializer.is_valid(raise_exception=True)
    sent = serializer.validated_data
    author = _author(request, sent.get("author"))
    answered = sent.get("in_reply_to")
    words = sent.get("alt_texts", [])
    post = posts.publish(
        author=author,
        text=sent["text"],
        pictures=[
            NewPicture(upload, words[place] if place < len(words) else "")
            for place, upload in enumerate(sent.get("pictures", []))
        ],
        in_reply_to=selectors.visible(answered, author) if answered else None,
        card=CardRef(sent["card_type"], sent["card_id"]) if "card_type" in sent else None,
        card_by_hand=True,
        idempotency_key=_key(request),
        now=clock.now(),
    )
    return _answer(post, author, status=201)


@extend_schema(methods=["GET"], responses={200: PostOutput, **REFUSALS}, tags=["posts"])
@extend_schema(methods=["DELETE"], responses={204: None, **REFUSALS}, tags=["posts"])
@api_view(["GET", "DELETE"])
@permission_classes([IsAuthenticatedOrReadOnly])
def detail(request: Request, post_id: int) -> Response:
    """Read a post, or delete your own; `restore` brings it back for some minutes."""
    if request.method == "DELETE":
        actors = selectors.acting_ids(request.user)
        posts.delete(post_id=post_id, actor_ids=actors, now=clock.now())
        return Response(status=204)
    viewer = viewer_of(request.user)
    return Response(PostOutput(selectors.get(post_id, viewer)).data)


@done
@api_view(["POST"])
def restore(request: Request, post_id: int) -> Response:
    """Bring a post back that you deleted some minutes ago."""
    viewer = person_of(request).profile
    actors = selectors.acting_ids(request.user)
    post = posts.restore(post_id=post_id, actor_ids=actors, now=clock.now())
    return _answer(post, viewer)


@timelines.PAGED
@api_view(["GET"])
@permission_classes([AllowAny])
def replies(request: Request, post_id: int) -> Response:
    """Answers to a post, oldest first."""
    viewer = viewer_of(request.user)
    post = selectors.visible(post_id, viewer)
    return timelines.page(request, selectors.replies(post, viewer), order=("created_at", "id"))


@done
@api_view(["PUT", "DELETE"])
def like(request: Request, post_id: int) -> Response:
    """Like a post, or no longer like it."""
    viewer = person_of(request).profile
    if request.method == "PUT":
        return _answer(likes.like(profile=viewer, post_id=post_id, now=clock.now()), viewer)
    return _answer(likes.unlike(profile=viewer, post_id=post_id), viewer)


@done
@api_view(["PUT", "DELETE"])
def repost(request: Request, post_id: int) -> Response:
    """Share a post as it is, or no longer share it."""
    viewer = person_of(request).profile
    if request.method == "PUT":
        return _answer(reposts.repost(author=viewer, post_id=post_id, now=clock.now()), viewer)
    return _answer(reposts.undo(author=viewer, post_id=post_id, now=clock.now()), viewer)


@extend_schema(request=ReportInput, responses={201: ReportOutput, **REFUSALS}, tags=["posts"])
@api_view(["POST"])
def report(request: Request, post_id: int) -> Response:
    """Ask an operator to look at a post. A second report gives the first one."""
    reporter = person_of(request).profile
    serializer = ReportInput(data=request.data)
    serializer.is_valid(raise_exception=True)
    made = reports.report(
        reporter=reporter,
        target_type="post",
        target_id=post_id,
        reason=serializer.validated_data["reason"],
        note=serializer.validated_data["note"],
        now=clock.now(),
    )
    return Response(ReportOutput(made).data, status=201)


def _author(request: Request, handle: str | None) -> Profile:
    """Who asks, or a store they run. Raises NotFound for any other handle."""
    viewer = person_of(request).profile
    if handle is None:
        return viewer
    wanted = handle.casefold()
    for profile in selectors.acting_profiles(request.user):
        if profile.handle.casefold() == wanted:
            return profile
    raise NotFound


def _key(request: Request) -> str | None:
    """The request's key, if it brings one. Raises api.MissingKey for one that is none."""
    return api.idempotency_key(request) if "Idempotency-Key" in request.headers else None


def _answer(post: Post, viewer: Profile, *, status: int = 200) -> Response:
    return Response(PostOutput(selectors.get(post.pk, viewer)).data, status=status)
