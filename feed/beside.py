"""What stands beside the feed's pages: topics that many talk about, people worth following."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Count

from accounts.models import Profile
from accounts.selectors import ProfileRow, with_relations
from feed import cards
from feed.models import Post, PostTopic

TOPICS = 5
PEOPLE = 3
# The most followed are counted for everybody at once; each viewer sees those they do not follow.
CANDIDATES = 40
HOT_DAYS = 3
FRESH_SECONDS = 120  # nobody minds a ranking that is two minutes old


@dataclass(frozen=True)
class HotTopic:
    """`people`: how many wrote about it in the last HOT_DAYS, each counted once."""

    tag: str
    people: int


def hot_topics(*, now: datetime) -> list[HotTopic]:
    """The topics that most people wrote about, the same for everybody; from the cache."""
    return cache.get_or_set("feed:topics", lambda: _count_topics(now), FRESH_SECONDS) or []


def worth_following(viewer: Profile | None) -> list[ProfileRow]:
    """The most followed profiles that `viewer` sees and does not follow yet."""
    ids = cache.get_or_set("feed:followed", _most_followed, FRESH_SECONDS) or []
    found = Profile.objects.visible_to(viewer).filter(pk__in=ids)
    if viewer is not None:
        found = found.exclude(pk=viewer.pk).exclude(follows_met__follower=viewer)
    people = list(found.order_by("-follower_count", "pk")[:PEOPLE])
    return with_relations(people, viewer=viewer)


def _count_topics(now: datetime) -> list[HotTopic]:
    recent = Post.objects.visible_to(None).filter(created_at__gt=now - timedelta(days=HOT_DAYS))
    recent = recent.exclude(card_type__in=cards.rewarded_keys())
    rows = (
        PostTopic.objects.filter(post__in=recent)
        .values_list("topic__tag")
        .annotate(people=Count("post__author", distinct=True))
        .order_by("-people", "topic__tag")
    )
    return [HotTopic(tag, people) for tag, people in rows[:TOPICS]]


def _most_followed() -> list[int]:
    rows = Profile.objects.active().filter(follower_count__gt=0).order_by("-follower_count", "pk")
    return list(rows.values_list("pk", flat=True)[:CANDIDATES])
