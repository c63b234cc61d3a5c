"""Oneself: the profile, tokens, news."""

from collections.abc import Sequence
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.authtoken.models import Token
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import selectors
from accounts.api import schema
from accounts.api.person import person_of
from accounts.models import Notification, User
from accounts.services import notices, profiles
from socialcommerce.lib import api, clock, limits, problems

TOKEN_TRIES = 30  # a minute from one address: programs log in seldom


class WrongLogin(problems.Problem):
    code = "wrong-login"
    status = 401
    title = _("Email or password is wrong")


class EmailUnconfirmed(problems.Forbidden):
    code = "email-unconfirmed"
    title = _("Please confirm your email first")


class Me(APIView):
    @extend_schema(operation_id="me", responses={200: schema.MeOutput, **schema.refusals(401)})
    def get(self, request: Request) -> Response:
        return Response(schema.MeOutput(person_of(request)).data)

    @extend_schema(
        operation_id="me_edit",
        request=schema.MeInput,
        responses={200: schema.MeOutput, **schema.refusals(400, 401)},
    )
    def patch(self, request: Request) -> Response:
        data = schema.MeInput(data=request.data)
        data.is_valid(raise_exception=True)
        profile = person_of(request).profile
        changed = {"name": profile.name, "bio": profile.bio} | data.validated_data
        profiles.edit(profile=profile, **changed)
        return Response(schema.MeOutput(person_of(request)).data)


class Tokens(APIView):
    def get_permissions(self) -> list[Any]:
        everybody = self.request.method == "POST"
        return [AllowAny()] if everybody else list(super().get_permissions())

    def get_authenticators(self) -> list[Any]:
        """Logging in asks for nothing that came before, so neither for a CSRF token."""
        request = self.request
        return [] if request and request.method == "POST" else super().get_authenticators()

    @extend_schema(
        operation_id="token_make",
        auth=[],
        request=schema.TokenInput,
        responses={201: schema.TokenOutput, **schema.refusals(400, 401, 403, 429)},
    )
    def post(self, request: Request) -> Response:
        """A token for that person. Wrong passwords lock out as they do on the login page."""
        adapter = get_adapter()
        address = adapter.get_client_ip(request._request)  # noqa: SLF001
        limits.check(scope="token", subject=address, limit=TOKEN_TRIES, window_seconds=60)
        data = schema.TokenInput(data=request.data)
        data.is_valid(raise_exception=True)
        user = adapter.authenticate(request._request, **data.validated_data)  # noqa: SLF001
        if not isinstance(user, User) or not user.is_active:
            raise WrongLogin
        if not EmailAddress.objects.filter(user=user, verified=True).exists():
            raise EmailUnconfirmed(_("We sent you a link when you signed up."))
        token, _made = Token.objects.get_or_create(user=user)
        return Response({"token": token.key}, status=201)

    @extend_schema(operation_id="token_end", responses={204: None, **schema.refusals(401)})
    def delete(self, request: Request) -> Response:
        """The person's token works no longer."""
        Token.objects.filter(user=person_of(request)).delete()
        return Response(status=204)


class Notices(APIView):
    @extend_schema(
        operation_id="notifications",
        parameters=[api.CURSOR, api.SIZE],
        responses={200: schema.NoticePageOutput, **schema.refusals(400, 401)},
    )
    def get(self, request: Request) -> Response:
        rows = selectors.notice_rows(person_of(request).profile).select_related("actor")
        return api.page_response(request, rows, self._present)

    @staticmethod
    def _present(rows: Sequence[Notification]) -> Sequence[Any]:
        return [schema.NoticeOutput(row).data for row in rows]


class NoticesRead(APIView):
    @extend_schema(
        operation_id="notifications_read",
        request=schema.ReadInput,
        responses={200: schema.ReadOutput, **schema.refusals(400, 401)},
    )
    def post(self, request: Request) -> Response:
        data = schema.ReadInput(data=request.data)
        data.is_valid(raise_exception=True)
        marked = notices.mark_read(
            recipient=person_of(request).profile, now=clock.now(), **data.validated_data
        )
        return Response({"marked": marked})
