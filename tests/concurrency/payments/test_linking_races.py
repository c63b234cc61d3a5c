"""One way back, one account, one person: also when two come at the same moment."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError

from accounts.models import LinkAttempt, User
from accounts.openid import providers
from accounts.services import links
from payments import consents
from payments.models import LinkedAccount
from payments.services import linked
from socialcommerce.lib import clock, guards
from tests.concurrency.payments.threads import at_once
from tests.openid.fixture import agree_there
from tests.openid.provider import Provider

pytestmark = pytest.mark.django_db(transaction=True)


def way_back_of(user: User, who: str = "u-1001") -> links.WayBack:
    """The person has agreed here and there, and is on the way back."""
    url = linked.begin(
        profile=user.profile,
        provider=providers.configured()[0],
        consent_version=consents.LINKING,
        next_url="/wallet/",
        now=clock.now(),
    )
    _place, _mark, query = agree_there(url, who=who).partition("?")
    answers = dict(pair.split("=", 1) for pair in query.split("&"))
    return links.WayBack(state=answers["state"], code=answers["code"], error="", issuer="")


def taken(user: User, way: links.WayBack) -> Callable[[], LinkAttempt]:
    provider = providers.configured()[0]
    return lambda: links.take(profile=user.profile, provider=provider, way=way, now=clock.now())


def six_take_one_way(alice: User) -> list[LinkAttempt]:
    way = way_back_of(alice)
    held = ("accounts_linkattempt", LinkAttempt.objects.get().pk)
    results = at_once([taken(alice, way)] * 6, held=held)
    return [one for one in results if isinstance(one, LinkAttempt)]


def test_of_six_on_one_way_back_one_takes_it(alice: User, shopmall: Provider) -> None:
    assert len(six_take_one_way(alice)) == 1


def test_without_the_guard_all_take_it(alice: User, shopmall: Provider) -> None:
    with guards.switched_off("links.take"):
        assert len(six_take_one_way(alice)) == 6


def linking(user: User, way: links.WayBack) -> Callable[[], LinkedAccount]:
    provider = providers.configured()[0]

    def act() -> LinkedAccount:
        attempt = links.take(profile=user.profile, provider=provider, way=way, now=clock.now())
        return linked.finish(
            profile=user.profile, provider=provider, attempt=attempt, way=way, now=clock.now()
        )

    return act


def test_of_two_people_with_one_account_one_has_it(
    alice: User, bob: User, shopmall: Provider
) -> None:
    acts = [linking(user, way_back_of(user)) for user in (alice, bob)]
    results = at_once(acts)
    assert sum(isinstance(one, LinkedAccount) for one in results) == 1
    (refusal,) = (one for one in results if isinstance(one, Exception))
    assert isinstance(refusal, linked.LinkedElsewhere)
    assert isinstance(refusal.__cause__, IntegrityError)


def test_two_tabs_of_one_person_link_it_once(alice: User, shopmall: Provider) -> None:
    ways = [way_back_of(alice), way_back_of(alice)]
    results = at_once([linking(alice, way) for way in ways])
    assert {one.pk for one in results if isinstance(one, LinkedAccount)} == {
        LinkedAccount.objects.get().pk
    }


def test_two_accounts_of_one_person_at_once_are_one(alice: User, shopmall: Provider) -> None:
    ways = [way_back_of(alice, who) for who in ("u-1001", "u-1002")]
    results = at_once([linking(alice, way) for way in ways])
    assert sum(isinstance(one, linked.AnotherIsLinked) for one in results) == 1
    assert LinkedAccount.objects.count() == 1
