"""Topics and mentions of posts, written for one post or for thousands with the same queries."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Q
from django.db.models.functions import Upper

from accounts.models import Block, Profile
from feed.models import Mention, Post, PostTopic, TopicTag
from feed.text import Entity, EntityKind


def link(posts: Sequence[tuple[Post, Sequence[Entity]]], *, now: datetime) -> dict[int, list[int]]:
    """Topics and mentions of these new posts are rows; the profiles named, by post id.

    People who are gone, who block the author or whom the author blocks are not named.
    """
    _link_topics(posts, now=now)
    return _link_mentions(posts)


def _link_topics(posts: Sequence[tuple[Post, Sequence[Entity]]], *, now: datetime) -> None:
    wanted = {post.pk: _values(entities, EntityKind.TOPIC) for post, entities in posts}
    # Sorted: two writers that share topics take them in one order and never wait in a circle.
    tags = sorted(set().union(*wanted.values()))
    if not tags:
        return
    TopicTag.objects.bulk_create(
        [TopicTag(tag=tag, created_at=now) for tag in tags], ignore_conflicts=True
    )
    ids = dict(TopicTag.objects.filter(tag__in=tags).values_list("tag", "pk"))
    PostTopic.objects.bulk_create(
        [
            PostTopic(post_id=post_id, topic_id=ids[tag])
            for post_id, own in wanted.items()
            for tag in sorted(own)
        ]
    )


def _link_mentions(posts: Sequence[tuple[Post, Sequence[Entity]]]) -> dict[int, list[int]]:
    wanted = {
        post: {handle.upper() for handle in _values(entities, EntityKind.MENTION)}
        for post, entities in posts
    }
    handles = set().union(*wanted.values())
    if not handles:
        return {}
    found = dict(
        Profile.objects.active()
        .annotate(upper_handle=Upper("handle"))
        .filter(upper_handle__in=handles)
        .values_list("upper_handle", "pk")
    )
    named = _without_blocks(
        {post: [found[h] for h in sorted(own) if h in found] for post, own in wanted.items()}
    )
    Mention.objects.bulk_create(
        [Mention(post_id=post_id, profile_id=pk) for post_id, own in named.items() for pk in own]
    )
    return named


def _without_blocks(named: Mapping[Post, Sequence[int]]) -> dict[int, list[int]]:
    authors = {post.author_id for post in named}
    people = {pk for own in named.values() for pk in own}
    apart: dict[int, set[int]] = defaultdict(set)
    for blocker, blocked in Block.objects.filter(
        Q(blocker__in=authors, blocked__in=people) | Q(blocker__in=people, blocked__in=authors)
    ).values_list("blocker_id", "blocked_id"):
        apart[blocker].add(blocked)
        apart[blocked].add(blocker)
    return {
        post.pk: [pk for pk in own if pk not in apart[post.author_id]]
        for post, own in named.items()
    }


def _values(entities: Sequence[Entity], kind: EntityKind) -> set[str]:
    return {entity.value for entity in entities if entity.kind == kind}
