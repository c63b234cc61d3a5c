"""Stores and what they sell, ready to buy. Stock comes in through the service, as it must."""

from typing import Any

import factory
from django.db import transaction
from django.utils.text import slugify

from accounts.models import Address, Profile, User
from accounts.services import people, profiles
from shop.models import MovementKind, Product, ProductState, Store, Variant
from shop.services import stock
from shop.store_states import StoreState
from socialcommerce.lib import clock


def make_store(owner: User, *, name: str = "Paper Moon", **fields: Any) -> Store:
    """An open store of that owner: shipping 4.00, free from 100.00, fee 3 %."""
    handle = slugify(name).replace("-", "_")[:16]
    profile = profiles.create_store_profile(
        handle=handle, name=name, bio="", owner=owner, now=clock.now()
    )
    return StoreFactory.create(profile=profile, **fields)


class StoreFactory(factory.django.DjangoModelFactory[Store]):
    class Meta:
        model = Store

    state = StoreState.APPROVED
    pitch = "Notebooks and postcards."
    currency = "USD"
    shipping_price_minor = 400
    free_shipping_from_minor = 10_000
    created_at = factory.LazyFunction(clock.now)


class ProductFactory(factory.django.DjangoModelFactory[Product]):
    class Meta:
        model = Product

    title = factory.Sequence(lambda n: f"Notebook {n}")
    description = "A5, dotted, 160 pages."
    category = "books"
    state = ProductState.ACTIVE
    created_at = factory.LazyFunction(clock.now)


def make_variant(
    store: Store,
    *,
    price_minor: int = 1250,
    on_hand: int = 5,
    product: Product | None = None,
    name: str = "Blue",
    **product_fields: Any,
) -> Variant:
    """A variant on sale with that many pieces on the shelf."""
    product = product or ProductFactory.create(store=store, **product_fields)
    variant = Variant.objects.create(product=product, name=name, price_minor=price_minor)
    fill_shelf(variant, on_hand)
    return variant


def fill_shelf(variant: Variant, quantity: int) -> None:
    """`quantity` pieces more."""
    with transaction.atomic():
        item = stock.lock([variant.pk])[variant.pk]
        if quantity:
            change = stock.Change(MovementKind.ADJUSTED, on_hand=quantity, reason="delivery")
            stock._move(item, change, now=clock.now())


def make_address(profile: Profile, **fields: Any) -> Address:
    defaults = {
        "full_name": "Alice Example",
        "line1": "1 Main Street",
        "city": "Springfield",
        "postal_code": "12345",
        "country": "US",
    }
    return Address.objects.create(profile=profile, **{**defaults, **fields})


def make_person(number: int) -> User:
    return people.register(
        email=f"person{number}@example.com",
        password="correct-horse-battery",
        handle=f"person_{number}",
        name=f"Person {number}",
        now=clock.now(),
        email_verified=True,
    )
