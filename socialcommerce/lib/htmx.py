"""One view for a page and for the fragment that htmx swaps into it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render as render_template
from django.utils.encoding import iri_to_uri


def is_htmx(request: HttpRequest) -> bool:
    """True for a request that htmx made for a fragment (not for a boosted or restored page)."""
    return (
        request.headers.get("HX-Request") == "true"
        and request.headers.get("HX-Boosted") != "true"
        and request.headers.get("HX-History-Restore-Request") != "true"
    )


def render(
    request: HttpRequest, page: str, partial: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """The partial for htmx, the page (which includes it) for everybody else."""
    template = partial if is_htmx(request) else page
    response = render_template(request, template, context, status=status)
    response["Vary"] = "HX-Request, Cookie"
    return response


def redirect(request: HttpRequest, url: str) -> HttpResponse:
    """Goes to `url`: by HX-Redirect for htmx, by 303 for everybody else."""
    if is_htmx(request):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = iri_to_uri(url)  # as the Location of a redirect is written
        return response
    see_other = HttpResponseRedirect(url)
    see_other.status_code = 303
    return see_other
