"""One purchase over HTTP from the first page to the merchant's wallet, by two people."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from payments.services import ledger
from shop.models import Order, StockItem
from tests.factories import payments as money
from tests.factories import shop as make

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
HOME = {
    "full_name": "Alice Archer",
    "line1": "1 Harbour Street",
    "city": "Porto",
    "country": "PT",
}


def hidden(page: str, name: str) -> str:
    """What a form of the page carries along."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no {name} on the page"
    return found[1]


def test_bought_shipped_received_and_paid_out(alice: User, bob: User, client_of: ClientOf) -> None:
    variant = make.make_variant(make.make_store(bob), on_hand=5)
    money.give_money(alice.profile, 5_000)
    buyer, merchant = client_of(alice), client_of(bob)

    card = f"/checkout/{variant.product_id}/"
    assert "Where should it go?" in buyer.get(card).content.decode()
    page = buyer.post(f"{card}address/", HOME).content.decode()
    bought = buyer.post(
        card,
        {
            "key": hidden(page, "key"),
            "seen_total_minor": hidden(page, "seen_total_minor"),
            "variant": variant.pk,
            "quantity": 1,
            "address": hidden(page, "address"),
            "pay_with": "wallet",
        },
    )
    order = Order.objects.get()
    assert bought["Location"] == order.get_absolute_url()
    assert money.available(alice.profile) == 5_000 - 1_650
    assert money.escrow_of(variant.product.store.profile) == 1_650

    assert "Orders to ship" in merchant.get("/merchant/").content.decode()
    sent = {"carrier": "Post", "tracking_number": "R1"}
    merchant.post(f"/merchant/shop/order/{order.pk}/ship/", sent)
    page = buyer.get(order.get_absolute_url()).content.decode()
    assert "R1" in page
    assert "I have received it" in page

    assert buyer.post(f"{order.get_absolute_url()}received/").status_code == 303
    order.refresh_from_db()
    assert order.state == "completed"
    assert money.escrow_of(variant.product.store.profile) == 0
    fee = 50  # 3 %: 49.5, rounded up
    assert money.available(variant.product.store.profile) == 1_650 - fee
    goods = StockItem.objects.get(variant=variant)
    assert (goods.on_hand, goods.held) == (4, 0)
    assert ledger.verify() == []


def test_cancelled_before_it_was_shipped_everything_is_back(
    alice: User, bob: User, client_of: ClientOf
) -> None:
    variant = make.make_variant(make.make_store(bob), on_hand=5)
    address = make.make_address(alice.profile, is_default=True)
    money.give_money(alice.profile, 5_000)
    buyer = client_of(alice)
    card = f"/checkout/{variant.product_id}/"
    page = buyer.get(card).content.decode()
    form = {
        "key": hidden(page, "key"),
        "seen_total_minor": hidden(page, "seen_total_minor"),
        "variant": variant.pk,
        "quantity": 1,
        "address": address.pk,
        "pay_with": "wallet",
    }
    buyer.post(card, form)
    order = Order.objects.get()
    assert buyer.post(f"{order.get_absolute_url()}cancel/", {"reason": ""}).status_code == 303
    order.refresh_from_db()
    assert order.state == "cancelled"
    assert money.available(alice.profile) == 5_000
    assert money.escrow_of(variant.product.store.profile) == 0
    assert StockItem.objects.get(variant=variant).on_hand == 5
