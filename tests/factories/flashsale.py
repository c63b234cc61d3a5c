"""Sales made up for tests, and crowds large enough for a race."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from accounts.models import Address, Profile, ProfileKind, User
from accounts.services import addresses
from flashsale import tokens
from flashsale.gate import admission, published
from flashsale.gate.admission import Answer
from flashsale.intake import drains
from flashsale.models import Lot, Reservation, Sale, Stream
from flashsale.sale_states import SaleState
from flashsale.services import sales
from flashsale.services.watch import controller
from flashsale.tokens import SaleToken
from payments.models import AccountKind
from payments.services import chart, ledger
from payments.services.ledger import Entry, Leg
from shop.models import Variant
from socialcommerce.lib import clock
from tests.factories.accounts import JOINED, StoreProfileFactory, UserFactory
from tests.factories.shop import StoreFactory, fill_shelf, make_variant

PRICE_MINOR = 1_500


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a crowd with an address and a reservation of that number (0 without)."""

    profile_id: int
    number: int


def draft_sale(
    *,
    units: int = 3,
    now: datetime | None = None,
    opens_in: float = -20,
    closes_in: float = 3600,
    starts_in: float = 3600,
    lasts: float = 3600,
    variant: Variant | None = None,
    **fields: object,
) -> Sale:
    """A draft whose times are so many seconds from `now`."""
    now = now or clock.now()
    variant = variant or _variant()
    sale = Sale.objects.create(
        title="Grey lamp",
        currency="USD",
        hold_seconds=300,
        reserve_opens_at=now + timedelta(seconds=opens_in),
        reserve_closes_at=now + timedelta(seconds=closes_in),
        starts_at=now + timedelta(seconds=starts_in),
        ends_at=now + timedelta(seconds=starts_in + lasts),
        created_at=now,
        **fields,
    )
    Lot.objects.create(sale=sale, variant=variant, unit_price_minor=PRICE_MINOR, pledged=units)
    return sale


@transaction.atomic
def _variant() -> Variant:
    owner = UserFactory.create()
    store = StoreFactory.create(profile=StoreProfileFactory.create(owner=owner))
    return make_variant(store, on_hand=0)


def approved_sale(**fields: object) -> Sale:
    """An approved sale whose gate is not open yet."""
    sale = draft_sale(**fields)  # type: ignore[arg-type]  # the same keywords
    approve(sale)
    return sale


def approve(sale: Sale) -> None:
    """The draft is approved, its lots having been on the shelf."""
    with transaction.atomic():
        for lot in sale.lots.all():
            fill_shelf(lot.variant, lot.pledged + 5)
    operator = UserFactory.create(is_operator=True)
    sales.approve(sale_id=sale.pk, by=operator, now=clock.now())
    sale.refresh_from_db()


def live_sale(**fields: object) -> Sale:
    """An approved sale that has started, reservations closed, with its gate open."""
    sale = approved_sale(**fields)
    begin(sale)
    open_gate(sale)
    return sale


def begin(sale: Sale) -> None:
    """The sale's times are such that it has just started."""
    now = clock.now()
    Sale.objects.filter(pk=sale.pk).update(
        reserve_opens_at=now - timedelta(hours=1),
        reserve_closes_at=now - timedelta(seconds=2),
        starts_at=now - timedelta(seconds=1),
    )
    sale.refresh_from_db()


def open_gate(sale: Sale) -> None:
    """The gate carries the sale as PostgreSQL has it now."""
    sale.refresh_from_db()
    controller.keep_open(sale, now=clock.now())
    sale.refresh_from_db()
    published.forget(sale.pk)


def reopen_gate(sale: Sale) -> None:
    """The gate is rebuilt, also where it was open: times have changed, say."""
    Sale.objects.filter(pk=sale.pk).update(nonce="old")
    open_gate(sale)


def crowd(sale: Sale, count: int, *, pay_from_wallet: bool = False) -> list[Person]:
    """`count` people who have reserved, written straight into the tables."""
    first = User.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    users = User.objects.bulk_create(
        User(email=f"crowd{first}.{n}@plaza.example", password="!") for n in range(count)
    )
    profiles = Profile.objects.bulk_create(
        Profile(
            kind=ProfileKind.PERSON,
            user=user,
            handle=f"crowd{user.pk}",
            name=f"Crowd {user.pk}",
            created_at=JOINED,
        )
        for user in users
    )
    book = Address.objects.bulk_create(
        Address(profile=profile, full_name="C", line1="1 Road", city="Porto", country="PT")
        for profile in profiles
    )
    return reserve_rows(sale, book, pay_from_wallet=pay_from_wallet)


def reserve_rows(
    sale: Sale, book: Sequence[Address], *, pay_from_wallet: bool = False
) -> list[Person]:
    """Standing reservations for these addresses' people, past the gate."""
    sale.refresh_from_db()
    lot, now = sale.lots.get(), clock.now()
    rows = [
        Reservation(
            sale=sale,
            lot=lot,
            person_id=address.profile_id,
            number=sale.reserved + place,
            address=addresses.snapshot(address),
            pay_from_wallet=pay_from_wallet,
            received_at=now,
            created_at=now,
        )
        for place, address in enumerate(book, start=1)
    ]
    Reservation.objects.bulk_create(rows)
    sale.reserved += len(rows)
    sale.save(update_fields=["reserved"])
    return [Person(row.person_id, row.number) for row in rows]


def token_of(sale: Sale, person: Person) -> SaleToken:
    return SaleToken(sale.pk, person.profile_id, person.number, sale.lots.get().pk, sale.slots)


def claim(sale: Sale, person: Person, *, token: SaleToken | None = None) -> Answer:
    """The person presses the button."""
    return admission.claim(token or token_of(sale, person), slot=1, earlier=None)


def drain(sale: Sale, stream: Stream = Stream.CLAIMS) -> int:
    """The worker has been by; how many entries it settled."""
    return drains.drain(sale_id=sale.pk, stream=stream).entries


def ticket(sale: Sale, person: Person) -> str:
    return tokens.ticket(sale_id=sale.pk, number=person.number, slot=1)


def running(sale: Sale) -> bool:
    sale.refresh_from_db()
    return sale.state == SaleState.APPROVED


def fill_wallets(people: Sequence[Person], amount_minor: int) -> None:
    """Everybody's wallet has `amount_minor`."""
    currency, now = "USD", clock.now()
    owners = {chart.owner_of(person.profile_id) for person in people}
    with transaction.atomic():
        wallets = chart.accounts(owners=owners, kind=AccountKind.WALLET, currency=currency)
        equity = chart.equity(currency).pk
        ledger.post_many(
            [
                Entry("grant", "grant", f"crowd:{owner}", (Leg(equity, wallet, amount_minor),))
                for owner, wallet in wallets.items()
            ],
            now=now,
        )


def sale_of_several(*variants: Variant, units: int = 1, **fields: object) -> Sale:
    """An approved sale of `units` of each variant, the first for PRICE_MINOR, then dearer."""
    sale = draft_sale(variant=variants[0], units=units, **fields)  # type: ignore[arg-type]  # keywords
    for place, variant in enumerate(variants[1:], start=1):
        price_minor = PRICE_MINOR + place * 500
        Lot.objects.create(sale=sale, variant=variant, unit_price_minor=price_minor, pledged=units)
    operator = UserFactory.create(is_operator=True)
    sales.approve(sale_id=sale.pk, by=operator, now=clock.now())
    sale.refresh_from_db()
    return sale
