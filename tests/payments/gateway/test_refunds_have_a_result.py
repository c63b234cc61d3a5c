"""A refund succeeds, waits or fails, also after it had succeeded."""

import pytest

from payments import gateway
from payments.sandbox.server import Sandbox
from tests.payments.gateway.conftest import Pay
from tests.payments.sandbox.conftest import client_of


def refund(payment_id: str, amount_minor: int, *, key: str = "refund-1") -> gateway.RefundResult:
    return gateway.create_refund(
        payment_id=payment_id,
        amount_minor=amount_minor,
        metadata={"refund": "1"},
        idempotency_key=key,
    )


def test_money_goes_back(stripe_sandbox: Sandbox, pay: Pay) -> None:
    payment = pay("pm_card_visa")
    result = refund(payment.id, 700)
    assert (result.status, result.amount_minor, result.currency, result.payment_id) == (
        gateway.RefundStatus.SUCCEEDED,
        700,
        "USD",
        payment.id,
    )
    assert gateway.retrieve_refund(result.id) == result


@pytest.mark.parametrize(
    ("card", "first"),
    [
        ("pm_card_pendingRefund", "pending"),
        ("pm_card_refundFail", "succeeded"),
    ],
)
def test_a_refund_can_fail_later(stripe_sandbox: Sandbox, pay: Pay, card: str, first: str) -> None:
    result = refund(pay(card).id, 2000)
    assert (result.status, result.failure_reason) == (first, None)
    stripe_sandbox.control(f"refunds/{result.id}", status="failed")
    later = gateway.retrieve_refund(result.id)
    assert later.status is gateway.RefundStatus.FAILED
    assert later.failure_reason == "lost_or_stolen_card"


def test_more_than_was_paid_does_not_go_back(stripe_sandbox: Sandbox, pay: Pay) -> None:
    payment = pay("pm_card_visa")
    with pytest.raises(gateway.Rejected):
        refund(payment.id, 2001)
    refund(payment.id, 2000, key="refund-2")
    with pytest.raises(gateway.Rejected) as refused:
        refund(payment.id, 1, key="refund-3")
    assert refused.value.code == "charge_already_refunded"


def test_a_lost_answer_refunds_once(stripe_sandbox: Sandbox, pay: Pay) -> None:
    payment = pay("pm_card_visa")
    stripe_sandbox.control("rules", break_next=3)
    with pytest.raises(gateway.Unavailable):
        refund(payment.id, 700)
    assert refund(payment.id, 700).status is gateway.RefundStatus.SUCCEEDED
    listed = client_of(stripe_sandbox).v1.refunds.list().data
    assert [entry.amount for entry in listed] == [700]


def test_yen_have_no_cents(stripe_sandbox: Sandbox, pay: Pay) -> None:
    payment = pay("pm_card_visa", currency="JPY", amount_minor=500)
    assert (payment.amount_minor, payment.currency) == (500, "JPY")
    assert refund(payment.id, 200).amount_minor == 200
