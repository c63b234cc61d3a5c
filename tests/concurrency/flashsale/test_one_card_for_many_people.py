"""A thousand fresh accounts with one card pay for as many units as that card may, not more."""

from collections.abc import Sequence

import pytest

from flashsale.models import Claim, Sale
from flashsale.services import claims
from payments.models import Instrument
from socialcommerce.lib import clock, guards
from tests.concurrency.flashsale.crowds import at_once, meeting_at
from tests.factories import flashsale as sales

pytestmark = pytest.mark.django_db(transaction=True)
LIMIT = 2
PEOPLE = 6


def everybody_pays_with_one_card() -> tuple[Sale, Sequence[object]]:
    """Six people hold a unit each and send the same card at the same moment."""
    sale = sales.live_sale(units=PEOPLE, per_card_limit=LIMIT)
    for person in sales.crowd(sale, PEOPLE):
        sales.claim(sale, person)
    sales.drain(sale)
    held = list(Claim.objects.order_by("pk"))
    cards = Instrument.objects.bulk_create(
        Instrument(
            profile_id=claim.person_id,
            payment_method_id=f"pm_{claim.pk}",
            brand="visa",
            last4="4242",
            exp_month=12,
            exp_year=2039,
            fingerprint="the-one-card",
            created_at=clock.now(),
        )
        for claim in held
    )

    def pay(place: int) -> None:
        claims.begin_paying(
            held[place].order_id or 0, instrument_id=cards[place].pk, now=clock.now()
        )

    with meeting_at("card counted", guard="sale lock", people=PEOPLE):
        return sale, at_once(pay, range(PEOPLE), threads=PEOPLE)


def test_the_card_pays_for_no_more_than_it_may() -> None:
    sale, said = everybody_pays_with_one_card()
    assert Claim.objects.filter(sale=sale, state="paying").count() == LIMIT
    assert sum(isinstance(one, claims.CardUsedUp) for one in said) == PEOPLE - LIMIT


def test_without_the_guard_it_pays_for_all() -> None:
    with guards.switched_off("sale lock"):
        sale, _said = everybody_pays_with_one_card()
    assert Claim.objects.filter(sale=sale, state="paying").count() > LIMIT
