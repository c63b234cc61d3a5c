"""The three addresses that a crowd hits in the same second: reserve, claim, state.

They verify the signed sale token in this process, ask Redis and answer in some hundred bytes;
no session is loaded and PostgreSQL is never asked. The token, which only a page of this site
shown to that very person carries, takes the place of the CSRF token: a page elsewhere can
neither read nor make one. `flashsale.door` answers most of them before Django makes a request.
"""

import json
from functools import lru_cache
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from flashsale import calls
from flashsale.gate import limits, pace
from flashsale.gate.admission import Answer
from flashsale.standings import FOR_ALL, SEND_AGAIN, UNDER_WAY, Standing, While, words
from socialcommerce.lib import http, problems
from socialcommerce.lib.problems import Problem

STATUS: Final = {Standing.TOO_FAST: 429, Standing.BUSY: 503}
CLAIM: Final = "flashsale:claim"
# Whoever holds a unit in a pause waits for the clock to go on.
STANDS_STILL: Final = (Standing.HELD, While.PAUSE)


class NotTaken(Problem):
    """Nothing was changed. For a page without JavaScript; the script gets the standing.

    `next_url` has the button again, and the page goes there by itself after the stated time;
    empty where somebody has filled in a form, which going back keeps.
    """

    def __init__(self, body: dict[str, Any], *, next_url: str, status: int) -> None:
        super().__init__(
            body["detail"],
            next_url=next_url,
            next_label=_("Back to the sale"),
            retry_after_seconds=body.get("retry_after_seconds"),
        )
        self.title, self.status = body["title"], status  # type: ignore[misc]
        self.code = body["standing"]  # type: ignore[misc]


class NotReserved(Problem):
    """The gate is closed for a moment. A script sends it again by itself; this is for a page."""

    code = "restoring"
    status = 503
    title = _("One moment: the sale is being restored")

    def __init__(self) -> None:
        seconds = pace.retry_seconds(Standing.RESTORING)
        detail = _("Your reservation has not arrived. Go back and send it again in %(seconds)s s.")
        super().__init__(detail % {"seconds": seconds}, retry_after_seconds=seconds)


@csrf_exempt
@http.require("POST")
def reserve(request: HttpRequest, sale_id: int) -> HttpResponse:
    answer = calls.reserve(request.POST, sale_id=sale_id, network=_network(request))
    if answer.standing == Standing.RESTORING and not _is_program(request):
        raise NotReserved
    return _answer(request, answer, sale_id, to="flashsale:reservation")


@csrf_exempt
@http.require("POST")
def claim(request: HttpRequest, sale_id: int) -> HttpResponse:
    answer, place = calls.claim(
        request.POST, request.COOKIES, sale_id=sale_id, network=_network(request)
    )
    response = _answer(request, answer, sale_id, to=CLAIM)
    if place is not None:
        response.cookies.load(place.header)
    return response


@http.require("GET")
def state(request: HttpRequest, sale_id: int) -> HttpResponse:
    """Where the bearer of the token stands. The token comes in a header: addresses are logged."""
    token, slot = request.META.get("HTTP_SALE_TOKEN", ""), request.GET.get("slot", "")
    return _json(as_json(calls.look(token, slot, sale_id=sale_id), sale_id=sale_id))


def as_json(answer: Answer, *, sale_id: int) -> dict[str, Any]:
    """The answer in code and in words, the same for the page's script and for programs."""
    standing = answer.standing
    title, detail = _words(standing, answer.around, get_language())
    asks_again = standing in UNDER_WAY or (standing, answer.around) == STANDS_STILL
    body: dict[str, Any] = {
        "standing": standing,
        "title": title,
        "detail": detail,
        "poll_ms": pace.poll_ms(sale_id, standing) if asks_again else None,
    }
    if standing in FOR_ALL:
        body["fetch_ms"] = pace.fetch_ms(sale_id)
    if answer.draw_step is not None:
        body["draw_step"] = answer.draw_step
    if standing in SEND_AGAIN:
        seconds = pace.retry_seconds(standing)
        body["detail"] %= {"seconds": seconds}
        body["retry_after_seconds"] = seconds
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


def status_of(standing: Standing) -> int:
    """429 and 503 for what is to be sent again; everything else is an answer."""
    return STATUS.get(standing, 200)


def _answer(request: HttpRequest, answer: Answer, sale_id: int, *, to: str) -> HttpResponse:
    """JSON for the page's script; without it the page that shows where the person stands."""
    status = status_of(answer.standing)
    if _is_program(request):
        return _json(as_json(answer, sale_id=sale_id), status=status)
    if status != 200 or answer.standing == Standing.WORK_MISSING:
        body = as_json(answer, sale_id=sale_id)
        next_url = reverse("flashsale:sale", args=[sale_id]) if to == CLAIM else ""
        refusal = NotTaken(body, next_url=next_url, status=422 if status == 200 else status)
        return problems.respond(request, refusal)
    see_other = HttpResponseRedirect(reverse(to, args=[sale_id]))
    see_other.status_code = 303
    return see_other


def _is_program(request: HttpRequest) -> bool:
    return "application/json" in request.META.get("HTTP_ACCEPT", "")


def as_text(body: dict[str, Any]) -> str:
    return json.dumps(body, separators=(",", ":"))


def headers(body: dict[str, Any]) -> dict[str, str]:
    """Those of an answer; nobody keeps one."""
    found = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    if (seconds := body.get("retry_after_seconds")) is not None:
        found["Retry-After"] = str(seconds)
    return found


def _json(body: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return HttpResponse(as_text(body), status=status, headers=headers(body))


@lru_cache(maxsize=256)
def _words(standing: Standing, around: While, language: str | None) -> tuple[str, str]:
    """Of the active language, which `language` names: a crowd hears the same few sentences."""
    said = words(standing, around)
    return str(said.title), str(said.detail)


def _network(request: HttpRequest) -> str:
    return limits.network_of(http.client_address(request))
