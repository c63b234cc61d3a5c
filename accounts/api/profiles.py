"""Profiles and what one has to do with them."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import selectors
from accounts.api import schema
from accounts.api.person import person_of
from accounts.models import Follow, Profile
from accounts.selectors import viewer_of
from accounts.services import blocks, follows, profiles
from socialcommerce.lib import api, clock

ACT = {200: schema.RelationOutput, **schema.refusals(401, 403, 404, 422)}
PAGE = {200: schema.ProfilePageOutput, **schema.refusals(400, 404)}


def _relation(request: Request, profile: Profile) -> Response:
    relation = selectors.relation(viewer_of(request.user), profile)
    return Response(schema.RelationOutput(relation).data)


class ProfileDetail(APIView):
    permission_classes = [AllowAny]

    @extend_schema(
        operation_id="profile", responses={200: schema.ProfileRowOutput, **schema.refusals(404)}
    )
    def get(self, request: Request, handle: str) -> Response:
        viewer = viewer_of(request.user)
        shown = profiles.visible(handle, viewer=viewer)
        rows = selectors.with_relations([shown], viewer=viewer)
        return Response(schema.ProfileRowOutput(rows[0]).data)


class ProfileFollow(APIView):
    @extend_schema(operation_id="follow", request=None, responses=ACT)
    def put(self, request: Request, handle: str) -> Response:
        """Follows, once: a repeat changes nothing."""
        profile = profiles.get(handle)
        follows.follow(follower=person_of(request).profile, followed=profile, now=clock.now())
        return _relation(request, profile)

    @extend_schema(operation_id="unfollow", responses=ACT)
    def delete(self, request: Request, handle: str) -> Response:
        profile = profiles.get(handle)
        follows.unfollow(follower=person_of(request).profile, followed=profile)
        return _relation(request, profile)


class ProfileBlock(APIView):
    @extend_schema(operation_id="block", request=None, responses=ACT)
    def put(self, request: Request, handle: str) -> Response:
        """Blocks and ends the following of both; a repeat changes nothing."""
        profile = profiles.get(handle)
        blocks.block(blocker=person_of(request).profile, blocked=profile, now=clock.now())
        return _relation(request, profile)

    @extend_schema(operation_id="unblock", responses=ACT)
    def delete(self, request: Request, handle: str) -> Response:
        profile = profiles.get(handle)
        blocks.unblock(blocker=person_of(request).profile, blocked=profile)
        return _relation(request, profile)


class Followers(APIView):
    permission_classes = [AllowAny]

    @extend_schema(operation_id="followers", parameters=[api.CURSOR, api.SIZE], responses=PAGE)
    def get(self, request: Request, handle: str) -> Response:
        viewer = viewer_of(request.user)

        def present(rows: Sequence[Follow]) -> Sequence[Any]:
            return _present([row.follower for row in rows], viewer)

        rows = selectors.follower_rows(profiles.visible(handle, viewer=viewer), viewer=viewer)
        return api.page_response(request, rows, present)


class Following(APIView):
    permission_classes = [AllowAny]

    @extend_schema(operation_id="following", parameters=[api.CURSOR, api.SIZE], responses=PAGE)
    def get(self, request: Request, handle: str) -> Response:
        viewer = viewer_of(request.user)

        def present(rows: Sequence[Follow]) -> Sequence[Any]:
            return _present([row.followed for row in rows], viewer)

        rows = selectors.following_rows(profiles.visible(handle, viewer=viewer), viewer=viewer)
        return api.page_response(request, rows, present)


def _present(found: Sequence[Profile], viewer: Profile | None) -> Sequence[Any]:
    rows = selectors.with_relations(found, viewer=viewer)
    return [schema.ProfileRowOutput(row).data for row in rows]
