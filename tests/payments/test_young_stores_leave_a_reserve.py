"""The reserve: kept at the release, by terms of that moment, in the wallet when its time comes."""

from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import Profile, User
from payments.models import Payment, Reserve
from payments.services import chart, escrow, ledger, merchant_terms, reserves
from payments.services.merchant_terms import BadTerms, Reserving
from shop.services import stores
from socialcommerce.lib import clock
from tests.factories.accounts import StoreProfileFactory
from tests.factories.payments import CURRENCY, available, escrow_of, give_money, pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(bob: User) -> Profile:
    """Young: a tenth for thirty days."""
    profile = StoreProfileFactory.create(owner=bob)
    merchant_terms.welcome(profile_id=profile.pk, now=clock.now())
    return profile


@pytest.fixture
def sold(alice: User, store: Profile) -> Payment:
    """10.00, with its fee of 0.50 released."""
    give_money(alice.profile, 5_000)
    payment = pay(alice.profile, store, 1_000)
    return escrow.release(payment_id=payment.pk, fee_minor=50, now=clock.now())


def reserve_of(profile: Profile) -> int:
    return chart.reserve(profile.pk, CURRENCY).posted_minor


def test_a_share_of_the_proceeds_waits(store: Profile, sold: Payment) -> None:
    assert (available(store), reserve_of(store), escrow_of(store)) == (855, 95, 0)
    kept = Reserve.objects.get()
    assert (kept.payment, kept.amount_minor) == (sold, 95)
    assert (sold.released_minor, sold.fee_minor) == (950, 50)


def test_the_sweep_frees_it_in_time_and_once(store: Profile, sold: Payment) -> None:
    soon, then = clock.now() + timedelta(days=29), clock.now() + timedelta(days=31)
    assert reserves.free_due(now=soon, limit=50) == 0
    assert reserves.free_due(now=then, limit=50) == 1
    assert reserves.free_due(now=then, limit=50) == 0
    assert (available(store), reserve_of(store)) == (950, 0)


def test_what_was_promised_stays_when_the_terms_change(store: Profile, sold: Payment) -> None:
    later = Reserving(5_000, 300, clock.now() + timedelta(days=9))
    merchant_terms.set_reserve(profile_id=store.pk, reserving=later, by_id=None, now=clock.now())
    assert reserves.free_due(now=clock.now() + timedelta(days=31), limit=50) == 1


def test_a_store_that_is_not_young_any_more_leaves_nothing(alice: User, store: Profile) -> None:
    give_money(alice.profile, 5_000)
    payment = pay(alice.profile, store, 1_000)
    escrow.release(payment_id=payment.pk, fee_minor=0, now=clock.now() + timedelta(days=91))
    assert (available(store), Reserve.objects.count()) == (1_000, 0)


def test_other_payees_leave_nothing(alice: User, bob: User) -> None:
    give_money(alice.profile, 5_000)
    payment = pay(alice.profile, bob.profile, 1_000)
    escrow.release(payment_id=payment.pk, fee_minor=0, now=clock.now())
    assert available(bob.profile) == 1_000


def test_a_share_without_days_is_refused(store: Profile) -> None:
    with pytest.raises(BadTerms):
        merchant_terms.set_reserve(
            profile_id=store.pk, reserving=Reserving(1, 0, None), by_id=None, now=clock.now()
        )


def test_the_proof_finds_a_reserve_that_no_row_explains(store: Profile, sold: Payment) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE payments_reserve SET amount_minor = 94")
    assert [found.kind for found in ledger.verify()] == ["reserve"]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE payments_reserve SET amount_minor = 95")


def test_a_store_is_young_from_its_approval_on(alice: User) -> None:
    store = stores.apply(
        owner=alice, handle="clay_co", name="Clay & Co", pitch="Cups.", now=clock.now()
    )
    stores.approve(store_id=store.pk, now=clock.now())
    terms = merchant_terms.of(store.profile_id, now=clock.now())
    assert (terms.reserve_basis_points, terms.reserve_days) == (1_000, 30)
    assert terms.reserve_until is not None
