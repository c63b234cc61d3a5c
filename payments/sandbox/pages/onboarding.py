"""What a visit to the onboarding page of a connected account does.

A link is good for one answer and a few minutes; whoever comes with another one is sent to the
platform's ``refresh_url`` for a new link. Source: https://docs.stripe.com/connect/hosted-onboarding
"""

from html import escape
from urllib.parse import parse_qs

from payments.sandbox import onboarding
from payments.sandbox.calls import Call
from payments.sandbox.errors import ApiError, Json
from payments.sandbox.pages import drawing
from payments.sandbox.published_banks import BANKS
from payments.sandbox.published_cards import CARDS
from payments.sandbox.resources import accounts
from payments.sandbox.web import Answer, Request, redirect

ADDRESS = r"/connect/onboarding/(alnk_[A-Za-z0-9]+)"
_LATER = "later"
_PLACES = {
    **{bank.number: bank.label for bank in BANKS},
    **{card.number: "a debit card" for card in CARDS if card.funding == "debit"},
}


def visit(call: Call, link_id: str, request: Request) -> Answer:
    link, facts = call.store.find(link_id), call.store.hidden(link_id)
    if link is None:
        return drawing.message("Not found", "There is no such page.", status=404)
    if facts.get("used") or link["expires_at"] <= call.now():
        return redirect(facts["refresh_url"])
    account = accounts.living(call, facts["account_id"])
    if request.method == "GET":
        return _draw(account, "")
    typed = {name: values[0] for name, values in parse_qs(request.body).items()}
    return _answer(call, account, link_id, typed)


def _answer(call: Call, account: Json, link_id: str, typed: dict[str, str]) -> Answer:
    outcome = typed.get("outcome", "")
    if outcome != _LATER:
        try:
            onboarding.finish(call, account, outcome, typed.get("bank"))
        except ApiError as error:
            return _draw(account, str(error))
    call.store.hide(link_id, used=True)
    return redirect(call.store.hidden(link_id)["return_url"])


def _draw(account: Json, problem: str) -> Answer:
    usual = onboarding.usual_bank(account)
    options = "\n".join(
        f'<option value="{number}"{" selected" if number == usual else ""}>'
        f"{number}: {escape(label)}</option>"
        for number, label in _PLACES.items()
    )
    alert = f'<p class="problem error" role="alert">{escape(problem)}</p>' if problem else ""
    content = drawing.filled(
        "onboarding.html",
        lead="Here Stripe asks who you are and where your money goes.",
        problem=alert,
        banks=options,
    )
    return drawing.page("Get paid", content, status=422 if problem else 200)
