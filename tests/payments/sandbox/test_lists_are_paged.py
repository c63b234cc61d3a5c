"""Newest first, in pages, with the filters that reconciliation needs."""

import pytest
import stripe
import time_machine

from tests.payments.sandbox.conftest import Pay


def test_pages_hold_everything_once(api: stripe.StripeClient) -> None:
    made = [api.v1.customers.create({"email": f"{n}@example.com"}).id for n in range(7)]
    first = api.v1.customers.list({"limit": 3})
    assert (len(first.data), first.has_more) == (3, True)
    assert [customer.id for customer in first.auto_paging_iter()] == made[::-1]
    last = api.v1.customers.list({"limit": 3, "starting_after": made[3]})
    assert ([c.id for c in last.data], last.has_more) == (made[2::-1], False)
    before = api.v1.customers.list({"limit": 2, "ending_before": made[3]})
    assert ([c.id for c in before.data], before.has_more) == ([made[5], made[4]], True)


@pytest.mark.parametrize("limit", [0, 101, -1])
def test_a_page_has_1_to_100(api: stripe.StripeClient, limit: int) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.customers.list({"limit": limit})


def test_an_unknown_cursor_is_refused(api: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.customers.list({"starting_after": "cus_nobody"})


def test_filters_narrow(api: stripe.StripeClient, customer: stripe.Customer, pay: Pay) -> None:
    mine, other = pay(), pay(customer=None)
    assert [i.id for i in api.v1.payment_intents.list({"customer": customer.id}).data] == [mine.id]
    charges = api.v1.charges.list({"payment_intent": other.id}).data
    assert [charge.id for charge in charges] == [other.latest_charge]
    api.v1.refunds.create({"payment_intent": mine.id})
    assert len(api.v1.refunds.list({"payment_intent": mine.id}).data) == 1
    assert api.v1.refunds.list({"payment_intent": other.id}).data == []
    kinds = [t.type for t in api.v1.balance_transactions.list({"type": "refund"}).data]
    assert kinds == ["refund"]


def test_a_day_can_be_listed_alone(api: stripe.StripeClient) -> None:
    days = {}
    for day in ("2031-05-01", "2031-05-02", "2031-05-03"):
        with time_machine.travel(f"{day} 12:00:00Z"):
            days[day] = api.v1.customers.create({"email": "carol@example.com"})
    middle = days["2031-05-02"]
    bounds = {"gt": days["2031-05-01"].created, "lt": days["2031-05-03"].created}
    assert [c.id for c in api.v1.customers.list({"created": bounds}).data] == [middle.id]  # type: ignore[typeddict-item]
    assert [c.id for c in api.v1.customers.list({"created": middle.created}).data] == [middle.id]
