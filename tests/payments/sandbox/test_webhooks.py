"""Events arrive signed; late, twice, in another order or not at all when that is asked for."""

import time
from collections.abc import Callable, Iterator

import pytest
import stripe

from payments.sandbox.server import Sandbox
from tests.payments.sandbox.conftest import client_of
from tests.payments.sandbox.receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def paused(sandbox: Sandbox, receiver: Receiver) -> Sandbox:
    """A sandbox that delivers to the receiver, and only when told to."""
    sandbox.control("rules", paused=True)
    sandbox.control("webhook", url=receiver.url)
    return sandbox


def customers(sandbox: Sandbox, count: int) -> list[str]:
    api = client_of(sandbox)
    return [api.v1.customers.create({"email": f"{n}@example.com"}).id for n in range(count)]


def subjects(receiver: Receiver, sandbox: Sandbox) -> list[str]:
    return [event.data.object["id"] for event in receiver.events(sandbox.webhook_secret)]


def eventually(happened: Callable[[], bool], *, seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_an_event_arrives_by_itself_and_its_signature_holds(
    sandbox: Sandbox, receiver: Receiver
) -> None:
    sandbox.control("webhook", url=receiver.url)
    made = customers(sandbox, 1)
    assert receiver.arrived.wait(5)
    assert subjects(receiver, sandbox) == made
    with pytest.raises(stripe.SignatureVerificationError):
        receiver.events("whsec_of_somebody_else")


def test_events_come_in_order(paused: Sandbox, receiver: Receiver) -> None:
    made = customers(paused, 4)
    paused.control("deliveries/flush")
    assert subjects(receiver, paused) == made


def test_events_can_come_twice(paused: Sandbox, receiver: Receiver) -> None:
    paused.control("rules", copies=3)
    made = customers(paused, 1)
    paused.control("deliveries/flush")
    assert subjects(receiver, paused) == made * 3
    assert len({event.id for event in receiver.events(paused.webhook_secret)}) == 1


def test_events_can_come_in_another_order(paused: Sandbox, receiver: Receiver) -> None:
    paused.control("rules", shuffle_seed=7)
    made = customers(paused, 6)
    paused.control("deliveries/flush")
    assert subjects(receiver, paused) != made
    assert sorted(subjects(receiver, paused)) == sorted(made)


def test_events_can_be_lost_and_asked_for_again(paused: Sandbox, receiver: Receiver) -> None:
    paused.control("rules", drop_next=1)
    lost, kept = customers(paused, 2)
    paused.control("deliveries/flush")
    assert subjects(receiver, paused) == [kept]
    assert [d["state"] for d in paused.control("deliveries")] == ["dropped", "delivered"]
    events = client_of(paused).v1.events.list({"type": "customer.created"}).data
    missing = next(event.id for event in events if event.data.object["id"] == lost)
    paused.control(f"events/{missing}/deliver", copies=2)
    paused.control("deliveries/flush")
    assert subjects(receiver, paused) == [kept, lost, lost]


def test_what_was_lost_can_be_asked_for(paused: Sandbox, receiver: Receiver) -> None:
    paused.control("rules", drop_next=1)
    lost, taken = customers(paused, 2)
    paused.control("deliveries/flush")
    (waiting,) = customers(paused, 1)
    api = client_of(paused)
    missed = api.v1.events.list({"delivery_success": False, "types": ["customer.created"]}).data
    assert [event.data.object["id"] for event in missed] == [waiting, lost]
    arrived = api.v1.events.list({"delivery_success": True}).data
    assert [event.data.object["id"] for event in arrived] == [taken]


def test_events_are_listed_by_kind(paused: Sandbox) -> None:
    (made,) = customers(paused, 1)
    api = client_of(paused)
    api.v1.customers.update(made, {"name": "Bob"})
    api.v1.topups.create({"amount": 100, "currency": "usd"})

    def kinds(**params: object) -> list[str]:
        return [event.type for event in api.v1.events.list(params).data]  # type: ignore[arg-type]

    assert kinds(type="customer.*") == ["customer.updated", "customer.created"]
    assert kinds(type="customer.updated") == ["customer.updated"]
    assert kinds(types=["customer.updated", "topup.created"]) == [
        "topup.created",
        "customer.updated",
    ]
    for wrong in ({"type": "[a-z]*"}, {"type": "a", "types": ["b"]}):
        with pytest.raises(stripe.InvalidRequestError):
            api.v1.events.list(wrong)  # type: ignore[arg-type]


def test_one_thing_can_be_told_by_two_events(paused: Sandbox, receiver: Receiver) -> None:
    paused.control("rules", twin_next=1)
    (made, other) = customers(paused, 2)
    paused.control("deliveries/flush")
    assert subjects(receiver, paused) == [made, made, other]
    assert len({event.id for event in receiver.events(paused.webhook_secret)}) == 3


def test_events_can_come_late(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.control("webhook", url=receiver.url)
    sandbox.control("rules", delay_seconds=0.8)
    started_at = time.monotonic()
    customers(sandbox, 1)
    assert receiver.arrived.wait(5)
    assert time.monotonic() - started_at >= 0.8


def test_what_is_not_taken_comes_again_with_a_fresh_signature(
    sandbox: Sandbox, receiver: Receiver
) -> None:
    receiver.answers = [500]
    sandbox.control("webhook", url=receiver.url)
    made = customers(sandbox, 1)
    eventually(lambda: len(receiver.got) == 2)
    assert subjects(receiver, sandbox) == made * 2
    assert receiver.got[0][1] != receiver.got[1][1]
    eventually(lambda: sandbox.control("deliveries")[0]["state"] == "delivered")
    assert sandbox.control("deliveries")[0]["attempts"] == 2


def test_a_receiver_that_is_down_loses_nothing(sandbox: Sandbox) -> None:
    with receiving() as gone:
        address = gone.url
    sandbox.control("webhook", url=address)
    customers(sandbox, 1)
    eventually(lambda: sandbox.control("deliveries")[0]["attempts"] >= 1)
    delivery = sandbox.control("deliveries")[0]
    assert delivery["state"] == "pending"
    assert "ConnectionRefusedError" in delivery["answer"]


def test_a_flush_to_nowhere_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="No webhook address"):
        sandbox.control("deliveries/flush")


def test_events_that_wait_can_be_collected_instead(sandbox: Sandbox) -> None:
    made = customers(sandbox, 2)
    collected = sandbox.control("deliveries/collect")
    events = [
        stripe.Webhook.construct_event(e["payload"], e["signature"], sandbox.webhook_secret)
        for e in collected
    ]
    assert [event.data.object["id"] for event in events] == made
    assert sandbox.control("deliveries/collect") == []


def test_during_a_rotation_events_are_signed_with_both_secrets(sandbox: Sandbox) -> None:
    old, new = sandbox.webhook_secret, "whsec_the_new_one"
    sandbox.control("webhook/secrets", secrets=[new, old])
    (made,) = customers(sandbox, 1)
    (event,) = sandbox.control("deliveries/collect")
    for secret in (old, new):
        read = stripe.Webhook.construct_event(event["payload"], event["signature"], secret)
        assert read.data.object["id"] == made
    sandbox.control("webhook/secrets", secrets=[new])
    customers(sandbox, 1)
    (event,) = sandbox.control("deliveries/collect")
    stripe.Webhook.construct_event(event["payload"], event["signature"], new)
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(event["payload"], event["signature"], old)
    sandbox.control("reset")
    customers(sandbox, 1)
    (event,) = sandbox.control("deliveries/collect")
    stripe.Webhook.construct_event(event["payload"], event["signature"], old)


@pytest.mark.parametrize("secrets", [[], "whsec_a", ["sk_test_a"], [5], None])
def test_a_secret_that_is_none_is_refused(sandbox: Sandbox, secrets: object) -> None:
    with pytest.raises(ValueError, match="secrets"):
        sandbox.control("webhook/secrets", secrets=secrets)


def test_a_moved_clock_leaves_signatures_fresh(sandbox: Sandbox) -> None:
    sandbox.control("clock", advance_seconds=24 * 60 * 60)
    customers(sandbox, 1)
    (event,) = sandbox.control("deliveries/collect")
    stripe.Webhook.construct_event(event["payload"], event["signature"], sandbox.webhook_secret)


@pytest.mark.parametrize(
    "url", ["http://example.com/", "ftp://127.0.0.1:1/", "http://127.0.0.1:x/", 5]
)
def test_events_never_leave_this_machine(sandbox: Sandbox, url: object) -> None:
    with pytest.raises(ValueError, match="on this machine"):
        sandbox.control("webhook", url=url)
