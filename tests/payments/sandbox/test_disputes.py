"""A dispute takes the money at once and a fee; evidence, time or acceptance decides it."""

from collections.abc import Callable

import pytest
import stripe

from payments.sandbox.server import Sandbox
from tests.payments.sandbox.conftest import Pay
from tests.payments.sandbox.connect import receiver

DAY_SECONDS = 24 * 60 * 60
Disputed = Callable[..., stripe.Dispute]


@pytest.fixture
def disputed(api: stripe.StripeClient, pay: Pay) -> Disputed:
    """Pay with a card whose holder disputes it, and return the dispute."""

    def disputed(card: str = "pm_card_createDispute") -> stripe.Dispute:
        intent = pay(card)
        assert intent.status == "succeeded"
        (dispute,) = api.v1.disputes.list({"payment_intent": intent.id}).data
        return dispute

    return disputed


def evidence(
    api: stripe.StripeClient, dispute: stripe.Dispute, text: str, *, submit: bool = True
) -> stripe.Dispute:
    return api.v1.disputes.update(
        dispute.id, {"evidence": {"uncategorized_text": text}, "submit": submit}
    )


def nets(dispute: stripe.Dispute) -> list[int]:
    return [transaction.net for transaction in dispute.balance_transactions]


def kinds(api: stripe.StripeClient) -> list[str]:
    events = api.v1.events.list({"limit": 100}).data
    return [event.type for event in reversed(events) if event.type.startswith("charge.dispute")]


@pytest.mark.parametrize(
    ("number", "reason", "status", "case", "withdrawn"),
    [
        ("4000000000000259", "fraudulent", "needs_response", "chargeback", [-3500]),
        ("4000000000002685", "product_not_received", "needs_response", "chargeback", [-3500]),
        ("4000000000001976", "fraudulent", "warning_needs_response", "inquiry", []),
    ],
)
def test_a_card_published_for_it_is_disputed(
    api: stripe.StripeClient,
    disputed: Disputed,
    number: str,
    reason: str,
    status: str,
    case: str,
    withdrawn: list[int],
) -> None:
    method = api.v1.payment_methods.create(
        {"type": "card", "card": {"number": number, "exp_month": 12, "exp_year": 2034}}
    )
    dispute = disputed(method.id)
    assert (dispute.reason, dispute.status, dispute.amount) == (reason, status, 2000)
    assert dispute.payment_method_details is not None
    assert dispute.payment_method_details.card is not None
    assert dispute.payment_method_details.card.case_type == case
    assert nets(dispute) == withdrawn
    charge = api.v1.charges.retrieve(str(dispute.charge))
    assert charge.disputed
    assert api.v1.payment_intents.retrieve(str(charge.payment_intent)).status == "succeeded"


def test_a_chargeback_books_the_money_and_its_fee(
    api: stripe.StripeClient, disputed: Disputed
) -> None:
    dispute = disputed()
    (taken,) = api.v1.balance_transactions.list({"source": dispute.id}).data
    assert (taken.type, taken.reporting_category) == ("adjustment", "dispute")
    assert (taken.amount, taken.fee, taken.net) == (-2000, 1500, -3500)
    assert kinds(api) == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]


def test_evidence_that_wins_brings_the_money_back_but_not_the_fee(
    api: stripe.StripeClient, sandbox: Sandbox, disputed: Disputed
) -> None:
    dispute = disputed()
    submitted = evidence(api, dispute, "winning_evidence")
    assert submitted.status == "under_review"
    assert submitted.evidence_details.submission_count == 1
    sandbox.control("clock", advance_seconds=11)
    won = api.v1.disputes.retrieve(dispute.id)
    assert won.status == "won"
    assert nets(won) == [-3500, 2000]
    assert kinds(api) == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.updated",
        "charge.dispute.funds_reinstated",
        "charge.dispute.closed",
    ]


def test_evidence_that_loses_leaves_the_money_there(
    api: stripe.StripeClient, sandbox: Sandbox, disputed: Disputed
) -> None:
    dispute = disputed()
    evidence(api, dispute, "losing_evidence")
    sandbox.control("clock", advance_seconds=11)
    lost = api.v1.disputes.retrieve(dispute.id)
    assert (lost.status, nets(lost)) == ("lost", [-3500])
    assert kinds(api)[-1] == "charge.dispute.closed"


def test_staged_evidence_can_be_changed_and_submitted_evidence_cannot(
    api: stripe.StripeClient, disputed: Disputed
) -> None:
    dispute = disputed()
    staged = evidence(api, dispute, "a first draft", submit=False)
    assert (staged.status, staged.evidence_details.has_evidence) == ("needs_response", True)
    assert staged.evidence_details.submission_count == 0
    submitted = evidence(api, dispute, "what is sent")
    assert submitted.evidence.uncategorized_text == "what is sent"
    assert submitted.status == "under_review"
    with pytest.raises(stripe.InvalidRequestError, match="takes no evidence"):
        evidence(api, dispute, "too late")


def test_long_evidence_is_taken_and_an_upload_is_said_to_be_unsupported(
    api: stripe.StripeClient, disputed: Disputed
) -> None:
    dispute = disputed()
    evidence(api, dispute, "x" * 20_000, submit=False)
    with pytest.raises(stripe.InvalidRequestError):
        evidence(api, dispute, "x" * 20_001, submit=False)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.disputes.update(dispute.id, {"evidence": {"receipt": "file_1"}})
    assert refused.value.code == "sandbox_unsupported_parameter"


def test_ordinary_evidence_waits_for_the_bank(
    api: stripe.StripeClient, sandbox: Sandbox, disputed: Disputed
) -> None:
    dispute = disputed()
    evidence(api, dispute, "The parcel was signed for.")
    sandbox.control("clock", advance_seconds=30 * DAY_SECONDS)
    assert api.v1.disputes.retrieve(dispute.id).status == "under_review"
    sandbox.control(f"disputes/{dispute.id}", status="won")
    assert api.v1.disputes.retrieve(dispute.id).status == "won"
    with pytest.raises(ValueError, match="status of won"):
        sandbox.control(f"disputes/{dispute.id}", status="lost")


def test_no_answer_in_time_loses(
    api: stripe.StripeClient, sandbox: Sandbox, disputed: Disputed
) -> None:
    dispute = disputed()
    assert dispute.evidence_details.due_by is not None
    left = dispute.evidence_details.due_by - sandbox.control("clock")["now"]
    sandbox.control("clock", advance_seconds=left - 60)
    assert api.v1.disputes.retrieve(dispute.id).status == "needs_response"
    sandbox.control("clock", advance_seconds=120)
    lost = api.v1.disputes.retrieve(dispute.id)
    assert (lost.status, lost.evidence_details.past_due) == ("lost", True)


def test_a_dispute_can_be_accepted_once(api: stripe.StripeClient, disputed: Disputed) -> None:
    dispute = disputed()
    assert api.v1.disputes.close(dispute.id).status == "lost"
    with pytest.raises(stripe.InvalidRequestError, match="already closed"):
        api.v1.disputes.close(dispute.id)


@pytest.mark.parametrize("outcome", ["needs_response", "lost", "won"])
def test_a_refund_after_a_chargeback_is_refused_unless_it_was_won(
    api: stripe.StripeClient, sandbox: Sandbox, disputed: Disputed, outcome: str
) -> None:
    dispute = disputed()
    if outcome != "needs_response":
        sandbox.control(f"disputes/{dispute.id}", status=outcome)
    if outcome == "won":
        assert api.v1.refunds.create({"charge": str(dispute.charge)}).status == "succeeded"
        return
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.refunds.create({"charge": str(dispute.charge)})
    assert refused.value.code == "charge_disputed"
    assert not api.v1.disputes.retrieve(dispute.id).is_charge_refundable


def test_refunding_all_of_an_inquiry_ends_it(api: stripe.StripeClient, disputed: Disputed) -> None:
    dispute = disputed("pm_card_createDisputeInquiry")
    assert dispute.is_charge_refundable
    api.v1.refunds.create({"charge": str(dispute.charge), "amount": 500})
    assert api.v1.disputes.retrieve(dispute.id).status == "warning_needs_response"
    api.v1.refunds.create({"charge": str(dispute.charge)})
    assert api.v1.disputes.retrieve(dispute.id).status == "warning_closed"


def test_an_inquiry_that_becomes_a_chargeback_undoes_its_refunds(
    api: stripe.StripeClient, sandbox: Sandbox, disputed: Disputed
) -> None:
    dispute = disputed("pm_card_createDisputeInquiry")
    refund = api.v1.refunds.create({"charge": str(dispute.charge), "amount": 500})
    evidence(api, dispute, "escalate_inquiry_evidence")
    sandbox.control("clock", advance_seconds=11)
    escalated = api.v1.disputes.retrieve(dispute.id)
    assert (escalated.status, nets(escalated)) == ("needs_response", [-3500])
    failed = api.v1.refunds.retrieve(refund.id)
    assert (failed.status, failed.failure_reason) == (
        "failed",
        "charge_for_pending_refund_disputed",
    )


@pytest.mark.parametrize("text", ["winning_evidence", "losing_evidence"])
def test_an_inquiry_that_is_answered_takes_no_money(
    api: stripe.StripeClient, sandbox: Sandbox, disputed: Disputed, text: str
) -> None:
    dispute = disputed("pm_card_createDisputeInquiry")
    assert evidence(api, dispute, text).status == "warning_under_review"
    sandbox.control("clock", advance_seconds=11)
    closed = api.v1.disputes.retrieve(dispute.id)
    assert (closed.status, nets(closed)) == ("warning_closed", [])


def test_any_charge_can_be_disputed_on_request(
    api: stripe.StripeClient, sandbox: Sandbox, pay: Pay
) -> None:
    charge = str(pay().latest_charge)
    api.v1.refunds.create({"charge": charge, "amount": 300})
    for wrong in ({"reason": "a whim"}, {"amount": 2001}, {"amount": "all"}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            sandbox.control(f"charges/{charge}/dispute", **wrong)
    sandbox.control(f"charges/{charge}/dispute", reason="duplicate")
    (dispute,) = api.v1.disputes.list({"charge": charge}).data
    assert (dispute.reason, dispute.amount) == ("duplicate", 1700)


def test_of_a_charge_that_was_captured_in_part_that_part_is_disputed(
    api: stripe.StripeClient, sandbox: Sandbox, pay: Pay
) -> None:
    intent = api.v1.payment_intents.capture(
        pay(capture_method="manual").id, {"amount_to_capture": 500}
    )
    sandbox.control(f"charges/{intent.latest_charge}/dispute")
    (dispute,) = api.v1.disputes.list({"payment_intent": intent.id}).data
    assert dispute.amount == 500


def test_what_was_given_back_can_still_be_charged_back(
    api: stripe.StripeClient, sandbox: Sandbox, pay: Pay
) -> None:
    charge = str(pay().latest_charge)
    api.v1.refunds.create({"charge": charge})
    sandbox.control(f"charges/{charge}/dispute")
    assert api.v1.disputes.list({"charge": charge}).data[0].amount == 2000


def test_a_charge_has_one_open_dispute(sandbox: Sandbox, disputed: Disputed) -> None:
    dispute = disputed()
    with pytest.raises(ValueError, match="open dispute"):
        sandbox.control(f"charges/{dispute.charge}/dispute")
    sandbox.control(f"disputes/{dispute.id}", status="won")
    sandbox.control(f"charges/{dispute.charge}/dispute", reason="unrecognized")


def test_what_a_transfer_brought_cannot_be_disputed(
    api: stripe.StripeClient, sandbox: Sandbox
) -> None:
    api.v1.topups.create({"amount": 500, "currency": "usd"})
    transfer = api.v1.transfers.create(
        {"amount": 500, "currency": "usd", "destination": receiver(api, sandbox).id}
    )
    with pytest.raises(ValueError, match="no card"):
        sandbox.control(f"charges/{transfer.destination_payment}/dispute")


def test_what_was_never_captured_cannot_be_disputed(sandbox: Sandbox, pay: Pay) -> None:
    charge = pay(capture_method="manual").latest_charge
    with pytest.raises(ValueError, match="no such amount"):
        sandbox.control(f"charges/{charge}/dispute")
