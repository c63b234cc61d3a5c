"""What a visit to a hosted page does: the browser's side of Checkout and of 3-D Secure."""

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs

from payments.sandbox import authentication, cards, paying
from payments.sandbox.api import Api
from payments.sandbox.calls import Call
from payments.sandbox.errors import ApiError, CardDeclined, Json
from payments.sandbox.pages import drawing, onboarding
from payments.sandbox.published_cards import PublishedCard
from payments.sandbox.resources import checkout, payment_methods, setup_intents
from payments.sandbox.web import Answer, Request, redirect

_FIELDS = {"exp_month": "expiry", "exp_year": "expiry", "number": "number", "cvc": "cvc"}
_EXPIRY = re.compile(r"\s*(\d{1,2})\s*/?\s*(\d{2}|\d{4})\s*", re.ASCII)


@dataclass
class Pages:
    """Answers /c/pay/<session>, /c/pay/<session>/return, /3ds/<intent> and the onboarding page."""

    api: Api

    def answer(self, request: Request) -> Answer:
        visit, object_id = self._find(request.path)
        if visit is None or request.method not in ("GET", "POST"):
            return drawing.message("Not found", "There is no such page.", status=404)
        try:
            with self.api.store.transaction():
                return visit(self.api.call({}), object_id, request)
        except ApiError as error:
            return drawing.message("Not possible", str(error), status=error.status)

    def _find(self, path: str) -> tuple[Callable[[Call, str, Request], Answer] | None, str]:
        for pattern, visit in _ADDRESSES:
            match = re.fullmatch(pattern, path)
            if match is not None:
                return visit, match[1]
        return None, ""


def _visit_checkout(call: Call, session_id: str, request: Request) -> Answer:
    session = checkout.current(call, session_id)
    if session["status"] == "complete":
        return _leave(session)
    if session["status"] == "expired":
        return drawing.message(
            "This page has expired", "Go back to the shop and start again.", status=410
        )
    if request.method == "GET":
        return drawing.checkout(session, typed={}, errors={})
    typed = {name: values[0].strip() for name, values in parse_qs(request.body).items()}
    return _submit(call, session, typed)


def _submit(call: Call, session: Json, typed: dict[str, str]) -> Answer:
    errors: dict[str, str] = {}
    month, year = _expiry(typed, errors)
    card = _card(typed, errors)
    if "expiry" not in errors:
        _note(errors, lambda: cards.check_expiry(month, year, call.today()))
    if card is None or errors:
        return drawing.checkout(session, typed=typed, errors=errors)
    method = payment_methods.add(call, card, exp_month=month, exp_year=year)
    return_url = f"{call.base_url}/c/pay/{session['id']}/return"
    if session["mode"] == "setup":
        intent = call.store.get("setup_intent", session["setup_intent"])
        intent = setup_intents.attempt(call, intent, method, return_url=return_url)
    else:
        intent = checkout.payment(call, session)
        intent = paying.attempt(call, intent, method, off_session=False, return_url=return_url)
    return _continue(call, session["id"], intent, typed)


def _note(errors: dict[str, str], check: Callable[[], object]) -> None:
    try:
        check()
    except CardDeclined as error:
        errors[_FIELDS.get(error.body.get("param", ""), "")] = str(error)


def _expiry(typed: dict[str, str], errors: dict[str, str]) -> tuple[int, int]:
    match = _EXPIRY.fullmatch(typed.get("expiry", ""))
    if match is None:
        errors["expiry"] = "Write the month and the year, as on the card: 12/34."
        return 0, 0
    year = int(match[2])
    return int(match[1]), year + 2000 if year < 100 else year


def _card(typed: dict[str, str], errors: dict[str, str]) -> PublishedCard | None:
    found: list[PublishedCard] = []
    _note(errors, lambda: found.append(cards.by_number(typed.get("number", ""))))
    if not found:
        return None
    _note(errors, lambda: cards.check_cvc(typed.get("cvc", ""), found[0]))
    return found[0]


def _continue(call: Call, session_id: str, intent: Json, typed: dict[str, str]) -> Answer:
    """Go where the intent's state leads: back to the shop, to the bank's page, or to the form."""
    session = call.store.get("checkout.session", session_id)
    if intent["status"] == "requires_action":
        return redirect(intent["next_action"]["redirect_to_url"]["url"])
    if intent["status"] == "requires_payment_method":
        error = intent.get("last_setup_error") or intent.get("last_payment_error")
        text = f"{error['message']} Try another card." if error else "Type the card again."
        return drawing.checkout(session, typed=typed, errors={"": text})
    if intent["status"] not in ("succeeded", "requires_capture"):
        return drawing.message("Under way", "The payment is being processed.", status=200)
    return _leave(checkout.complete(call, session))


def _leave(session: Json) -> Answer:
    return redirect(session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"]))


def _visit_return(call: Call, session_id: str, _request: Request) -> Answer:
    session = checkout.current(call, session_id)
    if session["status"] == "complete":
        return _leave(session)
    intent_id = session["setup_intent"] or session["payment_intent"]
    intent = call.store.find(intent_id) if intent_id else None
    if intent is None or session["status"] != "open":
        return redirect(f"{call.base_url}/c/pay/{session_id}")
    return _continue(call, session_id, intent, {})


def _visit_authentication(call: Call, intent_id: str, request: Request) -> Answer:
    intent = call.store.find(intent_id)
    secret = parse_qs(request.query).get("client_secret", [""])[0]
    if intent is None or not hmac.compare_digest(
        secret.encode(), intent.get("client_secret", "").encode()
    ):
        return drawing.message("Not found", "There is no such page.", status=404)
    if intent["status"] != "requires_action":
        return drawing.message("Nothing to do", "This has been answered already.", status=409)
    if request.method == "GET":
        return drawing.authentication(intent)
    outcome = parse_qs(request.body).get("outcome", [""])[0]
    if outcome not in ("complete", "fail"):
        return drawing.authentication(intent)
    return_url = intent["next_action"].get("redirect_to_url", {}).get("return_url")
    return _return(_authenticated(call, intent, proved=outcome == "complete"), return_url)


def _authenticated(call: Call, intent: Json, *, proved: bool) -> Json:
    method = call.store.get("payment_method", intent["payment_method"])
    error = authentication.failure(intent["object"])
    if intent["object"] == "setup_intent":
        if proved:
            return setup_intents.finish(call, intent, method)
        return setup_intents.fail(call, intent, method, error)
    return paying.pay(call, intent, method) if proved else paying.fail(call, intent, method, error)


def _return(intent: Json, return_url: str | None) -> Answer:
    if return_url is None:
        return drawing.message("Done", "You can close this page and go back.", status=200)
    noun = intent["object"]
    failed = intent["status"] == "requires_payment_method"
    query = {
        noun: intent["id"],
        f"{noun}_client_secret": intent["client_secret"],
        "redirect_status": "failed" if failed else "succeeded",
    }
    return redirect(return_url, **query)


_ADDRESSES: tuple[tuple[str, Callable[[Call, str, Request], Answer]], ...] = (
    (r"/c/pay/(cs_test_\w+)", _visit_checkout),
    (r"/c/pay/(cs_test_\w+)/return", _visit_return),
    (r"/3ds/((?:pi|seti)_[A-Za-z0-9]+)", _visit_authentication),
    (onboarding.ADDRESS, onboarding.visit),
)
