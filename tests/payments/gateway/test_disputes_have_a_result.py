"""What Stripe says of a dispute, in our words: its state, and what its lines say of the money."""

import pytest
import stripe

from payments import gateway
from payments.gateway import disputing
from payments.sandbox.server import Sandbox
from tests.payments.gateway.conftest import Pay
from tests.payments.sandbox.conftest import client_of


def disputed(pay: Pay, card: str = "pm_card_createDispute") -> gateway.DisputeResult:
    (found,) = gateway.find_disputes(payment_id=pay(card).id)
    return found


def test_a_chargeback_has_taken_the_money_and_a_fee(stripe_sandbox: Sandbox, pay: Pay) -> None:
    found = disputed(pay)
    assert (found.status, found.amount_minor, found.currency) == ("needs_response", 2_000, "USD")
    assert found.reason == "fraudulent"
    assert found.due_by is not None
    assert 8 <= (found.due_by - found.opened_at).days <= 9
    assert found.taken is not None
    assert (found.taken.amount_minor, found.taken.cost_minor) == (-2_000, 1_500)
    assert found.returned is None
    assert gateway.retrieve_dispute(found.id) == found


def test_an_inquiry_has_taken_nothing(stripe_sandbox: Sandbox, pay: Pay) -> None:
    found = disputed(pay, "pm_card_createDisputeInquiry")
    assert (found.status, found.taken) == (gateway.DisputeStatus.INQUIRY, None)


def test_won_says_what_came_back(stripe_sandbox: Sandbox, pay: Pay) -> None:
    found = disputed(pay)
    stripe_sandbox.control(f"disputes/{found.id}", status="won")
    won = gateway.retrieve_dispute(found.id)
    assert won.returned is not None
    assert (won.status, won.returned.amount_minor, won.returned.cost_minor) == ("won", 2_000, 0)


def test_evidence_is_sent_once(stripe_sandbox: Sandbox, pay: Pay) -> None:
    found = disputed(pay)
    evidence = {"uncategorized_text": "It was signed for.", "customer_name": "Alice"}
    sent = gateway.submit_evidence(found.id, evidence, idempotency_key="k1")
    assert (sent.status, sent.is_submitted) == ("under_review", True)
    assert gateway.submit_evidence(found.id, evidence, idempotency_key="k1") == sent
    with pytest.raises(gateway.Rejected):
        gateway.submit_evidence(found.id, evidence, idempotency_key="k2")


def test_accepted_it_is_lost(stripe_sandbox: Sandbox, pay: Pay) -> None:
    found = disputed(pay)
    assert gateway.accept_dispute(found.id, idempotency_key="k1").status == "lost"
    with pytest.raises(gateway.Rejected):
        gateway.accept_dispute(found.id, idempotency_key="k2")


def test_what_is_not_disputed_has_none(stripe_sandbox: Sandbox, pay: Pay) -> None:
    assert gateway.find_disputes(payment_id=pay("pm_card_visa").id) == []


@pytest.mark.parametrize(
    ("status", "amounts", "ours"),
    [
        ("appeal_needs_response", [-2_000], "lost"),
        ("appeal_under_review", [-2_000], "lost"),
        ("prevented", [], "closed"),
        ("prevented", [-2_000], "lost"),
        ("prevented", [-2_000, 2_000], "closed"),
    ],
)
def test_states_that_the_sandbox_never_takes(
    stripe_sandbox: Sandbox, pay: Pay, status: str, amounts: list[int], ours: str
) -> None:
    dispute = client_of(stripe_sandbox).v1.disputes.retrieve(disputed(pay).id)
    dispute["status"] = status
    line = dispute.balance_transactions[0].to_dict()
    dispute["balance_transactions"] = [
        stripe.BalanceTransaction.construct_from(line | {"amount": amount}, "k")
        for amount in amounts
    ]
    assert disputing._result(dispute).status == ours


def test_a_state_that_we_do_not_know_says_nothing(stripe_sandbox: Sandbox, pay: Pay) -> None:
    dispute = client_of(stripe_sandbox).v1.disputes.retrieve(disputed(pay).id)
    dispute["status"] = "reconsidered"
    with pytest.raises(gateway.Unavailable):
        disputing._result(dispute)
