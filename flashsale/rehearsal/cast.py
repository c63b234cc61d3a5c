"""The extras and the shop that they buy in: rows of their own, in test money, shown nowhere.

They stay from one rehearsal to the next; only as many are made as are missing.
"""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.models import Address, Profile, ProfileKind, User
from payments.models import AccountKind
from payments.services import chart, ledger
from shop.models import Product, Store, Variant
from shop.models.products import ProductState
from shop.store_states import StoreState
from socialcommerce.lib.money import TEST_CURRENCY

CURRENCY: Final = TEST_CURRENCY
MAIL: Final = "rehearsal.invalid"  # a domain that no mail reaches (RFC 2606)
BATCH: Final = 500  # people in one transaction


@dataclass(frozen=True, slots=True)
class Extra:
    """Somebody who plays a buyer, with the address they reserve to."""

    profile_id: int
    address_id: int


def people(count: int, *, now: datetime) -> list[Extra]:
    """`count` extras, the same ones each time. Opens transactions of BATCH people."""
    there = Profile.objects.filter(is_extra=True, kind=ProfileKind.PERSON).count()
    for size in _sizes(count - there):
        with transaction.atomic(durable=True):
            _make(size, now=now)
    homes = Address.objects.kept().filter(
        profile__is_extra=True, profile__kind=ProfileKind.PERSON, is_default=True
    )
    rows = homes.order_by("profile_id").values_list("profile_id", "pk")
    return [Extra(*row) for row in rows[:count]]


def variants(count: int, *, price_minor: int, now: datetime) -> list[Variant]:
    """`count` variants of the one product of the one store of rehearsals. Opens a transaction."""
    with transaction.atomic(durable=True):
        product = _product(now=now)
        for number in range(1, count + 1):
            Variant.objects.get_or_create(
                product=product, name=f"Lot {number}", defaults={"price_minor": price_minor}
            )
    return list(Variant.objects.filter(product=product).order_by("pk")[:count])


def mint(extras: Sequence[Extra], *, amount_minor: int, key: str, now: datetime) -> None:
    """Each wallet in test money has `amount_minor` more; the same key gives once."""
    for batch in _batches(extras):
        owners = [chart.owner_of(extra.profile_id) for extra in batch]
        with transaction.atomic(durable=True):
            wallets = chart.accounts(owners=owners, kind=AccountKind.WALLET, currency=CURRENCY)
            source = chart.equity(CURRENCY).pk
            entries = [
                ledger.Entry(
                    kind="grant",
                    scope="grant",
                    key=f"{key}:{owner}",
                    legs=(ledger.Leg(source, wallets[owner], amount_minor),),
                )
                for owner in owners
            ]
            ledger.post_many(entries, now=now)


def _make(count: int, *, now: datetime) -> None:
    nobody_knows = make_password(None)
    # Names that nobody else has or would choose: a person may be called "extra_1".
    names = [f"x{secrets.token_hex(9)}" for _number in range(count)]
    users = User.objects.bulk_create(
        User(email=f"{name}@{MAIL}", password=nobody_knows) for name in names
    )
    profiles = Profile.objects.bulk_create(
        Profile(
            kind=ProfileKind.PERSON,
            user=user,
            handle=name,
            name="Extra",
            created_at=now,
            is_extra=True,
        )
        for user, name in zip(users, names, strict=True)
    )
    Address.objects.bulk_create(
        Address(
            profile=profile,
            full_name="Extra",
            line1=f"{profile.pk} Stage Street",
            city="Porto",
            postal_code="4050-001",
            country="PT",
            is_default=True,
        )
        for profile in profiles
    )


def _product(*, now: datetime) -> Product:
    """Never on sale in the market: it stays a draft, and its store's profile is an extra."""
    store = Store.objects.filter(profile__is_extra=True).first() or _store(now=now)
    product, _made = Product.objects.get_or_create(
        store=store,
        defaults={"title": "Rehearsal", "state": ProductState.DRAFT, "created_at": now},
    )
    return product


def _store(*, now: datetime) -> Store:
    profile = Profile.objects.create(
        kind=ProfileKind.STORE,
        handle=f"x{secrets.token_hex(9)}",
        name="Rehearsal",
        created_at=now,
        is_extra=True,
    )
    return Store.objects.create(
        profile=profile,
        state=StoreState.APPROVED,
        pitch="Sells in rehearsals only.",
        currency=CURRENCY,
        created_at=now,
        approved_at=now,
    )


def _sizes(missing: int) -> Iterator[int]:
    while missing > 0:
        yield min(missing, BATCH)
        missing -= BATCH


def _batches(extras: Sequence[Extra]) -> Iterator[list[Extra]]:
    remaining = iter(extras)
    while batch := list(islice(remaining, BATCH)):
        yield batch
