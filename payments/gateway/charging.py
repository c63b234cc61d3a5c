"""Payments with a bound card. A decline is a result; an unknown outcome is an exception.

Source: https://docs.stripe.com/payments/paymentintents/lifecycle
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import stripe
from stripe.params import PaymentIntentConfirmParams, PaymentIntentCreateParams

from payments.gateway import amounts
from payments.gateway.client import client, declined, has_metadata, id_of, translated
from payments.gateway.errors import Declined


class PaymentStatus(StrEnum):
    REQUIRES_PAYMENT_METHOD = "requires_payment_method"
    REQUIRES_CONFIRMATION = "requires_confirmation"
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    REQUIRES_CAPTURE = "requires_capture"
    SUCCEEDED = "succeeded"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class PaymentResult:
    """A payment as Stripe has it now.

    ``next_action_url`` is where the person goes when the status is requires_action (3-D Secure).
    ``decline`` says why the last attempt failed, if it did.
    """

    id: str
    status: PaymentStatus
    amount_minor: int
    currency: str
    charge_id: str | None
    next_action_url: str | None
    decline: Declined | None
    client_secret: str


def create_payment(
    *,
    amount_minor: int,
    currency: str,
    customer_id: str,
    payment_method_id: str,
    off_session: bool,
    return_url: str,
    metadata: Mapping[str, str],
    idempotency_key: str,
) -> PaymentResult:
    """Charge the card now, or come back with what its bank wants first.

    The person returns to ``return_url`` after 3-D Secure; off session nobody is there to be sent
    anywhere, and a bank that asks for it declines.
    Raises Unavailable, Rejected (UnmappedAmount), NotConfigured.
    """
    params: PaymentIntentCreateParams = {
        "amount": amounts.to_stripe(amount_minor, currency),
        "currency": currency.lower(),
        "customer": customer_id,
        "payment_method": payment_method_id,
        "allowed_payment_method_types": ["card"],
        "confirm": True,
        "metadata": dict(metadata),
    }
    if off_session:
        params["off_session"] = True
    else:
        params["return_url"] = return_url
    with translated():
        try:
            intent = client().v1.payment_intents.create(
                params, {"idempotency_key": idempotency_key}
            )
        except stripe.CardError as error:
            return _after_decline(error)
    return _result(intent)


def confirm_payment(
    payment_id: str, payment_method_id: str, return_url: str, idempotency_key: str
) -> PaymentResult:
    """Try the payment again, with this card and the person present.

    Raises Unavailable, Rejected (the payment is over, say), NotConfigured.
    """
    params: PaymentIntentConfirmParams = {
        "payment_method": payment_method_id,
        "return_url": return_url,
    }
    with translated():
        try:
            intent = client().v1.payment_intents.confirm(
                payment_id, params, {"idempotency_key": idempotency_key}
            )
        except stripe.CardError as error:
            return _after_decline(error)
    return _result(intent)


def retrieve_payment(payment_id: str) -> PaymentResult:
    """Return the payment as it is now. Raises Unavailable, Rejected, NotConfigured."""
    with translated():
        intent = client().v1.payment_intents.retrieve(payment_id)
    return _result(intent)


def find_payment(
    *, customer_id: str, since: datetime, metadata: Mapping[str, str]
) -> PaymentResult | None:
    """Return the customer's payment made since then with that metadata, None if there is none.

    Raises Unavailable, Rejected, NotConfigured.
    """
    with translated():
        made = client().v1.payment_intents.list(
            {"customer": customer_id, "created": {"gte": int(since.timestamp())}, "limit": 100}
        )
        for intent in made.auto_paging_iter():
            if has_metadata(intent, metadata):
                return _result(intent)
    return None


def cancel_payment(payment_id: str) -> PaymentResult:
    """Cancel the payment if that is still possible, and return what it is then.

    A payment that had succeeded, or is being processed, comes back as just that.
    Raises Unavailable, Rejected, NotConfigured.
    """
    intents = client().v1.payment_intents
    with translated():
        try:
            intent = intents.cancel(payment_id)
        except stripe.InvalidRequestError as error:
            if error.code != "payment_intent_unexpected_state":
                raise
            intent = intents.retrieve(payment_id)
    return _result(intent)


def _after_decline(error: stripe.CardError) -> PaymentResult:
    """Return the payment that the decline left behind. Raises Declined if it left none."""
    intent = getattr(error.error, "payment_intent", None)
    if intent is None:
        raise declined(error.error) from error
    # The intent in the error is the state right after this attempt; a second request could
    # already see a later one.
    return _result(intent)


def _result(intent: stripe.PaymentIntent) -> PaymentResult:
    currency = intent.currency.upper()
    error = intent.last_payment_error
    return PaymentResult(
        id=intent.id,
        status=PaymentStatus(intent.status),
        amount_minor=amounts.from_stripe(intent.amount, currency),
        currency=currency,
        charge_id=id_of(intent.latest_charge),
        next_action_url=_next_url(intent),
        decline=declined(error) if error else None,
        client_secret=intent.client_secret or "",
    )


def _next_url(intent: stripe.PaymentIntent) -> str | None:
    redirect = getattr(intent.next_action, "redirect_to_url", None)
    return redirect.url if redirect is not None else None
