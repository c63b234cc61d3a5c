"""Market, storefront and product page: open to anybody, searchable, safe."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Block, User
from shop.models import Product, Store, Variant
from socialcommerce.lib import clock
from tests.factories import shop as make

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


def titles(client: Client, **query: str) -> str:
    answer = client.get("/market/", query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_everything_on_sale_is_there_and_nothing_else(client: Client, store: Store) -> None:
    make.make_variant(store, title="Red lamp")
    make.make_variant(store, title="Hidden lamp", state="draft")
    page = titles(client)
    assert "Red lamp" in page
    assert "Hidden lamp" not in page


def test_words_find_titles_and_descriptions(client: Client, store: Store) -> None:
    make.make_variant(store, title="Red lamp", description="Brass foot")
    make.make_variant(store, title="Blue vase")
    assert "Red lamp" in titles(client, q="BRASS red")
    assert "Blue vase" not in titles(client, q="brass")


@pytest.mark.parametrize("query", ["手帳", "手", "ノート"])
def test_part_of_a_chinese_or_japanese_title_finds_it(
    client: Client, store: Store, query: str
) -> None:
    make.make_variant(store, title="東京手帳とノート")
    assert "東京手帳とノート" in titles(client, q=query)
    assert "Nothing found" in titles(client, q="大阪")


@pytest.mark.parametrize("query", ["'; DROP", "a & | !", "\\", "((", "%", "😀"])
def test_odd_searches_are_searches(client: Client, variant: Variant, query: str) -> None:
    titles(client, q=query)


def test_filters_by_category_store_and_price(client: Client, store: Store, mallory: User) -> None:
    make.make_variant(store, title="Cheap book", price_minor=500)
    make.make_variant(store, title="Dear pan", price_minor=9000, category="home")
    other = make.make_store(mallory, name="Other")
    make.make_variant(other, title="Other book", price_minor=600)
    assert "Dear pan" not in titles(client, category="books")
    assert "Other book" not in titles(client, store=store.profile.handle)
    cheap = titles(client, price_to="5.50")
    assert "Cheap book" in cheap
    assert "Dear pan" not in cheap
    assert "Cheap book" not in titles(client, price_from="50")


@pytest.mark.parametrize(
    "query", [{"price_from": "-1"}, {"price_to": "1e3"}, {"category": "x"}, {"q": "a" * 101}]
)
def test_bad_filters_are_explained(client: Client, query: dict[str, str]) -> None:
    assert client.get("/market/", query).status_code == 422


def test_an_empty_market_says_what_to_do(client: Client) -> None:
    assert "The market is still empty" in titles(client)


def test_the_market_costs_the_same_for_one_and_for_a_hundred(client: Client, store: Store) -> None:
    counts = []
    for size in (1, 100):
        while Product.objects.count() < size:
            make.make_variant(store)
        with CaptureQueriesContext(connection) as queries:
            titles(client)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 4


def test_the_next_page_comes_by_its_cursor_and_a_made_up_one_is_refused(
    client: Client, store: Store
) -> None:
    for _number in range(25):
        make.make_variant(store)
    page = titles(client)
    cursor = page.split("/market/?cursor=")[1].split('"')[0]
    rest = client.get("/market/", {"cursor": cursor}, headers={"HX-Request": "true"})
    assert rest.content.decode().count('product-tile"') == 1
    assert client.get("/market/", {"cursor": "x"}).status_code == 400


def test_a_blocked_store_is_not_there(client_of: ClientOf, alice: User, variant: Variant) -> None:
    store = variant.product.store
    Block.objects.create(blocker=store.profile, blocked=alice.profile, created_at=clock.now())
    client = client_of(alice)
    assert variant.product.title not in client.get("/market/").content.decode()
    assert client.get(variant.product.get_absolute_url()).status_code == 404
    assert client.get(store.get_absolute_url()).status_code == 404


def test_the_product_page_carries_its_checkout_card(client: Client, variant: Variant) -> None:
    page = client.get(variant.product.get_absolute_url()).content.decode()
    assert f"/checkout/{variant.product_id}/" in page
    assert 'property="og:title"' in page


def test_an_old_address_leads_to_todays(client: Client, variant: Variant) -> None:
    answer = client.get(f"/market/products/{variant.product_id}/old-name/")
    assert answer.status_code == 301
    assert answer["Location"] == variant.product.get_absolute_url()


def test_a_merchant_cannot_end_the_script_element(client: Client, store: Store) -> None:
    text = "</script><script>alert(1)</script>&\u2028"
    variant = make.make_variant(store, title=text, description=text, name="<b>")
    page = client.get(variant.product.get_absolute_url()).content.decode()
    assert "<script>alert" not in page
    assert "\\u003c/script\\u003e" in page


@pytest.mark.parametrize("url", ["/market/products/999/x/", "/market/stores/nobody/"])
def test_what_is_not_there_is_a_kind_page(client: Client, url: str) -> None:
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("state", ["applied", "suspended"])
def test_a_store_that_is_not_open_shows_nothing(
    client: Client, variant: Variant, state: str
) -> None:
    Store.objects.update(state=state)
    assert client.get(variant.product.get_absolute_url()).status_code == 404
    assert client.get(variant.product.store.get_absolute_url()).status_code == 404
    assert variant.product.title not in titles(client)


def test_the_storefront_shows_its_own_products(
    client: Client, variant: Variant, mallory: User
) -> None:
    foreign = make.make_variant(make.make_store(mallory, name="Other"), title="Foreign thing")
    page = client.get(variant.product.store.get_absolute_url()).content.decode()
    assert variant.product.title in page
    assert foreign.product.title not in page


@pytest.mark.parametrize("url", ["/market/", "/market/stores/paper_moon/"])
def test_pages_are_not_written_to(client: Client, variant: Variant, url: str) -> None:
    assert client.post(url).status_code == 405
