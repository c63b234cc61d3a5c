"""The merchant site as the wrong merchant: every address, every POST, nothing reached."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.admin.sites import merchant_site
from accounts.models import Role, User
from accounts.services import memberships
from shop.models import FeeRule, Order, Product, StockItem, Store, Variant
from shop.services.checkout import CheckoutResult
from socialcommerce.lib import clock
from tests.accounts.scoping import act, reachable
from tests.factories import shop as make
from tests.factories.coupons import make_coupon

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
SECRET = "Zanzibar lamp"
LISTS = ["store", "product", "stockitem", "order", "coupon"]
SALES = {"submission", "sale"}  # walked in tests/flashsale
MONEY = {"merchantterms", "payout", "dispute"}  # walked in tests/payments


@pytest.fixture
def rows(buy: Callable[..., CheckoutResult], variant: Variant) -> dict[str, Model]:
    """Bob's: one row of everything that the site shows, with a word that only they hold."""
    Product.objects.filter(pk=variant.product_id).update(title=SECRET)
    order = buy().order
    return {
        "store": variant.product.store,
        "product": Product.objects.get(pk=variant.product_id),
        "stockitem": StockItem.objects.get(variant=variant),
        "order": order,
        "coupon": make_coupon(variant.product.store, code="ZANZIBARLAMP"),
    }


@pytest.fixture
def intruder(mallory: User, client_of: ClientOf) -> Client:
    """Has an own store, and so the site."""
    make.make_variant(make.make_store(mallory, name="Other"), title="Harmless")
    return client_of(mallory)


def state_of(rows: dict[str, Model]) -> list[dict[str, Any]]:
    found = []
    for row in rows.values():
        fresh = type(row)._default_manager.get(pk=row.pk)
        found.append({field.attname: getattr(fresh, field.attname) for field in fresh._meta.fields})
    return found


def test_everything_of_shop_on_the_site_is_walked_here() -> None:
    shown = {model._meta.model_name for model in merchant_site._registry}
    assert shown >= set(LISTS)
    assert {name for name in shown if name not in LISTS} <= {
        "profile",
        "membership",
        *SALES,
        *MONEY,
    }


@pytest.mark.parametrize("kind", LISTS)
def test_the_wrong_merchant_reaches_nothing(
    intruder: Client, rows: dict[str, Model], kind: str
) -> None:
    before = state_of(rows)
    assert reachable(intruder, rows[kind], secret=SECRET) == []
    assert state_of(rows) == before


@pytest.mark.parametrize("kind", LISTS)
def test_the_own_merchant_reaches_it(
    client_of: ClientOf, bob: User, rows: dict[str, Model], kind: str
) -> None:
    page = reverse(f"merchant:shop_{kind}_change", args=[rows[kind].pk])
    assert client_of(bob).get(page).status_code == 200


@pytest.mark.parametrize("kind", LISTS)
def test_a_person_without_a_store_has_no_site(
    client_of: ClientOf, alice: User, rows: dict[str, Model], kind: str
) -> None:
    answer = client_of(alice).get(reverse(f"merchant:shop_{kind}_changelist"))
    assert answer.status_code in {302, 403}


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize(
    "query",
    [
        "q=Zanzibar",
        "store__profile__handle__startswith=p",
        "store__id__exact={store}",
        "buyer__user__email__startswith=a",
        "state__exact=paid",
        "o=1&_connector=OR&id__gt=0",
        "e=1",
    ],
)
def test_no_lookup_in_the_address_shows_foreign_rows(
    intruder: Client, rows: dict[str, Model], kind: str, query: str
) -> None:
    url = reverse(f"merchant:shop_{kind}_changelist")
    answer = intruder.get(f"{url}?{query.format(store=rows['store'].pk)}", follow=True)
    page = answer.content.decode()
    assert SECRET not in page
    assert str(rows["order"]) not in page


@pytest.mark.parametrize("kind", LISTS)
def test_list_actions_with_a_foreign_id_do_nothing(
    intruder: Client, rows: dict[str, Model], kind: str
) -> None:
    before = state_of(rows)
    admin = merchant_site._registry[type(rows[kind])]
    for name in ["delete_selected", *(admin.actions or ())]:
        act(intruder, rows[kind], str(name), post="yes")
    assert state_of(rows) == before


@pytest.mark.parametrize("kind", ["variant", "productpicture", "stockmovement", "orderline"])
def test_the_redirect_to_the_site_leads_nowhere_foreign(
    intruder: Client, rows: dict[str, Model], kind: str
) -> None:
    kinds = ContentType.objects.get(app_label="shop", model=kind)
    model = kinds.model_class()
    assert model is not None
    for row in model._default_manager.all():
        url = reverse("merchant:view_on_site", args=[kinds.pk, row.pk])
        assert intruder.get(url).status_code in {403, 404}


def test_autocomplete_gives_no_foreign_row(intruder: Client, rows: dict[str, Model]) -> None:
    query = {"app_label": "shop", "model_name": "product", "field_name": "store", "term": "Z"}
    answer = intruder.get("/merchant/autocomplete/", query)
    assert SECRET not in answer.content.decode()


def product_form(store: Store, **fields: str) -> dict[str, str]:
    empty = {
        f"{prefix}-{name}": value
        for prefix in ("variants", "pictures")
        for name, value in {
            "TOTAL_FORMS": "0",
            "INITIAL_FORMS": "0",
            "MIN_NUM_FORMS": "0",
            "MAX_NUM_FORMS": "1000",
        }.items()
    }
    return {
        **empty,
        "store": str(store.pk),
        "title": "Planted",
        "description": "",
        "category": "other",
        "state": "draft",
        **fields,
    }


def test_a_product_cannot_be_put_into_a_foreign_store(
    intruder: Client, rows: dict[str, Model]
) -> None:
    store = Store.objects.get(pk=rows["store"].pk)
    page = intruder.get("/merchant/shop/product/add/").content.decode()
    assert f'<option value="{store.pk}"' not in page
    answer = intruder.post("/merchant/shop/product/add/", product_form(store))
    assert answer.status_code == 200
    assert not Product.objects.filter(title="Planted").exists()


def test_a_foreign_variant_cannot_be_changed_through_an_own_product(
    intruder: Client, mallory: User, rows: dict[str, Model], variant: Variant
) -> None:
    own = Product.objects.get(title="Harmless")
    fields = {
        "variants-TOTAL_FORMS": "1",
        "variants-INITIAL_FORMS": "1",
        "variants-0-id": str(variant.pk),
        "variants-0-product": str(own.pk),
        "variants-0-name": "Stolen",
        "variants-0-price_minor": "0.01",
        "variants-0-position": "0",
    }
    url = reverse("merchant:shop_product_change", args=[own.pk])
    intruder.post(url, product_form(own.store, **fields))
    variant.refresh_from_db()
    assert (variant.name, variant.price_minor) == ("Blue", 1250)


def test_a_store_cannot_name_its_own_fee_or_state(
    client_of: ClientOf, bob: User, rows: dict[str, Model]
) -> None:
    url = reverse("merchant:shop_store_change", args=[rows["store"].pk])
    form = {
        "shipping_price_minor": "5.00",
        "free_shipping_from_minor": "",
        "ship_within_days": "2",
        "legal_name": "Paper Moon GmbH",
        "legal_address": "1 Quay, Porto",
        "tax_id": "PT 501 964 843",
        "fee": "0",
        "state": "suspended",
        "profile": "1",
    }
    assert client_of(bob).post(url, form).status_code == 302
    store = Store.objects.get(pk=rows["store"].pk)
    assert (store.shipping_price_minor, store.free_shipping_from_minor) == (500, None)
    assert (store.state, store.tax_id) == ("approved", "PT 501 964 843")
    assert not FeeRule.objects.exists()


def test_a_packer_ships_and_does_nothing_else(
    client_of: ClientOf, alice: User, mallory: User, rows: dict[str, Model]
) -> None:
    store = Store.objects.get(pk=rows["store"].pk)
    memberships.add(profile=store.profile, user=mallory, role=Role.PACKER, now=clock.now())
    client = client_of(mallory)
    order, item = rows["order"].pk, rows["stockitem"].pk
    before = state_of(rows)
    for url in (
        f"/merchant/shop/order/{order}/cancel/",
        f"/merchant/shop/stockitem/{item}/adjust/",
        f"/merchant/shop/product/{rows['product'].pk}/change/",
        f"/merchant/shop/store/{store.pk}/change/",
    ):
        form = {"reason": "x", "on_hand": "0", "title": "x"}
        assert client.post(url, form).status_code in {403, 404}, url
    assert state_of(rows) == before
    shipped = client.post(
        f"/merchant/shop/order/{order}/ship/", {"carrier": "Post", "tracking_number": "R1"}
    )
    assert shipped.status_code == 302
    assert Order.objects.get(pk=order).state == "shipped"
