"""Guessing passwords: django-axes counts failures, this says whose and what the answer is."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from axes.helpers import get_cool_off
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from socialcommerce.lib import problems


class LockedOut(problems.Problem):
    code = "locked-out"
    status = 429
    title = _("Too many wrong passwords")


def login_name(request: HttpRequest, credentials: Mapping[str, Any] | None) -> str:
    """The email somebody tries to log in with: from the back end's call, else from the form."""
    name = (credentials or {}).get("email") or request.POST.get("login") or ""
    return str(name).strip().lower()


def respond(
    request: HttpRequest,
    response: HttpResponse | None = None,
    credentials: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """429 as a page, or as problem+json under /api/. The same whether the account exists."""
    del response, credentials
    wait: timedelta = get_cool_off(request)
    seconds = int(wait.total_seconds())
    if request.path.startswith("/api/"):
        detail = _("Wait a while, or reset the password on the site.")
        return problems.respond(request, LockedOut(detail, retry_after_seconds=seconds))
    page = render(request, "account/locked_out.html", {"wait_minutes": seconds // 60}, status=429)
    page["Retry-After"] = str(seconds)
    return page
