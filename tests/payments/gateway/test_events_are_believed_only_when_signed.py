"""A webhook body is believed with a good, fresh signature by a secret of ours, else not."""

import json
import time

import pytest
import stripe
import time_machine

from payments import gateway
from payments.sandbox.server import Sandbox

SECRET, NEXT_SECRET = "whsec_old", "whsec_new"
BODY = json.dumps(
    {
        "id": "evt_1",
        "object": "event",
        "type": "payment_intent.succeeded",
        "created": 1_900_000_000,
        "data": {"object": {"id": "pi_1", "object": "payment_intent"}},
    }
).encode()


def sign(body: bytes = BODY, secret: str = SECRET, *, age_seconds: int = 0) -> str:
    timestamp = int(time.time()) - age_seconds
    return stripe.WebhookSignature.generate_signature_header(body.decode(), secret, timestamp)


def parse(body: bytes = BODY, signature: str = "", *secrets: str) -> gateway.EventInfo:
    return gateway.parse_event(payload=body, signature=signature, secrets=secrets or (SECRET,))


def test_a_signed_event_is_read() -> None:
    event = parse(BODY, sign())
    assert (event.id, event.type) == ("evt_1", "payment_intent.succeeded")
    assert (event.object_id, event.object_type) == ("pi_1", "payment_intent")
    assert event.created.isoformat() == "2030-03-17T17:46:40+00:00"
    assert event.raw == json.loads(BODY)


def test_events_of_the_sandbox_are_read(stripe_sandbox: Sandbox) -> None:
    customer_id = gateway.create_customer(
        profile_ref="7", email="alice@example.com", idempotency_key="profile-7"
    )
    (sent,) = stripe_sandbox.control("deliveries/collect")
    event = gateway.parse_event(
        payload=sent["payload"].encode(),
        signature=sent["signature"],
        secrets=[stripe_sandbox.webhook_secret],
    )
    assert (event.type, event.object_id) == ("customer.created", customer_id)


def test_either_secret_will_do_while_they_are_rotated() -> None:
    for secret in (SECRET, NEXT_SECRET):
        assert parse(BODY, sign(secret=secret), SECRET, NEXT_SECRET).id == "evt_1"
    both = f"{sign()},{sign(secret=NEXT_SECRET).split(',')[1]}"
    assert parse(BODY, both, NEXT_SECRET).id == "evt_1"


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "nonsense",
        "t=1,v1=",
        "t=x,v1=y",
        f"t={'9' * 400},v1=00",
        "t=1,v1=é",
        pytest.param(sign(secret=NEXT_SECRET), id="another secret"),
        pytest.param(sign(age_seconds=600), id="ten minutes old"),
        pytest.param(sign().replace("v1=", "v0="), id="another scheme"),
        pytest.param(sign().replace("t=", "t=1"), id="another time"),
    ],
)
def test_a_wrong_signature_is_not_believed(signature: str) -> None:
    with pytest.raises(gateway.BadSignature):
        parse(BODY, signature)


def test_no_secret_believes_nothing() -> None:
    for secrets in ([], [""]):
        with pytest.raises(gateway.BadSignature):
            gateway.parse_event(payload=BODY, signature=sign(secret="x"), secrets=secrets)


def test_a_signature_is_good_for_five_minutes() -> None:
    with time_machine.travel("2031-05-01 12:00:00Z", tick=False) as clock:
        signature = sign()
        clock.shift(300)
        assert parse(BODY, signature).id == "evt_1"
        clock.shift(1)
        with pytest.raises(gateway.BadSignature):
            parse(BODY, signature)


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.replace(b"pi_1", b"pi_2"),
        lambda body: json.dumps(json.loads(body), indent=1).encode(),
        lambda body: body + b" ",
        lambda body: b"\xff" + body,
    ],
)
def test_a_changed_body_is_not_believed(change: object) -> None:
    with pytest.raises(gateway.BadSignature):
        parse(change(BODY), sign())  # type: ignore[operator]


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b"not json",
        b"1",
        b'{"id": "evt_1", "type": "x", "created": 1, "data": {"object": 5}}',
        b'{"id": "evt_1", "type": "x", "created": 1e300, "data": {"object": {"object": "x"}}}',
    ],
)
def test_what_is_signed_and_still_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(gateway.BadSignature):
        parse(body, sign(body))
