"""`manage.py demo_load`: a small world the first time, new sales each time, nothing twice."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import Profile, User
from feed.models import Post
from flashsale import selectors
from flashsale.models import Slot, Submission
from flashsale.phases import Phase
from flashsale.services.watch import conservation
from payments.services import ledger, wallets
from shop.models import Product, Store
from socialcommerce.demo import sales, world
from socialcommerce.demo.logins import LOGINS, PASSWORD
from socialcommerce.lib import clock

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def morning() -> Iterator[datetime]:
    """Time stands still: on a busy machine a load may take longer than a sale waits."""
    with time_machine.travel(datetime(2026, 3, 2, 9, tzinfo=UTC), tick=False):
        yield clock.now()


def load() -> str:
    said = StringIO()
    call_command("demo_load", stdout=said)
    return said.getvalue()


def phases() -> list[Phase]:
    return sorted(view.phase for view in selectors.listed(now=clock.now()))


def counts() -> tuple[int, ...]:
    models = (Profile, Store, Product, Post, Slot, Submission)
    return tuple(model._default_manager.count() for model in models)


def test_the_first_load_makes_a_believable_world_and_the_second_adds_nothing(
    morning: datetime,
) -> None:
    assert "Loading the demo world" in load()
    people = Profile.objects.filter(kind="person")
    assert people.count() == 60
    assert Store.objects.open().count() == 6
    assert 36 <= Product.objects.visible_to(None).count() <= 44
    assert not Product.objects.filter(pictures=None).exists()
    assert Post.objects.count() >= 100
    assert Post.objects.exclude(in_reply_to=None).count() >= 20
    assert Post.objects.filter(card_type="checkout").count() >= 10
    assert all(wallets.balance(profile_id=person.pk).available_minor for person in people)
    assert ledger.verify() == []
    assert sorted(Submission.objects.values_list("state", flat=True)) == [
        "accepted", "submitted", "submitted",
    ]  # fmt: skip
    assert Slot.objects.empty().count() >= 20
    assert phases() == [Phase.ENDED, Phase.LIVE, Phase.RESERVING]
    before = counts()
    assert load() == ""
    assert counts() == before


def test_the_logins_that_are_printed_work() -> None:
    load()
    for hint in LOGINS:
        form = {"login": hint.email, "password": PASSWORD}
        assert Client().post("/accounts/login/", form).status_code == 302
    operator, merchant = (User.objects.get(email=LOGINS[place].email) for place in (3, 2))
    assert operator.is_operator
    assert merchant.memberships.exists()


def test_each_start_has_a_sale_over_one_live_and_one_to_reserve_for(morning: datetime) -> None:
    load()
    with time_machine.travel(morning + timedelta(hours=3), tick=False):
        said = load()
        assert "Sale live: Dusk lamp" in said
        assert "Sale to reserve for: Ember One phone" in said
        assert phases().count(Phase.LIVE) == 1
        soon = [view for view in selectors.listed(now=clock.now()) if view.is_upcoming]
        assert timedelta() < soon[0].times.starts_at - clock.now() <= sales.LEAD
        assert all(conservation.count(view.id).holds for view in selectors.listed(now=clock.now()))


def test_a_load_that_was_torn_begins_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as torn:
        torn.setattr(world.talk, "publish", dies)
        with pytest.raises(KeyboardInterrupt):
            load()
    assert world.is_torn()
    assert "beginning again" in load()
    assert world.is_loaded()
    assert Profile.objects.filter(kind="person").count() == 60


def test_nothing_is_loaded_into_production(settings: Settings) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="for development"):
        load()
    assert not User.objects.exists()
