"""The published test cards and what each of them does.

Source: https://docs.stripe.com/testing
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from payments.sandbox import declines
from payments.sandbox.errors import Json


class Authentication(StrEnum):
    NEVER = "never"
    UNLESS_SET_UP = "unless_set_up"  # off-session use is free of it once the card was set up
    ALWAYS = "always"


class RefundCourse(StrEnum):
    AT_ONCE = "at_once"
    PENDING_THEN_SUCCEEDS = "pending_then_succeeds"
    SUCCEEDS_THEN_FAILS = "succeeds_then_fails"


@dataclass(frozen=True)
class Disputed:
    """How the holder of a card disputes each of its charges. An inquiry takes no money yet."""

    reason: str
    network_reason_code: str
    inquiry: bool = False


@dataclass(frozen=True)
class PublishedCard:
    """One published number: its tokens, its looks, and how charges, set-ups and refunds go."""

    number: str
    tokens: tuple[str, ...]
    label: str
    brand: str = "visa"
    country: str = "US"
    funding: str = "credit"
    decline_code: str | None = None
    declines_setup: bool = True
    authentication: Authentication = Authentication.NEVER
    refund: RefundCourse = RefundCourse.AT_ONCE
    dispute: Disputed | None = None
    available_at_once: bool = False

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(f"stripe sandbox {self.number}".encode()).hexdigest()[:16]

    def decline(self) -> Json | None:
        """Return the error that a charge of this card meets, without the objects involved."""
        return None if self.decline_code is None else declines.error(self.decline_code)


CARDS = (
    PublishedCard("4242424242424242", ("pm_card_visa",), "pays"),
    PublishedCard("4000056655665556", ("pm_card_visa_debit",), "pays (debit)", funding="debit"),
    PublishedCard("5555555555554444", ("pm_card_mastercard",), "pays", brand="mastercard"),
    PublishedCard("378282246310005", ("pm_card_amex",), "pays", brand="amex"),
    PublishedCard("4000002760000016", ("pm_card_de",), "pays (Germany)", country="DE"),
    PublishedCard("4000003920000003", ("pm_card_jp",), "pays (Japan)", country="JP"),
    PublishedCard(
        "4000000000000077",
        ("pm_card_bypassPending",),
        "pays; the money is available at once",
        available_at_once=True,
    ),
    PublishedCard(
        "4000000000000002",
        ("pm_card_visa_chargeDeclined", "pm_card_chargeDeclined"),
        "is declined",
        decline_code="generic_decline",
    ),
    PublishedCard(
        "4000000000009995",
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "pm_card_chargeDeclinedInsufficientFunds"),
        "has too little money",
        decline_code="insufficient_funds",
    ),
    PublishedCard(
        "4000000000009987",
        ("pm_card_visa_chargeDeclinedLostCard",),
        "is reported lost",
        decline_code="lost_card",
    ),
    PublishedCard(
        "4000000000009979",
        ("pm_card_visa_chargeDeclinedStolenCard",),
        "is reported stolen",
        decline_code="stolen_card",
    ),
    PublishedCard(
        "4000000000000069",
        ("pm_card_chargeDeclinedExpiredCard",),
        "has expired",
        decline_code="expired_card",
    ),
    PublishedCard(
        "4000000000000127",
        ("pm_card_chargeDeclinedIncorrectCvc",),
        "fails the security code check",
        decline_code="incorrect_cvc",
    ),
    PublishedCard(
        "4000000000000119",
        ("pm_card_chargeDeclinedProcessingError",),
        "meets a processing error",
        decline_code="processing_error",
    ),
    PublishedCard(
        "4000000000006975",
        ("pm_card_visa_chargeDeclinedVelocityLimitExceeded",),
        "was used too often",
        decline_code="card_velocity_exceeded",
    ),
    PublishedCard(
        "4100000000000019",
        ("pm_card_radarBlock",),
        "is blocked as fraudulent",
        decline_code="fraudulent",
    ),
    PublishedCard(
        "4000000000000341",
        ("pm_card_chargeCustomerFail",),
        "can be bound, then declines every charge",
        decline_code="generic_decline",
        declines_setup=False,
    ),
    PublishedCard(
        "4000002500003155",
        ("pm_card_authenticationRequiredOnSetup",),
        "asks for 3-D Secure until it is set up",
        authentication=Authentication.UNLESS_SET_UP,
    ),
    PublishedCard(
        "4000002760003184",
        ("pm_card_authenticationRequired",),
        "asks for 3-D Secure every time",
        authentication=Authentication.ALWAYS,
    ),
    PublishedCard(
        "4000000000003220",
        ("pm_card_threeDSecure2Required",),
        "asks for 3-D Secure 2 every time",
        authentication=Authentication.ALWAYS,
    ),
    PublishedCard(
        "4000008260003178",
        ("pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",),
        "asks for 3-D Secure, then has too little money",
        decline_code="insufficient_funds",
        declines_setup=False,
        authentication=Authentication.ALWAYS,
    ),
    PublishedCard(
        "4000000000007726",
        ("pm_card_pendingRefund",),
        "pays; its refunds are pending at first",
        refund=RefundCourse.PENDING_THEN_SUCCEEDS,
    ),
    PublishedCard(
        "4000000000005126",
        ("pm_card_refundFail",),
        "pays; its refunds fail later",
        refund=RefundCourse.SUCCEEDS_THEN_FAILS,
    ),
    PublishedCard(
        "4000000000000259",
        ("pm_card_createDispute",),
        "pays, then is disputed as fraud",
        dispute=Disputed("fraudulent", "10.4"),
    ),
    PublishedCard(
        "4000000000002685",
        ("pm_card_createDisputeProductNotReceived",),
        "pays, then is disputed as not received",
        dispute=Disputed("product_not_received", "13.1"),
    ),
    PublishedCard(
        "4000000000001976",
        ("pm_card_createDisputeInquiry",),
        "pays, then its bank inquires",
        dispute=Disputed("fraudulent", "10.4", inquiry=True),
    ),
)
