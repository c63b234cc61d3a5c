"""The same key gets the same answer; another body under it is refused."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe
import time_machine

from payments.sandbox.server import Sandbox
from tests.payments.sandbox.conftest import Pay, client_of


def make(api: stripe.StripeClient, key: str, email: str = "bob@example.com") -> stripe.Customer:
    return api.v1.customers.create({"email": email}, {"idempotency_key": key})


def header(answer: stripe.StripeObject, name: str) -> str | None:
    assert answer.last_response is not None
    assert answer.last_response.headers is not None
    return answer.last_response.headers.get(name)


def test_a_repeat_gets_the_first_answer_and_makes_nothing(api: stripe.StripeClient) -> None:
    first, second = make(api, "k1"), make(api, "k1")
    assert first.id == second.id
    assert header(first, "Idempotent-Replayed") is None
    assert header(second, "Idempotent-Replayed") == "true"
    assert len(api.v1.customers.list().data) == 1


def test_another_body_under_the_key_is_refused(api: stripe.StripeClient) -> None:
    make(api, "k2")
    with pytest.raises(stripe.IdempotencyError):
        make(api, "k2", email="mallory@example.com")
    assert len(api.v1.customers.list().data) == 1


def test_a_decline_is_remembered_too(api: stripe.StripeClient, customer: stripe.Customer) -> None:
    charges = []
    for _ in range(2):
        with pytest.raises(stripe.CardError) as declined:
            api.v1.payment_intents.create(
                {
                    "amount": 500,
                    "currency": "usd",
                    "customer": customer.id,
                    "payment_method": "pm_card_chargeDeclined",
                    "confirm": True,
                    "off_session": True,
                },
                {"idempotency_key": "k3"},
            )
        assert declined.value.error is not None
        charges.append(declined.value.error.charge)
    assert charges[0] == charges[1]
    assert len(api.v1.charges.list().data) == 1


def test_wrong_parameters_do_not_use_up_the_key(api: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.payment_intents.create({"amount": 1, "currency": "usd"}, {"idempotency_key": "k4"})
    intent = api.v1.payment_intents.create(
        {"amount": 100, "currency": "usd"}, {"idempotency_key": "k4"}
    )
    assert intent.amount == 100


def test_two_at_once_make_one_and_the_other_is_told_to_wait(sandbox: Sandbox) -> None:
    sandbox.control("rules", hold_seconds=0.3)

    def attempt(_: int) -> int:
        try:
            make(client_of(sandbox), "k5")
        except stripe.APIError as error:
            return error.http_status or 0
        return 200

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(attempt, range(2))) == [200, 409]
    sandbox.control("rules", hold_seconds=0.0)
    assert len(client_of(sandbox).v1.customers.list().data) == 1


def test_the_sdk_retries_through_the_wait_to_one_answer(sandbox: Sandbox) -> None:
    sandbox.control("rules", hold_seconds=0.2)
    with ThreadPoolExecutor(3) as crowd:
        made = crowd.map(lambda _: make(client_of(sandbox, retries=5), "k6").id, range(3))
        assert len(set(made)) == 1


def test_the_key_is_free_again_after_a_day(api: stripe.StripeClient) -> None:
    with time_machine.travel("2031-05-01 12:00:00Z", tick=True) as clock:
        first = make(api, "k7")
        clock.shift(24 * 60 * 60 - 60)
        assert make(api, "k7").id == first.id
        clock.shift(120)
        assert make(api, "k7").id != first.id


def test_the_key_is_free_again_when_the_clock_has_moved_a_day(
    api: stripe.StripeClient, sandbox: Sandbox
) -> None:
    first = make(api, "k9")
    sandbox.control("clock", advance_seconds=24 * 60 * 60 - 60)
    assert make(api, "k9").id == first.id
    sandbox.control("clock", advance_seconds=120)
    assert make(api, "k9").id != first.id


def test_a_failure_after_the_work_is_all_that_the_key_remembers(sandbox: Sandbox, pay: Pay) -> None:
    api, intent = client_of(sandbox), pay()
    sandbox.control("rules", spoil_next=1)
    params: stripe.params.RefundCreateParams = {"payment_intent": intent.id, "amount": 500}
    for _ in range(2):
        with pytest.raises(stripe.APIError) as failed:
            api.v1.refunds.create(params, {"idempotency_key": "k10"})
        assert failed.value.http_status == 500
    (refund,) = api.v1.refunds.list({"payment_intent": intent.id}).data
    assert (refund.amount, refund.status) == (500, "succeeded")


def test_the_sdk_does_not_get_past_a_remembered_failure(sandbox: Sandbox) -> None:
    sandbox.control("rules", spoil_next=1)
    with pytest.raises(stripe.APIError):
        make(client_of(sandbox, retries=2), "k11")
    assert len(client_of(sandbox).v1.customers.list().data) == 1


def test_an_answer_lost_on_the_way_is_there_for_the_retry(sandbox: Sandbox) -> None:
    sandbox.control("rules", break_next=1)
    with pytest.raises(stripe.APIConnectionError):
        make(client_of(sandbox), "k8")
    again = make(client_of(sandbox), "k8")
    assert header(again, "Idempotent-Replayed") == "true"
    assert len(client_of(sandbox).v1.customers.list().data) == 1


def test_who_does_not_wait_for_the_answer_makes_no_second_one(sandbox: Sandbox) -> None:
    sandbox.control("rules", hold_seconds=0.6)
    hasty = stripe.StripeClient(
        sandbox.secret_key,
        base_addresses={"api": sandbox.url},
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=0.1),
    )
    with pytest.raises(stripe.APIConnectionError):
        make(hasty, "k12")
    sandbox.control("rules", hold_seconds=0.0)
    again = make(client_of(sandbox, retries=8), "k12")
    assert [each.id for each in client_of(sandbox).v1.customers.list().data] == [again.id]


def test_a_lost_answer_never_charges_twice(sandbox: Sandbox, pay: Pay) -> None:
    sandbox.control("rules", break_next=1)
    with pytest.raises(stripe.APIConnectionError):
        pay()
    assert [charge.amount for charge in client_of(sandbox).v1.charges.list().data] == [2000]
