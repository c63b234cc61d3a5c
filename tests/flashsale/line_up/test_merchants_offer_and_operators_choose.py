"""A submission is offered, taken back, accepted into a slot or declined, once, and both know."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Notification, Role, User
from accounts.services import memberships
from flashsale.models import Sale, Slot, Submission
from flashsale.services import sales
from flashsale.services.line_up import submissions
from flashsale.services.line_up.submissions import BadSubmission, Decided, NotOnTheShelf, SlotTaken
from shop.models import Product, StockItem, Store, Variant
from shop.services import stores
from socialcommerce.lib import clock
from socialcommerce.lib.problems import NotFound
from tests.factories import line_up as make
from tests.factories.accounts import UserFactory
from tests.factories.shop import make_variant

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(bob: User) -> Store:
    return make.seller_store(bob)


@pytest.fixture
def variant(store: Store) -> Variant:
    return make_variant(store, on_hand=8)


@pytest.fixture
def operator() -> User:
    return UserFactory.create(is_operator=True)


def told(person: User, kind: str) -> list[str]:
    rows = Notification.objects.filter(recipient=person.profile, kind=f"flashsale.{kind}")
    return [row.data["title"] for row in rows.order_by("pk")]


def test_an_offer_waits_and_operators_hear_of_the_first_until_they_read_it(
    bob: User, variant: Variant, operator: User
) -> None:
    first = make.submit(bob, variant)
    make.submit(bob, variant, title="Another")
    assert (first.state, first.store, first.submitted_by) == (
        "submitted",
        variant.product.store,
        bob,
    )
    assert told(operator, "submitted") == ["Fifty signed postcards"]
    Notification.objects.update(read_at=clock.now())
    make.submit(bob, variant, title="A third")
    assert told(operator, "submitted") == ["Fifty signed postcards", "A third"]


def test_the_stock_must_be_there(bob: User, variant: Variant) -> None:
    with pytest.raises(NotOnTheShelf) as refused:
        make.submit(bob, variant, units=9)
    assert refused.value.extra["free"] == 8
    assert make.submit(bob, variant, units=8).units == 8
    assert StockItem.objects.get(variant=variant).on_hand == 8  # nothing has left the shelf


@pytest.mark.parametrize(
    "fields",
    [
        {"units": 0},
        {"units": -1},
        {"units": 10**9},
        {"unit_price_minor": 0},
        {"unit_price_minor": 2**63},
        {"title": "  "},
        {"wanted_on": timezone.localdate() - timedelta(days=1)},
    ],
)
def test_what_cannot_be_sold_is_refused_kindly(
    bob: User, variant: Variant, fields: dict[str, object]
) -> None:
    with pytest.raises(BadSubmission) as refused:
        make.submit(bob, variant, **fields)
    assert refused.value.detail
    assert not Submission.objects.exists()


def test_only_who_leads_the_store_offers_its_things(
    bob: User, mallory: User, alice: User, variant: Variant, store: Store
) -> None:
    memberships.add(profile=store.profile, user=alice, role=Role.PACKER, now=clock.now())
    make.seller_store(mallory, name="Other")
    for person in (mallory, alice):
        with pytest.raises(NotFound):
            make.submit(person, variant)
    memberships.add(profile=store.profile, user=mallory, role=Role.MANAGER, now=clock.now())
    assert make.submit(mallory, variant).submitted_by == mallory


def test_nothing_is_offered_from_a_closed_store_or_a_draft(
    bob: User, variant: Variant, store: Store
) -> None:
    Product.objects.update(state="draft")
    with pytest.raises(NotFound):
        make.submit(bob, variant)
    Product.objects.update(state="active")
    stores.suspend(store_id=store.pk, now=clock.now())
    with pytest.raises(NotFound):
        make.submit(bob, variant)


def test_a_store_has_so_many_offers_waiting_and_no_more(bob: User, variant: Variant) -> None:
    for number in range(submissions.OPEN_MAX):
        make.submit(bob, variant, title=f"Number {number}")
    with pytest.raises(BadSubmission):
        make.submit(bob, variant)
    submissions.withdraw(
        submission_id=Submission.objects.order_by("pk")[0].pk, by=bob, now=clock.now()
    )
    make.submit(bob, variant)


def accept(submission: Submission, slot: Slot, by: User) -> Sale:
    return submissions.accept(
        submission_id=submission.pk, slot_id=slot.pk, answer="Lovely", by=by, now=clock.now()
    )


def test_accepted_it_is_a_draft_with_the_programmes_times(
    bob: User, variant: Variant, operator: User
) -> None:
    slot = make.empty_slot(reserve_hours=38, lasts_minutes=45)
    sale = accept(make.submit(bob, variant), slot, operator)
    lot = sale.lots.get()
    assert (sale.state, sale.title, sale.seller) == ("draft", "Fifty signed postcards", None)
    assert (lot.variant, lot.pledged, lot.unit_price_minor) == (variant, 5, 900)
    assert sale.starts_at == slot.starts_at
    assert sale.starts_at - sale.reserve_opens_at == timedelta(hours=38)
    assert sale.starts_at - sale.reserve_closes_at == timedelta(minutes=10)
    assert sale.ends_at - sale.starts_at == timedelta(minutes=45)
    submission = Submission.objects.get()
    assert (submission.state, submission.answer, submission.slot) == ("accepted", "Lovely", slot)
    assert (submission.decided_by, told(bob, "submission_accepted")) == (operator, [sale.title])
    assert Slot.objects.get(pk=slot.pk).sale == sale


def test_the_draft_goes_the_usual_way(bob: User, variant: Variant, operator: User) -> None:
    sale = accept(make.submit(bob, variant), make.empty_slot(), operator)
    sales.approve(sale_id=sale.pk, by=operator, now=clock.now())
    assert StockItem.objects.get(variant=variant).on_hand == 3


def test_a_slot_that_is_near_opens_for_reservations_at_once(
    bob: User, variant: Variant, operator: User
) -> None:
    slot = make.empty_slot()
    Slot.objects.filter(pk=slot.pk).update(starts_at=clock.now() + timedelta(hours=1))
    before = clock.now()
    sale = accept(make.submit(bob, variant), slot, operator)
    assert before <= sale.reserve_opens_at <= clock.now()


def test_a_slot_that_starts_too_soon_takes_nothing(
    bob: User, variant: Variant, operator: User
) -> None:
    slot = make.empty_slot()
    Slot.objects.filter(pk=slot.pk).update(starts_at=clock.now() + timedelta(minutes=9))
    with pytest.raises(SlotTaken):
        accept(make.submit(bob, variant), slot, operator)
    assert Submission.objects.get().state == "submitted"
    assert not Sale.objects.exists()


def test_a_slot_takes_one_and_is_free_again_when_that_is_called_off(
    bob: User, variant: Variant, operator: User
) -> None:
    slot, first, second = make.empty_slot(), make.submit(bob, variant), make.submit(bob, variant)
    Slot.objects.filter(pk=slot.pk).update(alarmed_at=clock.now())
    sale = accept(first, slot, operator)
    assert Slot.objects.get(pk=slot.pk).alarmed_at is None
    with pytest.raises(SlotTaken):
        accept(second, slot, operator)
    second.refresh_from_db()
    assert (second.state, second.slot) == ("submitted", None)
    sales.cancel(sale_id=sale.pk, by=operator, now=clock.now())
    assert Slot.objects.get(pk=slot.pk).is_empty
    accept(second, slot, operator)


def test_declined_the_store_reads_why(bob: User, variant: Variant, operator: User) -> None:
    submission = make.submit(bob, variant)
    submissions.decline(submission_id=submission.pk, answer="Too few", by=operator, now=clock.now())
    submission.refresh_from_db()
    assert (submission.state, submission.answer) == ("declined", "Too few")
    assert told(bob, "submission_declined") == [submission.title]


@pytest.mark.parametrize("first", ["withdraw", "decline", "accept"])
def test_decided_once_is_decided(bob: User, variant: Variant, operator: User, first: str) -> None:
    submission, slot = make.submit(bob, variant), make.empty_slot()
    ways = {
        "withdraw": lambda: submissions.withdraw(
            submission_id=submission.pk, by=bob, now=clock.now()
        ),
        "decline": lambda: submissions.decline(
            submission_id=submission.pk, answer="No", by=operator, now=clock.now()
        ),
        "accept": lambda: accept(submission, slot, operator),
    }
    ways[first]()
    decided = Submission.objects.values().get()
    for way in ways.values():
        with pytest.raises(Decided):
            way()
    assert Submission.objects.values().get() == decided
