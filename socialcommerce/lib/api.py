"""What every REST endpoint shares: problems, idempotency keys, cursor pages, who may."""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions, permissions, serializers
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response

from socialcommerce.lib import keyset, problems

if TYPE_CHECKING:  # rest_framework.views imports this module while it is being imported
    from rest_framework.views import APIView

M = TypeVar("M", bound=Model)
KEY_PATTERN = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
PAGE_SIZE = 20

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=True,
    description="1 to 64 of A-Z a-z 0-9 _ . : -. The same key does the same thing once.",
    pattern="^[A-Za-z0-9_.:-]{1,64}$",
)
CURSOR = OpenApiParameter("cursor", OpenApiTypes.STR, description="From `next_cursor`.")
SIZE = OpenApiParameter("size", OpenApiTypes.INT, description="Rows a page, 1 to 100.")


class MissingKey(problems.Problem):
    code = "idempotency-key"
    status = 400
    title = _("An Idempotency-Key header of 1 to 64 letters, digits, _ . : - is needed")


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457. `errors` names fields where the body was at fault."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(required=False)
    code = serializers.CharField()
    errors = serializers.DictField(required=False)  # type: ignore[assignment]  # RFC's own name


class PlainJSONParser(JSONParser):
    """JSON as people's programs write it; nested beyond measure is malformed, not our fault."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().parse(*args, **kwargs)
        except RecursionError:
            raise exceptions.ParseError(_("That is nested too deeply.")) from None


class IsPerson(permissions.BasePermission):
    """A person who is logged in and active; who is frozen may do all but move money."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        user = request.user
        return bool(user and user.is_authenticated and user.is_active)


def idempotency_key(request: Request) -> str:
    """The request's key. Raises MissingKey."""
    key = request.headers.get("Idempotency-Key", "")
    if not KEY_PATTERN.fullmatch(key):
        raise MissingKey
    return key


def page_response(
    request: Request,
    queryset: "QuerySet[M]",
    present: Callable[[Sequence[M]], Sequence[Any]],
    *,
    order: Sequence[str] = ("-created_at", "-id"),
) -> Response:
    """One page as {"results": [...], "next_cursor": str or null}. Raises keyset.BadCursor."""
    found = keyset.page(
        queryset, cursor=request.query_params.get("cursor"), size=page_size(request), order=order
    )
    return Response({"results": present(found.items), "next_cursor": found.next_cursor})


def page_size(request: Request) -> int:
    """Rows a page, as the request asks or PAGE_SIZE. Raises ValidationError."""
    text = request.query_params.get("size", str(PAGE_SIZE))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= keyset.SIZE_MAX):
        raise exceptions.ValidationError({"size": [_("A whole number from 1 to 100.")]})
    return int(text)


def problem_exception_handler(exc: Exception, context: dict[str, Any]) -> Any:
    """Every refusal as problem+json; what is not a refusal goes on to become a 500."""
    if isinstance(exc, problems.Problem):
        return problems.json_response(exc)
    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    if not isinstance(exc, exceptions.APIException):
        return None
    return _from_framework(exc, context)


def _from_framework(exc: exceptions.APIException, context: dict[str, Any]) -> Response:
    field_errors = isinstance(exc, exceptions.ValidationError)
    body: dict[str, Any] = {
        "type": f"urn:plaza:problem:{exc.default_code}",
        "title": str(exc.default_detail),
        "status": exc.status_code,
        "code": exc.default_code,
    }
    if field_errors:
        body["errors"] = exc.detail if isinstance(exc.detail, dict) else {"": exc.detail}
    else:
        body["detail"] = str(exc.detail)
    response = Response(body, status=exc.status_code, content_type=problems.CONTENT_TYPE)
    header = getattr(exc, "auth_header", None)
    if header:
        response["WWW-Authenticate"] = header
    if getattr(exc, "wait", None):
        response["Retry-After"] = str(int(exc.wait or 0) + 1)  # type: ignore[attr-defined]
    return response
