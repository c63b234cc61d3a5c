"""A merchant's list asks as often for a hundred rows in many stores as for one."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Profile, User
from shop.models import Variant
from shop.services.bulk_orders import HeldOrder, create_held
from socialcommerce.lib import clock
from tests.factories import shop as make

pytestmark = pytest.mark.django_db
ROWS = 60


def fill(owner: User, buyer: Profile) -> None:
    stores = [make.make_store(owner, name=f"Branch {number}") for number in range(6)]
    for number in range(ROWS):
        order_of(make.make_variant(stores[number % 6]), buyer)


def order_of(variant: Variant, buyer: Profile) -> None:
    now = clock.now()
    held = HeldOrder(
        buyer_id=buyer.pk,
        store_id=variant.product.store_id,
        variant_id=variant.pk,
        quantity=1,
        unit_price_minor=variant.price_minor,
        shipping_minor=0,
        currency="USD",
        address={},
        origin_reference="claim:1",
        pay_by=now,
    )
    create_held([held], now=now)


@pytest.mark.parametrize(
    ("site", "kind"),
    [
        ("merchant", "store"),
        ("merchant", "product"),
        ("merchant", "stockitem"),
        ("merchant", "order"),
        ("operator", "store"),
        ("operator", "product"),
        ("operator", "order"),
    ],
)
def test_it_does(
    client_of: Callable[[User], Client],
    bob: User,
    alice: User,
    variant: Variant,
    site: str,
    kind: str,
) -> None:
    if site == "operator":
        User.objects.filter(pk=bob.pk).update(is_operator=True)
        bob.refresh_from_db()
    client = client_of(bob)
    order_of(variant, alice.profile)
    url = f"/{site}/shop/{kind}/"
    client.get(url)  # content types and the like are cached from here on
    counts = []
    for _size in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        counts.append(len(queries))
        if len(counts) == 1:
            fill(bob, alice.profile)
    assert counts[0] == counts[1]
