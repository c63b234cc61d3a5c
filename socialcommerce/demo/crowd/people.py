"""Thousands of distinct people with an address and money, made by the hundred."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.models import Address, Profile, User
from payments.models import AccountKind
from payments.services import chart, ledger

T = TypeVar("T")
BATCH = 500
DOMAIN = "crowd.plaza.example"


@dataclass(frozen=True, slots=True)
class Person:
    """One of the crowd, as the load generator needs them."""

    profile_id: int
    address_id: int


def gather(count: int, *, now: datetime) -> list[Person]:
    """`count` people of the crowd; those that an earlier run made come again."""
    there = User.objects.filter(email__endswith=f"@{DOMAIN}").count()
    for numbers in _batches(range(there + 1, count + 1)):
        with transaction.atomic():
            _make(numbers, now=now)
    homes = Address.objects.kept().filter(profile__user__email__endswith=f"@{DOMAIN}")
    rows = homes.order_by("profile_id").values_list("profile_id", "pk")
    return [Person(profile_id, address_id) for profile_id, address_id in rows[:count]]


def _make(numbers: Sequence[int], *, now: datetime) -> None:
    nobody_knows = make_password(None)
    users = User.objects.bulk_create(
        User(email=f"person{number}@{DOMAIN}", password=nobody_knows) for number in numbers
    )
    profiles = Profile.objects.bulk_create(
        Profile(
            kind="person", user=user, handle=f"crowd_{number}", name=f"Person {number}",
            created_at=now,
        )
        for user, number in zip(users, numbers, strict=True)
    )  # fmt: skip
    Address.objects.bulk_create(
        Address(
            profile=profile, full_name=profile.name, line1=f"{profile.pk} Crowd Street",
            city="Rotterdam", postal_code="3011 AD", country="NL", is_default=True,
        )
        for profile in profiles
    )  # fmt: skip


def pay_in(people: Sequence[Person], *, amount_minor: int, key: str, now: datetime) -> None:
    """Each wallet has `amount_minor` more, from the site's equity; the same key gives once."""
    currency = settings.SITE_CURRENCY
    for batch in _batches(people):
        owners = [chart.owner_of(person.profile_id) for person in batch]
        with transaction.atomic():
            wallets = chart.accounts(owners=owners, kind=AccountKind.WALLET, currency=currency)
            source = chart.equity(currency).pk
            entries = [
                ledger.Entry(
                    "grant", "grant", f"{key}:{owner}",
                    (ledger.Leg(source, wallets[owner], amount_minor),),
                )
                for owner in owners
            ]  # fmt: skip
            ledger.post_many(entries, now=now)


def _batches(rows: Sequence[T]) -> Iterator[list[T]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        yield batch
