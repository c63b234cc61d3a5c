"""A store, something to buy in it, and a buyer with money and an address."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from accounts.models import Address, User
from shop.models import Store, Variant
from shop.services import checkout
from shop.services.checkout import CheckoutResult
from socialcommerce.lib import clock
from tests.factories import payments as money
from tests.factories import shop as make


@pytest.fixture
def now() -> datetime:
    return clock.now()


@pytest.fixture
def store(bob: User) -> Store:
    """Bob's."""
    return make.make_store(bob)


@pytest.fixture
def variant(store: Store) -> Variant:
    """12.50 with 4.00 shipping; five on the shelf."""
    return make.make_variant(store)


@pytest.fixture
def address(alice: User) -> Address:
    return make.make_address(alice.profile, is_default=True)


@pytest.fixture
def rich_alice(alice: User) -> User:
    money.give_money(alice.profile, 100_000)
    return alice


@pytest.fixture
def buy(rich_alice: User, address: Address, variant: Variant) -> Callable[..., CheckoutResult]:
    """Alice buys one from her wallet; anything can be said otherwise."""

    def place(**changes: Any) -> CheckoutResult:
        wanted: dict[str, Any] = {
            "buyer": rich_alice.profile,
            "variant_id": variant.pk,
            "quantity": 1,
            "address_id": address.pk,
            "method": "wallet",
            "seen_total_minor": 1650,
            "key": "one",
            "now": clock.now(),
            "return_url": "/orders/{number}/",
        }
        return checkout.place(**{**wanted, **changes})

    return place
