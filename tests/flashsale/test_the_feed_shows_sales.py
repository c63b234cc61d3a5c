"""A post carries the sale's card; home and the side column show what runs or comes."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from feed.cards import CardRef
from feed.services import posts
from flashsale import cards
from socialcommerce.lib import clock
from tests.factories import flashsale as sales

pytestmark = pytest.mark.django_db


def test_home_shows_the_next_sale_and_a_post_its_card(
    alice: User, client_of: Callable[[User], Client]
) -> None:
    sale = sales.approved_sale(units=7)
    posts.publish(
        author=alice.profile, text="Look", card=CardRef(cards.SALE.key, sale.pk), now=clock.now()
    )
    home = client_of(alice).get("/").content.decode()
    assert home.count("sale-card__title") == 2  # on top, and in the post
    assert "Sales today" in home
    assert "7 units" in home


def test_a_card_of_many_sales_takes_a_fixed_number_of_queries(
    django_assert_max_num_queries: Callable[..., object],
) -> None:
    ids = [sales.approved_sale().pk for _sale in range(3)]
    with django_assert_max_num_queries(8):
        assert set(cards.load(ids, None)) == set(ids)


def test_drafts_are_no_cards_and_cannot_be_attached(alice: User) -> None:
    draft, sale = sales.draft_sale(), sales.approved_sale()
    assert cards.load([draft.pk], None) == {}
    found = [choice.card_id for choice in cards.attachable(alice.profile, "lamp")]
    assert found == [sale.pk]
