"""A coupon in many orders at once: its limits hold, because the database keeps them."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError

from accounts.models import User
from shop.models import Coupon, CouponUse, Order, StockItem, Store, Variant
from shop.services import checkout, coupons
from shop.services.checkout import CheckoutResult
from socialcommerce.lib import clock, guards
from tests.concurrency.payments.threads import at_once
from tests.factories import shop as make
from tests.factories.coupons import make_coupon
from tests.factories.payments import give_money

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def variant(bob: User) -> Variant:
    return make.make_variant(make.make_store(bob), on_hand=50)


def order(
    person: User, variant: Variant, address_id: int, key: str
) -> Callable[[], CheckoutResult]:
    return lambda: checkout.place(
        buyer=person.profile,
        variant_id=variant.pk,
        quantity=1,
        address_id=address_id,
        method="wallet",
        seen_total_minor=1_400,
        key=key,
        now=clock.now(),
        return_url="/",
        code="WELCOME",
    )


def ten_orders(variant: Variant, people: list[User], **terms: int) -> list[object]:
    """Of these people in turn; all of them have looked before the coupon is let go."""
    coupon = make_coupon(Store.objects.get(), **terms)
    addresses = {}
    for person in people:
        give_money(person.profile, 50_000)
        addresses[person.pk] = make.make_address(person.profile).pk
    acts = [
        order(people[n % len(people)], variant, addresses[people[n % len(people)].pk], f"k{n}")
        for n in range(10)
    ]
    return at_once(acts, held=("shop_coupon", coupon.pk))


def counted() -> tuple[int, int, int, int]:
    coupon = Coupon.objects.get()
    uses = CouponUse.objects.count()
    sold = 50 - StockItem.objects.get().on_hand
    return coupon.use_count, uses, Order.objects.filter(state="paid").count(), sold


def test_one_use_in_ten_orders_is_one_order(variant: Variant, alice: User, mallory: User) -> None:
    results = ten_orders(variant, [alice, mallory], uses_max=1, per_person=9)
    assert sum(isinstance(one, CheckoutResult) for one in results) == 1
    assert sum(isinstance(one, coupons.CouponUsedUp) for one in results) == 9
    assert counted() == (1, 1, 1, 1)


def test_the_budget_holds(variant: Variant, alice: User, mallory: User) -> None:
    results = ten_orders(variant, [alice, mallory], budget_minor=749, per_person=9)
    assert sum(isinstance(one, CheckoutResult) for one in results) == 2
    assert counted() == (2, 2, 2, 2)


def test_a_person_uses_it_once(variant: Variant, alice: User) -> None:
    results = ten_orders(variant, [alice])
    assert sum(isinstance(one, CheckoutResult) for one in results) == 1
    assert sum(isinstance(one, coupons.CouponUsedUp) for one in results) == 9


@pytest.mark.parametrize(
    "terms", [{"uses_max": 1, "per_person": 9}, {"budget_minor": 260, "per_person": 9}, {}]
)
def test_without_the_guard_the_database_refuses(
    terms: dict[str, int], variant: Variant, alice: User
) -> None:
    with guards.switched_off("coupons.limits"):
        results = ten_orders(variant, [alice], **terms)
    assert sum(isinstance(one, CheckoutResult) for one in results) == 1
    assert sum(isinstance(one, IntegrityError) for one in results) == 9
