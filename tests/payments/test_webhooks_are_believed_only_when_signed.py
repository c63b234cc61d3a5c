"""The door for Stripe's events: signed, stored once, retried, given up, replayed."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from payments.models import Instrument, StripeEvent
from payments.sandbox.server import Sandbox
from payments.services import cards, stripe_events
from socialcommerce.lib import clock
from tests.payments.sandbox_fixture import WEBHOOK_PATH, type_card

pytestmark = pytest.mark.django_db


def send(client: Client, event: dict[str, str], **changed: str) -> int:
    event = {**event, **changed}
    return client.post(
        WEBHOOK_PATH,
        data=event["payload"],
        content_type="application/json",
        headers={"Stripe-Signature": event["signature"]},
    ).status_code


@pytest.fixture
def event(alice: User, stripe_sandbox: Sandbox) -> dict[str, str]:
    session = cards.begin_setup(profile=alice.profile, next_url="/wallet/", now=clock.now())
    type_card(session.url, "4242424242424242")
    events = stripe_sandbox.control("deliveries/collect")
    return next(one for one in events if "checkout.session.completed" in one["payload"])


def test_an_event_is_stored_once_and_answered(client: Client, event: dict[str, str]) -> None:
    assert [send(client, event) for _repeat in range(5)] == [200] * 5
    assert StripeEvent.objects.count() == 1


def test_a_card_is_bound_though_the_person_never_came_back(
    client: Client, event: dict[str, str], alice: User
) -> None:
    send(client, event)
    stripe_events.process_due(now=clock.now(), limit=10)
    assert Instrument.objects.get().profile == alice.profile
    assert StripeEvent.objects.get().state == "done"


@pytest.mark.parametrize("signature", ["", "t=1,v1=00", "nonsense", "t=9999999999,v1=ü"])
def test_a_forged_event_is_refused(client: Client, event: dict[str, str], signature: str) -> None:
    assert send(client, event, signature=signature) == 400
    assert not StripeEvent.objects.exists()


def test_a_changed_body_is_refused(client: Client, event: dict[str, str]) -> None:
    assert send(client, event, payload=event["payload"] + " ") == 400


def test_both_secrets_count_while_one_is_rotated(
    client: Client, event: dict[str, str], settings: Settings
) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_next", *settings.STRIPE_WEBHOOK_SECRETS]
    assert send(client, event) == 200
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_next"]
    assert send(client, event) == 400


def test_the_door_takes_posts_alone(client: Client) -> None:
    assert client.get(WEBHOOK_PATH).status_code == 405


def test_an_unknown_kind_stays_on_record(client: Client, stripe_sandbox: Sandbox) -> None:
    row = stored("customer")
    assert stripe_events.process_due(now=clock.now(), limit=10) == 1
    row.refresh_from_db()
    assert row.state == "done"


def test_what_is_not_ours_is_tried_again_and_ends_as_a_dead_letter(
    stripe_sandbox: Sandbox,
) -> None:
    row, now = stored("payment_intent"), clock.now()
    for _try in range(stripe_events.TRIES):
        assert stripe_events.process_due(now=now, limit=10) == 1
        assert stripe_events.process_due(now=now, limit=10) == 0
        now += timedelta(hours=1)
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("dead", stripe_events.TRIES)
    assert "pi_of_somebody_else" in row.last_error
    assert stripe_events.replay(event_id=row.pk, now=now) == 1
    assert stripe_events.process_due(now=now, limit=10) == 1


def stored(kind: str) -> StripeEvent:
    now = clock.now()
    subject = {"id": "pi_of_somebody_else", "object": kind, "metadata": {"payment": "12"}}
    return StripeEvent.objects.create(
        event_id="evt_x",
        type=f"{kind}.updated",
        object_id="x",
        raw={"data": {"object": subject}},
        received_at=now,
        try_at=now,
    )
