"""Errors for people. A domain error says what happened, what was kept and what to do next.

Services raise subclasses of `Problem`, which stand beside their raiser. Here they are
translated once, for pages, htmx fragments and the API alike (RFC 9457, problem+json).
"""

from collections.abc import Callable
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
CONTENT_TYPE = "application/problem+json"


class Problem(Exception):
    """A refusal that a person may read. Nothing was changed when it is raised."""

    code: ClassVar[str] = "problem"
    status: ClassVar[int] = 400
    title: ClassVar[Text] = _("That did not work")

    def __init__(
        self, detail: Text = "", *, next_url: str = "", next_label: Text = "", **extra: Any
    ) -> None:
        super().__init__(str(detail or self.title))
        self.detail = detail
        self.next_url = next_url
        self.next_label = next_label
        self.extra = extra


class NotFound(Problem):
    """The thing is not there, or not for this person: both look alike."""

    code = "not-found"
    status = 404
    title = _("We could not find that")


class Conflict(Problem):
    code = "conflict"
    status = 409
    title = _("That has changed in the meantime")


class Invalid(Problem):
    code = "invalid"
    status = 422
    title = _("Please check what you entered")


class Forbidden(Problem):
    code = "forbidden"
    status = 403
    title = _("That is not yours to do")


def as_json(problem: Problem) -> dict[str, Any]:
    """The members of RFC 9457 plus what the problem carries."""
    return {
        "type": f"urn:plaza:problem:{problem.code}",
        "title": str(problem.title),
        "status": problem.status,
        "detail": str(problem.detail),
        "code": problem.code,
        **{key: _plain(value) for key, value in problem.extra.items()},
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def json_response(problem: Problem) -> JsonResponse:
    response = JsonResponse(as_json(problem), status=problem.status, content_type=CONTENT_TYPE)
    _retry_after(problem, response)
    return response


def respond(request: HttpRequest, problem: Problem) -> HttpResponse:
    """The problem as the caller can use it: problem+json, an htmx fragment or a page."""
    if request.path.startswith("/api/"):
        return json_response(problem)
    fragment = request.headers.get("HX-Request") == "true"
    template = "components/_problem.html" if fragment else "problem.html"
    response = render(request, template, {"problem": problem}, status=problem.status)
    _retry_after(problem, response)
    return response


def _retry_after(problem: Problem, response: HttpResponse) -> None:
    seconds = problem.extra.get("retry_after_seconds")
    if seconds is not None:
        response["Retry-After"] = str(seconds)


class ProblemMiddleware:
    """Answers with the problem wherever a view let one pass."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return respond(request, exception) if isinstance(exception, Problem) else None
