"""The short way in for a crowd: reserve, claim and state before everything else is set up.

A middleware that stands near the top. Sessions, messages, policies and the like cost several
times what the gate does, and none of them is needed for these answers: the signed token says who
asks, and what goes out is a few hundred bytes of JSON. Whoever cannot be answered so (a bad
token, a page without JavaScript) goes the long way, where the same views answer with a page.
"""

import re
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

from flashsale.views import hot
from socialcommerce.lib.problems import Problem

ADDRESS: Final = re.compile(r"/sales/([0-9]{1,18})/(claim/|reservation/|state)")
VIEWS: Final = {
    ("POST", "claim/"): hot.claim,
    ("POST", "reservation/"): hot.reserve,
    ("GET", "state"): hot.state,
}


class SaleDoor:
    """Middleware: answers a program that asks the gate; everybody else passes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address = ADDRESS.fullmatch(request.path_info)
        view = VIEWS.get((request.method or "", address[2])) if address else None
        if address is None or view is None or not _takes_json(request, address[2]):
            return self.get_response(request)
        try:
            response = view(request, int(address[1]))
        except Problem:
            return self.get_response(request)
        # CommonMiddleware is further in; without it the server would send the few bytes in chunks.
        response["Content-Length"] = str(len(response.content))
        return response


def _takes_json(request: HttpRequest, name: str) -> bool:
    return name == "state" or "application/json" in request.META.get("HTTP_ACCEPT", "")
