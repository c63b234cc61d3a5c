"""Events of a dispute come late, twice, in any order and not at all: the books end the same."""

import random
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from payments import gateway
from payments.models import AccountKind, Dispute, Payment, StripeEvent
from payments.sandbox.server import Sandbox
from payments.services import charges, stripe_events, sweeps
from payments.services.disputing import following
from socialcommerce.lib import clock
from tests.factories import disputes
from tests.factories.payments import balance_of, escrow_of, open_card_payment
from tests.payments.conftest import BindCard
from tests.payments.sandbox_fixture import WEBHOOK_PATH, answer_bank, deliver

pytestmark = pytest.mark.django_db
WANTS_3DS = "4000000000003220"


@pytest.fixture
def sold(alice: User, bob: User, bind: BindCard) -> Payment:
    return disputes.paid(open_card_payment(alice.profile, bob.profile, bind(alice), 1_000))


def whole_story(sandbox: Sandbox, payment: Payment, end: str) -> list[dict[str, Any]]:
    """All events of a dispute from its beginning to its end, signed, none of them delivered."""
    sandbox.control("deliveries/collect")  # what was before
    stripe_id = disputes.begin(sandbox, payment)
    sandbox.control(f"disputes/{stripe_id}", status=end)
    events: list[dict[str, Any]] = sandbox.control("deliveries/collect")
    return events


def send(client: Client, event: dict[str, Any]) -> None:
    client.post(
        WEBHOOK_PATH,
        data=event["payload"],
        content_type="application/json",
        headers={"Stripe-Signature": event["signature"]},
    )
    stripe_events.process_due(now=clock.now(), limit=10)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("end", "kept"), [("won", 1_000), ("lost", 0)])
def test_three_copies_in_any_order_end_in_the_same_books(
    seed: int,
    end: str,
    kept: int,
    sold: Payment,
    bob: User,
    stripe_sandbox: Sandbox,
    client: Client,
) -> None:
    events = whole_story(stripe_sandbox, sold, end) * 3
    random.Random(seed).shuffle(events)
    for event in events:
        send(client, event)
    assert Dispute.objects.get().state == end
    assert escrow_of(bob.profile) == kept
    assert balance_of(AccountKind.COSTS) == -disputes.FEE
    assert not StripeEvent.objects.exclude(state="done").exists()


def test_each_piece_of_news_in_its_time_ends_in_the_same_books(
    sold: Payment, bob: User, stripe_sandbox: Sandbox, client: Client
) -> None:
    stripe_id = disputes.begin(stripe_sandbox, sold)
    deliver(stripe_sandbox, client)
    stripe_events.process_due(now=clock.now(), limit=10)
    assert escrow_of(bob.profile) == 0
    stripe_sandbox.control(f"disputes/{stripe_id}", status="won")
    deliver(stripe_sandbox, client)
    stripe_events.process_due(now=clock.now(), limit=10)
    assert escrow_of(bob.profile) == 1_000


def test_an_answer_older_than_what_is_known_changes_nothing(
    sold: Payment, bob: User, stripe_sandbox: Sandbox
) -> None:
    stripe_id = disputes.begin(stripe_sandbox, sold)
    old = gateway.retrieve_dispute(stripe_id)
    disputes.decide(stripe_sandbox, disputes.hear(stripe_id), "won")
    found = following.take_in(old, now=clock.now())
    assert (found.state, found.trouble, escrow_of(bob.profile)) == ("won", "", 1_000)


def test_a_dispute_that_comes_before_the_payments_own_news(
    alice: User, bob: User, bind: BindCard, stripe_sandbox: Sandbox
) -> None:
    """The bank says yes while nobody listens, and then no."""
    payment = open_card_payment(alice.profile, bob.profile, bind(alice, WANTS_3DS), 1_000)
    payment = charges.drive(payment_id=payment.pk, now=clock.now())
    answer_bank(payment.next_action_url)
    stripe_id = disputes.begin(stripe_sandbox, payment)
    assert payment.state == "requires_action"
    found = disputes.hear(stripe_id)
    payment.refresh_from_db()
    assert (payment.state, found.escrow_minor, escrow_of(bob.profile)) == ("succeeded", 1_000, 0)


def test_what_no_event_told_is_found_by_asking(
    sold: Payment, bob: User, stripe_sandbox: Sandbox
) -> None:
    found = disputes.dispute(stripe_sandbox, sold)
    stripe_sandbox.control(f"disputes/{found.stripe_id}", status="won")
    later = clock.now() + timedelta(seconds=following.LOOK_SECONDS + 1)
    assert sweeps.drive_disputes(now=clock.now(), limit=10) == 0
    assert sweeps.drive_disputes(now=later, limit=10) == 1
    assert escrow_of(bob.profile) == 1_000


def test_a_dispute_of_nothing_we_know_is_tried_again_and_kept(
    stripe_sandbox: Sandbox, sold: Payment, client: Client
) -> None:
    stripe_id = sold.stripe_id
    event = whole_story(stripe_sandbox, sold, "lost")[0]
    Payment.objects.filter(pk=sold.pk).update(stripe_id=None)
    send(client, event)
    assert "UnknownPayment" in StripeEvent.objects.get().last_error
    Payment.objects.filter(pk=sold.pk).update(stripe_id=stripe_id)
    stripe_events.process_due(now=clock.now() + timedelta(hours=1), limit=10)
    assert Dispute.objects.get().state == "lost"


def test_a_currency_that_is_not_ours_moves_nothing_and_calls_an_operator(
    sold: Payment, bob: User, stripe_sandbox: Sandbox
) -> None:
    stripe_id = disputes.begin(stripe_sandbox, sold)
    Payment.objects.filter(pk=sold.pk).update(currency="EUR")
    found = disputes.hear(stripe_id)
    Payment.objects.filter(pk=sold.pk).update(currency="USD")
    assert (found.trouble, found.taken_minor) == ("Stripe says 1000 USD", 0)
    assert escrow_of(bob.profile) == 1_000
