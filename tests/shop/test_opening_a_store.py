"""A person applies, an operator answers, the person hears of it."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Membership, Notification, User
from shop.models import Store
from shop.services import stores
from shop.services.stores import StoreMovedOn
from socialcommerce.lib import clock

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
FIELDS = {"name": "Clay & Co", "handle": "clay_co", "pitch": "Cups and bowls."}


def test_an_application_makes_a_store_that_waits(client_of: ClientOf, alice: User) -> None:
    client = client_of(alice)
    assert client.post("/market/open/", FIELDS).status_code == 303
    store = Store.objects.get()
    assert (store.state, store.currency) == ("applied", "USD")
    assert Membership.objects.get(profile=store.profile).role == "owner"
    assert "Your application is with us" in client.get("/market/open/").content.decode()


def test_applying_twice_makes_one_store(client_of: ClientOf, alice: User) -> None:
    client = client_of(alice)
    client.post("/market/open/", FIELDS)
    assert client.post("/market/open/", {**FIELDS, "handle": "clay_2"}).status_code == 409
    assert Store.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("handle", "x"), ("handle", "admin"), ("handle", "ALICE"), ("pitch", "y" * 501)],
)
def test_bad_answers_are_explained_at_their_field(
    client_of: ClientOf, alice: User, field: str, value: str
) -> None:
    answer = client_of(alice).post("/market/open/", {**FIELDS, field: value})
    assert answer.status_code == 422
    assert not Store.objects.exists()


def test_a_stranger_logs_in_first(client: Client) -> None:
    assert "login" in client.post("/market/open/", FIELDS)["Location"]


def test_approving_opens_it_and_tells_the_owner(alice: User) -> None:
    store = stores.apply(owner=alice, now=clock.now(), **FIELDS)
    approved = stores.approve(store_id=store.pk, now=clock.now())
    assert approved.is_open
    assert approved.profile.verified_at is not None
    news = Notification.objects.get(recipient=alice.profile)
    assert (news.kind, news.data["store"]) == ("shop.store_approved", "Clay & Co")
    with pytest.raises(StoreMovedOn):
        stores.approve(store_id=store.pk, now=clock.now())


def test_a_suspended_store_can_be_opened_again(alice: User) -> None:
    store = stores.apply(owner=alice, now=clock.now(), **FIELDS)
    stores.approve(store_id=store.pk, now=clock.now())
    assert not stores.suspend(store_id=store.pk, now=clock.now()).is_open
    assert stores.approve(store_id=store.pk, now=clock.now()).is_open
