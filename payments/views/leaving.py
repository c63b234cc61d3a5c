"""The page between a form of ours and a page of the bank or the card service."""

from urllib.parse import urlsplit

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from accounts.decorators import PersonRequest, person_required
from payments import leaving
from socialcommerce.lib import http


@never_cache
@http.require("GET")
@person_required
def leave(request: PersonRequest, ticket: str) -> HttpResponse:
    url = leaving.destination(request, ticket)
    return render(request, "payments/leave.html", {"url": url, "host": urlsplit(url).hostname})
