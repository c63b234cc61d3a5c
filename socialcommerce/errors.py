"""Answers where no view could: a page for people, problem+json under /api/."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.views import defaults

from socialcommerce.lib import problems

API = "/api/"
RETRY_AFTER_SECONDS = 5


class BadRequest(problems.Problem):
    code = "bad-request"
    status = 400
    title = _("That request could not be read")


class ServerError(problems.Problem):
    code = "server-error"
    status = 500
    title = _("Something went wrong on our side")


class DatabaseAway(problems.Problem):
    code = "database-away"
    status = 503
    title = _("Our database does not answer right now")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API):
        return problems.json_response(BadRequest())
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API):
        return problems.json_response(problems.Forbidden())
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API):
        return problems.json_response(problems.NotFound())
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 with a word on what is missing where PostgreSQL was away."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return _database_away(request)
    if request.path.startswith(API):
        return problems.json_response(ServerError(_("What was accepted before is kept.")))
    return defaults.server_error(request)


def _database_away(request: HttpRequest) -> HttpResponse:
    """Rendered without the site's frame, which would ask the database again."""
    if request.path.startswith(API):
        kept = _("What was accepted before is kept. Please send this again in a moment.")
        return problems.json_response(DatabaseAway(kept, retry_after_seconds=RETRY_AFTER_SECONDS))
    response = HttpResponse(render_to_string("503.html"), status=503)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response
