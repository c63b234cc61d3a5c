"""Who reserves by posting says so once; followers see one entry a sale, and it can be undone."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from accounts.services import follows
from feed.cards import CardRef
from feed.models import Post
from feed.services import posts
from flashsale.gate import admission
from flashsale.gate.admission import Wishes
from flashsale.models import Reservation, Sale, Stream
from flashsale.services import reservations
from flashsale.standings import Standing
from flashsale.tokens import SaleToken
from socialcommerce.lib import clock
from tests.factories import flashsale as sales
from tests.factories.shop import make_address

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


def open_sale(**fields: object) -> Sale:
    sale = sales.approved_sale(**fields)
    sales.open_gate(sale)
    return sale


def reserve(sale: Sale, user: User, *, share: bool = True) -> Reservation:
    token = SaleToken(sale.pk, user.profile.pk, 0, 0, 1)
    address = user.profile.addresses.first() or make_address(user.profile)
    wishes = Wishes(sale.lots.get().pk, address.pk, pay_from_wallet=False, share=share)
    assert admission.reserve(token, wishes).standing == Standing.RECEIVED
    assert sales.drain(sale, Stream.RESERVATIONS) == 1
    return Reservation.objects.get(sale=sale, person=user.profile)


def follow(viewer: User, *people: User) -> None:
    for person in people:
        follows.follow(follower=viewer.profile, followed=person.profile, now=clock.now())


def timeline(client: Client) -> str:
    page = client.get("/").content.decode()
    return str(page[page.index('id="timeline"') :].partition("</main>")[0])


def test_followers_read_who_has_reserved_beside_one_card(
    alice: User, bob: User, mallory: User, client_of: ClientOf
) -> None:
    first, second = open_sale(), open_sale()
    follow(mallory, alice, bob)
    for sale in (first, second):
        for user in (alice, bob):
            reserve(sale, user)
    page = timeline(client_of(mallory))
    assert page.count('<article class="post"') == 2
    assert page.count("sale-card__title") == 2
    assert page.count("have reserved") == 2
    assert f'href="/grouped/sale/{first.pk}/"' in page
    behind = client_of(mallory).get(f"/grouped/sale/{first.pk}/").content.decode()
    assert behind.count('<article class="post') == 2


def test_whoever_takes_the_reservation_back_takes_the_post_back(
    alice: User, bob: User, mallory: User, client_of: ClientOf
) -> None:
    sale = open_sale()
    follow(mallory, alice, bob)
    post = reserve(sale, alice).post
    reserve(sale, bob)
    assert post is not None
    reservations.withdraw(sale_id=sale.pk, person=alice.profile, now=clock.now())
    assert "Alice" not in timeline(client_of(mallory))
    assert client_of(mallory).get(post.get_absolute_url()).status_code == 404
    alice.profile.refresh_from_db()
    assert alice.profile.post_count == 0


def test_whoever_reserves_again_is_named_once(
    alice: User, bob: User, mallory: User, client_of: ClientOf
) -> None:
    sale = open_sale()
    follow(mallory, alice, bob)
    old = reserve(sale, alice).post
    reserve(sale, bob)
    assert old is not None
    reservations.withdraw(sale_id=sale.pk, person=alice.profile, now=clock.now())
    new = reserve(sale, alice).post
    assert new is not None
    assert (new.pk != old.pk, new.is_grouped, new.is_live) == (True, True, True)
    posts.restore(post_id=old.pk, actor_ids={alice.profile.pk}, now=clock.now())
    page = timeline(client_of(mallory))
    assert "Read the 2 posts" in page
    assert page.count('<article class="post"') == 2


def test_withdrawing_without_a_post_or_with_a_deleted_one_changes_no_other(
    alice: User, bob: User
) -> None:
    sale = open_sale()
    post = reserve(sale, alice).post
    reserve(sale, bob, share=False)
    assert post is not None
    posts.delete(post_id=post.pk, actor_ids={alice.profile.pk}, now=clock.now())
    deleted_at = Post.objects.get().deleted_at
    for user in (alice, bob):
        reservations.withdraw(sale_id=sale.pk, person=user.profile, now=clock.now())
        user.profile.refresh_from_db()
        assert user.profile.post_count == 0
    assert Post.objects.get().deleted_at == deleted_at


def test_a_post_of_ones_own_with_the_card_is_in_no_group(
    alice: User, bob: User, mallory: User, client_of: ClientOf
) -> None:
    sale = open_sale()
    follow(mallory, alice, bob)
    shared = reserve(sale, alice).post
    assert shared is not None
    posts.publish(
        author=bob.profile,
        text="Look at that",
        card=CardRef(shared.card_type, sale.pk),
        now=clock.now(),
    )
    page = timeline(client_of(mallory))
    assert page.count('<article class="post"') == 2
    assert "have reserved" not in page
