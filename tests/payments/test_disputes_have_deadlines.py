"""Store and operator hear of a dispute at once, before its deadline, and on its last day."""

from datetime import datetime, timedelta

import pytest

from accounts.models import Notification, Profile, User
from payments.models import Dispute
from payments.sandbox.server import Sandbox
from payments.services.disputing import answers, deadlines
from socialcommerce.lib import clock
from tests.factories import disputes
from tests.factories.accounts import StoreProfileFactory
from tests.factories.payments import open_card_payment
from tests.payments.conftest import BindCard

pytestmark = pytest.mark.django_db


@pytest.fixture
def store(bob: User) -> Profile:
    found: Profile = StoreProfileFactory.create(owner=bob)
    return found


@pytest.fixture
def found(
    alice: User, mallory: User, store: Profile, bind: BindCard, stripe_sandbox: Sandbox
) -> Dispute:
    mallory.is_operator = True
    mallory.save()
    sold = disputes.paid(open_card_payment(alice.profile, store, bind(alice), 1_000))
    return disputes.dispute(stripe_sandbox, sold)


def heard(user: User) -> list[str]:
    kinds = Notification.objects.filter(recipient=user.profile).order_by("pk")
    return [kind.removeprefix("payments.dispute_") for kind in kinds.values_list("kind", flat=True)]


def before(found: Dispute, **time: float) -> datetime:
    assert found.due_by is not None
    return found.due_by - timedelta(**time)


def test_both_hear_of_it_and_are_led_to_their_own_page(
    found: Dispute, bob: User, mallory: User
) -> None:
    for user, site in ((bob, "merchant"), (mallory, "operator")):
        notice = Notification.objects.get(recipient=user.profile)
        assert notice.kind == "payments.dispute_opened"
        assert notice.url == f"/{site}/payments/dispute/{found.pk}/change/"


def test_the_buyer_hears_nothing(found: Dispute, alice: User) -> None:
    assert heard(alice) == []


def test_they_are_reminded_once_and_alarmed_once(found: Dispute, bob: User, mallory: User) -> None:
    for days, count in ((4, 0), (2.9, 1), (2.5, 0), (0.9, 1), (0.5, 0), (-1, 0)):
        assert deadlines.remind_due(now=before(found, days=days), limit=10) == count
    assert heard(bob) == heard(mallory) == ["opened", "due", "due"]


def test_who_missed_the_first_word_hears_one_on_the_last_day(found: Dispute, bob: User) -> None:
    for hours in (5, 4):
        deadlines.remind_due(now=before(found, hours=hours), limit=10)
    assert heard(bob) == ["opened", "due"]


def test_nobody_is_reminded_of_what_is_answered(found: Dispute, bob: User, mallory: User) -> None:
    answers.submit(dispute_id=found.pk, statement="ours", by_id=mallory.pk, now=clock.now())
    assert deadlines.remind_due(now=before(found, days=1), limit=10) == 0
    assert heard(bob) == ["opened"]


@pytest.mark.parametrize("end", ["won", "lost"])
def test_both_hear_how_it_ended_once(
    end: str, found: Dispute, bob: User, mallory: User, stripe_sandbox: Sandbox
) -> None:
    disputes.decide(stripe_sandbox, found, end)
    disputes.hear(found.stripe_id)
    assert heard(bob) == heard(mallory) == ["opened", "ended"]


def test_what_ended_before_it_was_heard_of_is_told_once(
    alice: User, bob: User, store: Profile, bind: BindCard, stripe_sandbox: Sandbox
) -> None:
    sold = disputes.paid(open_card_payment(alice.profile, store, bind(alice), 1_000))
    stripe_id = disputes.begin(stripe_sandbox, sold)
    stripe_sandbox.control(f"disputes/{stripe_id}", status="won")
    disputes.hear(stripe_id)
    assert heard(bob) == ["ended"]
