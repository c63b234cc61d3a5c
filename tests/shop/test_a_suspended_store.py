"""Suspending a store closes its shop everywhere; what it said stays, its cards do not sell."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Address, User
from feed.cards import CardRef
from feed.services import posts
from shop.models import Variant
from shop.services import stores
from socialcommerce.lib import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed(variant: Variant) -> Variant:
    """Its store has posted a card of it, and was suspended afterwards."""
    store = variant.product.store
    posts.publish(
        author=store.profile,
        text="Fresh from the press",
        card=CardRef("checkout", variant.product_id),
        now=clock.now(),
    )
    stores.suspend(store_id=store.pk, now=clock.now())
    return variant


def test_nobody_finds_its_shop(client: Client, closed: Variant) -> None:
    title, product = closed.product.title, closed.product
    handle = product.store.profile.handle
    assert title not in client.get("/market/").content.decode()
    assert client.get(product.get_absolute_url()).status_code == 404
    assert client.get(f"/market/stores/{handle}/").status_code == 404
    assert client.get(f"/api/v1/products/{product.pk}").status_code == 404
    assert client.get("/api/v1/products").json()["results"] == []


def test_its_posts_stay_and_their_cards_are_gone(client: Client, closed: Variant) -> None:
    profile = closed.product.store.profile
    for url in ("/explore/", profile.get_absolute_url()):
        page = client.get(url).content.decode()
        assert "Fresh from the press" in page
        assert closed.product.title not in page
        assert "/checkout/" not in page


def test_the_open_card_of_somebody_on_the_page_says_so(
    client_of: Callable[[User], Client], rich_alice: User, address: Address, closed: Variant
) -> None:
    form = {
        "variant": closed.pk,
        "quantity": 1,
        "address": address.pk,
        "pay_with": "wallet",
        "seen_total_minor": 1650,
        "key": "late",
    }
    answer = client_of(rich_alice).post(f"/checkout/{closed.product_id}/", form)
    assert answer.status_code == 404
    assert "Nothing was charged" in answer.content.decode()


def test_it_opens_again_as_it_was(client: Client, closed: Variant) -> None:
    stores.approve(store_id=closed.product.store_id, now=clock.now())
    assert closed.product.title in client.get("/market/").content.decode()
