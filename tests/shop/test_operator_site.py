"""Operators open and close stores, and read the rest."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from shop.models import Store
from shop.services import stores
from shop.services.checkout import CheckoutResult
from socialcommerce.lib import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(client_of: Callable[[User], Client], mallory: User) -> Client:
    User.objects.filter(pk=mallory.pk).update(is_operator=True)
    return client_of(User.objects.get(pk=mallory.pk))


@pytest.fixture
def applied(alice: User) -> Store:
    return stores.apply(owner=alice, handle="clay", name="Clay", pitch="Cups", now=clock.now())


def act(client: Client, store: Store, action: str) -> str:
    form = {"action": action, "_selected_action": [str(store.pk)]}
    answer = client.post("/operator/shop/store/", form, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_first_page_names_stores_to_approve(operator: Client, applied: Store) -> None:
    assert "Stores to approve" in operator.get("/operator/").content.decode()


def test_a_store_is_approved_and_suspended(operator: Client, applied: Store) -> None:
    act(operator, applied, "approve")
    assert Store.objects.get().state == "approved"
    act(operator, applied, "suspend")
    assert Store.objects.get().state == "suspended"


def test_approving_twice_warns_and_changes_nothing(operator: Client, applied: Store) -> None:
    act(operator, applied, "approve")
    approved_at = Store.objects.get().approved_at
    assert "It is now" in act(operator, applied, "approve")
    assert Store.objects.get().approved_at == approved_at


def test_a_merchant_is_no_operator(
    client_of: Callable[[User], Client], alice: User, applied: Store
) -> None:
    form = {"action": "approve", "_selected_action": [str(applied.pk)]}
    answer = client_of(alice).post("/operator/shop/store/", form)
    assert answer.status_code in {302, 403}
    assert Store.objects.get().state == "applied"


def test_every_page_opens(operator: Client, buy: Callable[..., CheckoutResult]) -> None:
    order = buy().order
    for url in (
        "/operator/shop/store/",
        f"/operator/shop/store/{order.store_id}/change/",
        "/operator/shop/product/",
        f"/operator/shop/product/{order.lines.get().variant.product_id}/change/",
        "/operator/shop/order/",
        f"/operator/shop/order/{order.pk}/change/",
    ):
        assert operator.get(url).status_code == 200, url
