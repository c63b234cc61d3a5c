"""Events three times each, in any order, dropped and told again: the books of one delivery each.

SEED=7 plays that seed; EVENTS=10000 goes on until Stripe has told as many (`make test-events`).
"""

import os
from typing import Any

import pytest
from pytest_django import Settings

from accounts.models import Profile
from payments.models import LedgerDifference, Payment, StripeEvent
from payments.sandbox.server import Sandbox
from payments.services import ledger
from tests.factories.accounts import UserFactory
from tests.payments.events_seeded import stories
from tests.payments.events_seeded.books import books
from tests.payments.events_seeded.post import AnyHow, InOrder, Post
from tests.payments.events_seeded.stories import After, Story, Way
from tests.payments.events_seeded.world import World, undone
from tests.payments.reconciling.conftest import reconcile, usd

pytestmark = pytest.mark.django_db
SEEDS = [int(os.environ["SEED"])] if os.environ.get("SEED") else [1]
EVENTS = int(os.environ.get("EVENTS") or 40)
EVENTS_A_STORY = 4  # at least, so that there are as many as were asked for


STORIES = max(len(Way), -(-EVENTS // EVENTS_A_STORY))
STORIES_A_BUYER = 40  # within what somebody new may spend in a day


@pytest.fixture
def cast() -> tuple[list[Profile], Profile]:
    """Buyers, and the seller."""
    people = [UserFactory.create().profile for _person in range(1 + STORIES // STORIES_A_BUYER)]
    return people, UserFactory.create().profile


def play(told: list[Story], world: World, post: Post) -> dict[str, Any]:
    for act in (world.begin, world.go_on, world.settle, world.end):
        for story in told:
            act(story)
            post.act()
        post.converge(is_last=act == world.end)
    assert ledger.verify() == []
    assert not Payment.objects.exclude(flag="").exists()
    left = StripeEvent.objects.exclude(state="done")
    assert list(left.values_list("type", "state", "last_error")) == []
    return books()


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: f"seed-{seed}")
def test_the_books_are_those_of_each_event_once_in_order(
    seed: int,
    cast: tuple[list[Profile], Profile],
    stripe_sandbox: Sandbox,
    settings: Settings,
) -> None:
    told = stories.draw(seed, count=STORIES, buyers=len(cast[0]))
    with undone():
        world = World(*cast, stripe_sandbox, settings)
        wanted = play(told, world, InOrder(stripe_sandbox, settings))
        assert StripeEvent.objects.count() >= EVENTS
    stripe_sandbox.control("reset")
    world = World(*cast, stripe_sandbox, settings)
    assert play(told, world, AnyHow(stripe_sandbox, settings, seed)) == wanted
    assert StripeEvent.objects.count() >= EVENTS
    reconcile(2)
    assert not LedgerDifference.objects.filter(resolved_at=None).exists()
    assert (usd().unexplained_minor, usd().completeness) == (0, 100.0)


def test_a_seed_tells_the_same_again_and_leaves_nothing_out() -> None:
    told = stories.draw(7, count=40, buyers=3)
    assert told == stories.draw(7, count=40, buyers=3)
    assert told != stories.draw(8, count=40, buyers=3)
    assert {story.way for story in told} == set(Way)
    assert {story.after for story in told} == set(After)
