"""A shop that keeps its rows while many threads buy in it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from accounts.models import Address, User
from shop.models import Store, Variant
from shop.services import checkout
from shop.services.checkout import CheckoutResult
from socialcommerce.lib import clock
from tests.factories import payments as money
from tests.factories import shop as make

# Between the look at the free pieces and the new number stands the movement's INSERT:
# slowing that one down opens the gap in which a rival looks too.
PAUSE = """
CREATE FUNCTION test_pause() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(0.4); RETURN NEW; END $$;
CREATE TRIGGER test_pause BEFORE INSERT ON shop_stockmovement
    FOR EACH ROW EXECUTE FUNCTION test_pause();
"""
RESUME = "DROP TRIGGER test_pause ON shop_stockmovement; DROP FUNCTION test_pause();"


@contextmanager
def pause_between_check_and_act() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(PAUSE)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(RESUME)


@contextmanager
def without_the_unique_key() -> Iterator[None]:
    """Orders may repeat a key meanwhile; they are gone afterwards, so that the index fits again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'shop_order_key_once'")
        row = cursor.fetchone()
        assert row is not None
        cursor.execute("DROP INDEX shop_order_key_once")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE shop_order CASCADE")
            cursor.execute(row[0])


@pytest.fixture
def store(bob: User) -> Store:
    return make.make_store(bob)


@pytest.fixture
def last_one(store: Store) -> Variant:
    """There is one left."""
    return make.make_variant(store, on_hand=1)


@pytest.fixture
def buyers() -> list[Address]:
    """Two people with money; where each of them lives."""
    found = []
    for number in (1, 2):
        person = make.make_person(number)
        money.give_money(person.profile, 10_000)
        found.append(make.make_address(person.profile))
    return found


def buying(address: Address, variant: Variant, *, key: str = "k") -> Callable[[], CheckoutResult]:
    def buy() -> CheckoutResult:
        return checkout.place(
            buyer=address.profile,
            variant_id=variant.pk,
            quantity=1,
            address_id=address.pk,
            method="wallet",
            seen_total_minor=1650,
            key=key,
            now=clock.now(),
            return_url="/orders/{number}/",
        )

    return buy
