"""Many taps at the same moment make one post, one like, one share."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.models import Profile
from feed.models import Like, Post
from feed.services import likes, posts, reposts
from socialcommerce.lib import clock
from tests.factories.accounts import ProfileFactory
from tests.factories.feed import post_of

TAPS = 8

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(act: Callable[[], object]) -> None:
    """`act` in TAPS threads that start together; an error in one is an error here."""
    start = Barrier(TAPS)

    def tap() -> None:
        try:
            start.wait(timeout=20)
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(TAPS) as pool:
        for tapped in [pool.submit(tap) for _number in range(TAPS)]:
            tapped.result(timeout=60)


def test_one_key_is_one_post() -> None:
    author = ProfileFactory()
    at_once(lambda: posts.publish(author=author, text="Once", idempotency_key="k", now=clock.now()))
    assert Post.objects.count() == 1
    assert Profile.objects.get(pk=author.pk).post_count == 1


def test_one_person_likes_once() -> None:
    post, fan = post_of(ProfileFactory()), ProfileFactory()
    at_once(lambda: likes.like(profile=fan, post_id=post.pk, now=clock.now()))
    assert Like.objects.count() == 1
    assert Post.objects.get(pk=post.pk).like_count == 1
    at_once(lambda: likes.unlike(profile=fan, post_id=post.pk))
    assert Post.objects.get(pk=post.pk).like_count == 0


def test_one_person_shares_once() -> None:
    post, fan = post_of(ProfileFactory()), ProfileFactory()
    at_once(lambda: reposts.repost(author=fan, post_id=post.pk, now=clock.now()))
    assert Post.objects.get(pk=post.pk).repost_count == 1
    at_once(lambda: reposts.undo(author=fan, post_id=post.pk, now=clock.now()))
    assert Post.objects.get(pk=post.pk).repost_count == 0


def test_deleting_twice_at_once_counts_once() -> None:
    author = ProfileFactory()
    post_of(author, "stays")
    post = post_of(author, "goes")
    at_once(lambda: posts.delete(post_id=post.pk, actor_ids={author.pk}, now=clock.now()))
    assert Profile.objects.get(pk=author.pk).post_count == 1
