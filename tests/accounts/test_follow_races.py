"""Many at once: the counters say what the rows say."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.models import Block, Follow, Notification, Profile, User
from accounts.services import blocks, follows
from socialcommerce.lib import clock

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(acts: list[Callable[[], object]]) -> None:
    def run(act: Callable[[], object]) -> None:
        try:
            act()
        except follows.Blocked:
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        list(pool.map(run, acts))


def counted(user: User) -> tuple[int, int]:
    row = Profile.objects.get(user=user)
    return row.following_count, row.follower_count


def test_a_dozen_taps_follow_once(alice: User, bob: User) -> None:
    def follow() -> None:
        follows.follow(follower=alice.profile, followed=bob.profile, now=clock.now())

    at_once([follow] * 12)

    assert Follow.objects.count() == 1
    assert (counted(alice), counted(bob)) == ((1, 0), (0, 1))
    assert Notification.objects.count() == 1


def test_both_directions_at_once_do_not_wait_for_each_other_for_ever(
    alice: User, bob: User
) -> None:
    def there() -> None:
        follows.follow(follower=alice.profile, followed=bob.profile, now=clock.now())

    def back() -> None:
        follows.follow(follower=bob.profile, followed=alice.profile, now=clock.now())

    at_once([there, back] * 6)

    assert (counted(alice), counted(bob)) == ((1, 1), (1, 1))


def test_nobody_slips_through_a_block(alice: User, bob: User) -> None:
    def follow() -> None:
        follows.follow(follower=alice.profile, followed=bob.profile, now=clock.now())

    def block() -> None:
        blocks.block(blocker=bob.profile, blocked=alice.profile, now=clock.now())

    at_once([follow, follow, block, follow, follow])

    assert Block.objects.count() == 1
    assert not Follow.objects.exists()
    assert (counted(alice), counted(bob)) == ((0, 0), (0, 0))
