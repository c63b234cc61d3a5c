"""Paid, declined, waiting or unknown: each is told apart, and nothing is charged twice."""

import pytest
import stripe

from payments import gateway
from payments.sandbox.server import Sandbox
from tests.payments.gateway.conftest import Bind, Pay
from tests.payments.sandbox.conftest import client_of
from tests.payments.sandbox_fixture import answer_bank


def charges(sandbox: Sandbox) -> list[tuple[int, str]]:
    listed = client_of(sandbox).v1.charges.list().data
    return [(charge.amount, str(charge.status)) for charge in listed]


def test_a_good_card_pays(stripe_sandbox: Sandbox, bind: Bind, pay: Pay) -> None:
    result = pay(bind("4242424242424242").payment_method_id)
    assert result.status is gateway.PaymentStatus.SUCCEEDED
    assert (result.amount_minor, result.currency) == (2000, "USD")
    assert result.charge_id is not None
    assert (result.decline, result.next_action_url) == (None, None)
    assert gateway.retrieve_payment(result.id) == result
    assert charges(stripe_sandbox) == [(2000, "succeeded")]


def test_a_decline_is_a_result_with_words(stripe_sandbox: Sandbox, pay: Pay) -> None:
    result = pay("pm_card_chargeDeclinedInsufficientFunds")
    assert result.status is gateway.PaymentStatus.REQUIRES_PAYMENT_METHOD
    assert result.decline == gateway.Declined("insufficient_funds")
    assert result.decline is not None
    assert "not enough money" in result.decline.message
    assert gateway.retrieve_payment(result.id) == result


def test_after_a_decline_another_card_pays_the_same_payment(
    stripe_sandbox: Sandbox, bind: Bind, pay: Pay
) -> None:
    declined = pay("pm_card_chargeDeclined")
    again = gateway.confirm_payment(
        declined.id,
        payment_method_id="pm_card_chargeDeclinedExpiredCard",
        return_url="http://127.0.0.1/back",
        idempotency_key="payment-1-2",
    )
    assert again.decline == gateway.Declined("expired_card")
    paid = gateway.confirm_payment(
        declined.id,
        payment_method_id=bind("4242424242424242").payment_method_id,
        return_url="http://127.0.0.1/back",
        idempotency_key="payment-1-3",
    )
    assert (paid.id, paid.status, paid.decline) == (declined.id, "succeeded", None)
    assert sum(amount for amount, state in charges(stripe_sandbox) if state == "succeeded") == 2000


@pytest.mark.parametrize(
    ("outcome", "status", "reason"),
    [
        ("complete", "succeeded", None),
        ("fail", "requires_payment_method", "payment_intent_authentication_failure"),
    ],
)
def test_three_d_secure_goes_by_the_bank(
    stripe_sandbox: Sandbox, pay: Pay, outcome: str, status: str, reason: str | None
) -> None:
    waiting = pay("pm_card_threeDSecure2Required")
    assert waiting.status is gateway.PaymentStatus.REQUIRES_ACTION
    assert waiting.next_action_url is not None
    assert answer_bank(waiting.next_action_url, outcome).startswith("http://127.0.0.1/back?")
    settled = gateway.retrieve_payment(waiting.id)
    assert settled.status == status
    assert settled.decline == (gateway.Declined(reason) if reason else None)


def test_off_session_the_bank_that_wants_proof_declines(stripe_sandbox: Sandbox, pay: Pay) -> None:
    result = pay("pm_card_authenticationRequired", off_session=True, return_url="")
    assert result.decline == gateway.Declined("authentication_required")


def test_a_time_out_after_success_is_unknown_and_the_same_key_tells(
    stripe_sandbox: Sandbox, pay: Pay
) -> None:
    stripe_sandbox.control("rules", break_next=3)
    with pytest.raises(gateway.Unavailable):
        pay("pm_card_visa")
    assert charges(stripe_sandbox) == [(2000, "succeeded")]
    assert pay("pm_card_visa").status is gateway.PaymentStatus.SUCCEEDED
    assert charges(stripe_sandbox) == [(2000, "succeeded")]


def test_one_lost_answer_is_asked_for_again_by_itself(stripe_sandbox: Sandbox, pay: Pay) -> None:
    stripe_sandbox.control("rules", break_next=1)
    assert pay("pm_card_visa").status is gateway.PaymentStatus.SUCCEEDED
    assert charges(stripe_sandbox) == [(2000, "succeeded")]


@pytest.mark.parametrize("status", [500, 429])
def test_a_stripe_in_trouble_is_unavailable(stripe_sandbox: Sandbox, pay: Pay, status: int) -> None:
    stripe_sandbox.control("rules", fail_next=3, fail_status=status)
    with pytest.raises(gateway.Unavailable):
        pay("pm_card_visa")
    stripe_sandbox.control("rules", fail_next=0)
    assert charges(stripe_sandbox) == []


def test_a_stripe_that_is_not_there_is_unavailable(
    stripe_sandbox: Sandbox, settings: object
) -> None:
    settings.STRIPE_API_BASE = "http://127.0.0.1:1"  # type: ignore[attr-defined]
    with pytest.raises(gateway.Unavailable):
        gateway.retrieve_payment("pi_1")


def test_the_key_keeps_its_first_body_and_the_outcome_is_unknown(
    stripe_sandbox: Sandbox, pay: Pay
) -> None:
    pay("pm_card_visa")
    with pytest.raises(gateway.Unavailable):
        pay("pm_card_visa", amount_minor=2001)
    assert charges(stripe_sandbox) == [(2000, "succeeded")]


@pytest.mark.parametrize(
    "changes",
    [
        {"amount_minor": 0},
        {"amount_minor": -5},
        {"amount_minor": 49},
        {"amount_minor": 10**9},
        {"currency": "XTS"},
        {"currency": "KWD", "amount_minor": 5121},
    ],
)
def test_what_cannot_be_charged_is_rejected(
    stripe_sandbox: Sandbox, pay: Pay, changes: dict[str, object]
) -> None:
    with pytest.raises(gateway.Rejected):
        pay("pm_card_visa", **changes)
    assert charges(stripe_sandbox) == []


def test_without_a_key_or_with_a_wrong_one_nothing_is_configured(
    stripe_sandbox: Sandbox, settings: object
) -> None:
    for key in ("", "sk_test_wrong"):
        settings.STRIPE_SECRET_KEY = key  # type: ignore[attr-defined]
        with pytest.raises(gateway.NotConfigured):
            gateway.retrieve_payment("pi_1")


def test_cancelling_tells_the_truth(stripe_sandbox: Sandbox, pay: Pay) -> None:
    waiting = pay("pm_card_authenticationRequired", key="payment-2")
    cancelled = gateway.cancel_payment(waiting.id)
    assert cancelled.status is gateway.PaymentStatus.CANCELED
    assert gateway.cancel_payment(waiting.id).status == "canceled"
    paid = pay("pm_card_visa", key="payment-3")
    assert gateway.cancel_payment(paid.id) == paid
    stripe_sandbox.control("rules", processing_next=1)
    busy = pay("pm_card_visa", key="payment-4")
    assert gateway.cancel_payment(busy.id).status is gateway.PaymentStatus.PROCESSING
    with pytest.raises(gateway.Rejected) as missing:
        gateway.cancel_payment("pi_nobody")
    assert missing.value.code == "resource_missing"


def test_someone_elses_card_does_not_pay(stripe_sandbox: Sandbox, bind: Bind) -> None:
    card = bind("4242424242424242")
    mallory = gateway.create_customer(
        profile_ref="9", email="mallory@example.com", idempotency_key="profile-9"
    )
    with pytest.raises(gateway.Rejected):
        gateway.create_payment(
            amount_minor=2000,
            currency="USD",
            customer_id=mallory,
            payment_method_id=card.payment_method_id,
            off_session=True,
            return_url="",
            metadata={},
            idempotency_key="theft",
        )
    assert charges(stripe_sandbox) == []


def test_nothing_of_the_sdk_leaks_out(stripe_sandbox: Sandbox, pay: Pay) -> None:
    result = pay("pm_card_visa")
    fields = [getattr(result, name) for name in result.__dataclass_fields__]
    assert not [value for value in fields if isinstance(value, stripe.StripeObject)]
