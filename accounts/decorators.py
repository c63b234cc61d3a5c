"""Who may come into a view."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from socialcommerce.lib import htmx, http, problems

P = ParamSpec("P")


class PersonRequest(HttpRequest):
    """A request of somebody who is logged in: `request.user.profile` is there."""

    user: User


class LoginNeeded(problems.Problem):
    code = "login-needed"
    status = 401
    title = _("Please log in first")


def person_required(
    view: Callable[Concatenate[PersonRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """The view sees people only; others go to the login page and come back afterwards.

    That the email is confirmed is checked where a session or a token begins, that the person
    is active with each request, when Django reads the user.
    """

    @wraps(view)
    def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if isinstance(request.user, User):
            return view(cast("PersonRequest", request), *args, **kwargs)
        if request.path.startswith("/api/"):
            return problems.respond(request, LoginNeeded())
        return htmx.redirect(request, redirect_to_login(_page_of(request)).url)

    return inner


def _page_of(request: HttpRequest) -> str:
    """The page to return to: what was asked for, or for an act the page it was done on."""
    if request.method == "GET" and not htmx.is_htmx(request):
        return request.get_full_path()
    return http.back(request, "/")
