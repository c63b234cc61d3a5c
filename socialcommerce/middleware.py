"""Project middleware that belongs to no app."""

from collections.abc import Callable

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from socialcommerce.lib import problems

LOOSER_PATHS = ("/merchant/", "/operator/", "/api/schema/")


class AdminContentSecurity:
    """Loosens the Content-Security-Policy for the admin sites and the API page only.

    unfold's Alpine evaluates expressions and both write inline styles and scripts; everything
    that people and merchants' customers see keeps the strict policy.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith(LOOSER_PATHS):
            response._csp_update = {  # type: ignore[attr-defined]  # noqa: SLF001  django-csp's hook
                "script-src": [SELF, UNSAFE_EVAL, UNSAFE_INLINE],
                "style-src": [SELF, UNSAFE_INLINE],
            }
        return response


class BadAddress(problems.Problem):
    code = "bad-address"
    title = _("That address is not one of ours")


class PlainAddresses:
    """Refuses a NUL in path or query: PostgreSQL keeps none in its texts, so no row has one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path or "%00" in request.META["QUERY_STRING"]:
            return problems.respond(request, BadAddress())
        return self.get_response(request)
