"""Two draws of one store are sealed at the same time: a turn weighs in one of them."""

import threading
from datetime import timedelta

import pytest

from accounts.models import Address, Profile
from flashsale.models import Reservation, Sale, SaleKind, Turn
from flashsale.services.fairness import seals
from shop.models import Variant
from socialcommerce.lib import clock, faultpoints, guards
from tests.concurrency.flashsale.crowds import at_once
from tests.concurrency.flashsale.locks import until_somebody_waits
from tests.factories import draws as factory
from tests.factories import flashsale as sales

pytestmark = pytest.mark.django_db(transaction=True)


def two_draws() -> tuple[Sale, Sale]:
    """One person with one turn has reserved in both."""
    variant: Variant = sales._variant()
    first, people = factory.entered(people=1, variant=variant)
    second = sales.approved_sale(kind=SaleKind.DRAW, variant=variant)
    (person,) = factory.profiles(people)
    sales.reserve_rows(second, Address.objects.filter(profile=person))
    Turn.objects.create(
        store=Profile.objects.get(store__pk=variant.product.store_id),
        person=person,
        sale=sales.draft_sale(variant=variant),
        earned_at=clock.now() - timedelta(days=1),
    )
    for sale in (first, second):
        factory.close(sale)
    return first, second


def weights_of_two_sealed_at_once() -> list[int]:
    """The second sealing begins when the first has chosen its turns and not committed."""
    first, second = two_draws()

    def seal(sale: Sale) -> bool:
        return seals.seal(sale, now=clock.now())

    rival = threading.Thread(target=at_once, args=(seal, [second]), kwargs={"threads": 1})
    begun = threading.Event()

    def overtake() -> None:
        if not begun.is_set():
            begun.set()
            rival.start()
            until_somebody_waits()

    with faultpoints.planned("turns at stake", overtake):
        assert seal(first)
        rival.join(timeout=10.0)
    assert not rival.is_alive()
    rows = Reservation.objects.filter(sale__in=[first, second], sale__sealed_at__isnull=False)
    return sorted(rows.values_list("weight", flat=True))


def test_the_turn_weighs_in_one_of_them() -> None:
    assert weights_of_two_sealed_at_once() == [1, 2]
    assert Turn.objects.get().weighs_in_id is not None


def test_without_the_guard_it_weighs_in_both() -> None:
    with guards.switched_off("turns locked"):
        assert weights_of_two_sealed_at_once() == [2, 2]
