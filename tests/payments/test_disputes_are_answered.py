"""The bank gets one answer, written down first: evidence, or that the buyer may keep the money."""

from datetime import timedelta

import pytest

from accounts.models import User
from payments.gateway.client import client as stripe_client
from payments.models import Dispute, Payment
from payments.sandbox.server import Sandbox
from payments.services import settlement, sweeps
from payments.services.disputing import answers
from socialcommerce.lib import clock
from tests.factories import disputes
from tests.factories.payments import escrow_of, open_card_payment
from tests.payments.conftest import BindCard

pytestmark = pytest.mark.django_db
WINS = "winning_evidence"  # what the sandbox's bank believes


@pytest.fixture
def sold(alice: User, bob: User, bind: BindCard) -> Payment:
    return disputes.paid(open_card_payment(alice.profile, bob.profile, bind(alice), 1_000))


@pytest.fixture
def found(sold: Payment, stripe_sandbox: Sandbox) -> Dispute:
    return disputes.dispute(stripe_sandbox, sold)


def submit(found: Dispute, by: User, statement: str = WINS) -> Dispute:
    return answers.submit(dispute_id=found.pk, statement=statement, by_id=by.pk, now=clock.now())


def test_evidence_reaches_the_bank_and_convinces_it(
    found: Dispute, bob: User, mallory: User, stripe_sandbox: Sandbox
) -> None:
    sent = submit(found, mallory)
    assert (sent.state, sent.answer, sent.answered_by) == ("under_review", "evidence", mallory)
    assert sent.submitted_at is not None
    stripe_sandbox.control("clock", advance_seconds=11)
    assert disputes.hear(found.stripe_id).state == "won"
    assert escrow_of(bob.profile) == 1_000


def test_an_answer_is_given_once(found: Dispute, mallory: User) -> None:
    submit(found, mallory, "The parcel was signed for.")
    for again in (
        lambda: submit(found, mallory),
        lambda: answers.accept(dispute_id=found.pk, by_id=mallory.pk, now=clock.now()),
        lambda: answers.state_case(dispute_id=found.pk, statement="something else"),
    ):
        with pytest.raises(answers.NotNow):
            again()
    assert (
        stripe_client().v1.disputes.retrieve(found.stripe_id).evidence_details.submission_count == 1
    )


def test_accepted_it_is_lost(found: Dispute, bob: User, mallory: User) -> None:
    given = answers.accept(dispute_id=found.pk, by_id=mallory.pk, now=clock.now())
    assert (given.state, given.answer, escrow_of(bob.profile)) == ("lost", "accepted", 0)


def test_an_answer_whose_way_was_cut_is_sent_by_the_sweep(
    found: Dispute, mallory: User, stripe_sandbox: Sandbox
) -> None:
    stripe_sandbox.control("rules", fail_next=10, fail_status=503, only_path="/v1/disputes")
    assert submit(found, mallory).state == "needs_response"
    stripe_sandbox.control("rules", fail_next=0)
    later = settlement.next_drive(clock.now()) + timedelta(seconds=1)
    assert sweeps.drive_disputes(now=later, limit=10) == 1
    found.refresh_from_db()
    assert found.state == "under_review"


def test_an_answer_whose_receipt_was_lost_is_not_sent_twice(
    found: Dispute, mallory: User, stripe_sandbox: Sandbox
) -> None:
    stripe_sandbox.control("rules", spoil_next=1, only_path="/v1/disputes")
    submit(found, mallory, "The parcel was signed for.")
    later = settlement.next_drive(clock.now()) + timedelta(seconds=1)
    sweeps.drive_disputes(now=later, limit=10)
    found.refresh_from_db()
    assert (found.state, found.trouble) == ("under_review", "")
    assert (
        stripe_client().v1.disputes.retrieve(found.stripe_id).evidence_details.submission_count == 1
    )


def test_after_the_deadline_nothing_can_be_said(
    found: Dispute, mallory: User, stripe_sandbox: Sandbox
) -> None:
    stripe_sandbox.control("clock", advance_seconds=10 * 86_400)
    late = submit(found, mallory)
    assert (late.state, late.submitted_at) == ("lost", None)
    with pytest.raises(answers.NotNow):
        answers.state_case(dispute_id=found.pk, statement="wait")


def test_an_inquiry_that_grows_is_answered_anew(
    sold: Payment, mallory: User, stripe_sandbox: Sandbox
) -> None:
    found = disputes.dispute(stripe_sandbox, sold, inquiry=True)
    assert submit(found, mallory, "We know her.").state == "inquiry_review"
    grown = disputes.decide(stripe_sandbox, found, "needs_response")
    assert (grown.state, grown.answer, grown.submitted_at) == ("needs_response", "", None)
    assert submit(grown, mallory).state == "under_review"


def test_the_stores_words_are_kept_until_they_are_sent(found: Dispute, mallory: User) -> None:
    answers.state_case(dispute_id=found.pk, statement="  She wrote that it arrived.  ")
    found.refresh_from_db()
    assert found.statement == "She wrote that it arrived."
    submit(found, mallory, found.statement)
    sent = stripe_client().v1.disputes.retrieve(found.stripe_id)
    assert sent.evidence.uncategorized_text == "She wrote that it arrived."


def test_nothing_is_not_sent(found: Dispute, mallory: User) -> None:
    with pytest.raises(answers.NothingToSay):
        submit(found, mallory, " ")
    found.refresh_from_db()
    assert found.answer == ""


def test_texts_stay_within_what_stripe_takes(found: Dispute) -> None:
    found.statement = "y" * 30_000
    found.evidence = {"product_description": "x" * 30_000, "customer_name": ""}
    assert {name: len(text) for name, text in answers.texts(found).items()} == {
        "product_description": 20_000,
        "uncategorized_text": 20_000,
    }
