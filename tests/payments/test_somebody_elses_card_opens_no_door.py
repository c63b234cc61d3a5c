"""Another person's card by its id, through every door that takes one: nothing is paid with it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Profile, User
from flashsale.models import Claim
from payments.models import Instrument, Payment
from payments.payment_states import PaymentState
from shop.models import Order, StockItem, Variant
from shop.services import checkout
from socialcommerce.lib import clock
from tests.factories import flashsale as sales
from tests.factories import shop as make
from tests.factories.payments import bind_card
from tests.payments.conftest import BindCard

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
JSON = "application/json"


@pytest.fixture
def card(alice: User) -> Instrument:
    """Alice's."""
    return bind_card(alice.profile)


@pytest.fixture
def thief(mallory: User, client_of: ClientOf, bind: BindCard) -> Client:
    """Mallory, whose own card can be bound and then pays nothing."""
    bind(mallory, "4000000000000341")
    return client_of(mallory)


@pytest.fixture
def variant(bob: User) -> Variant:
    return make.make_variant(make.make_store(bob))


def nothing_is_paid_with(card: Instrument) -> bool:
    return not Payment.objects.filter(instrument=card).exists()


def by_api(browser: Client, path: str, body: dict[str, Any]) -> int:
    headers = {"Idempotency-Key": "k"}
    answer = browser.post(f"/api/v1/{path}", body, content_type=JSON, headers=headers)
    return answer.status_code


def test_a_top_up(thief: Client, card: Instrument) -> None:
    form = {"amount": "25", "card": card.pk, "key": "k"}
    assert thief.post("/wallet/top-up/", form).status_code == 422
    body = {"amount_minor": 2_500, "instrument_id": card.pk}
    assert by_api(thief, "wallet/top-ups", body) == 404
    assert nothing_is_paid_with(card)


def test_another_try_of_a_declined_top_up(thief: Client, mallory: User, card: Instrument) -> None:
    thief.post("/wallet/top-up/", {"amount": "25", "card": own_card(mallory).pk, "key": "k"})
    payment = Payment.objects.get()
    assert payment.state == PaymentState.REQUIRES_METHOD
    thief.post(f"/wallet/payments/{payment.pk}/retry", {"card": card.pk})
    payment.refresh_from_db()
    assert payment.state == PaymentState.REQUIRES_METHOD
    assert nothing_is_paid_with(card)


def own_card(user: User) -> Instrument:
    return Instrument.objects.get(profile=user.profile)


def test_buying(thief: Client, mallory: User, card: Instrument, variant: Variant) -> None:
    address = make.make_address(mallory.profile)
    wanted = {"quantity": 1, "seen_total_minor": 1650, "pay_with": f"card:{card.pk}"}
    form = {**wanted, "variant": variant.pk, "address": address.pk, "key": "k"}
    assert thief.post(f"/checkout/{variant.product_id}/", form).status_code == 404
    body = {
        **{name: wanted[name] for name in ("quantity", "seen_total_minor")},
        "variant_id": variant.pk,
        "address_id": address.pk,
        "method": "card",
        "instrument_id": card.pk,
    }
    assert by_api(thief, "checkout", body) == 404
    assert StockItem.objects.get(variant=variant).held == 0
    assert not Order.objects.exists()
    assert nothing_is_paid_with(card)


def test_paying_an_order_that_waits(
    thief: Client, mallory: User, card: Instrument, variant: Variant
) -> None:
    order = checkout.place(
        buyer=mallory.profile,
        variant_id=variant.pk,
        quantity=1,
        address_id=make.make_address(mallory.profile).pk,
        method="card",
        instrument_id=own_card(mallory).pk,
        seen_total_minor=1650,
        key="k",
        now=clock.now(),
        return_url="/orders/{number}/",
    ).order
    form = {"pay_with": f"card:{card.pk}", "key": "again"}
    assert thief.post(f"/orders/{order.number}/pay/", form).status_code == 404
    body = {"method": "card", "instrument_id": card.pk}
    assert by_api(thief, f"orders/{order.number}/pay", body) == 404
    order.refresh_from_db()
    assert order.state == "awaiting_payment"
    assert nothing_is_paid_with(card)


@pytest.mark.parametrize("door", ["page", "api"])
def test_paying_a_held_unit(door: str, card: Instrument, client_of: ClientOf) -> None:
    sale = sales.live_sale(units=1)
    (person,) = sales.crowd(sale, 1)
    sales.claim(sale, person)
    sales.drain(sale)
    user = Profile.objects.get(pk=person.profile_id).user
    assert user is not None
    thief, means = client_of(user), {"pay_with": f"card:{card.pk}"}
    if door == "page":
        status = thief.post(f"/sales/{sale.pk}/claim/pay/", {**means, "key": "k"}).status_code
    else:
        status = by_api(thief, f"sales/{sale.pk}/claim/pay", means)
    assert status == 404
    assert Claim.objects.get().state == "held"
    assert nothing_is_paid_with(card)


def test_choosing_and_unbinding_it(thief: Client, card: Instrument) -> None:
    assert thief.post(f"/wallet/cards/{card.pk}/default").status_code == 404
    assert thief.get(f"/wallet/cards/{card.pk}/unbind/").status_code == 404
    assert thief.post(f"/wallet/cards/{card.pk}/unbind/").status_code == 404
    assert thief.delete(f"/api/v1/instruments/{card.pk}").status_code == 404
    card.refresh_from_db()
    assert (card.is_default, card.unbound_at) == (True, None)
