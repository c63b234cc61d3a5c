"""A post carries the sale's card; home and the side column show what runs or comes."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from feed.cards import CardRef
from feed.services import posts
from flashsale import cards, selectors
from flashsale.models import Sale
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


def test_sales_that_are_sold_out_hide_no_other_from_the_top_of_home() -> None:
    for _sale in range(5):
        gone = sales.approved_sale()
        sales.begin(gone)
        gone.units.update(state="paid")
    assert selectors.headline(now=clock.now()) is None
    coming = sales.approved_sale()
    view = selectors.headline(now=clock.now())
    assert view is not None
    assert view.id == coming.pk


def test_a_long_list_of_what_comes_hides_nothing_that_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selectors, "LIST_MAX", 3)
    over = sales.approved_sale()
    sales.begin(over)
    Sale.objects.filter(pk=over.pk).update(ends_at=clock.now())
    later = [sales.approved_sale(starts_in=3_600 * hours) for hours in (4, 3, 2)]
    live = sales.approved_sale()
    sales.begin(live)
    shown = [view.id for view in selectors.listed(now=clock.now())]
    assert shown == [live.pk, later[2].pk, later[1].pk]
    monkeypatch.setattr(selectors, "LIST_MAX", 9)
    shown = [view.id for view in selectors.listed(now=clock.now())]
    assert shown == [live.pk, later[2].pk, later[1].pk, later[0].pk, over.pk]
