"""Two beats, two operators, two presses of a seller: one slot, one sale, one reminder each."""

from collections import Counter

import pytest

from accounts.models import Notification, User
from flashsale.models import Programme, Reminder, Sale, Slot
from flashsale.services.line_up import drops, programmes, reminders, submissions
from flashsale.services.line_up.drops import TooMany
from flashsale.services.line_up.submissions import SlotTaken
from shop.models import Variant
from socialcommerce.lib import clock
from tests.concurrency.flashsale.crowds import at_once, meeting_at
from tests.factories import flashsale as sales
from tests.factories import line_up as make
from tests.factories.accounts import UserFactory
from tests.factories.shop import make_variant

pytestmark = pytest.mark.django_db(transaction=True)
TWO = range(2)


@pytest.fixture
def seller(transactional_db: None) -> User:
    return UserFactory.create()


@pytest.fixture
def variant(seller: User) -> Variant:
    return make_variant(make.seller_store(seller), on_hand=100)


def test_two_beats_plan_each_day_once() -> None:
    programme = Programme.objects.create(name="Evening", local_time="21:00")
    programme.refresh_from_db()
    now = clock.now()
    said = at_once(lambda _beat: programmes.plan(now=now), range(4), threads=4)
    assert all(isinstance(one, int) for one in said)
    days = Counter(Slot.objects.values_list("day", flat=True))
    assert set(days.values()) == {1}
    assert len(days) in (14, 15)


def test_two_beats_sound_one_alarm() -> None:
    operator = UserFactory.create(is_operator=True)
    make.empty_slot(days=1)
    now = clock.now()
    counted = at_once(lambda _beat: programmes.alarm(now=now), range(4), threads=4)
    empty = Slot.objects.exclude(alarmed_at=None).count()
    assert sum(one for one in counted if isinstance(one, int)) == empty > 0
    assert Notification.objects.filter(recipient=operator.profile).count() == empty


def two_accept(seller: User, variant: Variant) -> list[Sale | Exception]:
    slot = make.empty_slot()
    offers = [make.submit(seller, variant) for _ in TWO]
    operators = [UserFactory.create(is_operator=True) for _ in TWO]
    return at_once(
        lambda place: submissions.accept(
            submission_id=offers[place].pk,
            slot_id=slot.pk,
            answer="",
            by=operators[place],
            now=clock.now(),
        ),
        TWO,
        threads=2,
    )


def test_two_operators_fill_one_slot_once(seller: User, variant: Variant) -> None:
    with meeting_at("slot seen empty", guard="slot lock"):
        said = two_accept(seller, variant)
    assert sorted(type(one).__name__ for one in said) == ["Sale", "SlotTaken"]
    assert any(isinstance(one, SlotTaken) for one in said)
    assert Sale.objects.get() == Slot.objects.exclude(sale=None).get().sale


def test_without_the_lock_one_sale_is_lost_from_the_line_up(seller: User, variant: Variant) -> None:
    with meeting_at("slot seen empty", guard="slot lock", is_on=False):
        two_accept(seller, variant)
    assert Sale.objects.count() == 2
    assert Slot.objects.exclude(sale=None).count() == 1


def third_drops(seller: User, variant: Variant, *, is_guarded: bool) -> list[Sale | Exception]:
    """Two are open; the third place is pressed for twice."""
    for _ in TWO:
        drops.schedule(wish=make.wish(variant), by=seller, now=clock.now())
    with meeting_at("drops counted", guard="store lock", is_on=is_guarded):
        return at_once(
            lambda _press: drops.schedule(wish=make.wish(variant), by=seller, now=clock.now()),
            TWO,
            threads=2,
        )


def test_two_presses_take_the_last_place_once(seller: User, variant: Variant) -> None:
    said = third_drops(seller, variant, is_guarded=True)
    assert [type(one) for one in said].count(TooMany) == 1
    assert Sale.objects.count() == 3


def test_without_the_lock_there_is_a_drop_too_many(seller: User, variant: Variant) -> None:
    third_drops(seller, variant, is_guarded=False)
    assert Sale.objects.count() == 4


def two_senders() -> list[int]:
    """How often each person was told. Some have asked, so that nothing but the lock keeps the two
    apart: whoever adds the reservers waits for the other to add the same.
    """
    sale = sales.approved_sale(closes_in=400, starts_in=600)
    people = sales.crowd(sale, 5)
    Reminder.objects.bulk_create(
        Reminder(sale=sale, person_id=person.profile_id) for person in people
    )
    at_once(lambda _beat: reminders.send(now=clock.now()), TWO, threads=2)
    rows = Notification.objects.filter(kind="flashsale.starts_soon")
    return sorted(Counter(rows.values_list("recipient", flat=True)).values())


def test_two_senders_tell_each_person_once() -> None:
    with meeting_at("reminders picked", guard="reminders locked"):
        assert two_senders() == [1] * 5


def test_without_the_lock_people_are_told_twice() -> None:
    with meeting_at("reminders picked", guard="reminders locked", is_on=False):
        assert two_senders() == [2] * 5
