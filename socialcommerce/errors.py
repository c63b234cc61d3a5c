"""Answers where no view could: a page for people, problem+json under /api/."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _
from django.views import defaults

from socialcommerce.lib import problems

API = "/api/"


class BadRequest(problems.Problem):
    code = "bad-request"
    status = 400
    title = _("That request could not be read")


class ServerError(problems.Problem):
    code = "server-error"
    status = 500
    title = _("Something went wrong on our side")


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


def server_error(request: HttpRequest) -> HttpResponse | JsonResponse:
    if request.path.startswith(API):
        return problems.json_response(ServerError(_("What was accepted before is kept.")))
    return defaults.server_error(request)
