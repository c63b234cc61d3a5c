"""What the demo world says to each other, over the last five days."""

import random
from datetime import datetime, timedelta

from accounts.models import Profile
from feed.cards import CardRef
from feed.models import Like, Post
from feed.services import posts, reposts
from shop.models import Product
from socialcommerce.demo import content
from socialcommerce.lib import redis

REPOSTS = 24


def publish(
    speakers: dict[str, Profile],
    products: dict[str, Product],
    *,
    now: datetime,
    chance: random.Random,
) -> list[Post]:
    """Posts, oldest first, each with its replies and likes."""
    people = [speaker for speaker in speakers.values() if speaker.kind == "person"]
    entries = sorted(content.load("posts")["posts"], key=lambda entry: -entry["hours"])
    made = []
    for entry in entries:
        at = now - timedelta(hours=entry["hours"])
        product = products.get(entry.get("product", ""))
        post = posts.publish(
            author=speakers[entry["by"]],
            text=entry["text"],
            card=CardRef("checkout", product.pk) if product else None,
            now=at,
        )
        _answer(post, entry["replies"], speakers, at=at, until=now, chance=chance)
        _like(post, chance.sample(people, entry["likes"]), now=now, chance=chance)
        made.append(post)
    _share(made, people, now=now, chance=chance)
    _forget_limits()
    return made


def _answer(
    post: Post,
    replies: list[list[str]],
    speakers: dict[str, Profile],
    *,
    at: datetime,
    until: datetime,
    chance: random.Random,
) -> None:
    for who, text in replies:
        at += (until - at) * chance.uniform(0.05, 0.4)
        posts.publish(author=speakers[who], text=text, in_reply_to=post, now=at)


def _like(post: Post, fans: list[Profile], *, now: datetime, chance: random.Random) -> None:
    """Written as rows, not by `likes.like`: a thousand of them, and nobody is to be told."""
    Like.objects.bulk_create(
        Like(profile=fan, post=post, created_at=_between(post.created_at, now, chance))
        for fan in fans
    )
    Post.objects.filter(pk=post.pk).update(like_count=len(fans))


def _share(
    made: list[Post], people: list[Profile], *, now: datetime, chance: random.Random
) -> None:
    for post in chance.choices(made, k=REPOSTS):
        who = chance.choice([person for person in people if person.pk != post.author_id])
        reposts.repost(author=who, post_id=post.pk, now=_between(post.created_at, now, chance))


def _between(start: datetime, end: datetime, chance: random.Random) -> datetime:
    return start + (end - start) * chance.random()


def _forget_limits() -> None:
    """Five days of talk in five seconds must not keep anybody from posting now."""
    cache = redis.cache()
    for key in cache.scan_iter("limit:*"):
        cache.delete(key)
