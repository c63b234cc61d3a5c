"""The three addresses that a crowd hits in the same second: reserve, claim, state.

They verify the signed sale token in this process, ask Redis and answer in some hundred bytes;
no session is loaded and PostgreSQL is never asked. The token, which only a page of this site
shown to that very person carries, takes the place of the CSRF token: a page elsewhere can
neither read nor make one.
"""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from flashsale import forms, tokens
from flashsale.gate import admission
from flashsale.gate.admission import Answer
from flashsale.standings import UNDER_WAY, WORDS
from flashsale.tokens import Receipt, SaleToken
from socialcommerce.lib import http

# How long the page waits before it asks again; the server sets it, so that it can be lengthened.
POLL_MS: Final = 1_000
RECEIPT_DAYS: Final = 1
SLOT: Final = 1


@csrf_exempt
@never_cache
@http.require("POST")
def reserve(request: HttpRequest, sale_id: int) -> HttpResponse:
    token = _token(request, sale_id)
    answer = admission.reserve(token, forms.wishes(request.POST))
    return _answer(request, answer, token, to="flashsale:reservation")


@csrf_exempt
@never_cache
@http.require("POST")
def claim(request: HttpRequest, sale_id: int) -> HttpResponse:
    token = _token(request, sale_id)
    earlier = _receipt(request, token)
    answer = admission.claim(token, slot=SLOT, earlier=earlier)
    response = _answer(request, answer, token, to="flashsale:claim")
    if answer.receipt is not None:
        _keep(response, answer.receipt)
    return response


@never_cache
@http.require("GET")
def state(request: HttpRequest, sale_id: int) -> HttpResponse:
    """Where the bearer of the token stands. The token comes in a header: addresses are logged."""
    token = tokens.read(request.headers.get("Sale-Token", ""), sale_id=sale_id)
    return JsonResponse(as_json(admission.look(token, slot=SLOT)))


def as_json(answer: Answer) -> dict[str, Any]:
    """The answer in code and in words, the same for the page's script and for programs."""
    words = WORDS[answer.standing]
    body: dict[str, Any] = {
        "standing": answer.standing,
        "title": str(words.title),
        "detail": str(words.detail),
        "poll_ms": POLL_MS if answer.standing in UNDER_WAY else None,
    }
    if answer.wait_us:
        body["wait_ms"] = answer.wait_us // 1000
    if answer.result is not None:
        body |= {
            name: value
            for name, value in (
                ("unit", answer.result.unit),
                ("held_until", answer.result.until),
                ("number", answer.result.number),
            )
            if value
        }
    return body


def _answer(request: HttpRequest, answer: Answer, token: SaleToken, *, to: str) -> HttpResponse:
    """JSON for the page's script; without it the page that shows where the person stands."""
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse(as_json(answer))
    see_other = HttpResponseRedirect(reverse(to, args=[token.sale_id]))
    see_other.status_code = 303
    return see_other


def _token(request: HttpRequest, sale_id: int) -> SaleToken:
    return tokens.read(request.POST.get("token", ""), sale_id=sale_id)


def _receipt(request: HttpRequest, token: SaleToken) -> Receipt | None:
    text = request.COOKIES.get(_cookie(token.sale_id), "")
    if not text or not token.number:
        return None
    ticket = tokens.ticket(sale_id=token.sale_id, number=token.number, slot=SLOT)
    return tokens.read_receipt(text, sale_id=token.sale_id, ticket=ticket)


def _keep(response: HttpResponse, receipt: Receipt) -> None:
    """The place in line stays with the browser, so that a loss of Redis does not lose it."""
    response.set_cookie(
        _cookie(receipt.sale_id),
        tokens.issue_receipt(receipt),
        max_age=RECEIPT_DAYS * 86_400,
        path=reverse("flashsale:sale", args=[receipt.sale_id]),
        httponly=True,
        samesite="Lax",
    )


def _cookie(sale_id: int) -> str:
    return f"sale_{sale_id}_place"
