"""The short way to the page of a sale, for the crowd before its start and just after.

A middleware behind the session and the form's token, ahead of the rest. Whoever has claimed
nothing yet gets the page of their group with their own parts filled in (pages.groups): one look
at the session, one at PostgreSQL, one at the count of news. Anybody else goes the long way, to
the view, which answers these people alike.
"""

import re
from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.session import SessionStorage
from django.db import Error as DatabaseTrouble
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template import Context
from django.utils.cache import add_never_cache_headers, patch_vary_headers

from accounts.models import Profile
from accounts.selectors import recent_unread_count
from flashsale.pages import groups, sale_page, shared, visitors
from flashsale.pages.sale_page import SalePage
from flashsale.pages.visitors import STRANGER, Visitor
from socialcommerce.lib import clock
from socialcommerce.lib.problems import Problem
from socialcommerce.lib.shells import Filled

ADDRESS: Final = re.compile(r"/sales/([0-9]{1,18})/")
ACCEPTS_GZIP: Final = re.compile(r"\bgzip\b")
# Where a message waits to be shown once (contrib.messages).
MESSAGES_COOKIE: Final = CookieStorage.cookie_name
MESSAGES_IN_SESSION: Final = SessionStorage.session_key


class PageDoor:
    """Middleware: answers the crowd of a sale; everybody else passes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address = ADDRESS.fullmatch(request.path_info)
        if address is None or request.method != "GET" or request.META.get("QUERY_STRING"):
            return self.get_response(request)
        try:
            response = _answer(request, int(address[1]))
        except (Problem, DatabaseTrouble):
            response = None  # the long way says what is wrong
        return self.get_response(request) if response is None else response


def _answer(request: HttpRequest, sale_id: int) -> HttpResponse | None:
    """The page of somebody of the crowd; None for anybody else."""
    visitor = _visitor(request, sale_id)
    if visitor is None:
        return None
    sale = shared.sale(sale_id, now=clock.now())
    page = sale_page.of_visitor(sale, visitor)
    group = groups.of(page) if page else None
    if page is None or group is None or group.face is None:
        return None
    filled = groups.shell(sale, group).fill(Context(_values(request, page, visitor)))
    return _response(request, filled)


def _visitor(request: HttpRequest, sale_id: int) -> Visitor | None:
    """None also where a message waits to be shown."""
    if MESSAGES_COOKIE in request.COOKIES:
        return None
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return STRANGER
    if MESSAGES_IN_SESSION in request.session:
        return None
    return visitors.signed_in(request.session, sale_id=sale_id)


def _values(request: HttpRequest, page: SalePage, visitor: Visitor) -> dict[str, Any]:
    """What the gaps of the page ask for."""
    person = Profile(pk=visitor.person_id) if visitor.has_news else None
    request.unread_count = recent_unread_count(person) if person else 0  # type: ignore[attr-defined]
    return {"request": request, "csrf_token": get_token(request), **groups.asked_by_gaps(page)}


def _response(request: HttpRequest, filled: Filled) -> HttpResponse:
    packs = ACCEPTS_GZIP.search(request.META.get("HTTP_ACCEPT_ENCODING", ""))
    response = HttpResponse(filled.gzipped() if packs else filled.text())
    if packs:
        response["Content-Encoding"] = "gzip"
    add_never_cache_headers(response)
    patch_vary_headers(response, ("Accept-Encoding", "Cookie"))
    return response
