"""Project middleware that belongs to no app."""

from collections.abc import Callable

from csp.constants import HEADER, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.functional import cached_property

LOOSER_PATHS = ("/merchant/", "/operator/", "/api/schema/")


class ContentSecurity(CSPMiddleware):
    """django-csp, with the policy of the settings put together once instead of for each page."""

    @cached_property
    def policy(self) -> str:
        return build_policy()

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        has_own = any(name.startswith("_csp") for name in (*vars(request), *vars(response)))
        if has_own or settings.DEBUG:  # loosened for this page, or with a nonce; or Django's own
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self.policy)
        return response


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
