"""Follow and Block: what one profile has to do with another."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.profile import Profile


class Follow(models.Model):
    follower = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="follows_made")
    followed = models.ForeignKey(
        Profile, on_delete=models.CASCADE, related_name="follows_met", db_index=False
    )
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("follow")
        verbose_name_plural = _("follows")
        constraints = [
            models.UniqueConstraint(fields=["follower", "followed"], name="follow_unique"),
            models.CheckConstraint(
                condition=~models.Q(follower=models.F("followed")), name="follow_not_oneself"
            ),
        ]
        indexes = [
            models.Index(fields=["follower", "-created_at", "-id"], name="follow_by_follower"),
            models.Index(fields=["followed", "-created_at", "-id"], name="follow_by_followed"),
        ]

    def __str__(self) -> str:
        return f"{self.follower_id} → {self.followed_id}"


class BlockQuerySet(models.QuerySet["Block"]):
    def between(self, one: Profile, other: Profile) -> Self:
        """Blocks of the two, in either direction."""
        return self.filter(
            models.Q(blocker=one, blocked=other) | models.Q(blocker=other, blocked=one)
        )


class Block(models.Model):
    blocker = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="blocks_made")
    blocked = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="blocks_met")
    created_at = models.DateTimeField()

    objects = BlockQuerySet.as_manager()

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        constraints = [
            models.UniqueConstraint(fields=["blocker", "blocked"], name="block_unique"),
            models.CheckConstraint(
                condition=~models.Q(blocker=models.F("blocked")), name="block_not_oneself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.blocker_id} ✕ {self.blocked_id}"
