"""The post: words, an answer to words, or the sharing of somebody else's words."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Block, Profile

# Raw characters: 280 weighted ones may hide longer URLs and emoji sequences, but not this many.
TEXT_CHARACTERS_MAX = 4_000

LIVE = Q(deleted_at__isnull=True, hidden_at__isnull=True)


class PostKind(models.TextChoices):
    POST = "post", _("Post")
    REPLY = "reply", _("Reply")
    REPOST = "repost", _("Repost")


def _no_block_with(viewer: Profile, author: str) -> Q:
    """True for rows whose `author` neither blocks the viewer nor is blocked by them."""
    return ~Exists(Block.objects.filter(blocker=viewer.pk, blocked=OuterRef(author))) & ~Exists(
        Block.objects.filter(blocked=viewer.pk, blocker=OuterRef(author))
    )


def _author_is_here(author: str) -> Q:
    """Stores have no user of their own; a person's words go when their account is switched off."""
    return Q(**{f"{author}__user__isnull": True}) | Q(**{f"{author}__user__is_active": True})


class PostQuerySet(models.QuerySet["Post"]):
    """The verbs of reading. Every door to posts goes through `visible_to`."""

    def live(self) -> PostQuerySet:
        """Neither deleted by the author nor hidden by an operator."""
        return self.filter(LIVE)

    def visible_to(self, viewer: Profile | None) -> PostQuerySet:
        """What this viewer may see: live, by people who are here, no block in either direction.

        A repost is as visible as what it shares: both its author and the original's count.
        """
        shared = Q(repost_of__isnull=True) | (
            Q(repost_of__deleted_at__isnull=True, repost_of__hidden_at__isnull=True)
            & _author_is_here("repost_of__author")
        )
        posts = self.live().filter(_author_is_here("author"), shared)
        if viewer is None:
            return posts
        return posts.filter(
            _no_block_with(viewer, "author_id"),
            Q(repost_of__isnull=True) | _no_block_with(viewer, "repost_of__author_id"),
        )

    def originals(self) -> PostQuerySet:
        """Posts that start a conversation: no replies, no reposts."""
        return self.filter(kind=PostKind.POST)

    def not_replies(self) -> PostQuerySet:
        return self.exclude(kind=PostKind.REPLY)


class Post(models.Model):
    """One entry of the feed. Deleting and hiding set a time; rows stay for reports and undo."""

    author = models.ForeignKey(Profile, models.PROTECT, related_name="posts")
    kind = models.CharField(max_length=8, choices=PostKind, default=PostKind.POST)
    text = models.TextField(blank=True)
    in_reply_to = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replies"
    )
    # The post that began the conversation: a thread is read without walking up.
    root = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    repost_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="reposts"
    )
    card_type = models.CharField(max_length=32, blank=True)
    card_id = models.BigIntegerField(null=True, blank=True)
    # Of many posts with the same card its author's followers see one entry (feed.home).
    is_grouped = models.BooleanField(default=False, db_default=False, editable=False)
    idempotency_key = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001  unique
    created_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)
    hidden_reason = models.CharField(max_length=200, blank=True)
    reply_count = models.PositiveIntegerField(default=0)
    repost_count = models.PositiveIntegerField(default=0)
    like_count = models.PositiveIntegerField(default=0)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints = [
            models.CheckConstraint(
                name="post_kind_has_its_shape",
                condition=Q(
                    kind=PostKind.POST,
                    in_reply_to__isnull=True,
                    root__isnull=True,
                    repost_of__isnull=True,
                )
                | Q(
                    kind=PostKind.REPLY,
                    in_reply_to__isnull=False,
                    root__isnull=False,
                    repost_of__isnull=True,
                )
                | Q(
                    kind=PostKind.REPOST,
                    in_reply_to__isnull=True,
                    root__isnull=True,
                    repost_of__isnull=False,
                    text="",
                    card_type="",
                ),
            ),
            models.CheckConstraint(
                name="post_card_is_whole",
                condition=Q(card_type="", card_id__isnull=True)
                | (~Q(card_type="") & Q(card_id__isnull=False)),
            ),
            models.CheckConstraint(
                name="post_grouped_by_card",
                condition=Q(is_grouped=False) | (Q(kind=PostKind.POST) & ~Q(card_type="")),
            ),
            models.CheckConstraint(
                name="post_text_is_bounded",
                condition=LessThanOrEqual(Length("text"), TEXT_CHARACTERS_MAX),
            ),
            models.CheckConstraint(
                name="post_hidden_with_reason",
                condition=Q(hidden_at__isnull=True) | ~Q(hidden_reason=""),
            ),
            models.CheckConstraint(
                name="post_answers_another",
                condition=~Q(in_reply_to=F("id")) & ~Q(repost_of=F("id")),
            ),
            models.UniqueConstraint(
                name="post_reposted_once",
                fields=["author", "repost_of"],
                condition=Q(deleted_at__isnull=True),
            ),
            models.UniqueConstraint(name="post_key_once", fields=["author", "idempotency_key"]),
        ]
        indexes = [
            models.Index(
                fields=["author", "-created_at", "-id"], name="post_by_author", condition=LIVE
            ),
            # What home looks up for each author that one follows (feed/sql/home.sql).
            models.Index(
                fields=["author", "-created_at", "-id"],
                include=["repost_of"],
                name="post_alone_by_author",
                condition=LIVE & Q(is_grouped=False) & ~Q(kind=PostKind.REPLY),
            ),
            models.Index(
                fields=["author", "-created_at", "-id"],
                include=["card_type", "card_id"],
                name="post_grouped_by_author",
                condition=LIVE & Q(is_grouped=True),
            ),
            models.Index(
                fields=["-created_at", "-id"],
                name="post_latest",
                condition=LIVE & Q(kind=PostKind.POST),
            ),
            models.Index(
                fields=["in_reply_to", "created_at", "id"], name="post_by_parent", condition=LIVE
            ),
            models.Index(
                fields=["card_type", "card_id", "-created_at", "-id"], name="post_by_card"
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60] or f"{self.kind} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("feed:post", args=[self.pk])

    @property
    def is_live(self) -> bool:
        return self.deleted_at is None and self.hidden_at is None
