"""Customers and their cards. A card number never comes near us: Stripe's page takes it."""

from dataclasses import dataclass
from enum import StrEnum

import stripe

from payments.gateway.client import client, declined, id_of, translated
from payments.gateway.errors import Declined, Rejected


@dataclass(frozen=True, slots=True)
class CardDetails:
    """What may be shown and compared of a card. Equal numbers have equal fingerprints."""

    payment_method_id: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    fingerprint: str
    country: str


@dataclass(frozen=True, slots=True)
class SetupSession:
    """A hosted page on which a person types a card. ``url`` is for that person only."""

    id: str
    url: str


class SetupStatus(StrEnum):
    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class SetupResult:
    """How far a hosted page got. ``card`` is there when it is complete.

    ``reference`` and ``customer_id`` are those it was created with: check them against the person
    who comes back with the id.
    """

    id: str
    status: SetupStatus
    card: CardDetails | None
    setup_intent_id: str
    customer_id: str
    reference: str


@dataclass(frozen=True, slots=True)
class SetupIntentInfo:
    """For the Payment Element. ``client_secret`` goes to that person's browser, nowhere else."""

    id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class SetupIntentResult:
    """``status`` is Stripe's; ``card`` is there when it is ``succeeded``."""

    id: str
    status: str
    customer_id: str | None
    card: CardDetails | None
    decline: Declined | None


def create_customer(*, profile_ref: str, email: str, idempotency_key: str) -> str:
    """Return the id of a customer at Stripe for the profile.

    Raises Unavailable, Rejected, NotConfigured.
    """
    with translated():
        customer = client().v1.customers.create(
            {"email": email, "metadata": {"profile": profile_ref}},
            {"idempotency_key": idempotency_key},
        )
    return customer.id


def create_setup_session(
    *, customer_id: str, success_url: str, cancel_url: str, reference: str, idempotency_key: str
) -> SetupSession:
    """Return a hosted page that binds a card to the customer, for use on and off session.

    ``{CHECKOUT_SESSION_ID}`` in ``success_url`` becomes the session's id.
    Raises Unavailable, Rejected, NotConfigured.
    """
    with translated():
        session = client().v1.checkout.sessions.create(
            {
                "mode": "setup",
                "customer": customer_id,
                "success_url": success_url,
                "cancel_url": cancel_url,
                "client_reference_id": reference,
                "allowed_payment_method_types": ["card"],
            },
            {"idempotency_key": idempotency_key},
        )
    if session.url is None:
        raise Rejected("Stripe gave a session without a page.")
    return SetupSession(session.id, session.url)


def retrieve_setup_session(session_id: str) -> SetupResult:
    """Return how far the hosted page got. Raises Unavailable, Rejected, NotConfigured."""
    with translated():
        session = client().v1.checkout.sessions.retrieve(
            session_id, {"expand": ["setup_intent.payment_method"]}
        )
    intent = session.setup_intent
    if not isinstance(intent, stripe.SetupIntent) or session.status is None:
        raise Rejected(f"{session_id} does not set up a card.")
    status = SetupStatus(session.status)
    return SetupResult(
        id=session.id,
        status=status,
        card=_card(intent.payment_method) if status is SetupStatus.COMPLETE else None,
        setup_intent_id=intent.id,
        customer_id=id_of(session.customer) or "",
        reference=session.client_reference_id or "",
    )


def create_setup_intent(*, customer_id: str, idempotency_key: str) -> SetupIntentInfo:
    """Return what the Payment Element needs to bind a card to the customer.

    Raises Unavailable, Rejected, NotConfigured.
    """
    with translated():
        intent = client().v1.setup_intents.create(
            {
                "customer": customer_id,
                "usage": "off_session",
                "allowed_payment_method_types": ["card"],
            },
            {"idempotency_key": idempotency_key},
        )
    if intent.client_secret is None:
        raise Rejected("Stripe gave a setup intent without a secret.")
    return SetupIntentInfo(intent.id, intent.client_secret)


def retrieve_setup_intent(setup_intent_id: str) -> SetupIntentResult:
    """Return how far the binding got. Raises Unavailable, Rejected, NotConfigured."""
    with translated():
        intent = client().v1.setup_intents.retrieve(setup_intent_id, {"expand": ["payment_method"]})
    error = intent.last_setup_error
    return SetupIntentResult(
        id=intent.id,
        status=str(intent.status),
        customer_id=id_of(intent.customer),
        card=_card(intent.payment_method) if intent.status == "succeeded" else None,
        decline=declined(error) if error else None,
    )


def detach_card(payment_method_id: str) -> None:
    """Afterwards the card belongs to nobody and cannot be charged; also if it was so before.

    Raises Unavailable, Rejected, NotConfigured.
    """
    methods = client().v1.payment_methods
    with translated():
        try:
            methods.detach(payment_method_id)
        except stripe.InvalidRequestError:
            if methods.retrieve(payment_method_id).customer is not None:
                raise


def _card(method: object) -> CardDetails:
    if not isinstance(method, stripe.PaymentMethod) or method.card is None:
        raise Rejected("Stripe bound something that is not a card.")
    card = method.card
    return CardDetails(
        payment_method_id=method.id,
        brand=card.brand,
        last4=card.last4,
        exp_month=card.exp_month,
        exp_year=card.exp_year,
        fingerprint=getattr(card, "fingerprint", None) or "",
        country=getattr(card, "country", None) or "",
    )
