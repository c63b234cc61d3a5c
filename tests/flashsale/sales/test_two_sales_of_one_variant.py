"""Each sale has its own units of the shelf, and each gives back exactly what it did not sell."""

from datetime import timedelta

import pytest

from accounts.models import User
from feed.models import Post
from flashsale.gate import admission
from flashsale.models import Sale, Stream
from flashsale.services import sales as sale_services
from flashsale.services.watch import conservation
from flashsale.tokens import SaleToken
from shop.models import StockItem
from socialcommerce.lib import clock
from tests.factories import flashsale as sales
from tests.factories.shop import make_address

pytestmark = pytest.mark.django_db
SPARE = 5  # what the factory leaves on the shelf beside a lot


def test_one_sells_and_both_give_back_the_rest() -> None:
    first = sales.live_sale(units=3)
    variant = first.lots.get().variant
    second = sales.draft_sale(units=4, variant=variant)
    by = User.objects.get(is_operator=True)
    sale_services.approve(sale_id=second.pk, by=by, now=clock.now())
    sales.begin(second)
    sales.open_gate(second)
    people = sales.crowd(first, 1, pay_from_wallet=True)
    sales.fill_wallets(people, 10_000)
    sales.claim(first, people[0])
    sales.drain(first)
    assert conservation.count(first.pk).paid == 1
    assert conservation.count(second.pk).free == 4
    Sale.objects.update(ends_at=clock.now() - timedelta(milliseconds=1))
    for sale in (first, second):
        sale_services.settle(sale_id=sale.pk, now=clock.now())
        assert conservation.count(sale.pk).holds
    assert StockItem.objects.get(variant=variant).on_hand == SPARE + 3 - 1


def test_a_topic_in_the_shared_text_is_one(alice: User) -> None:
    sale = sales.approved_sale(post_text="I want the #GreyLamp & <b>soon</b>")
    sales.open_gate(sale)
    lot_id, address_id = sale.lots.get().pk, make_address(alice.profile).pk
    wishes = admission.Wishes(lot_id, address_id, pay_from_wallet=False, share=True)
    admission.reserve(SaleToken(sale.pk, alice.profile.pk, 0, 0, 1), wishes)
    sales.drain(sale, Stream.RESERVATIONS)
    post = Post.objects.get(author=alice.profile)
    assert post.text == "I want the #GreyLamp & <b>soon</b>"
    assert post.card_id == sale.pk
    assert [topic.tag for topic in post.topics.all()] == ["greylamp"]
