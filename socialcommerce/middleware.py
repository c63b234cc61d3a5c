"""Project middleware that belongs to no app."""

from collections.abc import Callable

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.http import HttpRequest, HttpResponse

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
