"""What a merchant does: products with prices in major units, stock with reasons, orders."""

import io
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.models import User
from payments.services import wallets
from shop.models import Order, Product, ProductPicture, StockItem, StockMovement, Store, Variant
from shop.services.checkout import CheckoutResult
from tests.factories.shop import make_variant
from tests.shop.test_merchant_scope import product_form

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
Buy = Callable[..., CheckoutResult]


def picture() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (1600, 900), "orange").save(out, "PNG")
    return SimpleUploadedFile("lamp.png", out.getvalue(), "image/png")


@pytest.fixture
def merchant(client_of: ClientOf, bob: User, store: Store) -> Client:
    return client_of(bob)


def with_variant(store: Store, **changes: str) -> dict[str, str]:
    return product_form(
        store,
        **{
            "title": "Lamp",
            "state": "active",
            "variants-TOTAL_FORMS": "1",
            "variants-0-name": "Red",
            "variants-0-price_minor": "19.90",
            "variants-0-position": "0",
            "variants-0-is_active": "on",
            **changes,
        },
    )


def test_a_product_with_variant_and_picture_is_added(
    merchant: Client, store: Store, settings, tmp_path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    form = {
        **with_variant(store),
        "pictures-TOTAL_FORMS": "1",
        "pictures-0-upload": picture(),
        "pictures-0-alt_text": "A lamp",
        "pictures-0-position": "0",
    }
    answer = merchant.post("/merchant/shop/product/add/", form)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    product = Product.objects.get(title="Lamp")
    assert product.variants.get().price_minor == 1990
    assert StockItem.objects.get(variant__product=product).on_hand == 0
    kept = ProductPicture.objects.get(product=product)
    assert (kept.width, kept.height) == (1200, 675)
    with Image.open(kept.small.path) as small:
        assert small.size == (480, 270)


@pytest.mark.parametrize("price", ["0", "-1", "1.999", "1e3", "１", "", "99999999999999"])
def test_a_bad_price_is_explained(merchant: Client, store: Store, price: str) -> None:
    form = with_variant(store, **{"variants-0-price_minor": price})
    assert merchant.post("/merchant/shop/product/add/", form).status_code == 200
    assert not Variant.objects.exists()


def test_a_file_that_is_no_picture_is_explained(merchant: Client, store: Store) -> None:
    form = {
        **with_variant(store),
        "pictures-TOTAL_FORMS": "1",
        "pictures-0-upload": SimpleUploadedFile("x.svg", b"<svg/>", "image/svg+xml"),
        "pictures-0-position": "0",
    }
    assert merchant.post("/merchant/shop/product/add/", form).status_code == 200
    assert not Product.objects.exists()


def test_the_stock_is_set_with_a_reason(merchant: Client, bob: User, variant: Variant) -> None:
    item = StockItem.objects.get(variant=variant)
    url = f"/merchant/shop/stockitem/{item.pk}/adjust/"
    assert "On hand now" in merchant.get(url).content.decode()
    answer = merchant.post(url, {"on_hand": "9", "reason": "counted"})
    assert answer.status_code == 302
    item.refresh_from_db()
    movement = StockMovement.objects.first()
    assert movement is not None
    assert (item.on_hand, movement.on_hand_delta) == (9, 4)
    assert (movement.reason, movement.actor) == ("counted", bob)


@pytest.mark.parametrize("on_hand", ["-1", "1.5", "", "9" * 19, "２"])
def test_a_bad_count_changes_nothing(merchant: Client, variant: Variant, on_hand: str) -> None:
    item = StockItem.objects.get(variant=variant)
    url = f"/merchant/shop/stockitem/{item.pk}/adjust/"
    answer = merchant.post(url, {"on_hand": on_hand, "reason": "x"})
    assert answer.status_code == 422
    item.refresh_from_db()
    assert item.on_hand == 5


def test_the_stock_cannot_go_below_what_is_held(merchant: Client, variant: Variant) -> None:
    StockItem.objects.filter(variant=variant).update(held=2)
    item = StockItem.objects.get(variant=variant)
    url = f"/merchant/shop/stockitem/{item.pk}/adjust/"
    answer = merchant.post(url, {"on_hand": "1", "reason": "x"}, follow=True)
    assert "the stock cannot be lower" in answer.content.decode()
    item.refresh_from_db()
    assert item.on_hand == 5


def test_an_order_is_shipped_once(merchant: Client, buy: Buy) -> None:
    order = buy().order
    url = f"/merchant/shop/order/{order.pk}/ship/"
    assert merchant.post(url, {"carrier": ""}).status_code == 422
    assert merchant.post(url, {"carrier": "Post", "tracking_number": "R1"}).status_code == 302
    order.refresh_from_db()
    assert (order.state, order.carrier, order.tracking_number) == ("shipped", "Post", "R1")
    again = merchant.post(url, {"carrier": "Other"}, follow=True)
    assert "moved on" in again.content.decode()
    order.refresh_from_db()
    assert order.carrier == "Post"


def test_a_merchant_cancels_and_the_buyer_gets_the_money(
    merchant: Client, buy: Buy, alice: User
) -> None:
    order = buy().order
    merchant.post(f"/merchant/shop/order/{order.pk}/cancel/", {"reason": "broken"})
    order.refresh_from_db()
    assert (order.state, order.cancel_reason) == ("cancelled", "broken")
    assert wallets.balance(profile_id=alice.profile.pk).available_minor == 100_000


def test_the_first_page_says_what_waits(merchant: Client, buy: Buy, variant: Variant) -> None:
    buy()
    page = merchant.get("/merchant/").content.decode()
    assert "Orders to ship" in page
    assert Order.objects.filter(state="paid").count() == 1
    StockItem.objects.filter(variant=variant).update(low_at=10)
    assert "Running out of stock" in merchant.get("/merchant/").content.decode()


def test_an_empty_store_is_told_to_fill_its_shelf(merchant: Client, store: Store) -> None:
    words = "Stores that wait for a product"
    assert words in merchant.get("/merchant/").content.decode()
    make_variant(store)
    assert words not in merchant.get("/merchant/").content.decode()


def test_every_page_of_the_site_opens(merchant: Client, buy: Buy, variant: Variant) -> None:
    order = buy().order
    item = StockItem.objects.get(variant=variant)
    for url in (
        "/merchant/shop/store/",
        "/merchant/shop/product/",
        "/merchant/shop/product/add/",
        f"/merchant/shop/product/{variant.product_id}/change/",
        "/merchant/shop/stockitem/",
        f"/merchant/shop/stockitem/{item.pk}/change/",
        "/merchant/shop/order/",
        f"/merchant/shop/order/{order.pk}/change/",
        f"/merchant/shop/order/{order.pk}/ship/",
    ):
        assert merchant.get(url).status_code == 200, url
