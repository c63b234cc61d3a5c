"""Publishing, deleting and the way back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from accounts.services import notices
from feed import cards
from feed import text as texts
from feed.cards import CardRef
from feed.models import Post, PostKind, PostPicture
from feed.models.pictures import ALT_TEXT_MAX
from feed.services import counters, echoes, links
from feed.services.bulk import NewPost, publish_many
from feed.text import Entity
from socialcommerce.lib import limits, pictures
from socialcommerce.lib.pictures import CleanPicture
from socialcommerce.lib.problems import Conflict, Invalid, NotFound

__all__ = [
    "EmptyPost",
    "KeyReused",
    "NewPicture",
    "NewPost",
    "TooLate",
    "TooManyPictures",
    "delete",
    "publish",
    "publish_many",
    "restore",
]

PUBLISH_LIMIT = 30  # posts of one author within the window: a fast talker, no machine
PUBLISH_WINDOW_SECONDS = 300
UNDO_SECONDS = 300  # long enough to see the mistake, short enough that deleted means deleted
PICTURE_EDGE = 1_600  # pixels: a phone's screen at twice its width, and no more bytes than that


class EmptyPost(Invalid):
    code = "empty-post"
    title = _("There is nothing to post yet")


class TooManyPictures(Invalid):
    code = "too-many-pictures"
    title = _("A post has room for four pictures")


class KeyReused(Conflict):
    code = "key-reused"
    title = _("That key was used for another post")


class TooLate(Conflict):
    code = "too-late"
    title = _("It is too late to bring this back")


@dataclass(frozen=True)
class NewPicture:
    """A file as it came in, and what it shows in words."""

    upload: UploadedFile[bytes]
    alt_text: str = ""


def publish(
    *,
    author: Profile,
    text: str,
    now: datetime,
    pictures: Sequence[NewPicture] = (),
    in_reply_to: Post | None = None,
    card: CardRef | None = None,
    card_by_hand: bool = False,
    idempotency_key: str | None = None,
) -> Post:
    """The post stands, with topics, mentions, pictures and counts; who is named or answered knows.

    The same key of the same author gives the same post. `card_by_hand` holds the card to what
    people may attach themselves. Raises text.BadText, EmptyPost, TooManyPictures, KeyReused,
    pictures.BadPicture, cards.UnknownCard, NotFound (what is answered), limits.TooMany.
    """
    text = texts.clean(text)
    before = _published_before(author, idempotency_key, text)
    if before is not None:
        return before
    entities = texts.check(text)
    if not (text or pictures or card):
        raise EmptyPost
    limits.check(
        scope="feed.publish",
        subject=str(author.pk),
        limit=PUBLISH_LIMIT,
        window_seconds=PUBLISH_WINDOW_SECONDS,
    )
    if card is not None:
        cards.check(card, author=author, by_hand=card_by_hand)
    cleaned = _clean_pictures(pictures)
    post = _build(author, text, in_reply_to, card, idempotency_key, now)
    try:
        return _write(post, entities, cleaned, now=now)
    except IntegrityError:
        # The same key came twice at once: the other one is the post.
        before = _published_before(author, idempotency_key, text)
        if before is None:
            raise
        return before


def delete(*, post_id: int, actor_ids: Collection[int], now: datetime) -> Post:
    """The post is gone from every page; `restore` brings it back within UNDO_SECONDS.

    `actor_ids`: the profiles the person acts for. Deleting twice changes nothing. Raises
    NotFound for what is not theirs.
    """
    with transaction.atomic(durable=True):
        post = _lock_own(post_id, actor_ids)
        if post.deleted_at is not None:
            return post
        if post.is_live:
            counters.count([post], step=-1)
        post.deleted_at = now
        post.save(update_fields=["deleted_at"])
        echoes.retell(post)
    return post


def restore(*, post_id: int, actor_ids: Collection[int], now: datetime) -> Post:
    """The deleted post stands again, with its answers and likes. Raises NotFound, TooLate."""
    with transaction.atomic(durable=True):
        post = _lock_own(post_id, actor_ids)
        if post.deleted_at is None:
            return post
        if now - post.deleted_at > timedelta(seconds=UNDO_SECONDS):
            raise TooLate
        post.deleted_at = None
        post.save(update_fields=["deleted_at"])
        echoes.retell(post)
        if post.is_live:
            counters.count([post], step=1)
    return post


def _published_before(author: Profile, key: str | None, text: str) -> Post | None:
    """Raises KeyReused where the key belongs to other words."""
    if key is None:
        return None
    post = Post.objects.filter(author=author, idempotency_key=key).first()
    if post is not None and post.text != text:
        raise KeyReused
    return post


def _clean_pictures(new: Sequence[NewPicture]) -> list[tuple[CleanPicture, str]]:
    if len(new) > settings.POST_PICTURES_MAX:
        raise TooManyPictures
    return [
        (
            pictures.clean(picture.upload, longest_edge=PICTURE_EDGE),
            texts.clean(picture.alt_text)[:ALT_TEXT_MAX],
        )
        for picture in new
    ]


def _build(
    author: Profile,
    text: str,
    in_reply_to: Post | None,
    card: CardRef | None,
    idempotency_key: str | None,
    now: datetime,
) -> Post:
    parent = None if in_reply_to is None else _answerable(in_reply_to, author)
    return Post(
        author=author,
        kind=PostKind.REPLY if parent else PostKind.POST,
        text=text,
        in_reply_to=parent,
        root_id=(parent.root_id or parent.pk) if parent else None,
        card_type=card.card_type if card else "",
        card_id=card.card_id if card else None,
        idempotency_key=idempotency_key,
        created_at=now,
    )


def _answerable(post: Post, author: Profile) -> Post:
    """What an answer hangs on: the original where a repost was clicked. Raises NotFound."""
    pk = post.repost_of_id or post.pk
    parent = Post.objects.visible_to(author).filter(pk=pk).first()
    if parent is None:
        raise NotFound(_("The post you answer is no longer there. Your words are still here."))
    return parent


def _write(
    post: Post,
    entities: Sequence[Entity],
    cleaned: Sequence[tuple[CleanPicture, str]],
    *,
    now: datetime,
) -> Post:
    with transaction.atomic():
        post.save(force_insert=True)
        for position, (picture, alt_text) in enumerate(cleaned):
            PostPicture.objects.create(
                post=post, position=position, image=picture.content, alt_text=alt_text
            )
        named = links.link([(post, entities)], now=now).get(post.pk, [])
        counters.count([post], step=1)
        _tell(post, named, now=now)
    return post


def _tell(post: Post, named: Sequence[int], *, now: datetime) -> None:
    """Who is answered hears of the answer; who is named besides, of the mention."""
    answered = post.in_reply_to.author_id if post.in_reply_to else None
    if answered is not None:
        _notify(post, answered, kind="feed.reply", now=now)
    for profile_id in named:
        if profile_id != answered:
            _notify(post, profile_id, kind="feed.mention", now=now)


def _notify(post: Post, recipient_id: int, *, kind: str, now: datetime) -> None:
    notices.notify(
        recipient_id=recipient_id,
        kind=kind,
        actor_id=post.author_id,
        url=post.get_absolute_url(),
        data=echoes.words_of(post),
        now=now,
    )


def _lock_own(post_id: int, actor_ids: Collection[int]) -> Post:
    post = (
        Post.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk=post_id, author__in=actor_ids)
        .exclude(kind=PostKind.REPOST)
        .first()
    )
    if post is None:
        raise NotFound
    return post
