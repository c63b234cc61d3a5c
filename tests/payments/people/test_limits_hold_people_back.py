"""Limits for a day and a week, by standing: what counts, and when it is possible again."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from payments.models import Payment, Standing, StandingLimits
from payments.services import charges
from payments.services.people import standings, velocity
from payments.services.people.velocity import Act, LimitReached
from socialcommerce.lib import clock
from tests.factories import people as make
from tests.factories.payments import bind_card, give_back, give_money, open_card_payment, pay

pytestmark = pytest.mark.django_db
DAY, WEEK = 1_000, 3_000


@pytest.fixture(autouse=True)
def small_limits(db: None) -> None:
    """10.00 a day and 30.00 a week for whoever is new."""
    limits = dict.fromkeys(standings.LIMITS, WEEK)
    limits |= {name: DAY for name in standings.LIMITS if "day" in name}
    StandingLimits.objects.create(standing=Standing.NEW, **limits)


def check(user: User, act: Act, amount_minor: int, *, currency: str = "USD") -> None:
    velocity.check(
        profile_id=user.profile.pk,
        act=act,
        amount_minor=amount_minor,
        currency=currency,
        now=clock.now(),
    )


def refusal(user: User, amount_minor: int) -> LimitReached:
    with pytest.raises(LimitReached) as refused:
        check(user, Act.SPEND, amount_minor)
    return refused.value


def spent(user: User, other: User, amount_minor: int, **ago: int) -> Payment:
    give_money(user.profile, amount_minor)
    payment = pay(user.profile, other.profile, amount_minor)
    Payment.objects.filter(pk=payment.pk).update(created_at=clock.now() - timedelta(**ago))
    return payment


def test_a_day_holds_so_much_and_no_more(alice: User, bob: User) -> None:
    spent(alice, bob, 600)
    check(alice, Act.SPEND, 400)
    assert refusal(alice, 401).extra["left_minor"] == 400


def test_it_says_when_it_is_possible_again(alice: User, bob: User) -> None:
    spent(alice, bob, 300, hours=20)
    spent(alice, bob, 500, hours=2)
    possible_at = refusal(alice, 500).extra["possible_at"]
    assert isinstance(possible_at, datetime)
    assert abs(possible_at - clock.now() - timedelta(hours=4)) < timedelta(minutes=1)
    # For more than both leave room for, the second one has to be a day old, too.
    later = refusal(alice, 1_000).extra["possible_at"]
    assert abs(later - clock.now() - timedelta(hours=22)) < timedelta(minutes=1)


def test_what_is_more_than_the_limit_is_never_possible_at_once(alice: User) -> None:
    refused = refusal(alice, 1_001)
    assert refused.extra["possible_at"] is None
    assert "take less" in str(refused.detail)


def test_a_week_holds_what_days_would_not(alice: User, bob: User) -> None:
    for days in (1, 2, 3):
        spent(alice, bob, 950, days=days, hours=1)
    refused = refusal(alice, 200)
    assert refused.extra["limit_minor"] == WEEK
    expected = timedelta(days=7) - timedelta(days=3, hours=1)
    assert abs(refused.extra["possible_at"] - clock.now() - expected) < timedelta(minutes=1)


def test_what_went_back_makes_room_again(alice: User, bob: User) -> None:
    payment = spent(alice, bob, 1_000)
    refusal(alice, 1)
    give_back(payment, 700)
    check(alice, Act.SPEND, 700)


def test_what_is_under_way_counts_and_what_died_does_not(alice: User, bob: User) -> None:
    payment = open_card_payment(alice.profile, bob.profile, bind_card(alice.profile), 1_000)
    refusal(alice, 1)
    charges.cancel(payment_id=payment.pk, now=clock.now())
    check(alice, Act.SPEND, 1_000)


def test_each_act_has_limits_of_its_own(alice: User, bob: User) -> None:
    spent(alice, bob, 1_000)
    check(alice, Act.TOP_UP, 1_000)
    check(alice, Act.CASH_OUT, 1_000)


def test_each_currency_is_counted_for_itself_in_whole_units(alice: User, bob: User) -> None:
    spent(alice, bob, 1_000)
    check(alice, Act.SPEND, 10, currency="JPY")
    with pytest.raises(LimitReached):
        check(alice, Act.SPEND, 11, currency="JPY")
    check(alice, Act.SPEND, 10_000, currency="KWD")
    check(alice, Act.SPEND, 10**9, currency="XTS")  # the test money of rehearsals


def test_a_payment_above_the_limit_is_refused_and_leaves_nothing(alice: User, bob: User) -> None:
    give_money(alice.profile, 5_000)
    with pytest.raises(LimitReached):
        pay(alice.profile, bob.profile, 1_001)
    with pytest.raises(LimitReached):
        open_card_payment(alice.profile, bob.profile, bind_card(alice.profile), 1_001)
    assert not Payment.objects.exists()


def test_a_payment_that_stands_is_not_counted_twice_when_it_is_sent_again(
    alice: User, bob: User
) -> None:
    give_money(alice.profile, 1_000)
    made = []
    for _again in range(2):
        with transaction.atomic():
            payment = charges.pay_from_wallet(
                payer_id=alice.profile.pk,
                payee_id=bob.profile.pk,
                amount_minor=1_000,
                currency="USD",
                reference="test:1",
                key="same",
                now=clock.now(),
            )
        made.append(payment.pk)
    assert made[0] == made[1]


def test_standing_grows_with_an_address_with_time_and_with_payments(alice: User, bob: User) -> None:
    profile, now = alice.profile, clock.now()
    assert standings.of(profile.pk, now=now) == Standing.NEW
    make.joined(profile, days_ago=8)
    assert standings.of(profile.pk, now=now) == Standing.CONFIRMED
    make.joined(profile, days_ago=200)
    assert standings.of(profile.pk, now=now) == Standing.CONFIRMED
    spent(alice, bob, 500, days=40)
    assert standings.of(profile.pk, now=now) == Standing.LONG_STANDING
    alice.emailaddress_set.update(verified=False)
    assert standings.of(profile.pk, now=now) == Standing.NEW


def test_the_page_shows_how_much_is_used(alice: User, bob: User, client_of) -> None:
    spent(alice, bob, 600)
    page = client_of(alice).get(reverse("payments:limits")).content.decode()
    for words in ("Your standing: New", "$6.00 of $10.00", "$6.00 of $30.00", "$0.00 of $10.00"):
        assert words in page, words


def test_a_top_up_that_is_too_much_says_so_on_the_page(alice: User, client_of) -> None:
    card = bind_card(alice.profile)
    browser: Client = client_of(alice)
    form = {"amount": "10.01", "card": card.pk, "key": "k"}
    answer = browser.post(reverse("payments:top_up"), form)
    assert answer.status_code == 409
    assert "more than your limit allows" in answer.content.decode()
