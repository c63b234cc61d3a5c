"""A seller in good standing announces a small sale without an operator, within limits."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from accounts.models import Role, User
from accounts.services import memberships
from flashsale.models import Sale
from flashsale.services import sales
from flashsale.services.line_up import drops, sellers
from flashsale.services.line_up.drops import BadDrop, NotInStanding, Started, TooMany
from flashsale.services.line_up.submissions import NotOnTheShelf
from payments.models import Dispute, Payment
from shop.models import Order, StockItem, Store, Variant
from shop.services import checkout, stores
from socialcommerce.lib import clock
from socialcommerce.lib.problems import NotFound
from tests.factories import flashsale as crowds
from tests.factories import line_up as make
from tests.factories import payments as money
from tests.factories import shop as goods
from tests.factories.shop import make_variant

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(bob: User) -> Store:
    return make.seller_store(bob)


@pytest.fixture
def variant(store: Store) -> Variant:
    return make_variant(store, on_hand=50)


def schedule(by: User, variant: Variant, **fields: Any) -> Sale:
    return drops.schedule(wish=make.wish(variant, **fields), by=by, now=clock.now())


def on_hand(variant: Variant) -> int:
    return StockItem.objects.get(variant=variant).on_hand


def test_it_is_announced_at_once_and_takes_reservations(
    bob: User, store: Store, variant: Variant
) -> None:
    sale = schedule(bob, variant)
    sale.refresh_from_db()
    assert (sale.state, sale.seller, sale.approved_by) == ("approved", store, bob)
    assert sale.reserve_opens_at <= clock.now() < sale.reserve_closes_at == sale.starts_at
    assert sale.ends_at - sale.starts_at == timedelta(minutes=60)
    assert (sale.units.filter(state="free").count(), on_hand(variant)) == (5, 45)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"units": 0}, "1 to 1000 units"),
        ({"units": 1_001}, "1 to 1000 units"),
        ({"unit_price_minor": 0}, "price"),
        ({"unit_price_minor": 2**63}, "price"),
        ({"starts_at": clock.now() + timedelta(minutes=29)}, "at least 30 minutes"),
        ({"starts_at": clock.now() - timedelta(days=1)}, "at least 30 minutes"),
        ({"starts_at": clock.now() + timedelta(days=15)}, "within 14 days"),
        ({"lasts_minutes": 4}, "5 to 1440 minutes"),
        ({"lasts_minutes": 1_441}, "5 to 1440 minutes"),
    ],
)
def test_outside_its_limits_it_is_refused_and_says_what_is_wrong(
    bob: User, variant: Variant, fields: dict[str, object], words: str
) -> None:
    with pytest.raises(BadDrop, match=words):
        schedule(bob, variant, **fields)
    assert not Sale.objects.exists()


def test_without_the_stock_nothing_is_left_behind(bob: User, variant: Variant) -> None:
    with pytest.raises(NotOnTheShelf, match="It holds 50"):
        schedule(bob, variant, units=51)
    assert not Sale.objects.exists()
    assert on_hand(variant) == 50


def test_words_that_cannot_be_posted_are_refused(bob: User, variant: Variant) -> None:
    with pytest.raises(sales.NotReady):
        schedule(bob, variant, title=" ".join(f"@person{n}" for n in range(12)))
    assert not Sale.objects.exists()


def test_so_many_are_open_at_once_and_no_more(bob: User, variant: Variant) -> None:
    first, *_others = [schedule(bob, variant) for _ in range(3)]
    with pytest.raises(TooMany):
        schedule(bob, variant)
    assert Sale.objects.count() == 3
    drops.cancel(sale_id=first.pk, by=bob, now=clock.now())
    schedule(bob, variant)


def test_a_drop_that_is_over_takes_no_place(bob: User, variant: Variant) -> None:
    for _ in range(3):
        schedule(bob, variant)
    now = clock.now()
    Sale.objects.update(
        reserve_opens_at=now - timedelta(hours=3),
        reserve_closes_at=now - timedelta(hours=2),
        starts_at=now - timedelta(hours=2),
        ends_at=now - timedelta(hours=1),
    )
    schedule(bob, variant)


def test_a_young_store_waits(bob: User, variant: Variant, store: Store) -> None:
    Store.objects.update(approved_at=clock.now() - timedelta(days=4, hours=1))
    with pytest.raises(NotInStanding) as refused:
        schedule(bob, variant)
    assert refused.value.extra["missing"] == ["The store has to be open for 3 more days."]
    Store.objects.update(approved_at=clock.now() - timedelta(days=7, seconds=1))
    schedule(bob, variant)


def test_a_suspension_starts_the_days_anew(bob: User, variant: Variant, store: Store) -> None:
    stores.suspend(store_id=store.pk, now=clock.now())
    store.refresh_from_db()
    assert sellers.standing(store, now=clock.now()).missing() == ["The store is not open."]
    with pytest.raises(NotFound):  # nothing of it is on sale
        schedule(bob, variant)
    stores.approve(store_id=store.pk, now=clock.now())
    with pytest.raises(NotInStanding, match="7 more days"):
        schedule(bob, variant)


def orders_of(store: Store, buyer: User, count: int, **fields: Any) -> None:
    """Paid orders, written straight into the table."""
    now = clock.now()
    for _ in range(count):
        Order.objects.create(
            buyer=buyer.profile, store=store, subtotal_minor=1, shipping_minor=0, total_minor=1,
            currency="USD", address={}, shown={}, created_at=now, pay_by=now, paid_at=now,
            **fields,
        )  # fmt: skip


def test_troubled_orders_cost_the_standing(
    alice: User, bob: User, store: Store, variant: Variant, settings: Settings
) -> None:
    settings.DROP_TROUBLE_PERCENT_MAX = 10
    orders_of(store, alice, 2, state="cancelled")
    assert sellers.standing(store, now=clock.now()).missing() == []  # two say little
    orders_of(store, alice, 1, state="cancelled")
    with pytest.raises(NotInStanding, match="3 of 3 paid orders"):
        schedule(bob, variant)
    assert sellers.standing(store, now=clock.now() + timedelta(days=91)).missing() == []


def test_orders_that_are_not_shipped_in_time_count_too(
    alice: User, bob: User, store: Store, variant: Variant
) -> None:
    money.give_money(alice.profile, 100_000)
    address = goods.make_address(alice.profile)
    for key in ("one", "two", "three"):
        checkout.place(
            buyer=alice.profile, variant_id=variant.pk, quantity=1, address_id=address.pk,
            method="wallet", seen_total_minor=1_650, key=key, now=clock.now(), return_url="/",
        )  # fmt: skip
    assert sellers.standing(store, now=clock.now()).troubled == 0
    Order.objects.update(ship_by=clock.now())
    assert sellers.standing(store, now=clock.now()).troubled == 3


def test_orders_that_a_bank_took_back_count_until_they_are_won(
    alice: User, store: Store, variant: Variant
) -> None:
    orders_of(store, alice, 1, state="paid", payment=charged_back(alice, store))
    assert sellers.standing(store, now=clock.now()).troubled == 1
    Dispute.objects.update(returned_at=clock.now())
    assert sellers.standing(store, now=clock.now()).troubled == 0


def charged_back(buyer: User, store: Store) -> Payment:
    """Two chargebacks of one payment, rows alone: no money has moved."""
    money.give_money(buyer.profile, 100)
    payment = money.pay(buyer.profile, store.profile, 100)
    for number in range(2):
        Dispute.objects.create(
            payment=payment, stripe_id=f"du_{number}", amount_minor=1, currency="USD",
            reason="general", opened_at=clock.now(), taken_at=clock.now(),
        )  # fmt: skip
    return payment


def test_a_sale_that_was_called_off_is_not_held_against_the_store(
    store: Store, variant: Variant
) -> None:
    sale = crowds.live_sale(variant=variant, units=3)
    people = crowds.crowd(sale, 3, pay_from_wallet=True)
    crowds.fill_wallets(people, 10_000)
    for person in people:
        crowds.claim(sale, person)
    crowds.drain(sale)
    sales.cancel(sale_id=sale.pk, now=clock.now())
    assert sales.wind_up(sale_id=sale.pk, limit=10, now=clock.now()) == 3
    assert set(Order.objects.values_list("state", flat=True)) == {"cancelled"}
    assert sellers.standing(store, now=clock.now()).troubled == 0


def test_only_who_leads_the_store_schedules(
    alice: User, mallory: User, store: Store, variant: Variant
) -> None:
    make.seller_store(mallory, name="Other")
    memberships.add(profile=store.profile, user=alice, role=Role.PACKER, now=clock.now())
    for person in (alice, mallory):
        with pytest.raises(NotFound):
            schedule(person, variant)
    assert not Sale.objects.exists()


def test_it_is_called_off_before_the_start_and_not_after(bob: User, variant: Variant) -> None:
    sale, other = schedule(bob, variant), schedule(bob, variant)
    drops.cancel(sale_id=sale.pk, by=bob, now=clock.now())
    assert on_hand(variant) == 45
    with pytest.raises(Started):
        drops.cancel(sale_id=other.pk, by=bob, now=other.starts_at)
    assert Sale.objects.get(pk=other.pk).state == "approved"


def test_the_standing_takes_two_queries(store: Store, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(2):
        sellers.standing(store, now=clock.now())
