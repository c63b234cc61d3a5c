"""A search finds by metadata, but late; a list by customer and time finds at once."""

import pytest
import stripe

from payments.sandbox.server import Sandbox
from tests.payments.sandbox.conftest import Pay


def found(api: stripe.StripeClient, query: str) -> list[str]:
    page = api.v1.payment_intents.search({"query": query, "limit": 2})
    return [intent.id for intent in page.auto_paging_iter()]


def test_a_new_payment_is_listed_at_once_and_searchable_later(
    api: stripe.StripeClient, sandbox: Sandbox, customer: stripe.Customer, pay: Pay
) -> None:
    since = int(sandbox.control("clock")["now"])
    made = pay(metadata={"order": "7"})
    pay(metadata={"order": "8"})
    listed = api.v1.payment_intents.list(
        {"customer": customer.id, "created": {"gte": since}, "limit": 100}
    ).data
    assert [each.id for each in listed if each.metadata["order"] == "7"] == [made.id]
    assert found(api, "metadata['order']:'7'") == []
    sandbox.control("clock", advance_seconds=61)
    assert found(api, "metadata['order']:'7'") == [made.id]


def test_clauses_are_joined_and_pages_followed(
    api: stripe.StripeClient, sandbox: Sandbox, customer: stripe.Customer, pay: Pay
) -> None:
    sandbox.control("rules", search_seconds=0)
    made = [pay(amount=1000 + step).id for step in range(5)]
    assert found(api, f"customer:'{customer.id}'") == made[::-1]
    assert found(api, 'status:"succeeded" AND amount>=1003') == [made[4], made[3]]
    assert found(api, "currency:'usd' AND amount<1001") == [made[0]]
    assert found(api, "status:'canceled'") == []
    assert len(api.v1.charges.search({"query": f"payment_intent:'{made[0]}'"}).data) == 1


def test_words_in_any_script_are_found_and_stay_words(
    api: stripe.StripeClient, sandbox: Sandbox, pay: Pay
) -> None:
    sandbox.control("rules", search_seconds=0)
    made = pay(metadata={"gift": "für 小明"})
    assert found(api, "metadata['gift']:'für 小明'") == [made.id]
    assert found(api, "metadata['gift']:\"x' OR 1=1 --\"") == []


@pytest.mark.parametrize(
    "query",
    [
        "everything",
        "metadata:'7'",
        "amount:'7'",
        "status>5",
        "weather:'fine'",
        "metadata['a']>'b'",
        "metadata['a']['b']:'c'",
    ],
)
def test_a_query_that_cannot_be_read_is_refused(api: stripe.StripeClient, query: str) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        api.v1.payment_intents.search({"query": query})
