"""3-D Secure: who is asked for it, and where the person is sent.

Source: https://docs.stripe.com/payments/3d-secure
"""

from payments.sandbox import cards
from payments.sandbox.calls import Call
from payments.sandbox.errors import Json
from payments.sandbox.published_cards import Authentication
from payments.sandbox.store import new_id


def needed(call: Call, method: Json, *, off_session: bool) -> bool:
    """Return whether the bank wants to see the person before this use of the card."""
    wanted = cards.of_payment_method(method).authentication
    if wanted is Authentication.UNLESS_SET_UP and off_session:
        return not call.store.hidden(method["id"]).get("set_up")
    return wanted is not Authentication.NEVER


def client_secret(intent_id: str) -> str:
    return f"{intent_id}_{new_id('secret', 25)}"


def next_action(call: Call, intent: Json, return_url: str | None) -> Json:
    """Return where the person goes next: to our page, or to it through Stripe's own script."""
    url = f"{call.base_url}/3ds/{intent['id']}?client_secret={intent['client_secret']}"
    if return_url is None:
        details = {"type": "three_d_secure_redirect", "stripe_js": url}
        return {"type": "use_stripe_sdk", "use_stripe_sdk": details}
    return {
        "type": "redirect_to_url",
        "redirect_to_url": {"return_url": return_url, "url": url},
    }


def failure(noun: str) -> Json:
    """Return the error that an intent carries when the person did not prove who they are."""
    code = f"{noun}_authentication_failure"
    return {
        "type": "card_error",
        "code": code,
        "doc_url": f"https://docs.stripe.com/error-codes#{code.replace('_', '-')}",
        "message": "The provided payment method has failed authentication. Provide a new payment"
        " method to try again.",
    }
