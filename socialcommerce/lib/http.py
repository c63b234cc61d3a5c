"""Small things that every view needs."""

import socket
from collections.abc import Callable, Mapping
from functools import wraps
from ipaddress import ip_address
from typing import Any, Concatenate, ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from socialcommerce.lib import problems

P = ParamSpec("P")
R = TypeVar("R", bound=HttpRequest)
View = Callable[Concatenate[R, P], HttpResponse]


class MethodNotAllowed(problems.Problem):
    code = "method-not-allowed"
    status = 405
    title = _("That address does not take this kind of request")


def require(*methods: str) -> Callable[[View[R, P]], View[R, P]]:
    """The view answers these methods (HEAD where GET is) and 405 with Allow to the others."""
    allowed = {*methods, *(["HEAD"] if "GET" in methods else [])}

    def decorate(view: View[R, P]) -> View[R, P]:
        @wraps(view)
        def inner(request: R, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.method in allowed:
                return view(request, *args, **kwargs)
            refusal = MethodNotAllowed(
                _("Nothing was changed. Please go back and use the buttons of the page.")
            )
            response = problems.respond(request, refusal)
            response["Allow"] = ", ".join(sorted(allowed))
            return response

        return cast("View[R, P]", inner)

    return decorate


def safe_next(request: HttpRequest, default: str) -> str:
    """Where the person wanted to go, if it is on this site; else `default`."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return wanted if is_safe(request, wanted) else default


def is_safe(request: HttpRequest, url: str) -> bool:
    """True for a path of this site; other hosts, schemes and control characters are not."""
    return bool(url) and url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )


def back(request: HttpRequest, default: str) -> str:
    """The page the person came from, as a path of this site; else `default`."""
    referer = request.headers.get("Referer", "")
    if not is_safe(request, referer):
        return default
    parts = urlsplit(referer)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    # Of http://ours//theirs/ the path alone would lead to theirs.
    return path if is_safe(request, path) else default


def client_address(request: HttpRequest) -> str:
    """As `address_of`."""
    return address_of(request.META)


def address_of(environ: Mapping[str, Any]) -> str:
    """The address that our outermost proxy (or without one our socket) saw: nothing forged.

    Each proxy adds whom it heard from at the end of X-Forwarded-For, so the one we trust stands
    TRUSTED_PROXY_COUNT from the end; whatever stands before it, anybody may have written.
    """
    own = str(environ.get("REMOTE_ADDR") or "")
    count = settings.TRUSTED_PROXY_COUNT
    if not count:
        return _canonical(own) or own
    forwarded = str(environ.get("HTTP_X_FORWARDED_FOR", "")).split(",")
    seen = forwarded[-count].strip() if len(forwarded) >= count else own
    return _canonical(seen) or own


def _canonical(address: str) -> str:
    """The one way to write it; empty for what is no address."""
    try:
        # Of the crowd's addresses most are of this kind, and C reads them in no time.
        socket.inet_pton(socket.AF_INET, address)
    except (OSError, ValueError):
        try:
            return str(ip_address(address))
        except ValueError:
            return ""
    return address
