"""Runs: whose day has come, from the smallest amount on, held or not, once a day."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Profile, User
from payments.models import MerchantTerms, Payout, PayoutEvery
from payments.services import merchant_terms, payouts
from socialcommerce.lib import clock
from tests.factories.accounts import StoreProfileFactory
from tests.factories.merchants import due, ready_account
from tests.factories.payments import available, give_money

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(bob: User) -> Profile:
    """Its day has come, its wallet has 80.00, its bank is ready."""
    profile = StoreProfileFactory.create(owner=bob, handle="bobs")
    ready_account(profile)
    give_money(profile, 8_000)
    due(profile, now=clock.now())
    return profile


def run(**later: int) -> int:
    return payouts.run(now=clock.now() + timedelta(**later), limit=50)


def test_all_of_the_wallet_is_out_of_it_and_waits_for_stripe(store: Profile) -> None:
    assert run() == 1
    payout = Payout.objects.get()
    assert (payout.amount_minor, payout.currency, payout.state) == (8_000, "USD", "created")
    assert available(store) == 0


def test_a_second_run_of_the_day_finds_nothing_though_money_came_in(store: Profile) -> None:
    run()
    give_money(store, 9_000)
    assert run() == 0
    assert Payout.objects.count() == 1


def test_a_run_that_was_missed_is_made_up_for(store: Profile) -> None:
    assert run(days=3) == 1


@pytest.mark.parametrize(
    ("every", "after", "then"),
    [
        ("daily", date(2026, 2, 28), date(2026, 3, 1)),
        ("weekly", date(2026, 11, 22), date(2026, 11, 23)),  # a Sunday
        ("weekly", date(2026, 11, 23), date(2026, 11, 30)),  # a Monday
        ("monthly", date(2026, 1, 31), date(2026, 2, 1)),
        ("monthly", date(2026, 12, 1), date(2027, 1, 1)),
        ("manual", date(2026, 1, 1), None),
    ],
)
def test_the_next_run_follows_the_schedule(every: str, after: date, then: date | None) -> None:
    assert merchant_terms.next_run(every, after=after) == then


def test_days_are_those_of_the_sites_zone(settings) -> None:
    settings.TIME_ZONE = "Asia/Tokyo"
    late = clock.now().replace(hour=20, minute=0)
    assert merchant_terms.site_day(late) == late.date() + timedelta(days=1)


def test_less_than_the_minimum_stays_until_the_next_time(store: Profile) -> None:
    MerchantTerms.objects.update(minimum_minor=8_001)
    assert run() == 0
    assert available(store) == 8_000
    terms = MerchantTerms.objects.get()
    assert terms.next_run_on == merchant_terms.next_run(
        PayoutEvery.WEEKLY, after=merchant_terms.site_day(clock.now())
    )


def test_who_is_held_keeps_it_and_goes_with_the_run_after(store: Profile, alice: User) -> None:
    merchant_terms.hold(
        profile_id=store.pk, reason="We check an address.", by_id=alice.pk, now=clock.now()
    )
    assert run() == 0
    with pytest.raises(payouts.NoPayout, match="We check an address"):
        payouts.ask(profile_id=store.pk, now=clock.now())
    merchant_terms.let_go(profile_id=store.pk, by_id=alice.pk, now=clock.now())
    assert run() == 1


def test_a_hold_without_a_reason_is_refused(store: Profile, alice: User) -> None:
    with pytest.raises(merchant_terms.BadTerms):
        merchant_terms.hold(profile_id=store.pk, reason=" ", by_id=alice.pk, now=clock.now())


def test_without_a_bank_nothing_leaves(store: Profile) -> None:
    store.connect_account.delete()
    assert run() == 0
    with pytest.raises(payouts.NoPayout, match="no bank account"):
        payouts.ask(profile_id=store.pk, now=clock.now())
    assert available(store) == 8_000


def test_asking_pays_out_at_once_and_once_a_day(store: Profile) -> None:
    merchant_terms.set_schedule(
        profile_id=store.pk,
        every=PayoutEvery.MANUAL,
        minimum_minor=1_000,
        by_id=store.memberships.get().user_id,
        now=clock.now(),
    )
    assert run() == 0
    assert payouts.ask(profile_id=store.pk, now=clock.now()).amount_minor == 8_000
    give_money(store, 5_000)
    with pytest.raises(payouts.NoPayout, match="one payout a day"):
        payouts.ask(profile_id=store.pk, now=clock.now())


def test_asking_for_less_than_the_minimum_says_so(store: Profile) -> None:
    MerchantTerms.objects.update(minimum_minor=900_000)
    with pytest.raises(payouts.NoPayout, match=r"less than \$9,000.00"):
        payouts.ask(profile_id=store.pk, now=clock.now())


def test_the_database_takes_one_payout_a_payee_currency_day_and_attempt(store: Profile) -> None:
    run()
    payout = Payout.objects.get()
    payout.pk = None
    with pytest.raises(IntegrityError, match="payments_payout_once_a_day"), transaction.atomic():
        payout.save(force_insert=True)


@pytest.mark.parametrize(
    "fields",
    [
        {"is_held": True},
        {"hold_reason": "x"},
        {"reserve_basis_points": 10_001},
        {"minimum_minor": -1},
        {"next_run_on": None},
        {"payout_every": "manual"},
    ],
)
def test_terms_that_contradict_themselves_are_refused(store: Profile, fields: dict) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        MerchantTerms.objects.update(**fields)
